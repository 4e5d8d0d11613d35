"""The end of an MLP: its output gate and loss, and what follows from them for targets and scores."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Head:
    """How a network ends: output gate, loss, number of outputs, and how labels are smoothed (0 for numbers)."""

    gate: str
    loss: str
    outputs: int
    label_smoothing: float = 0.0


def dense_targets(targets: Numbers, outputs: int) -> Numbers:
    """Targets with a column for each output: one-hot rows for class codes.

    Examples
    --------
    >>> dense_targets(np.array([[2.0], [0.0]]), 3).tolist()
    [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    """
    if targets.shape[1] == outputs:
        return np.ascontiguousarray(targets)
    return np.eye(outputs, dtype=targets.dtype)[targets[:, 0].astype(np.int64)]


def smoothed_targets(targets: Numbers, head: Head) -> Numbers:
    """Targets of independent outputs, moved towards a half; those of a softmax are smoothed by the engine.

    Examples
    --------
    >>> smoothed_targets(np.array([[1.0], [0.0]]), Head("sigmoid", "binary_cross_entropy", 1, 0.1)).tolist()
    [[0.95], [0.05]]
    """
    if head.gate == "softmax" or not head.label_smoothing:
        return targets
    choices = 2 if targets.shape[1] == head.outputs else head.outputs  # of a yes or no, of a class code
    dense = dense_targets(targets, head.outputs)
    smooth: Numbers = dense * (1 - head.label_smoothing) + head.label_smoothing / choices
    return smooth.astype(targets.dtype, copy=False)


def _accuracy(outputs: Numbers, targets: Numbers, weights: Numbers | None) -> float:
    if targets.shape[1] != outputs.shape[1]:
        right = outputs.argmax(axis=1) == targets[:, 0]
    else:
        right = ((outputs > 0.5) == targets).all(axis=1)
    from sklearn.metrics import accuracy_score  # a second of each start; what predicts alone needs no metric

    return float(accuracy_score(right, np.ones_like(right), sample_weight=weights))


def _r_squared(outputs: Numbers, targets: Numbers, weights: Numbers | None) -> float:
    from sklearn.metrics import r2_score

    return float(r2_score(targets, outputs, sample_weight=weights))


SCORES: Mapping[str, Callable[[Numbers, Numbers, Numbers | None], float]] = {
    "classification": _accuracy,
    "regression": _r_squared,
}
"""Task -> the score of a network's outputs."""


def score_outputs(task: str, outputs: Numbers, targets: Numbers, weights: Numbers | None) -> float:
    """Accuracy or R squared of outputs, shape (n, outputs); NaN where an output is not finite."""
    return SCORES[task](outputs, targets, weights) if np.isfinite(outputs).all() else float("nan")
