"""The numbers of a report; a page and figures are made of these and of nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.estimators.inspection.importance import Importance
from backlit.reporting.scores import Bin, ClassScore, Score

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Curve:
    """One member's training, epoch by epoch from 1; what was not measured is None, and `best` is the epoch kept."""

    loss: tuple[float, ...]
    score: tuple[float, ...] | None
    rate: tuple[float, ...] | None
    best: int | None


@dataclass(frozen=True, slots=True)
class LayerFlow:
    """Mean magnitudes over a batch: of the weights' gradients, and of the rows' deltas (dC/dz of one row's cost)."""

    layer: int
    gate: str
    neurons: int
    weight_gradient: float
    delta: float


@dataclass(frozen=True, slots=True, eq=False)
class ReportNumbers:
    """How a fitted model did on labelled rows, and how it was trained.

    Attributes
    ----------
    title : str
    task : {"classification", "regression"}
    facts, settings : tuple of (name, value)
        The data and the network in numbers; the parameters of the estimator.
    scores : tuple of Score
        Each measure of the model and of the baseline.
    curves : tuple of Curve
        Of each member; empty for a tabular model that was loaded, for its file keeps no history.
    labels : tuple of str
        Of the classes; empty for a regression.
    classes : tuple of ClassScore
    confusion : ndarray of int, shape (n_classes, n_classes), or None
        Rows are true classes, columns are predicted ones.
    calibration : tuple of Bin
    truth, predictions : ndarray of float64, shape (n_rows,), or None
        Of a regression.
    importance : Importance
        The score (accuracy or R squared) that is lost when a column is shuffled.
    flow : tuple of LayerFlow
    """

    title: str
    task: str
    facts: Pairs
    settings: Pairs
    scores: tuple[Score, ...]
    curves: tuple[Curve, ...]
    labels: tuple[str, ...]
    classes: tuple[ClassScore, ...]
    confusion: NDArray[np.int64] | None
    calibration: tuple[Bin, ...]
    truth: NDArray[np.float64] | None
    predictions: NDArray[np.float64] | None
    importance: Importance
    flow: tuple[LayerFlow, ...]

    def __repr__(self) -> str:
        scores = ", ".join(f"{name} {model:.4f}" for name, model, _ in self.scores)
        return f"{type(self).__name__}({self.title!r}, {scores})"


def shown(value: Any) -> str:
    """A setting as it is written."""
    return value if isinstance(value, str) else repr(value)
