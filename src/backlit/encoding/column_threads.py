"""A table's columns shared out over threads: NumPy and Arrow let others run while they work on a column."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from backlit.engine.threads import leased, team_size

FEWEST_CELLS = 2**20
"""Of smaller tables a thread is as long to start as the columns are to read."""

T = TypeVar("T")
U = TypeVar("U")


_N_JOBS: ContextVar[int | None] = ContextVar("n_jobs", default=None)


@contextmanager
def columns_by(n_jobs: int | None) -> Iterator[None]:
    """Within, columns have so many threads at most; outside, and for None, all that are there.

    Examples
    --------
    >>> with columns_by(1):
    ...     each_column(len, ["a", "bc"], rows=10_000_000)
    [1, 2]
    """
    before = _N_JOBS.set(n_jobs)
    try:
        yield
    finally:
        _N_JOBS.reset(before)


def each_column(work: Callable[[T], U], columns: Sequence[T], rows: int) -> list[U]:
    """What `work` returns for each column, in order; in threads where cells are many.

    Parameters
    ----------
    work : callable
        Of one column; must leave the other columns alone.
    columns : sequence
    rows : int
        Of the table.

    Raises
    ------
    DataError
        Whatever `work` raises, of the first column for which it does.

    Examples
    --------
    >>> each_column(len, ["a", "bc"], rows=10_000_000)
    [1, 2]
    """
    team = min(team_size(_N_JOBS.get()), len(columns)) if rows * len(columns) >= FEWEST_CELLS else 1
    if team < 2:
        return [work(column) for column in columns]
    with leased(team) as free, ThreadPoolExecutor(free) as pool:
        return list(pool.map(work, columns))
