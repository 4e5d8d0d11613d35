"""The slowdown experiment: the lecture's numbers, its factors, and the graph as a witness of every epoch."""

from __future__ import annotations

import numpy as np
import pytest

import backlit
from backlit import BacklitError
from backlit.experiments import COSTS, compare_costs, matched_rate, slow_learning

# start, cost, rate -> outputs after 0, 50, 100, 150, 300, 301 updates; computed independently
CURVES = {
    ((0.6, 0.9), "quadratic", 0.15): (0.817574476, 0.387010, 0.210996, 0.152740, 0.093956, 0.093752),
    ((2, 2), "quadratic", 0.15): (0.982013790, 0.975933, 0.964131, 0.933417, 0.202848, 0.201262),
    ((0.6, 0.9), "cross_entropy", 0.005): (0.817574476, 0.751569, 0.678928, 0.605277, 0.417679, 0.416664),
    ((2, 2), "cross_entropy", 0.005): (0.982013790, 0.971013, 0.953905, 0.928163, 0.779587, 0.778245),
    ((0.6, 0.9), "cross_entropy", 0.15): (0.817574476, 0.079215, 0.037126, 0.024065, 0.011638, 0.011598),
    ((2, 2), "cross_entropy", 0.15): (0.982013790, 0.098504, 0.041072, 0.025685, 0.012009, 0.011966),
}
FIRST_GRADIENTS = {
    ((0.6, 0.9), "quadratic"): 0.121938,
    ((2, 2), "quadratic"): 0.017345,
    ((0.6, 0.9), "cross_entropy"): 0.817574,
    ((2, 2), "cross_entropy"): 0.982014,
}
BELOW_HALF = {
    ((0.6, 0.9), "quadratic"): 36,
    ((2, 2), "quadratic"): 232,
    ((0.6, 0.9), "cross_entropy"): 8,
    ((2, 2), "cross_entropy"): 17,
}
FORMULAS = {
    "quadratic": "(sigmoid(w * x + b) - y) ** 2 / 2",
    "cross_entropy": "-(y * log(sigmoid(w * x + b)) + (1 - y) * log(1 - sigmoid(w * x + b)))",
}


@pytest.mark.parametrize(("start", "cost", "rate"), CURVES)
def test_outputs_are_the_lectures(start: tuple[float, float], cost: str, rate: float) -> None:
    columns = slow_learning(*start, rate, cost, epochs=301)
    outputs = columns["output"][[0, 50, 100, 150, 300, 301]]
    np.testing.assert_allclose(outputs, CURVES[start, cost, rate], atol=6e-7)
    assert columns["epoch"].tolist() == list(range(302))


@pytest.mark.parametrize(("start", "cost"), FIRST_GRADIENTS)
def test_first_gradient_and_first_epoch_below_a_half(start: tuple[float, float], cost: str) -> None:
    columns = slow_learning(*start, 0.15, cost)
    assert columns["gradient"][0] == pytest.approx(FIRST_GRADIENTS[start, cost], abs=6e-7)
    assert int(np.argmax(columns["output"] < 0.5)) == BELOW_HALF[start, cost]


@pytest.mark.parametrize("cost", COSTS)
def test_gradient_is_the_product_of_its_factors(cost: str) -> None:
    columns = slow_learning(2, 2, 0.15, cost)
    factors = columns["error"] * columns["input"] * (columns["slope"] if cost == "quadratic" else 1.0)
    np.testing.assert_allclose(columns["gradient"], factors, rtol=1e-12)
    np.testing.assert_allclose(columns["slope"], columns["output"] * (1 - columns["output"]), rtol=1e-12)


@pytest.mark.parametrize("cost", COSTS)
def test_every_step_is_the_graphs(cost: str) -> None:
    columns = slow_learning(0.6, 0.9, 0.15, cost, epochs=20)
    values = {"w": 0.6, "b": 0.9}
    for epoch in range(21):
        traced = backlit.trace(FORMULAS[cost], **values, x=1, y=0)
        assert traced.value == pytest.approx(columns["cost"][epoch], rel=1e-12)
        assert traced.gradients["w"] == pytest.approx(columns["gradient"][epoch], rel=1e-12)
        values = {name: value - 0.15 * traced.gradients[name] for name, value in values.items()}
    assert traced.check().ok


def test_matched_rate_matches_the_first_step_of_weight_and_output() -> None:
    compared = compare_costs(2, 2, 0.15, match="first_step", epochs=1)
    (quadratic_rate, quadratic), (rate, cross) = compared["quadratic"], compared["cross_entropy"]
    assert quadratic_rate == 0.15
    assert rate == matched_rate(2, 2, 0.15)
    assert rate * cross["gradient"][0] == pytest.approx(0.15 * quadratic["gradient"][0], rel=1e-12)
    np.testing.assert_allclose(cross["output"], quadratic["output"], rtol=1e-12)
    assert matched_rate(2, 2, rate, "cross_entropy", "quadratic") == pytest.approx(0.15, rel=1e-12)


def test_at_the_matched_rate_both_have_one_rate() -> None:
    assert {rate for rate, _ in compare_costs(2, 2, 0.15, epochs=0).values()} == {0.15}


def test_no_epochs_show_the_start() -> None:
    assert {len(column) for column in slow_learning(1, 1, 0.1, epochs=0).values()} == {1}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: slow_learning(float("nan"), 0, 0.1), "w is nan"),
        (lambda: slow_learning(0, "2", 0.1), "b is '2'"),
        (lambda: slow_learning(0, 0, -0.1), "rate -0.1"),
        (lambda: slow_learning(0, 0, 0.1, epochs=-1), "epochs -1"),
        (lambda: slow_learning(0, 0, 0.1, epochs=2.5), "epochs 2.5"),
        (lambda: slow_learning(0, 0, 0.1, cost="hinge"), "choose one of quadratic, cross_entropy"),
        (lambda: slow_learning(1.7e308, 1.7e308, 0.1, "cross_entropy"), "leaves float64 in epoch 0"),
        (lambda: matched_rate(0, 0, float("inf")), "rate inf"),
        (lambda: matched_rate(-1000, 0, 0.1, "cross_entropy", "quadratic"), "start elsewhere"),
        (lambda: compare_costs(0, 0, 0.1, match="last_step"), "choose rate or first_step"),
    ],
)
def test_bad_input_is_named(call, message: str) -> None:
    with pytest.raises(BacklitError, match=message):
        call()
