"""Temperature scaling: one number that makes probabilities honest (Guo et al. 2017, 'On calibration')."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

TINY = 1e-12
PRIOR_ROWS = 1.0
"""Rows of unknown class that are counted with those held out: a model without a mistake so far may still make one."""

TEMPERATURES = np.geomspace(0.2, 5.0, 33)
"""The grid of the search for the best temperature; between two of them a parabola is fitted."""


def best_temperature(outputs: NDArray[Any], codes: NDArray[Any], weights: NDArray[Any] | None) -> tuple[float, float]:
    """The temperature with the least mean cross entropy, and that cross entropy.

    Parameters
    ----------
    outputs : ndarray, shape (n, classes)
        Probabilities, as softmax gave them.
    codes : ndarray of int, shape (n,), or of float, shape (n, classes)
        The true classes, or the probability of each.
    weights : ndarray, shape (n,), optional

    Examples
    --------
    >>> underconfident = np.array([[0.6, 0.4], [0.4, 0.6], [0.6, 0.4], [0.4, 0.6]])
    >>> best_temperature(underconfident, np.array([0, 1, 0, 1]), None)[0] < 0.5
    True
    """
    costs = _Costs(outputs, codes, weights)

    @cache
    def cost_at(index: int) -> float:
        return costs(TEMPERATURES[index])

    low, at = 0, len(TEMPERATURES) - 1
    while low < at:  # the cost is convex in 1 / T, so it falls to its minimum and rises from there
        middle = (low + at) // 2
        if cost_at(middle) <= cost_at(middle + 1):
            at = middle
        else:
            low = middle + 1
    if 0 < at < len(TEMPERATURES) - 1:  # the minimum of the parabola through three points, in log temperature
        left, center, right = (cost_at(index) for index in (at - 1, at, at + 1))
        shift = 0.5 * (left - right) / max(left - 2 * center + right, TINY)
        ratio = TEMPERATURES[1] / TEMPERATURES[0]
        temperature = float(TEMPERATURES[at] * ratio**shift)
        cost = costs(temperature)
        if cost <= center:
            return temperature, cost
    return float(TEMPERATURES[at]), cost_at(at)


class _Costs:
    """Mean cross entropy by temperature; what does not depend on it is computed once.

    ``-log softmax(z / T)[y] = log sum exp(d / T) - d[y] / T`` with ``d = z - max z``.
    """

    def __init__(self, outputs: NDArray[Any], codes: NDArray[Any], weights: NDArray[Any] | None) -> None:
        logits = np.log(np.maximum(outputs.astype(np.float64), TINY))
        self._below = logits - logits.max(axis=1, keepdims=True)
        self._scaled = np.empty_like(self._below)
        self._shares = np.full(len(codes), 1.0 / len(codes)) if weights is None else weights / weights.sum()
        below = self._below[np.arange(len(codes)), codes] if codes.ndim == 1 else (codes * self._below).sum(axis=1)
        labels = self._shares @ below
        unknown = self._shares @ self._below.mean(axis=1)
        self._label_terms = (len(codes) * labels + PRIOR_ROWS * unknown) / (len(codes) + PRIOR_ROWS)

    def __call__(self, temperature: float) -> float:
        np.multiply(self._below, 1.0 / temperature, out=self._scaled)
        np.exp(self._scaled, out=self._scaled)
        return float(self._shares @ np.log(self._scaled.sum(axis=1)) - self._label_terms / temperature)
