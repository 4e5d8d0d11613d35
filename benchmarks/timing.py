"""Peers in one process: each runs for a while before it is measured."""

from __future__ import annotations

import time
from collections.abc import Callable

SETTLED = 0.4
"""Seconds: so long do the threads of the library that ran last go on asking for work."""


def settle(call: Callable[[], object]) -> None:
    """Call until the other library's threads sleep and this one's are awake."""
    begun = time.perf_counter()
    while time.perf_counter() - begun < SETTLED:
        call()


def microseconds(call: Callable[[], object], calls: int) -> float:
    """The mean of some calls."""
    start = time.perf_counter()
    for _ in range(calls):
        call()
    return (time.perf_counter() - start) / calls * 1e6
