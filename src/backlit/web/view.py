"""A view of the page is one folder in `views/`, declared by the object VIEW of its package.

The list of views is read from there. A folder ``views/NAME`` holds ``NAME.html`` (what stands below the title),
``NAME.js`` (its script, a module), any other ``.js`` and ``.css`` files (served at ``/views/NAME/``; ``NAME.css`` is
linked), its endpoints, and its messages, among them ``NAME``, its title, and ``NAME_lead``, the line beside the title.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module, resources
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from backlit.web import views
from backlit.web.messages import Messages, messages
from backlit.web.site import Site

Endpoint = Callable[[Site, Request], Awaitable[Response]]

MEDIA_TYPES: Mapping[str, str] = {".js": "text/javascript", ".css": "text/css"}
"""What a view's folder serves, by the end of a file's name."""


@dataclass(frozen=True, slots=True)
class View:
    """The declaration of a view.

    Parameters
    ----------
    order : int
        Where it stands in the navigation; the lowest one opens first.
    messages : mapping
        Language -> name -> text; English must be complete.
    endpoints : mapping
        Method and address, such as ``"POST /api/circuit"`` -> what answers.
    settings : mapping
        What the script is given besides the messages, as JSON.
    ahead : callable, optional
        What is computed while the browser opens, so that the first answer need not load what it takes; given the site.
    """

    order: int
    messages: Messages
    endpoints: Mapping[str, Endpoint]
    settings: Mapping[str, Any] = field(default_factory=dict)
    ahead: Callable[[Site], None] | None = None

    def texts(self, lang: str) -> dict[str, str]:
        """The messages in one language, with those that views share."""
        return messages(self.messages, lang)


@cache
def all_views() -> Mapping[str, View]:
    """The views by name, in the order of the navigation.

    Examples
    --------
    >>> list(all_views())
    ['lessons', 'circuit', 'network', 'slow', 'model']
    """
    names = (module.name for module in pkgutil.iter_modules(views.__path__) if module.ispkg)
    declared = {name: import_module(f"{views.__name__}.{name}").VIEW for name in names}
    return dict(sorted(declared.items(), key=lambda item: item[1].order))


@cache
def served_files(name: str) -> Mapping[str, tuple[bytes, str]]:
    """The scripts and styles in a view's folder: file name -> content and media type."""
    folder = resources.files(f"{views.__name__}.{name}")
    return {
        file.name: (file.read_bytes(), media_type)
        for file in folder.iterdir()
        for suffix, media_type in MEDIA_TYPES.items()
        if file.name.endswith(suffix)
    }
