"""What several tests of the engine need."""

from __future__ import annotations

import threading

import pytest

from backlit.engine import cache


class Turn:
    """A lock that notes when another thread waits for it."""

    def __init__(self, waiting: threading.Event) -> None:
        self._lock, self._waiting, self._owner = threading.RLock(), waiting, threading.get_ident()

    def __enter__(self) -> None:
        if threading.get_ident() != self._owner:
            self._waiting.set()
        self._lock.acquire()

    def __exit__(self, *error: object) -> None:
        self._lock.release()


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set when another thread waits for its turn to import or to compile."""
    event = threading.Event()
    monkeypatch.setattr(cache._LOADED, "lock", Turn(event))
    return event
