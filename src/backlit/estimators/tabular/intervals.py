"""Intervals that hold the target as often as is asked: split conformal prediction (Vovk et al. 2005; Lei et al. 2018).

How far off the predictions of rows held out were says how wide an interval must be. The width's rank among them is a
whole number, counted exactly: ``0.9 * 10`` in floating point may be one more or one less than nine.
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from backlit.errors import BacklitError, ParameterError

Numbers = NDArray[np.float64]

MOST_RESIDUALS = 10_000
"""Rows held out that are kept: any part of them is as valid, and the coverage then varies by 0.3 % at most."""


def outside(low: Numbers, high: Numbers, targets: Numbers) -> Numbers:
    """How far each target lies outside its interval, below 0 within: conformalized quantile regression's score.

    Romano, Patterson and Candes 2019.

    Examples
    --------
    >>> outside(np.zeros(3), np.ones(3), np.array([-0.5, 0.25, 3.0])).tolist()
    [0.5, -0.25, 2.0]
    """
    return np.maximum(low - targets, targets - high)


def residuals_of(scores: Numbers) -> Numbers:
    """How far off each prediction was, each output's in ascending order; of many rows evenly spaced ones.

    Parameters
    ----------
    scores : ndarray, shape (n, outputs)
        In the target's units, the rows in any order that does not depend on them.

    Returns
    -------
    ndarray of float64, shape (at most MOST_RESIDUALS, outputs)

    Examples
    --------
    >>> residuals_of(np.array([[0.5], [0.0], [1.0]])).tolist()
    [[0.0], [0.5], [1.0]]
    """
    some = np.linspace(0, len(scores) - 1, min(len(scores), MOST_RESIDUALS)).astype(np.int64)
    return np.sort(scores[some], axis=0)


def half_width(residuals: Numbers, coverage: float) -> Numbers:
    """How far an interval must reach to either side, for each output.

    The residual of rank ``ceil((n + 1) * coverage)`` of n: a new row's own is as likely to have any of the n + 1 ranks.

    Parameters
    ----------
    residuals : ndarray, shape (n, outputs)
        In ascending order.
    coverage : float
        Above 0, below 1; taken as the decimal number that it is written as.

    Raises
    ------
    ParameterError
        If the coverage is no such number.
    BacklitError
        If so few rows cannot promise it.

    Examples
    --------
    >>> nine = np.arange(1.0, 10.0)[:, None]
    >>> half_width(nine, 0.9).tolist(), half_width(nine, 0.5).tolist()
    ([9.0], [5.0])
    """
    if isinstance(coverage, bool) or not isinstance(coverage, float | np.floating) or not 0.0 < coverage < 1.0:
        raise ParameterError(
            f"coverage: {coverage!r} is not between 0 and 1; give one such as 0.9", parameter="coverage"
        )
    exact = Fraction(repr(float(coverage)))
    rank = math.ceil((len(residuals) + 1) * exact)
    if rank > len(residuals):
        needed = math.ceil(exact / (1 - exact))
        raise BacklitError(
            f"coverage: {float(coverage):g} needs {needed} rows held out, the fit had {len(residuals)}; "
            "give a smaller coverage, or fit more rows"
        )
    return np.asarray(residuals[rank - 1])
