"""How far a pass over rows is: rows, rate, time left."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

PAUSE = 0.5
"""Seconds between two reports, at least."""


@dataclass(frozen=True, slots=True)
class RowsDone:
    """A pass on its way.

    Attributes
    ----------
    stage : str
        What is done: learning columns, encoding rows, predicting.
    rows : int
        So many so far.
    total : int or None
        Of so many, if it is known.
    seconds : float
        Since the pass began.
    """

    stage: str
    rows: int
    total: int | None
    seconds: float

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.rows / self.seconds if self.seconds > 0.0 else 0.0

    @property
    def left(self) -> float | None:
        """Seconds until the end, if it can be known."""
        return (self.total - self.rows) / self.rate if self.total is not None and self.rate > 0.0 else None

    def __str__(self) -> str:
        """As a line: what, rows, rate, time left.

        Examples
        --------
        >>> str(RowsDone("encoding", 2_000_000, 6_000_000, 4.0))
        'encoding: 2,000,000 of 6,000,000 rows, 500,000 rows/s, 8 s left'
        """
        of = "" if self.total is None else f" of {self.total:,}"
        left = "" if self.left is None or self.rows == self.total else f", {self.left:,.0f} s left"
        return f"{self.stage}: {self.rows:,}{of} rows, {self.rate:,.0f} rows/s{left}"


OnRows = Callable[[RowsDone], None]


@dataclass
class Progress:
    """Counts the rows of a pass, and reports them now and then."""

    stage: str
    total: int | None
    report: OnRows | None
    rows: int = 0
    _begin: float = field(default_factory=time.monotonic)
    _reported: float = field(default_factory=time.monotonic)

    def add(self, rows: int) -> None:
        """Count rows."""
        self.rows += rows
        now = time.monotonic()
        if self.report is not None and now - self._reported >= PAUSE:
            self._reported = now
            self.report(self._done(now))

    def begin(self) -> None:
        """Report the beginning."""
        if self.report is not None:
            self.report(self._done(time.monotonic()))

    def finish(self) -> None:
        """Report the end."""
        if self.report is not None:
            self.total = self.rows
            self.report(self._done(time.monotonic()))

    def _done(self, now: float) -> RowsDone:
        return RowsDone(self.stage, self.rows, self.total, now - self._begin)
