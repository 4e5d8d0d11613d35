"""Targets that were moved by some rows: a header that was counted, a lag, a first row that was dropped on one side."""

from __future__ import annotations

import numpy as np

from backlit.diagnosis.case import Matrix, Rows
from backlit.diagnosis.reference import constant_score, reference_of, score_of

SHIFTS = (1, -1, 2, -2, 3, -3)
"""By how many rows targets are moved on trial; nearer ones first."""
SCREENED_ROWS, NEIGHBOURS = 600, 5
CLEAR = 0.1
"""By how much the reference has to gain beyond its noise: some shift of several is always a little better."""
SCREEN = 0.05


def moved(rows: Rows, shift: int) -> Rows:
    """The rows with each input beside the target that stands `shift` rows further down; the ends have none.

    Examples
    --------
    >>> pair = moved(Rows(np.arange(4.0)[:, None], np.arange(4.0)[:, None]), 1)
    >>> pair.inputs.ravel().tolist(), pair.targets.ravel().tolist()
    ([0.0, 1.0, 2.0], [1.0, 2.0, 3.0])
    """
    if shift >= 0:
        return Rows(rows.inputs[: len(rows) - shift], rows.targets[shift:])
    return Rows(rows.inputs[-shift:], rows.targets[:shift])


def shift_of(task: str, rows: Rows) -> int | None:
    """The shift at which the rows do tell the targets; None where there is none.

    Nearest neighbours, which are found once, look for it, and the reference of the whole diagnosis confirms it.
    """
    count = len(rows)
    if count <= 4 * max(SHIFTS) or not np.isfinite(rows.inputs).all():
        return None
    reach = max(SHIFTS)
    some = np.sort(np.random.default_rng(0).permutation(np.arange(reach, count - reach))[:SCREENED_ROWS])
    nearest = _nearest(rows.inputs[some])

    def gain(shift: int) -> float:
        targets = rows.targets[some + shift]
        return score_of(task, targets[nearest].mean(axis=1), targets) - constant_score(task, targets)

    best = max(SHIFTS, key=gain)
    if gain(best) < gain(0) + SCREEN:
        return None
    pairs = moved(rows, best)
    reference = reference_of(task, pairs.inputs, pairs.targets)
    if reference is None or reference.score - reference.constant < CLEAR + reference.noise:
        return None
    return best


def _nearest(x: Matrix) -> np.ndarray:
    """The nearest rows of each row in standard units, itself apart, shape (rows, NEIGHBOURS)."""
    std = x.std(axis=0)
    x = (x - x.mean(axis=0)) / np.where(std > 0, std, 1.0)
    squares = (x**2).sum(axis=1)
    distances = squares[:, None] + squares[None, :] - 2 * x @ x.T
    np.fill_diagonal(distances, np.inf)
    return np.asarray(np.argpartition(distances, NEIGHBOURS, axis=1)[:, :NEIGHBOURS])
