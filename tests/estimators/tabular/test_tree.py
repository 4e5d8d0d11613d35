"""A small tree beside the network: where classes end at thresholds, and the whole stays one network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from sklearn.tree import DecisionTreeClassifier

from backlit import TabularClassifier, load, to_onnx, trace
from backlit.estimators.tabular.part import PART_KINDS
from backlit.estimators.tabular.tree import MAX_LEAVES, MIN_LEAF_ROWS, fit_tree
from backlit.network.building import mlp
from backlit.network.leaves import is_of_network
from backlit.training.samples import Samples

OPTIONS = {"epochs": 12, "random_state": 0}


def corners(rows: int, classes: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Two thresholds, or three, and one row in a hundred has another class."""
    chance = np.random.default_rng(8)
    x = chance.normal(size=(rows, 5))
    y = ((x[:, 0] > 0.3) & (x[:, 1] < 0.8)).astype(int)
    if classes == 3:
        y[(y == 0) & (x[:, 2] > 0.5)] = 2
    wrong = chance.random(rows) < 0.01
    return x, np.where(wrong, chance.integers(0, classes, rows), y)


@pytest.fixture(scope="module", params=[(2, 4), (3, 1)])
def fitted(request: pytest.FixtureRequest) -> tuple[TabularClassifier, np.ndarray, np.ndarray]:
    classes, members = request.param
    x, y = corners(5_000, classes)
    return TabularClassifier((32, 32, 32), n_members=members, **OPTIONS).fit(x[:1_000], y[:1_000]), x[1_000:], y[1_000:]


def test_thresholds_are_found_as_well_as_by_a_tree(fitted: tuple[TabularClassifier, np.ndarray, np.ndarray]) -> None:
    model, x, y = fitted
    assert model.network_.neurons[0].outputs > 32 * len(model.histories_)
    assert 1.0 - model.score(x, y) < 0.02  # the labels that are wrong are a half or two thirds of .01


def test_it_is_one_network(fitted: tuple[TabularClassifier, np.ndarray, np.ndarray], tmp_path: Path) -> None:
    model, x, y = fitted
    model.save(tmp_path / "model")
    again = load(tmp_path / "model")
    np.testing.assert_array_equal(again.predict_proba(x[:50]), model.predict_proba(x[:50]))
    assert trace(model, x=x[0], y=y[0]).check(sample=60).ok
    to_onnx(model, tmp_path / "model.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx", providers=["CPUExecutionProvider"])
    feed = {value.name: x[:200, [at]] for at, value in enumerate(session.get_inputs())}
    (probabilities,) = session.run(["probabilities"], feed)
    np.testing.assert_allclose(probabilities, model.predict_proba(x[:200]), atol=1e-4)
    before, theta = again.score(x, y), again.theta_.copy()
    assert again.partial_fit(x[:900], y[:900]).score(x, y) > before - 0.03
    np.testing.assert_array_equal(np.abs(theta) > 9e4, np.abs(again.theta_) > 9e4)
    assert (again.theta_ != theta)[is_of_network(again.network_, (32, 32, 32))].mean() > 0.5


def test_contributions_count_steps(fitted: tuple[TabularClassifier, np.ndarray, np.ndarray]) -> None:
    model, x, _ = fitted
    found = model.contributions(x[:30])
    moved = np.abs(found.outputs - found.baseline)
    assert moved.max() > 2.0
    assert np.abs(found.gap).max() < 0.01 * moved.max()
    assert np.abs(found.values[:, :3]).mean() > 5.0 * np.abs(found.values[:, 3:]).mean()


def test_it_is_left_out_where_it_does_not_pay() -> None:
    chance = np.random.default_rng(0)
    x = chance.normal(size=(900, 4))
    smooth = (np.sin(2 * x[:, 0]) + x[:, 1] * x[:, 2] + x[:, 3] > 0).astype(int)
    model = TabularClassifier((32, 32), epochs=56, n_members=2, random_state=0).fit(x, smooth)
    assert model.network_.neurons[0].outputs == 64


def test_leaves_are_those_of_the_tree() -> None:
    x, y = corners(1_500, 3)
    x = x.astype(np.float32)
    samples = Samples(x, y[:, None].astype(np.float32), np.empty(0, np.float32))
    leaves = fit_tree(samples, y, 3)
    same = DecisionTreeClassifier(
        criterion="entropy", max_leaf_nodes=MAX_LEAVES, min_samples_leaf=MIN_LEAF_ROWS, random_state=0
    ).fit(x, y)
    at = same.apply(x)
    counts = np.array([np.bincount(y[at == leaf], minlength=3) for leaf in at])
    shares = np.bincount(y, minlength=3) / len(y)
    expected = np.log((counts + shares) / (counts.sum(axis=1, keepdims=True) + 1))
    np.testing.assert_allclose(leaves(x), expected, rtol=1e-6)
    np.testing.assert_allclose(np.exp(leaves(x)).sum(axis=1), 1.0)


def test_it_needs_two_hidden_layers_that_are_flat_below_0() -> None:
    samples = Samples(np.zeros((800, 3), np.float32), np.zeros((800, 1), np.float32), np.empty(0, np.float32))
    small = PART_KINDS["tree"].is_small
    assert small(samples, mlp(3, (4, 4), 2, hidden_gate="selu"))
    assert not small(samples, mlp(3, (4,), 2, hidden_gate="selu"))
    assert not small(samples, mlp(3, (4, 4), 2, hidden_gate="tanh"))
