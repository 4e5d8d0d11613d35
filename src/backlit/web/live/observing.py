"""What is measured of a network between two steps: losses, scores, gradients, and its answers over two inputs."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.engine.network import Network
from backlit.errors import BacklitError
from backlit.network.blueprint import Blueprint
from backlit.network.forward import forward
from backlit.reporting.scores import r_squared
from backlit.web.live.problems import Problem

Matrix = NDArray[np.floating[Any]]
Rows = NDArray[np.int64]

MEASURED_ROWS = 512
"""Rows, at most, that a loss and a score are measured on."""

SIDE, TILE_STEP = 64, 4
"""A plane is evaluated at so many points each way; neurons are shown at every fourth."""

MOST_SHOWN = 10
"""So many neurons of a layer are drawn: the lines between them, and what each makes of the plane."""

PLANE_MARGIN = 0.12


class Observer:
    """Measures parameters that are copied into it, with compiled passes of its own: the training is not touched.

    Parameters
    ----------
    blueprint : Blueprint
    problem : Problem
    batch : int
        Rows of a mini-batch, whose gradient is shown.
    """

    def __init__(self, blueprint: Blueprint, problem: Problem, batch: int) -> None:
        self._problem = problem
        capacity = max(batch, MEASURED_ROWS)
        self._network = Network(blueprint, np.zeros(blueprint.theta_size), capacity, on_callers_thread=True)

    def measured(self, theta: Matrix, rows: Rows) -> tuple[float, float]:
        """The mean loss of some rows, and the share that is classified right; for numbers, R^2."""
        np.copyto(self._network.theta, theta)
        inputs, targets = self._problem.inputs[rows], self._problem.dense(rows)
        loss, _ = self._network.loss_and_gradient(inputs, targets, np.full(len(rows), 1.0 / len(rows)))
        return loss, score(self._network.predict(inputs), targets, bool(self._problem.classes))

    def gradient(self, theta: Matrix, rows: Rows) -> Matrix:
        """The gradient of the mean loss of a mini-batch."""
        np.copyto(self._network.theta, theta)
        weights = np.full(len(rows), 1.0 / len(rows))
        inputs, targets = self._problem.inputs[rows], self._problem.dense(rows)
        _, gradient = self._network.loss_and_gradient(inputs, targets, weights)
        return gradient.astype(np.float64)


def score(outputs: Matrix, targets: Matrix, classes: bool) -> float:
    """The share of right classes, or R^2 (nan where all targets are one number)."""
    if not classes:
        with np.errstate(all="ignore"):
            return r_squared(outputs, targets)
    if outputs.shape[1] == 1:
        return float(((outputs > 0.5) == (targets > 0.5)).mean())
    return float((outputs.argmax(axis=1) == targets.argmax(axis=1)).mean())


def extent(inputs: Matrix, column: int) -> tuple[float, float]:
    """From where to where a plane reaches along one input."""
    low, high = float(inputs[:, column].min()), float(inputs[:, column].max())
    margin = PLANE_MARGIN * (high - low or 1.0)
    return low - margin, high + margin


def informative_axes(problem: Problem, most: int) -> list[int]:
    """The two inputs, among the first ones, that tell most of the target each by itself; all where there are no two.

    Of classes, by the share of an input's variance that lies between them; of numbers, by the correlation.

    Examples
    --------
    >>> from backlit.web.live.problems import toy
    >>> problem = toy("iris", 0)
    >>> [problem.columns[at] for at in informative_axes(problem, 12)]
    ['petal length', 'petal width']
    """
    inputs, targets = problem.inputs[:, :most], problem.targets[:, 0]
    if problem.classes:
        labels = targets.astype(np.int64)
        counts = np.bincount(labels)
        means = np.stack([np.bincount(labels, column) / np.maximum(counts, 1) for column in inputs.T])
        told = ((means - inputs.mean(axis=0)[:, None]) ** 2) @ counts / len(labels)
    else:
        told = ((inputs - inputs.mean(axis=0)) * (targets - targets.mean())[:, None]).mean(axis=0) ** 2
    shares = told / np.maximum(inputs.var(axis=0), 1e-12)
    return sorted(np.argsort(-shares, kind="stable")[:2].tolist())


def plane(blueprint: Blueprint, theta: Matrix, problem: Problem, across: int, up: int) -> dict[str, Any]:
    """The network's answers over two of its inputs, the others at their mean; and what each neuron makes of them.

    Returns
    -------
    dict
        ``answers``: for each output, the values at `SIDE` x `SIDE` points, from the lower left, row by row, as bytes
        0 to 255 (of numbers: from the lowest to the highest target); ``neurons``: for the inputs and each hidden layer,
        the same for the first neurons at every fourth point, as shares of the largest magnitude, bytes -127 to 127.
        Bytes are written in base64.

    Raises
    ------
    BacklitError
        If there are no two such inputs.
    """
    inputs = problem.inputs
    width = inputs.shape[1]
    if not (0 <= across < width and 0 <= up < width and across != up):
        raise BacklitError(f"axes {across} and {up}: choose two different inputs from 0 to {width - 1}")
    ends = extent(inputs, across), extent(inputs, up)
    xs, ys = (np.linspace(*end, SIDE) for end in ends)
    rows = np.tile(inputs.mean(axis=0), (SIDE * SIDE, 1))
    rows[:, across], rows[:, up] = np.tile(xs, SIDE), np.repeat(ys, SIDE)
    values = forward(blueprint, theta, rows)
    *hidden, answers = (array for name, array in values.items() if name.startswith("a["))
    if not problem.classes:
        low, high = problem.targets.min(), problem.targets.max()
        answers = (answers - low) / (high - low)
    return {
        "side": SIDE,
        "tile": SIDE // TILE_STEP,
        "extent": [*ends[0], *ends[1]],
        "answers": _written(answers * 255.0, np.uint8),
        "neurons": [_tiles(layer) for layer in (rows, *hidden)],
    }


def _tiles(layer: Matrix) -> list[str]:
    neurons = layer[:, :MOST_SHOWN]
    tiles = neurons.reshape(SIDE, SIDE, -1)[::TILE_STEP, ::TILE_STEP].reshape(-1, neurons.shape[1])
    with np.errstate(all="ignore"):
        shares = 127.0 * tiles / np.maximum(np.abs(tiles).max(axis=0), 1e-12)
    return _written(shares, np.int8)


def _written(values: Matrix, kind: type[np.uint8] | type[np.int8]) -> list[str]:
    """Each column as bytes; what is beyond them is the nearest, and what is not a number the middle."""
    high = np.iinfo(kind).max
    low = 0 if kind is np.uint8 else -high
    whole = np.clip(np.nan_to_num(values, nan=(low + high) / 2, posinf=high, neginf=low), low, high).astype(kind)
    return [base64.b64encode(column.tobytes()).decode() for column in whole.T]
