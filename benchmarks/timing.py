"""Peers in one process: each waits until the last one's threads sleep before it is measured."""

from __future__ import annotations

import time
from collections.abc import Callable

AWAKE = 0.4
"""Seconds for which the threads of a library go on waiting for work before they sleep."""


def let_others_sleep(call: Callable[[], object]) -> None:
    """Wait until the threads of other libraries sleep, then call once, to wake this one's.

    To train while waiting instead would change the work.
    """
    time.sleep(AWAKE)
    call()


def microseconds(call: Callable[[], object], calls: int) -> float:
    """The mean of so many calls."""
    start = time.perf_counter()
    for _ in range(calls):
        call()
    return (time.perf_counter() - start) / calls * 1e6
