"""Threads that help with predictions: they ask for the next one for a moment before they sleep."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

import numpy as np

from backlit.engine.aligned import LINE
from backlit.engine.thread_pool import step_aside
from backlit.engine.threads import team_size

WORDS = LINE // 8
"""Whole numbers of a cache line."""
FIRST_AWAKE = 3
"""Which line of a board says whether its first thread, the caller, is awake; the helpers' follow."""
REMEMBERED = 0.05
"""Seconds for which the number of threads that may run is not asked for again: that takes as long as a prediction."""


class Crew:
    """Helpers, and the board by which a caller and they find each other; one caller has them at a time.

    Parameters
    ----------
    help_ : callable
        Called with (board, rank) in a helper's thread whenever it is woken: it helps until nothing comes for a while.
    """

    def __init__(self, help_: Callable[[Any, int], None]) -> None:
        self._help = help_
        self._wakers: list[SimpleQueue[None]] = []
        self._threads: list[int] = []
        self._jobs = 0
        self.most = max((os.cpu_count() or 1) - 1, 0)
        self.board = np.zeros(WORDS * (FIRST_AWAKE + 1 + self.most), np.int64)
        self.lock = threading.Lock()

    def wake(self, helpers: int) -> None:
        """See to it that so many helpers are awake, or soon will be."""
        for rank in range(1, helpers + 1):
            flag = WORDS * (FIRST_AWAKE + rank)
            if not self.board[flag]:
                self.board[flag] = 1
                self._wake(rank)

    def _wake(self, rank: int) -> None:
        if rank > len(self._wakers):
            self._wakers.append(SimpleQueue())
            threading.Thread(target=self._live, args=(rank, self._wakers[-1]), name="backlit", daemon=True).start()
        else:
            step_aside(self._threads)
        self._wakers[rank - 1].put(None)

    def _live(self, rank: int, waker: SimpleQueue[None]) -> None:
        self._threads.append(threading.get_native_id())
        while True:
            waker.get()
            self._help(self.board, rank)

    def number(self) -> int:
        """The number of the next job."""
        self._jobs += 1
        return self._jobs


class _Shared:
    """What this process has once: a crew for each precision, and how many threads may run."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """There are no helpers: a child of a fork has none of its parent's threads."""
        self.crews: dict[str, Crew] = {}
        self.sizes: dict[int | None, tuple[float, int]] = {}
        self.lock = threading.Lock()


_SHARED = _Shared()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_SHARED.begin)


def crew_of(precision: str, help_: Callable[[Any, int], None]) -> Crew:
    """The crew of predictions in a precision."""
    crew = _SHARED.crews.get(precision)
    if crew is None:
        with _SHARED.lock:
            crew = _SHARED.crews.setdefault(precision, Crew(help_))
    return crew


def threads_now(requested: int | None) -> int:
    """`team_size`, as it was a moment ago."""
    now = time.monotonic()
    known = _SHARED.sizes.get(requested)
    if known is None or now - known[0] > REMEMBERED:
        known = _SHARED.sizes[requested] = (now, team_size(requested))
    return known[1]
