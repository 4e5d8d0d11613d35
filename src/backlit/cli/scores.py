"""How good predictions are, beside a baseline that knows the targets of the training rows and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from backlit.errors import BacklitError

SMALLEST = 1e-15
"""A probability of 0 counts as this, so that one row cannot make the log loss infinite."""

Numbers = NDArray[np.float64]


class Score(NamedTuple):
    """One measure of the model and of the baseline."""

    measure: str
    model: float
    baseline: float


def class_scores(probabilities: Numbers, codes: NDArray[np.int64], frequencies: Numbers) -> list[Score]:
    """Accuracy and mean log loss; the baseline predicts the `frequencies` of the classes for every row.

    Parameters
    ----------
    probabilities : ndarray, shape (n_rows, n_classes)
    codes : ndarray of int, shape (n_rows,)
        Which class each row is of.
    frequencies : ndarray, shape (n_classes,)

    Examples
    --------
    >>> class_scores(np.array([[0.5, 0.5], [0.25, 0.75]]), np.array([0, 1]), np.array([0.5, 0.5]))[0]
    Score(measure='accuracy', model=1.0, baseline=0.5)
    """
    constant = np.broadcast_to(frequencies, probabilities.shape)
    return [
        Score("accuracy", _accuracy(probabilities, codes), _accuracy(constant, codes)),
        Score("log loss", _log_loss(probabilities, codes), _log_loss(constant, codes)),
    ]


def number_scores(predictions: Numbers, truth: Numbers, mean: float) -> list[Score]:
    """Root of the mean squared error and R squared; the baseline predicts the `mean` for every row.

    Examples
    --------
    >>> number_scores(np.array([1.0, 3.0]), np.array([1.0, 3.0]), 2.0)[0]
    Score(measure='RMSE', model=0.0, baseline=1.0)
    """
    constant = np.full_like(truth, mean)
    return [
        Score("RMSE", _rmse(predictions, truth), _rmse(constant, truth)),
        Score("R2", _r2(predictions, truth), _r2(constant, truth)),
    ]


def codes_of(labels: Sequence[Any], classes: Sequence[Any]) -> NDArray[np.int64]:
    """The place of each label among the classes.

    Raises
    ------
    BacklitError
        If a label is none of them, naming its row.
    """
    places = {label: place for place, label in enumerate(classes)}
    for row, label in enumerate(labels):
        if label not in places:
            known = ", ".join(map(repr, list(classes)[:10]))
            raise BacklitError(f"row {row} has the label {label!r}, which the model does not know; it knows {known}")
    return np.array([places[label] for label in labels], dtype=np.int64)


def _accuracy(probabilities: Numbers, codes: NDArray[np.int64]) -> float:
    return float((probabilities.argmax(axis=1) == codes).mean())


def _log_loss(probabilities: Numbers, codes: NDArray[np.int64]) -> float:
    right = probabilities[np.arange(len(codes)), codes]
    return float(-np.log(np.maximum(right, SMALLEST)).mean())


def _rmse(predictions: Numbers, truth: Numbers) -> float:
    return float(np.sqrt(((predictions - truth) ** 2).mean()))


def _r2(predictions: Numbers, truth: Numbers) -> float:
    """1 for a perfect prediction, 0 for the mean of these very rows; not a number where all targets are equal."""
    spread = ((truth - truth.mean()) ** 2).sum()
    return float(1.0 - ((predictions - truth) ** 2).sum() / spread) if spread else float("nan")
