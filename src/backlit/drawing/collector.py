"""Python's collector of garbage rests while a large picture is made: it would only look through what is kept."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Disable the collector for a while; only whoever finds it enabled enables it again.

    Tens of thousands of boxes and strings are made, none in a circle. The collector, started by their number, would
    go through all that the process holds: a third of a picture's time, more where kernels are compiled.

    Examples
    --------
    >>> with collector_at_rest():
    ...     gc.isenabled()
    False
    >>> gc.isenabled()
    True
    """
    collects = gc.isenabled()
    if collects:
        gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()
