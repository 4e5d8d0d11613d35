"""Robust scaling and the smooth clip: how a raw column becomes an input of a network.

The formulas are those of RealMLP (Holzmüller, Grinsztajn, Steinwart, "Better by default", NeurIPS 2024).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Numbers = NDArray[np.float64]

QUARTILES = (0.25, 0.5, 0.75)
LARGEST = 1e300
"""Larger numbers are read as this one, so that no difference of two overflows."""

CLIP_BOUND = 3.0
"""The bound of the smooth clip: no scaled number lies beyond it."""

SATURATED = 1e6
"""Beyond this the smooth clip is `CLIP_BOUND` in float32, and its square would overflow in time."""


def robust_affine(values: Numbers, counts: NDArray[np.int64] | None = None) -> tuple[float, float]:
    """The median, and 1 / (q75 - q25), without the value of most rows if the quartiles are one; 0 for a constant.

    Of the rest it is the same again, until its quartiles differ; of two values it is 2 / (max - min). So a column
    that is 0 nearly everywhere keeps the shape of what is not (RealMLP divides by the whole range in its place).

    Parameters
    ----------
    values : ndarray of shape (n,)
        Finite numbers, none beyond `LARGEST`.
    counts : ndarray of shape (n,), optional
        How often each stands in the data; once if not given.

    Returns
    -------
    center, factor : float
        The scaled column is ``(values - center) * factor``.

    Examples
    --------
    >>> robust_affine(np.array([0.0, 1.0, 2.0, 3.0, 4.0]))
    (2.0, 0.5)
    >>> robust_affine(np.array([0.0, 1.0]), np.array([9, 1]))
    (0.0, 2.0)
    >>> robust_affine(np.array([0.0] * 20 + [100.0, 200.0, 300.0]))
    (200.0, 0.01)
    """
    if counts is not None:
        values, counts = values[counts > 0], counts[counts > 0]
    low, high = float(values.min()), float(values.max())
    q25, median, q75 = np.quantile(values, QUARTILES).tolist() if counts is None else _counted_quartiles(values, counts)
    if q75 > q25:
        return median, min(1.0 / (q75 - q25), LARGEST)
    rest = values != median
    others = values[rest]
    if others.size and others.min() < others.max():
        return robust_affine(others, None if counts is None else counts[rest])
    return median, min(2.0 / (high - low), LARGEST) if high > low else 0.0


def _counted_quartiles(values: Numbers, counts: NDArray[np.int64]) -> tuple[float, float, float]:
    """The quartiles of values that stand `counts` times each, interpolated linearly as numpy.quantile does."""
    order = np.argsort(values, kind="stable")
    ends = np.cumsum(counts[order])
    positions = np.array(QUARTILES) * (ends[-1] - 1)
    below = values[order][np.searchsorted(ends, np.floor(positions), side="right")]
    above = values[order][np.searchsorted(ends, np.ceil(positions), side="right")]
    q25, median, q75 = (below + (above - below) * (positions - np.floor(positions))).tolist()
    return q25, median, q75


def smooth_clip(scaled: ArrayLike) -> NDArray[np.floating[Any]]:
    """``x / sqrt(1 + (x / 3)^2)``: nearly x around 0, never beyond 3.

    Examples
    --------
    >>> smooth_clip([0.0, 3.0, np.inf]).round(4)
    array([0.    , 2.1213, 3.    ])
    """
    x = np.clip(scaled, -SATURATED, SATURATED)
    return x / np.sqrt(1.0 + (x / CLIP_BOUND) ** 2)
