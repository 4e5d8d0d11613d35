"""How loudly a network in training hears each input: by what its column alone says of the targets."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.encoding.scaling import CLIP_BOUND
from backlit.estimators.inspection.columns import Groups
from backlit.network.blueprint import Blueprint

Numbers = NDArray[np.float64]

LOOKED_AT = 8_000
"""Rows that are looked at, at most."""
BINS = 32
"""Parts that the reach of an encoded input is cut into."""
CHANCES = 4.0
"""Standard deviations of what chance explains, granted to every column: none is silent, few rows decide little."""
LARGEST_SCALE = 3.0
"""An input is never made louder than by this, so that waves do not become too short."""


def input_scales(
    rows: NDArray[np.float32], wanted: NDArray[Any], weights: NDArray[np.float32] | None, columns: Groups
) -> NDArray[np.float32]:
    """A factor for each input, the same for all inputs of a column.

    An input is cut into bins; the part of the targets' variance between them (the correlation ratio, of classes Goodman
    and Kruskal's tau), less what chance explains, is what it says. A column says as much as its best input, or as its
    categories together. A factor is the root of that, granted something for chance; together all inputs vary as much as
    before.

    Parameters
    ----------
    rows : ndarray of shape (n, inputs), float32
        Encoded, within -3 and 3.
    wanted : ndarray of shape (n,), int, or (n, outputs)
        Classes, or numbers.
    weights : ndarray of shape (n,), optional
    columns : sequence of (name, inputs)
        Which inputs come from which column.

    Returns
    -------
    ndarray of shape (inputs,), float32
        Positive; all 1 where the targets do not vary or nothing has weight.

    Examples
    --------
    >>> rows = np.random.default_rng(0).normal(size=(400, 2)).astype(np.float32)
    >>> input_scales(rows, (rows[:, 0] > 0).astype(int), None, [("tells", [0]), ("silent", [1])]).round(1)
    array([1.3, 0.4], dtype=float32)
    """
    some = np.linspace(0, len(rows) - 1, min(len(rows), LOOKED_AT)).astype(np.int64)
    shares = np.ones(len(some)) if weights is None else weights[some].astype(np.float64)
    inputs = np.ascontiguousarray(rows[some].T)
    if not shares.any():
        return np.ones(len(inputs), np.float32)
    target = (_Classes if wanted.ndim == 1 else _Outputs)(wanted[some], shares)
    if not target.variation > 0.0:
        return np.ones(len(inputs), np.float32)
    counted = shares.sum() ** 2 / (shares**2).sum()  # so many rows of equal weight tell as much
    explained, freedom, high = np.array([_said(row, target, shares) for row in inputs]).T
    said = np.maximum(explained - freedom / counted, 0.0)
    for _, own in columns:
        indicators = [place for place in own if freedom[place] == 1.0]  # of its categories
        together = float(explained[indicators] @ (1.0 - high[indicators])) - len(indicators) / counted
        said[list(own)] = max(said[list(own)].max(initial=0.0), together)
        freedom[list(own)] = np.maximum(freedom[list(own)], len(indicators))
    factors = np.sqrt(said + CHANCES * math.sqrt(2.0 * freedom.max()) / counted)
    variation = inputs.var(axis=1, dtype=np.float64)
    factors /= math.sqrt((factors**2 @ variation) / variation.sum()) if variation.any() else 1.0
    return np.asarray(np.minimum(factors, LARGEST_SCALE), np.float32)


def fold_scales_into_weights(blueprint: Blueprint, theta: NDArray[np.float32], factors: NDArray[np.float32]) -> None:
    """Change the parameters in place, so that plain inputs do what inputs times these factors did.

    Examples
    --------
    >>> from backlit.network.building import mlp
    >>> network = mlp(2, (), 1)
    >>> theta = np.ones(network.theta_size, np.float32)
    >>> fold_scales_into_weights(network, theta, np.array([2.0, 3.0], np.float32))
    >>> network.arrays(theta)["w[1]"][:, 0].tolist()
    [2.0, 3.0]
    """
    for slot in blueprint.slots:
        view = slot.view(theta)
        if slot.parameter == "frequency":
            view *= factors[: len(view), None]
        elif slot.layer == 1 and slot.parameter == "w":
            view[: len(factors)] *= factors[:, None]  # behind the inputs come the features of their waves


def _said(row: NDArray[np.float32], target: _Classes | _Outputs, shares: Numbers) -> tuple[float, float, float]:
    """What part of the targets' variation lies between an input's bins, their freedom, and the share of the highest."""
    bins = np.clip((row + CLIP_BOUND) * (BINS / (2.0 * CLIP_BOUND)), 0.0, BINS - 1.0).astype(np.int64)
    sizes = np.bincount(bins, shares, BINS)
    between = sum(float((sums**2 / np.maximum(sizes, np.finfo(float).tiny)).sum()) for sums in target.sums(bins))
    explained = (between - target.in_the_mean) / target.variation
    filled = sizes[sizes > 0.0]
    return explained, len(filled) - 1.0, float(filled[-1] / sizes.sum())


class _Classes:
    """Classes as numbers of 0 and 1, without writing them out."""

    def __init__(self, codes: NDArray[np.int64], shares: Numbers) -> None:
        self._codes, self._shares, self._classes = codes, shares, int(codes.max()) + 1
        self.in_the_mean = float((np.bincount(codes, shares) ** 2).sum() / shares.sum())
        self.variation = float(shares.sum()) - self.in_the_mean

    def sums(self, bins: NDArray[np.int64]) -> Iterator[Numbers]:
        """For each class the weights in each bin."""
        together = np.bincount(bins * self._classes + self._codes, self._shares, BINS * self._classes)
        yield from np.asarray(together, np.float64).reshape(BINS, self._classes).T


class _Outputs:
    """Numbers, one or several a row."""

    def __init__(self, wanted: NDArray[Any], shares: Numbers) -> None:
        centered = wanted.astype(np.float64)
        centered = centered - np.average(centered, axis=0, weights=shares)
        self._weighted = (centered * shares[:, None]).T
        self.in_the_mean = 0.0
        self.variation = float((self._weighted * centered.T).sum())

    def sums(self, bins: NDArray[np.int64]) -> Iterator[Numbers]:
        """For each output its weighted sum in each bin."""
        for weighted in self._weighted:
            yield np.asarray(np.bincount(bins, weighted, BINS), np.float64)
