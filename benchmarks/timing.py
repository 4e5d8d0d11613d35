"""Peers in one process: each waits until the last one's threads sleep before it is measured."""

from __future__ import annotations

import time
from collections.abc import Callable

SETTLED = 0.4
"""Seconds: so long do the threads of the library that ran last go on asking for work."""


def settle(call: Callable[[], object]) -> None:
    """Wait until the other library's threads sleep, then wake this one's; to train meanwhile would change the work."""
    time.sleep(SETTLED)
    call()


def microseconds(call: Callable[[], object], calls: int) -> float:
    """The mean of some calls."""
    start = time.perf_counter()
    for _ in range(calls):
        call()
    return (time.perf_counter() - start) / calls * 1e6
