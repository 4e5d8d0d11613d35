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

LEAST_DIFFERENCE = float(np.finfo(np.float64).tiny)
"""Numbers that differ by less cannot be scaled."""

MOST_EXACT = 2.0**53
"""Whole numbers up to it are exact in float64."""

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


def scale_by_power_of_two(
    values: Numbers, axis: int | None = None, max_exponent: int | None = None
) -> tuple[Numbers, NDArray[np.int_]]:
    """Multiply by the power of two that brings the largest magnitude between 0.5 and 1, so that squares can be summed.

    The product is exact, except for numbers that vanish beside the largest; so ratios do not change.

    Parameters
    ----------
    values : ndarray
        Finite numbers, as near to the ends of float64 as they may be.
    axis : int, optional
        The axis along which the largest is taken; without it there is one power for all.
    max_exponent : int, optional
        The largest exponent that is taken out; with 0, large numbers stay as they are.

    Returns
    -------
    scaled : ndarray
    exponents : ndarray of int
        ``np.ldexp(scaled, exponents)`` gives the values back.

    Examples
    --------
    >>> scale_by_power_of_two(np.array([5e-324, 1e-323]))[0], scale_by_power_of_two(np.array([3.0, 4.0]))[0]
    (array([0.25, 0.5 ]), array([0.375, 0.5  ]))
    """
    exponents = np.frexp(np.abs(values).max(axis=axis, initial=0.0))[1]
    exponents = exponents if max_exponent is None else np.minimum(exponents, max_exponent)
    return np.ldexp(values, -exponents), exponents


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
