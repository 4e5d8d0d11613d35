"""The trainings of this start, by number; the ones that nobody watches make room for new ones."""

from __future__ import annotations

import itertools
import threading

from backlit.errors import BacklitError
from backlit.web.live.session import TrainingSession
from backlit.web.responses import GoneError

MOST_SESSIONS = 64


class TrainingSessions:
    """A bounded number of trainings."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._sessions: dict[str, TrainingSession] = {}

    def add(self, session: TrainingSession) -> str:
        """Take one in; returns its number.

        Raises
        ------
        BacklitError
            If there are too many that are watched.
        """
        with self._lock:
            if len(self._sessions) >= MOST_SESSIONS:
                alone = next((number for number, other in self._sessions.items() if not other.feed.listeners), None)
                if alone is None:
                    raise BacklitError(f"{MOST_SESSIONS} trainings are being watched; close the page of one")
                self._sessions.pop(alone).close()
            number = str(next(self._numbers))
            self._sessions[number] = session
            return number

    def get(self, number: str) -> TrainingSession:
        """The training of that number.

        Raises
        ------
        GoneError
            If there is none.
        """
        with self._lock:
            if number not in self._sessions:
                raise GoneError("this training is over; start a new one")
            self._sessions[number] = self._sessions.pop(number)  # used last, so that others go first
            return self._sessions[number]

    def remove(self, number: str) -> None:
        """End one; it may be over already."""
        with self._lock:
            session = self._sessions.pop(number, None)
        if session:
            session.close()

    def close(self) -> None:
        """End all."""
        with self._lock:
            sessions = list(self._sessions.values())
            self._sessions.clear()
        for session in sessions:
            session.close()
