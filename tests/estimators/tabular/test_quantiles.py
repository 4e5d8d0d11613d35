"""Several quantiles of one target by one network: their shares, their order, and intervals of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.metrics import mean_pinball_loss

import backlit
from backlit import BacklitError, TabularRegressor, trace
from backlit.declared.losses import loss_named
from backlit.engine.network import Network
from backlit.estimators.tabular.quantiles import levels_of, quantile_loss
from backlit.formula import GATES
from backlit.formula.expression import parse
from backlit.formula.numpy import evaluator
from backlit.graph import backward
from backlit.graph import network as read_as_graph
from backlit.network.building import mlp

LEVELS = [0.1, 0.5, 0.9]


def rows(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A target that varies the more the larger its column is: 0.2 at 0, 2.2 at 1."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(size=(n, 2))
    return x, 50.0 + 10.0 * x[:, 0] + (0.2 + 2.0 * x[:, 0]) * rng.normal(size=n)


@pytest.fixture(scope="module")
def model() -> TabularRegressor:
    return TabularRegressor((32,), epochs=40, loss="quantile", quantile=LEVELS, n_members=2, random_state=0).fit(
        *rows(1_500)
    )


def test_each_has_its_share_of_new_targets_below(model: TabularRegressor) -> None:
    x, y = rows(6_000, 1)
    predictions = model.predict(x)
    assert predictions.shape == (6_000, 3)
    np.testing.assert_allclose((y[:, None] < predictions).mean(axis=0), LEVELS, atol=0.05)
    assert 0.5 < model.score(x, y) < 1.0


def test_they_never_cross(model: TabularRegressor) -> None:
    far = np.random.default_rng(3).normal(0, 1_000, (4_000, 2))
    assert (np.diff(model.predict(far), axis=1) >= 0.0).all()
    untrained = TabularRegressor((8,), epochs=1, loss="quantile", quantile=[0.4, 0.45, 0.5, 0.55, 0.6], random_state=0)
    x, y = rows(60)
    raw = untrained.fit(x, y)._outputs(untrained._inputs(x))
    assert (np.diff(raw, axis=1) < 0.0).any()  # the network's own do
    assert (np.diff(untrained.predict(x), axis=1) >= 0.0).all()


def test_intervals_of_quantiles_cover_and_are_wide_where_targets_vary(model: TabularRegressor) -> None:
    x, y = rows(6_000, 2)
    for coverage in (0.5, 0.8, 0.95):
        low, high = model.predict_interval(x, coverage).T
        assert abs(((low <= y) & (y <= high)).mean() - coverage) < 0.05
        assert (low <= high).all()
        calm, wild = x[:, 0] < 0.2, x[:, 0] > 0.8
        assert (high - low)[wild].mean() > 2.0 * (high - low)[calm].mean()


def test_the_loss_is_the_mean_pinball_loss_of_the_levels() -> None:
    term = evaluator(parse(loss_named(quantile_loss(LEVELS)).term, GATES))
    rng = np.random.default_rng(0)
    y, a = np.tile(rng.normal(size=(50, 1)), 3), rng.normal(size=(50, 3))
    ours = term({"a": a, "y": y, "j": np.arange(3.0)})
    theirs = [mean_pinball_loss(y[:, k], a[:, k], alpha=level) for k, level in enumerate(LEVELS)]
    np.testing.assert_allclose(ours.mean(axis=0), theirs)


def test_every_level_of_many_is_its_own() -> None:
    levels = [round(0.01 * k, 2) for k in range(1, 100)]
    name = quantile_loss(levels)
    assert len(name) < 100
    term = evaluator(parse(loss_named(name).term, GATES))
    ones = term({"a": np.zeros((1, 99)), "y": np.ones((1, 99)), "j": np.arange(99.0)})
    np.testing.assert_allclose(ones[0], levels)


def test_trace_file_and_one_epoch_more(model: TabularRegressor, tmp_path: Path) -> None:
    x, y = rows(40, 4)
    traced = trace(model, x=x[0], y=y[0])
    assert traced.check(sample=40).ok
    assert "a[" in str(traced.derivation("w[1][0][0]"))
    model.save(tmp_path / "quantiles.backlit")
    again = backlit.load(tmp_path / "quantiles.backlit")
    np.testing.assert_array_equal(again.predict(x), model.predict(x))
    np.testing.assert_array_equal(again.predict_interval(x), model.predict_interval(x))
    again.partial_fit(x, y)
    assert (again.predict(x) != model.predict(x)).any()


def test_the_engine_and_the_graph_are_each_others_witness() -> None:
    """Of a batch whose outputs have losses of their own."""
    network = mlp(3, (4,), 3, hidden_gate="tanh", output_gate="identity", loss=quantile_loss(LEVELS))
    chance = np.random.default_rng(0)
    theta, x = chance.uniform(-0.6, 0.9, network.theta_size), chance.uniform(0.2, 1.0, (6, 3))
    y = np.tile(chance.uniform(-1.0, 2.0, (6, 1)), 3)
    loss, gradient = Network(network, theta, 6).loss_and_gradient(x, y, np.full(6, 1 / 6))
    graph = read_as_graph(network, theta, x, y)
    swept = backward(graph)
    assert loss == pytest.approx(float(graph.output.value), rel=1e-12)
    wires = {wire.name: wire for wire in graph.wires}
    for slot in network.slots:
        np.testing.assert_allclose(slot.view(gradient), swept[wires[slot.name]], rtol=1e-10, atol=1e-15)


@pytest.mark.parametrize(
    "quantile", [[0.5, 0.1], [0.1, 0.1], [0.0, 0.5], [0.5, 1.0], [], [[0.1]], ["a"], [float("nan")]]
)
def test_other_levels_are_refused(quantile: object) -> None:
    with pytest.raises(BacklitError, match=r"quantile: .* ascending order; give such as"):
        levels_of(quantile)
    with pytest.raises(BacklitError, match="quantile: "):
        TabularRegressor((4,), epochs=1, loss="quantile", quantile=quantile).fit(*rows(50))


def test_several_targets_are_refused() -> None:
    x, y = rows(50)
    with pytest.raises(BacklitError, match="y: 2 columns; several quantiles are of one target"):
        TabularRegressor((4,), epochs=1, loss="quantile", quantile=LEVELS).fit(x, np.column_stack([y, y]))


def test_levels_do_not_matter_with_another_loss() -> None:
    x, y = rows(50)
    model = clone(TabularRegressor((4,), epochs=1, quantile=LEVELS)).fit(x, y)
    assert model.predict(x).shape == (50,)
