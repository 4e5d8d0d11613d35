"""`backlit train` as a job of several processes: all train, rank 0 writes and speaks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout

from backlit.engine.sharded import active_ranks
from backlit.scale.mpi import distributed, launched


@contextmanager
def together(deterministic: bool, spread: str = "rows") -> Iterator[None]:
    """Train with all processes that a launcher started; alone as ever, unless the bits are to be those of a job."""
    if not (deterministic or launched()):
        yield
        return
    with distributed(deterministic=deterministic, spread=spread) as ranks:
        if not ranks.rank:
            yield
            return
        with open(os.devnull, "w", encoding="utf-8") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
            yield


def leads() -> bool:
    """Whether this process writes and speaks.

    Examples
    --------
    >>> leads()
    True
    """
    ranks = active_ranks()
    return ranks is None or ranks.rank == 0
