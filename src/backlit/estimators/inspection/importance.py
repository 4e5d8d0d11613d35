"""How much a model relies on each column: the score lost when the column is shuffled, or what it contributes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Score = Callable[[NDArray[Any]], float]


@dataclass(frozen=True, slots=True)
class Importance:
    """One number for each column, and how far it varies.

    Attributes
    ----------
    columns : tuple of str
    mean, std : ndarray of float64, shape (n_columns,)
        By shuffling: the score that is lost, over the repeats. By contributions: the mean magnitude and its deviation
        over the rows.
    """

    columns: tuple[str, ...]
    mean: NDArray[np.float64]
    std: NDArray[np.float64]

    def ranked(self) -> list[tuple[str, float, float]]:
        """(column, mean, std), the most important first."""
        rows = zip(self.columns, self.mean.tolist(), self.std.tolist(), strict=True)
        return sorted(rows, key=lambda row: -row[1])


def shuffled(
    rows: NDArray[Any], groups: Sequence[tuple[str, Sequence[int]]], score: Score, repeats: int, seed: int
) -> Importance:
    """Permutation importance (Breiman 2001): the score that is lost when a column's cells are shuffled.

    A column's inputs of the network are shuffled together, which is the same as shuffling its cells and encoding them.
    """
    rng, whole, changed = np.random.default_rng(seed), score(rows), rows.copy()
    lost = np.zeros((len(groups), repeats))
    for number, (_, inputs) in enumerate(groups):
        group = np.array(inputs, np.int64)
        for repeat in range(repeats) if group.size else ():
            changed[:, group] = rows[np.ix_(rng.permutation(len(rows)), group)]
            lost[number, repeat] = whole - score(changed)
        changed[:, group] = rows[:, group]
    return Importance(tuple(name for name, _ in groups), lost.mean(axis=1), lost.std(axis=1))
