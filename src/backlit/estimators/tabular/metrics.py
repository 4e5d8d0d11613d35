"""Metrics that select the best epoch: names of scikit-learn's scorers, as objectives that are minimised."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.declared.losses import loss_named
from backlit.errors import BacklitError
from backlit.estimators.tabular.calibration import best_temperature
from backlit.formula import GATES
from backlit.formula.expression import parse
from backlit.formula.numpy import evaluator

Numbers = NDArray[Any]
Objective = Callable[[Numbers, Numbers, Numbers], float]
"""(outputs, targets, weights) -> objective; targets are class numbers, or standard scores of shape (n, outputs)."""


def _measured(name: str, *given: Numbers, **settings: Any) -> float:
    """A metric of scikit-learn's, by name: all of them are loaded, which what predicts alone need not wait for."""
    from sklearn import metrics

    return float(getattr(metrics, name)(*given, **settings))


def _of_labels(name: str, **settings: Any) -> Objective:
    return lambda outputs, codes, weights: (
        1.0 - _measured(name, codes, outputs.argmax(axis=1), sample_weight=weights, **settings)
    )


def _rank(outputs: Numbers, codes: Numbers, weights: Numbers) -> float:
    """One minus the area under the ROC curve; of many classes, the mean over pairs one against the rest."""
    if len(np.unique(codes)) < outputs.shape[1]:
        return best_temperature(outputs, codes, weights)[1]  # a class is missing: there is no curve for it
    if outputs.shape[1] == 2:
        return 1.0 - _measured("roc_auc_score", codes, outputs[:, 1], sample_weight=weights)
    shares = outputs / outputs.sum(axis=1, keepdims=True)
    return 1.0 - _measured("roc_auc_score", codes, shares, sample_weight=weights, multi_class="ovr")


def _of_indicators(name: str, **settings: Any) -> Objective:
    return lambda outputs, indicators, weights: (
        1.0 - _measured(name, indicators, outputs > 0.5, sample_weight=weights, **settings)
    )


def best_temperature_of_indicators(outputs: Numbers, indicators: Numbers, weights: Numbers) -> tuple[float, float]:
    """The temperature with the least mean cross entropy of yes and no, over rows and labels, and that entropy."""
    positive = outputs.reshape(-1, 1)
    return best_temperature(
        np.hstack([1.0 - positive, positive]), indicators.reshape(-1), np.repeat(weights, indicators.shape[1])
    )


def _rank_of_indicators(outputs: Numbers, indicators: Numbers, weights: Numbers) -> float:
    """One minus the mean area under the labels' ROC curves; a label that all rows or none have has no curve."""
    mixed = (indicators.min(axis=0) == 0) & (indicators.max(axis=0) == 1)
    if not mixed.any():
        return best_temperature_of_indicators(outputs, indicators, weights)[1]
    return 1.0 - _measured("roc_auc_score", indicators[:, mixed], outputs[:, mixed], sample_weight=weights)


def _errors(name: str) -> Objective:
    return lambda outputs, targets, weights: _measured(name, targets, outputs, sample_weight=weights)


CLASS_METRICS: Mapping[str, Objective] = {
    "accuracy": _of_labels("accuracy_score"),
    "balanced_accuracy": _of_labels("balanced_accuracy_score"),
    "f1_macro": _of_labels("f1_score", average="macro", zero_division=0.0),
    "neg_log_loss": lambda outputs, codes, weights: best_temperature(outputs, codes, weights)[1],
    "roc_auc": _rank,
}
LABEL_METRICS: Mapping[str, Objective] = {
    "accuracy": _of_indicators("accuracy_score"),
    "f1_macro": _of_indicators("f1_score", average="macro", zero_division=0.0),
    "neg_log_loss": lambda outputs, indicators, weights: best_temperature_of_indicators(outputs, indicators, weights)[
        1
    ],
    "roc_auc": _rank_of_indicators,
}
"""For rows with several labels: targets are 0 and 1, shape (n, labels), and outputs the probability of each."""

