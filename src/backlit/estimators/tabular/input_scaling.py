"""Input scaling: in training, each input has a factor by how much its column alone explains of the targets."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.encoding.scaling import CLIP_BOUND, scale_by_power_of_two
from backlit.estimators.inspection.columns import Groups
from backlit.network.blueprint import Blueprint

Numbers = NDArray[np.float64]

SAMPLED_ROWS = 8_000
"""Rows that the factors are computed of, at most."""
BINS = 32
"""Parts that the range of an encoded input is cut into."""
NOISE_MARGIN = 4.0
"""Standard deviations of what chance explains, added for every column: none gets 0, few rows decide little."""
LARGEST_SCALE = 3.0
"""The largest factor, so that the periods of periodic embeddings do not become too short."""


def input_scales(
    rows: NDArray[np.float32], targets: NDArray[Any], weights: NDArray[np.float32] | None, columns: Groups
) -> NDArray[np.float32]:
    """A factor for each input, the same for all inputs of a column.

    An input is cut into bins; the part of the targets' variance between them (the correlation ratio, of classes Goodman
    and Kruskal's tau), less what chance explains, is its relevance. A column's is that of its best input, or of its
    categories together. A factor is the root of that, plus a margin for chance; together all inputs vary as much as
    before.

    Parameters
    ----------
    rows : ndarray of shape (n, inputs), float32
        Encoded, within -3 and 3.
    targets : ndarray of shape (n,), int, or (n, outputs)
        Classes, or numbers.
    weights : ndarray of shape (n,), optional
    columns : sequence of (name, inputs)
        Which inputs come from which column.

    Returns
    -------
    ndarray of shape (inputs,), float32
        Positive and finite; all 1 where the targets do not vary, each input stays within one bin, or no row has weight.

    Examples
    --------
    >>> rows = np.random.default_rng(0).normal(size=(400, 2)).astype(np.float32)
    >>> input_scales(rows, (rows[:, 0] > 0).astype(int), None, [("relevant", [0]), ("noise", [1])]).round(1)
    array([1.3, 0.4], dtype=float32)
    """
    sample = np.linspace(0, len(rows) - 1, min(len(rows), SAMPLED_ROWS)).astype(np.int64)
    shares = np.ones(len(sample))
    if weights is not None:
        shares, _ = scale_by_power_of_two(weights[sample].astype(np.float64))
    inputs = np.ascontiguousarray(rows[sample].T)
    if not shares.any():
        return np.ones(len(inputs), np.float32)
    target = (_Classes if targets.ndim == 1 else _Outputs)(targets[sample], shares)
    if not target.variation > 0.0:
        return np.ones(len(inputs), np.float32)
    effective_rows = shares.sum() ** 2 / (shares**2).sum()  # so many of equal weight inform as much
    explained, freedom, high = np.array([_explained(row, target, shares) for row in inputs]).T
    if not freedom.any():
        return np.ones(len(inputs), np.float32)
    relevance = np.maximum(explained - freedom / effective_rows, 0.0)
    for _, group in columns:
        indicators = [i for i in group if freedom[i] == 1.0]  # of its categories
        together = float(explained[indicators] @ (1.0 - high[indicators])) - len(indicators) / effective_rows
        relevance[list(group)] = max(relevance[list(group)].max(initial=0.0), together)
        freedom[list(group)] = np.maximum(freedom[list(group)], len(indicators))
    factors = np.sqrt(relevance + NOISE_MARGIN * math.sqrt(2.0 * freedom.max()) / effective_rows)
    variation = inputs.var(axis=1, dtype=np.float64)
    factors /= math.sqrt((factors**2 @ variation) / variation.sum())
    return np.asarray(np.minimum(factors, LARGEST_SCALE), np.float32)


def fold_scales_into_weights(blueprint: Blueprint, theta: NDArray[np.float32], factors: NDArray[np.float32]) -> None:
    """Change the parameters in place, so that unscaled inputs give what inputs times these factors gave.

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
            view[: len(factors)] *= factors[:, None]  # after the inputs come their periodic features


def _explained(row: NDArray[np.float32], target: _Classes | _Outputs, shares: Numbers) -> tuple[float, float, float]:
    """The part of the targets' variation between an input's bins, its degrees of freedom, the share of its last bin."""
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
        counts = np.bincount(codes, shares)
        self.in_the_mean = float((counts**2).sum() / shares.sum())
        # with one class alone, rounding may leave a tiny variation
        self.variation = float(shares.sum()) - self.in_the_mean if np.count_nonzero(counts) > 1 else 0.0

    def sums(self, bins: NDArray[np.int64]) -> Iterator[Numbers]:
        """For each class the weights in each bin."""
        together = np.bincount(bins * self._classes + self._codes, self._shares, BINS * self._classes)
        yield from np.asarray(together, np.float64).reshape(BINS, self._classes).T


class _Outputs:
    """Numbers, one or several a row."""

    def __init__(self, targets: NDArray[Any], shares: Numbers) -> None:
        counted = shares > 0.0
        scaled, _ = scale_by_power_of_two(np.where(counted[:, None], targets, 0.0))
        constant = scaled[counted].max(axis=0) == scaled[counted].min(axis=0)
        centered = np.where(constant, 0.0, scaled - np.average(scaled, axis=0, weights=shares))
        centered, _ = scale_by_power_of_two(centered)
        self._weighted = (centered * shares[:, None]).T
        self.in_the_mean = 0.0
        self.variation = float((self._weighted * centered.T).sum())

    def sums(self, bins: NDArray[np.int64]) -> Iterator[Numbers]:
        """For each output its weighted sum in each bin."""
        for weighted in self._weighted:
            yield np.asarray(np.bincount(bins, weighted, BINS), np.float64)
