"""scikit-learn's MLPClassifier, one partial_fit an epoch."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from sklearn.neural_network import MLPClassifier

from benchmarks.cases import BETAS, EPSILON, RATE, Case


def prepare(case: Case) -> Callable[[], None] | None:
    if case.gate not in ("relu", "tanh", "sigmoid") or case.dropout:
        return None
    x, y = case.data()
    model = MLPClassifier(
        case.widths[1:-1],
        activation={"sigmoid": "logistic"}.get(case.gate, case.gate),
        batch_size=case.batch,
        learning_rate_init=RATE,
        beta_1=BETAS[0],
        beta_2=BETAS[1],
        epsilon=EPSILON,
        alpha=0.0,
        random_state=0,
    )
    classes = np.arange(case.widths[-1])
    weights = case.samples()
    model.partial_fit(x, y, weights, classes)
    return lambda: model.partial_fit(x, y, weights)
