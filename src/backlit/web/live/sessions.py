"""The trainings of this start, by number; the ones that nobody watches make room for new ones."""

from __future__ import annotations

import itertools
import threading

from backlit.errors import BacklitError
from backlit.web.answers import GoneError
from backlit.web.live.session import TrainingSession

MOST = 64


class TrainingSessions:
    """A bounded number of trainings."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._lives: dict[str, TrainingSession] = {}

    def add(self, live: TrainingSession) -> str:
        """Take one in and say its number.

        Raises
        ------
        BacklitError
            If there are too many that are watched.
        """
        with self._lock:
            if len(self._lives) >= MOST:
                alone = next((number for number, other in self._lives.items() if not other.feed.listeners), None)
                if alone is None:
                    raise BacklitError(f"{MOST} trainings are being watched; close the page of one")
                self._lives.pop(alone).close()
            number = str(next(self._numbers))
            self._lives[number] = live
            return number

    def get(self, number: str) -> TrainingSession:
        """The training of that number.

        Raises
        ------
        GoneError
            If there is none.
        """
        with self._lock:
            if number not in self._lives:
                raise GoneError("this training is over; start a new one")
            self._lives[number] = self._lives.pop(number)  # used last, so that others go first
            return self._lives[number]

    def remove(self, number: str) -> None:
        """End one; it may be over already."""
        with self._lock:
            live = self._lives.pop(number, None)
        if live:
            live.close()

    def close(self) -> None:
        """End all."""
        with self._lock:
            sessions = list(self._lives.values())
            self._lives.clear()
        for live in sessions:
            live.close()
