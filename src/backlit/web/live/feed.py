"""The newest message of a training for any number of listeners: who is slow misses what is old, and holds up nobody."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator

KEEP_ALIVE = 10.0
"""Seconds after which a comment is sent, so that a listener who has gone is noticed."""


class Feed:
    """Messages go in from any thread and come out on event loops."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}
        self._latest: tuple[int, str] = (0, "")
        self.closed = False

    @property
    def listeners(self) -> int:
        """How many listen now."""
        return len(self._listeners)

    def put(self, message: str) -> None:
        """Make a message the newest one."""
        with self._lock:
            self._latest = (self._latest[0] + 1, message)
            self._wake()

    def close(self) -> None:
        """End all listening."""
        with self._lock:
            self.closed = True
            self._wake()

    def _wake(self) -> None:
        for event, loop in self._listeners.items():
            with contextlib.suppress(RuntimeError):  # its loop has ended
                loop.call_soon_threadsafe(event.set)

    async def listen(self) -> AsyncIterator[str]:
        """The newest message, and from then on each that is the newest when the listener has time for it."""
        event, seen = asyncio.Event(), 0
        with self._lock:
            self._listeners[event] = asyncio.get_running_loop()
        try:
            while not self.closed:
                event.clear()
                number, message = self._latest
                if number != seen:
                    seen = number
                    yield f"data: {message}\n\n"
                    continue
                try:
                    await asyncio.wait_for(event.wait(), KEEP_ALIVE)
                except TimeoutError:
                    yield ": still here\n\n"
        finally:
            with self._lock:
                del self._listeners[event]
