"""What several tests of trainings need."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator

import pytest

from backlit.training import cache


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Python's own answer to SIGINT, also where the tests were started in the background, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before if before is not None else signal.SIG_DFL)


class Turn:
    """A lock that tells of another thread that waits for it."""

    def __init__(self, asked: threading.Event) -> None:
        self._lock, self._asked, self._owner = threading.RLock(), asked, threading.get_ident()

    def __enter__(self) -> None:
        if threading.get_ident() != self._owner:
            self._asked.set()
        self._lock.acquire()

    def __exit__(self, *error: object) -> None:
        self._lock.release()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set when another thread waits for its turn to import or to compile."""
    event = threading.Event()
    monkeypatch.setattr(cache._HERE, "turn", Turn(event))
    return event
