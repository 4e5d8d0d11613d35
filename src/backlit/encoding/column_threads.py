"""A table's columns shared out over threads: NumPy and Arrow let others run while they work on a column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from backlit.engine.threads import leased, team_size

FEWEST_CELLS = 2**20
"""Of smaller tables a thread is as long to start as the columns are to read."""

T = TypeVar("T")
U = TypeVar("U")


def each_column(work: Callable[[T], U], columns: Sequence[T], rows: int, n_jobs: int | None) -> list[U]:
    """What `work` returns for each column, in order; in threads where cells are many.

    Parameters
    ----------
    work : callable
        Of one column; must leave the other columns alone.
    columns : sequence
    rows : int
        Of the table.
    n_jobs : int or None
        As in `team_size`; threads that train meanwhile are not counted on.

    Raises
    ------
    DataError
        Whatever `work` raises, of the first column for which it does.

    Examples
    --------
    >>> each_column(len, ["a", "bc"], rows=10_000_000, n_jobs=None)
    [1, 2]
    """
    team = min(team_size(n_jobs), len(columns)) if rows * len(columns) >= FEWEST_CELLS else 1
    if team < 2:
        return [work(column) for column in columns]
    with leased(team) as free, ThreadPoolExecutor(free) as pool:
        return list(pool.map(work, columns))
