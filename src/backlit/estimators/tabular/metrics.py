"""What the best epoch is chosen by: names of scikit-learn's scorers, as what is to be small on the rows held out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import metrics

from backlit.errors import BacklitError
from backlit.estimators.tabular.calibration import best_temperature

Numbers = NDArray[Any]
Objective = Callable[[Numbers, Numbers, Numbers], float]
"""(outputs, targets, weights) -> objective; targets are class numbers, or standard scores of shape (n, outputs)."""


def _of_labels(score: Callable[..., float]) -> Objective:
    return lambda outputs, codes, weights: 1.0 - float(score(codes, outputs.argmax(axis=1), sample_weight=weights))


def _rank(outputs: Numbers, codes: Numbers, weights: Numbers) -> float:
    """One minus the area under the ROC curve; of many classes, the mean over pairs one against the rest."""
    if len(np.unique(codes)) < outputs.shape[1]:
        return best_temperature(outputs, codes, weights)[1]  # a class is missing: there is no curve for it
    if outputs.shape[1] == 2:
        return 1.0 - float(metrics.roc_auc_score(codes, outputs[:, 1], sample_weight=weights))
    shares = outputs / outputs.sum(axis=1, keepdims=True)
    return 1.0 - float(metrics.roc_auc_score(codes, shares, sample_weight=weights, multi_class="ovr"))


def _of_indicators(score: Callable[..., float]) -> Objective:
    return lambda outputs, indicators, weights: 1.0 - float(score(indicators, outputs > 0.5, sample_weight=weights))


def entropy_of_indicators(outputs: Numbers, indicators: Numbers, weights: Numbers) -> tuple[float, float]:
    """The temperature with the least mean cross entropy of yes and no, over rows and labels, and that entropy."""
    sure = outputs.reshape(-1, 1)
    return best_temperature(
        np.hstack([1.0 - sure, sure]), indicators.reshape(-1), np.repeat(weights, indicators.shape[1])
    )


def _rank_of_indicators(outputs: Numbers, indicators: Numbers, weights: Numbers) -> float:
    """One minus the mean area under the labels' ROC curves; a label that all rows or none have has no curve."""
    some = (indicators.min(axis=0) == 0) & (indicators.max(axis=0) == 1)
    if not some.any():
        return entropy_of_indicators(outputs, indicators, weights)[1]
    return 1.0 - float(metrics.roc_auc_score(indicators[:, some], outputs[:, some], sample_weight=weights))


def _errors(measure: Callable[..., float]) -> Objective:
    return lambda outputs, targets, weights: float(measure(targets, outputs, sample_weight=weights))


CLASS_METRICS: Mapping[str, Objective] = {
    "accuracy": _of_labels(metrics.accuracy_score),
    "balanced_accuracy": _of_labels(metrics.balanced_accuracy_score),
    "f1_macro": _of_labels(lambda y, found, sample_weight: metrics.f1_score(
        y, found, average="macro", sample_weight=sample_weight, zero_division=0.0
    )),
    "neg_log_loss": lambda outputs, codes, weights: best_temperature(outputs, codes, weights)[1],
    "roc_auc": _rank,
}  # fmt: skip
LABEL_METRICS: Mapping[str, Objective] = {
    "accuracy": _of_indicators(metrics.accuracy_score),
    "f1_macro": _of_indicators(partial(metrics.f1_score, average="macro", zero_division=0.0)),
    "neg_log_loss": lambda outputs, indicators, weights: entropy_of_indicators(outputs, indicators, weights)[1],
    "roc_auc": _rank_of_indicators,
}
"""For rows with several labels: targets are 0 and 1, shape (n, labels), and outputs the probability of each."""

NUMBER_METRICS: Mapping[str, Objective] = {
    "neg_root_mean_squared_error": _errors(metrics.root_mean_squared_error),
    "neg_mean_absolute_error": _errors(metrics.mean_absolute_error),
    "neg_median_absolute_error": _errors(metrics.median_absolute_error),
    "r2": _errors(metrics.mean_squared_error),  # its order is that of the squared error
}


def chosen(metric: Any, known: Mapping[str, Objective]) -> Objective | None:
    """The objective of a name, or of a callable ``(y, outputs) -> score``, larger is better; None for None.

    Raises
    ------
    BacklitError
        If the name is not known.
    """
    if metric is None:
        return None
    if callable(metric):
        return lambda outputs, targets, weights: -float(metric(targets, outputs))
    if metric not in known:
        raise BacklitError(f"metric: {metric!r} is not known; choose one of {', '.join(known)}, or give a callable")
    return known[metric]
