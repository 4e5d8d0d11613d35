"""A logistic regression beside a classifier's network, weighted by the rows held out.

Where classes are rare and columns are many, a straight line errs less than a network, and the two err differently. Each
member has the logistic regression of its own rows; what share of the logits it has is tried on the rows held out, and
it is left out unless the objective that selects epochs falls by a fiftieth.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.engine.threads import single_threaded_blas
from backlit.estimators.tabular.calibration import TINY, best_temperature
from backlit.estimators.tabular.metrics import FitTask
from backlit.training.samples import Samples

Numbers = NDArray[np.float64]

SHARES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
"""Of the logits, what the logistic regression may have."""
MIN_GAIN = 0.02
"""By what part the objective must fall on the rows held out, for the whole and for the first member alone."""
INVERSE_PENALTY = 1.0
"""scikit-learn's default `C`: a hundredth of it ranked rare classes worse than the network."""
MAX_ITERATIONS = 100
"""Of its solver; what has not converged then is as good on rows held out."""
MAX_LOGISTIC_NUMBERS = 2**23
"""Rows times inputs times classes up to which it is tried, so that a fit takes a small part of the training's time."""
MIN_LOGISTIC_ROWS = 700
"""Rows from which it is tried: of fewer, too few are held out to choose a share by."""
MAX_LOGISTIC_CLASSES = 32
"""Classes up to which it is tried: it takes a neuron for each in every hidden layer of every member."""

Part = tuple[Samples, Samples]
"""The rows that a member learns from, and those that it has held out."""


@dataclass(frozen=True, eq=False, slots=True)
class LogisticPart:
    """A logistic regression, ``rows @ weights + bias``, and by what the network's logits are multiplied beside it."""

    network_factor: float
    weights: Numbers
    bias: Numbers


def is_tried(samples: Samples, classes: int) -> bool:
    """Whether a logistic regression of these rows is small, the rows are enough, and their labels are certain."""
    small = classes <= MAX_LOGISTIC_CLASSES and samples.inputs.size * classes <= MAX_LOGISTIC_NUMBERS
    return small and samples.targets.shape[1] == 1 and len(samples) >= MIN_LOGISTIC_ROWS


def logistic_part(
    task: FitTask, parts: Sequence[Part], outputs: Sequence[NDArray[Any]], classes: int
) -> LogisticPart | None:
    """What is added to the network's logits, or None where it does not pay.

    Parameters
    ----------
    task : FitTask
        Its objective judges.
    parts : sequence of (learn, held)
        Of each member.
    outputs : sequence of ndarray, shape (n_held, classes)
        The members' probabilities for the rows held out.
    classes : int
    """
    fitted: list[tuple[Numbers, Numbers]] = []
    logits: list[Numbers] = []
    best: tuple[float, float] | None = None
    codes, weights = np.empty(0, np.int64), np.empty(0)
    for learn, held in parts:
        line = _logistic(learn, classes)
        if line is None:
            return None
        fitted.append(line)
        logits.append(held.inputs @ line[0] + line[1])
        codes = np.concatenate([codes, task.metric_targets(held.targets)])
        weights = np.concatenate([weights, held.weights if held.weights.any() else np.ones(len(held))])
        if len(fitted) in (1, len(parts)):
            best = _best_share(task, np.concatenate(outputs[: len(fitted)]), np.concatenate(logits), codes, weights)
            if best is None:
                return None
    assert best is not None, "there is a member"
    share, temperature = best
    factor = share / temperature
    return LogisticPart(
        (1.0 - share) / temperature,
        factor * np.mean([line[0] for line in fitted], axis=0),
        factor * np.mean([line[1] for line in fitted], axis=0),
    )


def _logistic(learn: Samples, classes: int) -> tuple[Numbers, Numbers] | None:
    """Weights, shape (inputs, classes), and biases; None where a class is not among the rows."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression  # loads scipy's solvers, which no other model needs

    codes = learn.targets[:, 0].astype(np.int64)
    if len(np.unique(codes)) < classes or classes < 2:
        return None
    shares = learn.weights if learn.weights.size and learn.weights.any() else None
    with single_threaded_blas(), warnings.catch_warnings():  # bits do not depend on threads
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = LogisticRegression(C=INVERSE_PENALTY, max_iter=MAX_ITERATIONS)
        model.fit(learn.inputs.astype(np.float64), codes, sample_weight=shares)
    weights, bias = model.coef_.T, model.intercept_
    if classes == 2:
        weights, bias = np.hstack([-weights, weights]) / 2.0, np.array([-bias[0], bias[0]]) / 2.0
    return weights, bias


def _best_share(
    task: FitTask, outputs: NDArray[Any], line: Numbers, codes: NDArray[np.int64], weights: NDArray[Any]
) -> tuple[float, float] | None:
    """The line's share with the least objective, and the temperature of the mix; None where it is not enough better."""
    network = np.log(np.maximum(outputs.astype(np.float64), TINY))
    limit = (1.0 - MIN_GAIN) * task.objective(outputs, codes, weights)
    mixes = [_softmax((1.0 - share) * network + share * line) for share in SHARES]
    objectives = [task.objective(mix, codes, weights) for mix in mixes]
    best = int(np.argmin(objectives))
    if objectives[best] > limit:
        return None
    return SHARES[best], best_temperature(mixes[best], codes, weights)[0]


def _softmax(logits: Numbers) -> Numbers:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
