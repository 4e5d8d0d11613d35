"""A sketch of many numbers: points with weights whose ranks are those of all numbers, but for a stated error."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Counts = NDArray[np.int64]

CAPACITY = 4_096
"""Values of a level; the error is about 1 / CAPACITY at each level, and levels grow with the logarithm of the rows."""

HEAVY_PART, MOST_HEAVY = 1 / 64, 32
"""A value of so large a part of the first different ones is counted by itself ever after: most often a 0."""

NOTHING = np.empty(0)


@dataclass
class QuantileSketch:
    """Numbers, of which up to ``2 * capacity`` different ones are kept as they are, and of more a sketch.

    Levels of values stand for 1, 2, 4, ... rows each. A full one is sorted and halved: of each two neighbours one goes
    up, the first and the second in turn. That moves no rank by more than the weight of the level; the sum of these
    weights is the error (Manku, Rajagopalan and Lindsay 1998). Equal calls give equal bits: nothing is random.

    Parameters
    ----------
    capacity : int
        Values of a level, about.

    Attributes
    ----------
    rows : int
        How many numbers were added.
    low, high : float
        The least and the largest of them.

    Examples
    --------
    >>> sketch = QuantileSketch(capacity=64)
    >>> for part in np.random.default_rng(0).permutation(100_000.0 + np.arange(100_000)).reshape(10, -1):
    ...     sketch.add(part)
    >>> values, counts = sketch.points()
    >>> int(counts.sum()), len(values) < 1_500, sketch.error < 0.06
    (100000, True, True)
    """

    capacity: int = CAPACITY
    rows: int = 0
    low: float = math.inf
    high: float = -math.inf
    _values: Numbers = field(default_factory=lambda: NOTHING)  # different ones, ascending; later the heavy ones alone
    _counts: Counts = field(default_factory=lambda: NOTHING.astype(np.int64))
    _levels: list[list[Numbers]] = field(default_factory=list)  # empty while all different values are kept
    _halvings: list[int] = field(default_factory=list)  # of each level, so far
    _moved: int = 0  # by how many rows a rank may be off

    @property
    def error(self) -> float:
        """By which part of all rows a rank may be off, at most; 0 while every different value is kept.

        The least and the largest number are exact, and so are the counts of values that stand in many rows.
        """
        return self._moved / max(self.rows, 1)

    def add(self, numbers: Numbers) -> None:
        """Add finite numbers."""
        if not len(numbers):
            return
        self.rows += len(numbers)
        self.low, self.high = min(self.low, float(numbers.min())), max(self.high, float(numbers.max()))
        if self._levels:
            self._add_light(numbers)
            return
        self._count(*np.unique(numbers, return_counts=True))
        if len(self._values) > 2 * self.capacity:
            self._begin_levels()

    def merge(self, other: QuantileSketch) -> None:
        """Add all numbers of another sketch; the errors add up."""
        if not other.rows:
            return
        self.rows += other.rows
        self.low, self.high = min(self.low, other.low), max(self.high, other.high)
        self._moved += other._moved
        for level, parts in enumerate(other._levels):
            self._grow(level)
            self._levels[level] += parts
        if self._levels:
            self._add_counted(other._values, other._counts)
            self._halve_full()
            return
        self._count(other._values, other._counts)
        if len(self._values) > 2 * self.capacity:
            self._begin_levels()

    def points(self) -> tuple[Numbers, Counts]:
        """Values, and for how many rows each stands; all rows together."""
        parts = [(np.concatenate(parts), 2**level) for level, parts in enumerate(self._levels) if parts]
        values = np.concatenate([self._values, *(part for part, _ in parts)])
        counts = np.concatenate([self._counts, *(np.full(len(part), weight) for part, weight in parts)])
        return values, counts.astype(np.int64)

    def _count(self, values: Numbers, counts: Sequence[int] | Counts) -> None:
        """Count different values."""
        both = np.concatenate([self._values, values])
        self._values, back = np.unique(both, return_inverse=True)
        self._counts = np.bincount(back, np.concatenate([self._counts, counts]), len(self._values)).astype(np.int64)

    def _begin_levels(self) -> None:
        """Keep the heavy values, and put the others on levels."""
        values, counts = self._values, self._counts
        least = max(HEAVY_PART * counts.sum(), np.sort(counts)[-MOST_HEAVY:].min(), 2)
        heavy = counts >= least
        self._values, self._counts = values[heavy], counts[heavy]
        self._grow(0)
        self._add_counted(values[~heavy], counts[~heavy])
        self._halve_full()

    def _add_counted(self, values: Numbers, counts: Counts) -> None:
        """Put values on the levels whose weights sum to their counts; heavy ones are counted."""
        heavy = np.isin(values, self._values)
        if heavy.any():
            self._counts[np.searchsorted(self._values, values[heavy])] += counts[heavy]
            values, counts = values[~heavy], counts[~heavy]
        for level in range(int(counts.max(initial=0)).bit_length()):
            self._grow(level)
            self._levels[level].append(values[(counts >> level) & 1 == 1])

    def _add_light(self, numbers: Numbers) -> None:
        """Add numbers to the lowest level, but for the heavy ones."""
        if len(self._values):
            at = np.minimum(np.searchsorted(self._values, numbers), len(self._values) - 1)
            heavy = self._values[at] == numbers
            self._counts += np.bincount(at[heavy], minlength=len(self._values))
            numbers = numbers[~heavy]
        self._levels[0].append(numbers)
        self._halve_full()

    def _grow(self, level: int) -> None:
        """Have so many levels."""
        while len(self._levels) <= level:
            self._levels.append([])
            self._halvings.append(0)

    def _halve_full(self) -> None:
        """Halve each level that is full, from the lowest on."""
        level = 0
        while level < len(self._levels):
            if sum(map(len, self._levels[level])) >= 2 * self.capacity:
                self._grow(level + 1)
                values = np.sort(np.concatenate(self._levels[level]))
                pairs, rest = values[: len(values) // 2 * 2], values[len(values) // 2 * 2 :]
                self._levels[level] = [rest]
                self._levels[level + 1].append(pairs[self._halvings[level] % 2 :: 2])
                self._halvings[level] += 1
                self._moved += 2**level
            level += 1
