"""What each column contributed to a prediction: integrated gradients, from the graph's gradients of the outputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.network.blueprint import Blueprint
from backlit.network.leaves import comparisons_in, without_comparisons

Matrix = NDArray[np.float64]

NODES, MOST_NODES = 32, 512
"""Points of the path from the baseline at which gradients are taken: four times as many until the sum is right."""

LARGEST_GAP = 1e-3
"""How far the sum may be off, as a part of how far the output moved, before more points are taken."""

STEP_WIDTH = 2e-4
"""How far from a threshold of a tree its step is over, in an input's unit."""

AT_ONCE = 2**18
"""Numbers of a layer that are computed at a time: arrays that stay in the cache take a quarter of the time."""


@dataclass(frozen=True, slots=True)
class Contributions:
    """How far each column moved an output from the baseline's to the row's.

    Attributes
    ----------
    columns : tuple of str
    values : ndarray of float64, shape (n_samples, n_columns)
        In the units of `outputs`; a row of them sums to ``outputs - baseline - gap``.
    baseline, outputs : ndarray of float64, shape (n_samples,)
        The output at the baseline, and at the row: of a classifier the logit of a class (less the mean of all
        classes' logits, where they share a softmax), of a regressor the number (with a loss of rates its logarithm,
        with one of shares its log odds).
    """

    columns: tuple[str, ...]
    values: Matrix
    baseline: Matrix
    outputs: Matrix

    @property
    def gap(self) -> Matrix:
        """What the sum lacks, shape (n_samples,): the error of the integral."""
        missed: Matrix = self.outputs - self.baseline - self.values.sum(axis=1)
        return missed

    def __repr__(self) -> str:
        return f"Contributions({len(self.values)} rows, {len(self.columns)} columns)"


def contributions(
    network: Blueprint,
    theta: NDArray[Any],
    rows: NDArray[Any],
    baseline: NDArray[Any],
    shares: Matrix,
    groups: Sequence[tuple[str, Sequence[int]]],
) -> Contributions:
    """Integrate gradients from a baseline to each row (Sundararajan et al. 2017, 'Axiomatic attribution').

    A tree beside the network has no gradient but steps, which belong to the input that is compared.

    Parameters
    ----------
    network : Blueprint
    theta : ndarray, shape (theta_size,)
    rows : ndarray, shape (n, inputs)
    baseline : ndarray, shape (inputs,)
    shares : ndarray, shape (n, outputs)
        The output that is explained, as a sum of pre-activations of the last layer.
    groups : sequence of (str, sequence of int)
        Columns, and which inputs of the network come from each.
    """
    rows, start = rows.astype(np.float64), np.asarray(baseline, np.float64)
    outputs = (_logits(network, theta, rows) * shares).sum(axis=1)
    before = shares @ _logits(network, theta, start[None])[0]
    values, nodes = np.zeros_like(rows), NODES
    smooth = without_comparisons(network, theta)
    steps = _steps(network, theta, smooth, rows, start, shares)
    left = np.arange(len(rows))
    while left.size:
        values[left] = _integrated(network, smooth, rows[left], start, shares[left], nodes) + steps[left]
        moved = outputs[left] - before[left]
        off = np.abs(values[left].sum(axis=1) - moved) > LARGEST_GAP * np.maximum(np.abs(moved), LARGEST_GAP)
        left, nodes = left[off], 4 * nodes
        if nodes > MOST_NODES:
            break
    summed = np.stack([values[:, list(inputs)].sum(axis=1) for _, inputs in groups], axis=1)
    return Contributions(tuple(name for name, _ in groups), summed, before, outputs)


def _logits(network: Blueprint, theta: NDArray[Any], rows: Matrix) -> Matrix:
    """The last pre-activations, shape (rows, outputs)."""
    from backlit.graph import logits

    parts = [logits(network, theta, rows[part]).output.value for part in _parts(len(rows), _widest(network))]
    return np.concatenate([np.empty((0, network.outputs)), *parts])


def _integrated(
    network: Blueprint, theta: NDArray[Any], rows: Matrix, start: Matrix, shares: Matrix, nodes: int
) -> Matrix:
    """The mean gradient on the straight path to each row, by Gauss's rule, times the path."""
    from backlit.graph import backward, logits

    points, weights = np.polynomial.legendre.leggauss(nodes)
    points, weights = (points + 1.0) / 2.0, weights / 2.0
    path = rows - start
    mean = np.zeros_like(rows)
    for part in _parts(len(rows), nodes * _widest(network)):
        inputs = start + points[:, None, None] * path[part]
        graph = logits(network, theta, inputs.reshape(-1, rows.shape[1]))
        x = graph.named("x")
        assert x is not None
        gradient = backward(graph, np.tile(shares[part], (nodes, 1)), [x])[x]
        assert gradient is not None
        mean[part] = np.einsum("k,kij->ij", weights, gradient.reshape(inputs.shape))
    return mean * path


def _steps(
    network: Blueprint, theta: NDArray[Any], smooth: NDArray[Any], rows: Matrix, start: Matrix, shares: Matrix
) -> Matrix:
    """What the output jumps by at the thresholds of trees on the straight path to each row, by input.

    `smooth` has no such steps: what it changes by along the way is not theirs.
    """
    jumps = np.zeros_like(rows)
    inputs, thresholds = comparisons_in(network, theta)
    if not inputs.size:
        return jumps
    for row, share, jump in zip(rows, shares, jumps, strict=True):
        path = row - start
        moving = np.flatnonzero(np.abs(path[inputs]) > STEP_WIDTH)
        crossed = (thresholds[moving] - start[inputs[moving]]) / path[inputs[moving]]
        around = STEP_WIDTH / np.abs(path[inputs[moving]])
        order = [at for at in np.argsort(crossed, kind="stable") if -around[at] < crossed[at] < 1.0 + around[at]]
        spans: list[tuple[float, float, list[int]]] = []  # thresholds so close that their steps overlap are one step
        for at in order:
            low, high = crossed[at] - around[at], crossed[at] + around[at]
            if spans and low <= spans[-1][1]:
                low, high, together = spans[-1][0], max(high, spans[-1][1]), spans.pop()[2]
            else:
                together = []
            spans.append((low, high, [*together, int(inputs[moving][at])]))
        if not spans:
            continue
        ends = np.array([end for low, high, _ in spans for end in (low, high)])
        points = start + np.clip(ends, 0.0, 1.0)[:, None] * path
        added = (_logits(network, theta, points) - _logits(network, smooth, points)) @ share
        for (_, _, together), before, after in zip(spans, added[::2], added[1::2], strict=True):
            np.add.at(jump, together, (after - before) / len(together))
    return jumps


def _widest(network: Blueprint) -> int:
    return max(network.inputs, *(layer.outputs for layer in network.layers))


def _parts(rows: int, numbers: int) -> list[slice]:
    """Rows in parts, of so many numbers a row."""
    size = max(1, AT_ONCE // numbers)
    return [slice(first, first + size) for first in range(0, rows, size)]
