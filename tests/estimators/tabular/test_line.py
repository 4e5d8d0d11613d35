"""A straight line beside the network: chosen where the target goes on straight, and then as exact as ridge far out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge

from backlit import TabularClassifier, TabularRegressor, load, to_onnx, trace
from backlit.encoding import fit_encoder
from backlit.estimators.tabular.line import line_plan

OPTIONS = {"epochs": 16, "random_state": 0}


def delays(rows: int = 900) -> tuple[pd.DataFrame, np.ndarray]:
    chance = np.random.default_rng(3)
    frame = pd.DataFrame(chance.lognormal(1, 1.3, (rows, 2)), columns=["start", "length"])
    frame["carrier"] = chance.choice(list("abc"), rows)
    end = 1.1 * frame["start"] - 0.3 * frame["length"] + 4 * (frame["carrier"] == "a") + np.sin(frame["length"])
    return frame, (end + chance.normal(0, 0.5, rows)).to_numpy()


@pytest.fixture(scope="module")
def fitted() -> TabularRegressor:
    return TabularRegressor((16, 16), **OPTIONS).fit(*delays())


def test_prediction_goes_on_straight_where_ridge_does(fitted: TabularRegressor) -> None:
    frame, y = delays()
    far = frame[:40].assign(start=frame["start"][:40] + 10 * frame["start"].max())
    numbers = pd.get_dummies(frame).astype(float)
    ridge = Ridge(1e-3).fit(numbers, y)
    truth = ridge.predict(pd.get_dummies(far).astype(float))
    assert truth.min() > 2 * y.max()
    np.testing.assert_allclose(fitted.predict(far), truth, rtol=0.02)
    without_line = TabularRegressor((16, 16), **OPTIONS, loss="huber").fit(frame, y)
    assert without_line.encoder_.n_straight == 0
    assert without_line.predict(far).max() <= y.max()


def test_range_ends_some_way_beyond_the_targets(fitted: TabularRegressor) -> None:
    frame, y = delays()
    absurd = frame[:1].assign(start=1e30)
    assert y.max() < fitted.predict(absurd)[0] <= y.max() + 10.01 * (y.max() - y.min())


@pytest.mark.parametrize(
    ("bent", "chosen"), [(lambda x: x, True), (lambda x: np.minimum(x, 4.0), False), (np.log1p, False)]
)
def test_line_is_kept_where_it_pays(bent, chosen: bool) -> None:
    frame, _ = delays()
    encoder = fit_encoder(frame).with_straight()
    target = bent(frame["start"].to_numpy()) + np.random.default_rng(0).normal(size=len(frame))
    plan = line_plan(encoder, encoder.encode(frame), target[:, None].astype(np.float32))
    assert (plan is not None) == chosen


def test_classifier_has_none() -> None:
    frame, y = delays(200)
    model = TabularClassifier((8,), epochs=4, random_state=0).fit(frame, np.where(y > np.median(y), "late", "early"))
    assert model.encoder_.n_straight == 0


def test_it_is_one_network_that_is_saved_traced_and_explained(fitted: TabularRegressor, tmp_path: Path) -> None:
    frame, y = delays()
    far = frame[:5].assign(start=[1.0, 100.0, 1e4, np.nan, np.inf])
    fitted.save(tmp_path / "model")
    again = load(tmp_path / "model")
    np.testing.assert_array_equal(again.predict(far), fitted.predict(far))
    assert trace(fitted, x=frame[:1], y=y[0]).check(sample=60).ok
    moved = fitted.contributions(frame[:5])
    reached = moved.outputs - moved.baseline
    np.testing.assert_allclose(moved.values.sum(axis=1), reached, atol=0.02 * np.abs(reached).max() + 0.02)
    assert fitted.importance(frame[:200], y[:200]).ranked()[0][0] == "start"


def test_it_is_trained_further_and_the_line_stays(fitted: TabularRegressor, tmp_path: Path) -> None:
    frame, y = delays()
    fitted.save(tmp_path / "model")
    for model in (load(tmp_path / "model"), TabularRegressor((16, 16), warm_start=True, **OPTIONS).fit(frame, y)):
        before = model.score(frame, y)
        further = model.partial_fit if not model.warm_start else model.fit
        assert further(frame, y).score(frame, y) > before - 0.01
        far = frame[:1].assign(start=300.0, length=1.0, carrier="b")
        assert model.predict(far)[0] == pytest.approx(330, rel=0.03)


def test_onnx_goes_on_straight(fitted: TabularRegressor, tmp_path: Path) -> None:
    runtime = pytest.importorskip("onnxruntime", reason="the extra onnx is not installed")
    frame, _ = delays()
    far = frame[:6].assign(start=[1.0, 100.0, 1e4, np.nan, np.inf, -50.0])
    to_onnx(fitted, tmp_path / "model.onnx")
    session = runtime.InferenceSession(tmp_path / "model.onnx", providers=["CPUExecutionProvider"])
    feed = {name: far[[name]].to_numpy(object if name == "carrier" else float) for name in far}
    feed = {i.name: feed[i.name].reshape([-1, *i.shape[1:]]) for i in session.get_inputs()}
    (prediction,) = session.run(["prediction"], feed)
    np.testing.assert_allclose(prediction, fitted.predict(far), rtol=1e-5, atol=1e-4)


def test_intervals_hold_far_out(fitted: TabularRegressor) -> None:
    frame, _ = delays()
    low, high = fitted.predict_interval(frame[:1].assign(start=400.0, length=1.0, carrier="b"), coverage=0.9)[0]
    assert low < 440.5 < high + 5
    assert high - low < 5


def test_snapshots_of_a_diagnosis_are_of_the_same_inputs() -> None:
    frame, y = delays()
    model = TabularRegressor((8, 8), n_members=2, diagnose=[0, 4], **OPTIONS).fit(frame, y)
    assert model.snapshots_.blueprint.inputs == model.network_.inputs
    assert [one.theta.size for one in model.snapshots_.kept] == [model.snapshots_.blueprint.theta_size] * 2


def test_several_targets_have_a_line_each() -> None:
    frame, y = delays()
    both = np.stack([y, -2 * y + frame["length"].to_numpy()], axis=1)
    model = TabularRegressor((8,), n_members=2, **OPTIONS).fit(frame, both)
    far = frame[:1].assign(start=300.0, length=1.0, carrier="b")
    np.testing.assert_allclose(model.predict(far)[0], [330, -659], rtol=0.03)
