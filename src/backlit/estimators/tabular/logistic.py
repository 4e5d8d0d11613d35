"""A logistic regression beside a classifier's network: where classes are rare and columns many, it errs less."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.engine.threads import single_threaded_blas
from backlit.network.blueprint import Blueprint
from backlit.network.straight import with_line
from backlit.training.samples import Samples

Numbers = NDArray[np.float64]
Vector = NDArray[Any]

INVERSE_PENALTY = 1.0
"""scikit-learn's default `C`: a hundredth of it ranked rare classes worse than the network."""
MAX_ITERATIONS = 100
"""Of its solver; what has not converged then is as good on rows held out."""
MAX_LOGISTIC_NUMBERS = 2**23
"""Rows times inputs times classes up to which it is tried, so that a fit takes a small part of the training's time."""


@dataclass(frozen=True, eq=False, slots=True)
class LogisticPart:
    """``rows @ weights + bias``: the logits of a logistic regression."""

    weights: Numbers
    bias: Numbers

    def __call__(self, rows: NDArray[Any]) -> Numbers:
        """Its logits, shape (n, classes)."""
        return np.asarray(rows @ self.weights + self.bias)


def is_small(samples: Samples, blueprint: Blueprint) -> bool:
    """Whether it is fitted in a small part of the training's time."""
    return samples.inputs.size * blueprint.outputs <= MAX_LOGISTIC_NUMBERS


def fit_logistic(learn: Samples, codes: NDArray[np.int64], classes: int) -> LogisticPart:
    """The logistic regression of some rows, of which each class has at least one."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression  # loads scipy's solvers, which no other model needs

    shares = learn.weights if learn.weights.size and learn.weights.any() else None
    with single_threaded_blas(), warnings.catch_warnings():  # bits do not depend on threads
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = LogisticRegression(C=INVERSE_PENALTY, max_iter=MAX_ITERATIONS)
        model.fit(learn.inputs.astype(np.float64), codes, sample_weight=shares)
    weights, bias = model.coef_.T, model.intercept_
    if classes == 2:
        weights, bias = np.hstack([-weights, weights]) / 2.0, np.array([-bias[0], bias[0]]) / 2.0
    return LogisticPart(weights, bias)


def with_logistic(
    blueprint: Blueprint, theta: Vector, fitted: Sequence[LogisticPart], factor: float
) -> tuple[Blueprint, Vector]:
    """The network plus so many times the mean of the logistic regressions."""
    weights = factor * np.mean([line.weights for line in fitted], axis=0)
    return with_line(blueprint, theta, weights, factor * np.mean([line.bias for line in fitted], axis=0))
