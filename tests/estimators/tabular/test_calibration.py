"""The best temperature against SciPy's minimum of the same cost, written out another way."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from backlit.estimators.tabular.calibration import PRIOR_ROWS, best_temperature

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("rows", "classes", "true"), [(300, 2, 0.5), (300, 5, 1.7), (2_000, 20, 1.0)])
def test_the_best_temperature_is_where_the_cost_is_least(rows: int, classes: int, true: float, weighted: bool) -> None:
    logits = RNG.normal(scale=2.0, size=(rows, classes))
    codes = np.array([RNG.choice(classes, p=shares) for shares in softmax(logits / true, axis=1)])
    weights = RNG.uniform(0.1, 3.0, rows) if weighted else None

    def cost(log_temperature: float) -> float:
        logs = log_softmax(logits / np.exp(log_temperature), axis=1)
        known = -np.average(logs[np.arange(rows), codes], weights=weights)
        anyone = -np.average(logs.mean(axis=1), weights=weights)
        return float((rows * known + PRIOR_ROWS * anyone) / (rows + PRIOR_ROWS))

    wanted = minimize_scalar(cost, bounds=(np.log(0.2), np.log(5.0)), method="bounded")
    temperature, least = best_temperature(softmax(logits, axis=1), codes, weights)
    assert temperature == pytest.approx(np.exp(wanted.x), rel=5e-3)  # a parabola between places 10 % apart
    assert least == pytest.approx(wanted.fun, rel=1e-5)


@pytest.mark.parametrize(("classes", "end"), [([0, 1], 0.2), ([1, 0], 5.0)])
def test_who_is_never_wrong_or_always_goes_to_the_end(classes: list[int], end: float) -> None:
    outputs = np.tile([[0.6, 0.4], [0.4, 0.6]], (500, 1))
    assert best_temperature(outputs, np.tile(classes, 500), None)[0] == pytest.approx(end, rel=1e-9)
