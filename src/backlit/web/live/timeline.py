"""Where a training has been: a bounded number of moments, each lately, and long ago at even distances."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from backlit.web.responses import to_json

MOST_MOMENTS, RECENT_MOMENTS, MOST_MOMENT_BYTES = 240, 60, 64 * 2**20
"""Moments that are kept, how many of the last ones are never thinned out, and what all may weigh."""


DIGITS = 5
"""Significant digits of what is shown."""


class Point(NamedTuple):
    """What curves show of a moment; a held-out number is None where no rows are held out."""

    epoch: float
    loss: float
    score: float
    held_loss: float | None
    held_score: float | None


def rounded(value: float) -> float:
    """A number to a few digits."""
    return float(f"{value:.{DIGITS}g}")


@lru_cache(maxsize=4 * MOST_MOMENTS)
def point_json(point: Point) -> str:
    """A point as JSON, to a few digits: a picture has all of them, and a point stands in many pictures.

    Examples
    --------
    >>> point_json(Point(3, 0.1234567, 1.0, None, float("inf")))
    '[3.0,0.12346,1.0,null,null]'
    """
    return to_json([None if number is None else rounded(number) for number in point])


@dataclass(frozen=True, slots=True)
class Moment:
    """Everything that a training goes on from: finished epochs, mini-batches of the next, and the numbers."""

    epoch: int
    batch: int
    theta: NDArray[np.floating[Any]]
    memory: NDArray[Any]
    settings: NDArray[np.float64]
    point: Point

    @property
    def size(self) -> int:
        """Bytes."""
        return self.theta.nbytes + self.memory.nbytes


class Timeline:
    """The moments in order, and the one that the training stands at.

    Examples
    --------
    >>> line = Timeline(most=8, lately=2)
    >>> zeros = np.zeros(1)
    >>> for n in range(20):
    ...     line.add(Moment(n, 0, zeros, zeros, zeros, Point(n, 0.0, 0.0, None, None)))
    >>> [moment.epoch for moment in line]
    [0, 4, 8, 10, 13, 16, 18, 19]
    """

    def __init__(self, most: int = MOST_MOMENTS, lately: int = RECENT_MOMENTS) -> None:
        self._most = most
        self._lately = lately
        self._moments: list[Moment] = []
        self.at = -1

    def __len__(self) -> int:
        return len(self._moments)

    def __iter__(self) -> Iterator[Moment]:
        return iter(self._moments)

    @property
    def now(self) -> Moment:
        """Where the training stands."""
        return self._moments[self.at]

    def go_to(self, at: int) -> Moment:
        """Stand at an earlier or later moment; the nearest one there is."""
        self.at = min(max(at, 0), len(self) - 1)
        return self.now

    def add(self, moment: Moment) -> None:
        """What comes next from where the training stands; what came after that before is forgotten."""
        del self._moments[self.at + 1 :]
        self._moments.append(moment)
        most = max(4, min(self._most, MOST_MOMENT_BYTES // max(moment.size, 1)))
        if len(self) > most:
            del self._moments[self._least(len(self) - min(self._lately, most // 2))]
        self.at = len(self) - 1

    def _least(self, lately: int) -> int:
        """The moment, before the latest ones, whose neighbours are closest to each other."""
        epochs = [moment.point.epoch for moment in self._moments]
        return min(range(1, lately), key=lambda i: epochs[i + 1] - epochs[i - 1])
