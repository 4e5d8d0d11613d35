"""Python's collector of garbage rests while much is made and kept: it would only look through it, again and again."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Disable the collector for a while; only whoever finds it enabled enables it again.

    A compiler keeps what it makes, a large picture is tens of thousands of boxes and strings, and nothing of either is
    in a circle. The collector, which is started by their number, takes a tenth of a compiler's time and a third of a
    picture's. It is the whole process's, and does not stay disabled, whichever threads come and go.

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
