"""Predictions in panels: the bits of one row after the other, whatever the threads, the rows around and the widths."""

from __future__ import annotations

import os
import threading

import numpy as np
import pytest

from backlit import MLPClassifier, MLPRegressor
from backlit.engine import crew
from backlit.engine.network import Network
from backlit.engine.prediction import HELP_PAYS, PANEL_PAYS
from backlit.engine.processor import vectors_here
from backlit.network.blueprint import Blueprint, Layer
from backlit.network.building import mlp

pytestmark = pytest.mark.skipif(not vectors_here()[0].width, reason="products are BLAS's here")

GROUPED = Blueprint(
    (Layer("dense", 5, 12, "gelu"), Layer("grouped", 12, 34, "tanh", 2), Layer("dense", 34, 2)), "squared"
)
BLUEPRINTS = {
    "wide and narrow": mlp(3, (70, 1, 33), 5),
    "no hidden layer": mlp(300, (), 1, output_gate="sigmoid", loss="binary_cross_entropy"),
    "hidden layer without a gate": mlp(17, (40, 15), 4, hidden_gate="identity"),
    "grouped": GROUPED,
}


def network_of(blueprint: Blueprint, precision: str) -> Network:
    theta = np.random.default_rng(0).normal(size=blueprint.theta_size).astype(precision) * 0.3
    return Network(blueprint, theta, 64)


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("name", BLUEPRINTS)
def test_bits_are_those_of_rows_layer_by_layer(name: str, precision: str) -> None:
    blueprint = BLUEPRINTS[name]
    network = network_of(blueprint, precision)
    enough = max(HELP_PAYS // blueprint.multiplications + 3, 200)
    data = np.random.default_rng(1).normal(size=(enough, blueprint.inputs)).astype(precision)
    whole = np.empty((enough, blueprint.outputs), precision)
    network._predict_rows(data, whole, 1)
    for rows in (1, 2, PANEL_PAYS, 31, 32, 33, 65, enough):
        for threads in (1, 2, 3):
            np.testing.assert_array_equal(network.predict(data[:rows], threads), whole[:rows])
            np.testing.assert_array_equal(network.predict(data[enough - rows :], threads), whole[enough - rows :])


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_scratch_holds_the_squares_in_which_rows_are_turned(precision: str) -> None:
    """They are written whole, also of a network that is narrower than a vector."""
    network = network_of(mlp(3, (4,), 2), precision)
    network.predict(np.ones((PANEL_PAYS, 3), precision))
    panels = network._panels
    assert panels is not None
    lanes = vectors_here()[0].lanes(precision)
    assert panels._widest >= lanes


def test_a_new_parameter_takes_effect() -> None:
    network = network_of(BLUEPRINTS["wide and narrow"], "float32")
    data = np.ones((40, 3), np.float32)
    before = network.predict(data)
    network.theta[...] *= 2
    assert (network.predict(data) != before).any()


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("rows", [1, 5, 40, 500])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_not_finite_are_refused(rows: int, bad: float) -> None:
    X = np.random.default_rng(0).normal(size=(500, 3))
    model = MLPRegressor(hidden_layer_sizes=(4,), max_iter=2, tol=0.0, random_state=0)
    model.fit(X, X[:, 0])
    X[rows // 2, 1] = bad
    with pytest.raises(ValueError, match=r"NaN|infinity"):
        model.predict(X[:rows])
    assert np.isfinite(model.predict(X[rows:]) if rows < 500 else 0.0).all()


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one processor has no helpers")
def test_callers_at_once_and_helpers_that_slept() -> None:
    """One has the helpers, the others work alone; between the rounds all helpers fall asleep."""
    blueprint = BLUEPRINTS["wide and narrow"]
    networks = [network_of(blueprint, "float32") for _ in range(4)]
    data = np.random.default_rng(1).normal(size=(2_000, 3)).astype(np.float32)
    expected, together, failed = networks[0].predict(data), threading.Barrier(len(networks)), []

    def call(network: Network) -> None:
        for _ in range(20):
            together.wait(60)
            if not np.array_equal(network.predict(data, 2), expected):
                failed.append(network)

    callers = [threading.Thread(target=call, args=(network,)) for network in networks]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert not failed
    board = crew._SHARED.crews["float32"].board
    assert board[[8, 16]].tolist() == [0, 0], "no job is posted, and no helper is in it"


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_portions_of_a_long_prediction(monkeypatch: pytest.MonkeyPatch) -> None:
    from backlit.estimators.shared import has_network

    X = np.random.default_rng(0).normal(size=(2_500, 3))
    model = MLPClassifier((8,), solver="lbfgs", max_iter=50, random_state=0).fit(X[:200], X[:200, 0] > 0)
    whole = model.predict_proba(X)
    monkeypatch.setattr(has_network, "PORTION", 1.0)
    np.testing.assert_array_equal(model.predict_proba(X), whole)
