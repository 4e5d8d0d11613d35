"""What one start of the page holds: the files that it may read, its trainings, and the circuits that it has drawn."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from backlit.errors import BacklitError
from backlit.web.live.sessions import TrainingSessions
from backlit.web.responses import json_response
from backlit.web.start_options import StartOptions
from backlit.web.store.frames import Frames
from backlit.web.store.library import Library


class Site:
    """The state that the endpoints share.

    Parameters
    ----------
    options : StartOptions

    Raises
    ------
    BacklitError
        If a file that the options name cannot be used.
    """

    def __init__(self, options: StartOptions) -> None:
        self.options = options
        self.library = Library()
        self.sessions = TrainingSessions()
        self.frames = Frames()
        try:
            for table in options.tables:
                self.library.open_table(table, options.target, options.read_options)
            for model in options.models:
                self.library.open_model(model)
        except (BacklitError, OSError):
            self.close()
            raise

    def close(self) -> None:
        """End all trainings and streams, and remove uploads."""
        self.sessions.close()
        self.library.close()

    def with_frame(self, result: dict[str, Any]) -> Response:
        """A result as JSON; its ``document``, where it has one, gets an address of its own, ``frame``."""
        document = result.pop("document")
        return json_response({**result, "frame": self.frames.add(document) if document else None})
