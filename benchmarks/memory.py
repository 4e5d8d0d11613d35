"""What a process holds, by a line of Linux's ``/proc/self/status``, and the most of it while something runs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


def held(line: str) -> int:
    """Bytes: ``RssAnon`` are those that no file backs, ``VmRSS`` all that is resident."""
    with open("/proc/self/status", encoding="ascii") as file:
        return next(int(text.split()[1]) * 1024 for text in file if text.startswith(line))


@contextmanager
def watched(line: str) -> Iterator[list[int]]:
    """A list of one number: the most bytes that were held so far, read every 20 ms."""
    peak, ended = [held(line)], threading.Event()

    def watch() -> None:
        while not ended.wait(0.02):
            peak[0] = max(peak[0], held(line))

    threading.Thread(target=watch, daemon=True).start()
    try:
        yield peak
    finally:
        ended.set()
