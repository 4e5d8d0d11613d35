"""Threads that stay until the process ends, woken where their caller does not run."""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import lru_cache
from typing import Any


class Helpers:
    """So many threads that work beside a caller.

    The kernel of a virtual machine takes a processor that sleeps for one that is busy, and wakes a thread on that of
    its waker, which then works through both parts of the work, one after the other. So helpers leave it the processor
    that it runs on, where a system lets threads be placed.

    Parameters
    ----------
    size : int
    """

    def __init__(self, size: int) -> None:
        self._threads: list[int] = []
        self._pool = ThreadPoolExecutor(size, "backlit", self._begin)

    def _begin(self) -> None:
        self._threads.append(threading.get_native_id())

    def submit(self, work: Callable[[], Any]) -> Future[Any]:
        """Let one of them do some work."""
        return self._pool.submit(work)

    def step_aside(self) -> None:
        """Keep them off the processor that the caller runs on, until the next call."""
        step_aside(self._threads)


def step_aside(threads: Sequence[int]) -> None:
    """Keep threads, by the system's numbers, off the processor that the caller runs on, until the next call."""
    here = _processor()
    elsewhere = os.sched_getaffinity(0) - {here} if here >= 0 else set()
    for thread in threads if elsewhere else ():
        with suppress(OSError):  # the system has taken processors away meanwhile
            os.sched_setaffinity(thread, elsewhere)


def _processor() -> int:
    """The number of the processor that this thread runs on; -1 where a system does not say."""
    call = _sched_getcpu()
    return int(call()) if call else -1


@lru_cache(maxsize=1)
def _sched_getcpu() -> Callable[[], int] | None:
    """The C library's call, where threads can also be placed."""
    library = ctypes.CDLL(None) if hasattr(os, "sched_setaffinity") else None
    return getattr(library, "sched_getcpu", None)