NUMBER_METRICS: Mapping[str, Objective] = {
    "neg_root_mean_squared_error": _errors("root_mean_squared_error"),
    "neg_mean_absolute_error": _errors("mean_absolute_error"),
    "neg_median_absolute_error": _errors("median_absolute_error"),
    "r2": _errors("mean_squared_error"),  # its order is that of the squared error
}


@dataclass(frozen=True, slots=True)
class FitTask:
    """What the kind of target decides of a fit.

    `metric_targets` brings the loss's targets to the form that metrics take; `objective` is minimised unless a metric
    is chosen; every validation part has its share of each of the `strata`.
    """

    loss: str
    outputs: int
    metrics: Mapping[str, Objective]
    objective: Objective
    strata: NDArray[Any] | None
    metric_targets: Callable[[NDArray[np.float32]], NDArray[Any]]


def objective_of(metric: Any, task: FitTask) -> Objective:
    """The objective of a metric's name, or of a callable ``(y, outputs) -> score``, larger is better; None: the task's.

    Raises
    ------
    BacklitError
        If the name is not known.
    """
    if metric is None:
        return task.objective
    if callable(metric):
        return lambda outputs, targets, weights: -float(metric(targets, outputs))
    if metric not in task.metrics:
        known = ", ".join(task.metrics)
        raise BacklitError(f"metric: {metric!r} is not known; choose one of {known}, or give a callable")
    return task.metrics[metric]


def errors_of_classes(outputs: Numbers, codes: Numbers) -> Numbers:
    """Of each row, whether the most likely class is wrong."""
    return np.asarray(outputs.argmax(axis=1) != codes)


def errors_of_indicators(outputs: Numbers, indicators: Numbers) -> Numbers:
    """Of each row, the part of its labels that is wrong."""
    return np.asarray(((outputs > 0.5) != indicators).mean(axis=1))


def expected_errors(outputs: Numbers, probabilities: Numbers) -> Numbers:
    """Of each row, the probability that the most likely class is wrong."""
    return 1.0 - np.take_along_axis(probabilities, outputs.argmax(axis=1)[:, None], axis=1)[:, 0]


PROBABILITY_METRICS: Mapping[str, Objective] = {
    "accuracy": lambda outputs, targets, weights: float(np.average(expected_errors(outputs, targets), weights=weights)),
    "neg_log_loss": CLASS_METRICS["neg_log_loss"],
}
"""For targets that are the probability of each class, shape (n, classes)."""


def class_objective(
    temperature_of: Callable[..., tuple[float, float]],
    errors_of: Callable[[Numbers, Numbers], Numbers],
    error_rate_weight: float,
) -> Objective:
    """Mean cross entropy at its best temperature, plus so many times the error rate.

    Parameters
    ----------
    temperature_of : callable
        `best_temperature` for class codes and probabilities, or `best_temperature_of_indicators`.
    errors_of : callable
        How much of each row's answer is wrong.
    error_rate_weight : float
    """

    def objective(outputs: Numbers, targets: Numbers, weights: Numbers) -> float:
        _, entropy = temperature_of(outputs, targets, weights)
        return entropy + error_rate_weight * float(np.average(errors_of(outputs, targets), weights=weights))

    return objective


def number_objective(loss: str, low: Numbers, high: Numbers) -> Objective:
    """The mean loss of outputs within `low` and `high`; of the squared one its root, in standard deviations."""
    term = evaluator(parse(loss_named(loss).term, GATES))

    def objective(outputs: Numbers, targets: Numbers, weights: Numbers) -> float:
        inside = np.clip(outputs, low, high)
        terms = term({"a": inside, "y": targets, "j": np.arange(float(inside.shape[1]))})
        mean = float(np.average(terms.mean(axis=1), weights=weights))
        return math.sqrt(mean) if loss == "squared" else mean

    return objective
