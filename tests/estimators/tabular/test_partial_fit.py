"""Fits of raw frames that go on where the last one ended: `warm_start` and `partial_fit`."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import backlit
from backlit import BacklitError, TabularClassifier, TabularRegressor

RNG = np.random.default_rng(0)
FRAME = pd.DataFrame({"size": RNG.normal(size=900), "kind": RNG.choice(["a", "b", None], 900)})
PRICE = (3.0 * np.tanh(FRAME["size"]) + 2.0 * (FRAME["kind"] == "a")).to_numpy()
LABEL = np.where(PRICE > 1.0, "dear", "cheap")
SMALL = {"hidden_layer_sizes": (32,), "n_members": 2, "random_state": 0}


@pytest.mark.parametrize(("kind", "y"), [(TabularRegressor, PRICE), (TabularClassifier, LABEL)])
def test_partial_fit_learns_chunk_after_chunk(kind, y) -> None:
    model = kind(**SMALL)
    for _ in range(40):
        for start in range(0, 600, 200):
            rows = slice(start, start + 200)
            model.partial_fit(FRAME[rows], y[rows])
    assert model.n_iter_ == 120
    assert model.score(FRAME[600:], y[600:]) > 0.93


def test_partial_fit_goes_on_from_a_fit_and_from_a_file(tmp_path) -> None:
    model = TabularRegressor(epochs=20, **SMALL).fit(FRAME[:300], PRICE[:300])
    model.save(tmp_path / "price.backlit")
    again = backlit.load(tmp_path / "price.backlit")
    before = model.score(FRAME[600:], PRICE[600:])
    for one in (model, again):
        for _ in range(10):
            one.partial_fit(FRAME[300:600], PRICE[300:600])
        assert one.score(FRAME[600:], PRICE[600:]) > before
    assert len(model.network_.layers) == len(again.network_.layers)


def test_partial_fit_knows_all_classes_beforehand_or_says_so() -> None:
    model = TabularClassifier(**SMALL).partial_fit(FRAME[:50], ["x", "y"] * 25, classes=["x", "y", "z"])
    assert model.predict_proba(FRAME[:2]).shape == (2, 3)
    model.partial_fit(FRAME[50:52], ["z", "x"])
    with pytest.raises(BacklitError, match="'w'"):
        model.partial_fit(FRAME[:2], ["w", "x"])


def test_partial_fit_takes_several_labels_and_wider_targets() -> None:
    indicators = np.stack([LABEL == "dear", FRAME["size"] > 0], axis=1).astype(int)
    model = TabularClassifier(**SMALL)
    for _ in range(30):
        model.partial_fit(FRAME, indicators)
    assert (model.predict(FRAME) == indicators).mean() > 0.93
    low = np.argsort(PRICE)
    model = TabularRegressor(**SMALL).partial_fit(FRAME.iloc[low[:450]], PRICE[low[:450]])
    for _ in range(40):
        model.partial_fit(FRAME, PRICE)
    assert model.predict(FRAME).max() > PRICE[low[:450]].max() + 1.0  # the first rows do not bound the answers


def test_warm_start_goes_on_and_a_cold_one_does_not() -> None:
    model = TabularRegressor(epochs=3, warm_start=True, **SMALL)
    first = model.fit(FRAME[:600], PRICE[:600]).score(FRAME[600:], PRICE[600:])
    for _ in range(4):
        model.fit(FRAME[:600], PRICE[:600])
    assert model.score(FRAME[600:], PRICE[600:]) > first
    cold = TabularRegressor(epochs=3, **SMALL).fit(FRAME[:600], PRICE[:600]).fit(FRAME[:600], PRICE[:600])
    assert cold.score(FRAME[600:], PRICE[600:]) == pytest.approx(first, abs=1e-6)


def test_a_changed_network_cannot_go_on() -> None:
    model = TabularRegressor(epochs=1, warm_start=True, **SMALL).fit(FRAME, PRICE)
    with pytest.raises(BacklitError, match="without warm_start"):
        model.set_params(hidden_layer_sizes=(8,)).fit(FRAME, PRICE)


@pytest.mark.parametrize("members", [1, 2])
def test_a_warm_start_does_not_go_on_from_calibrated_outputs(members: int) -> None:
    settings = {**SMALL, "n_members": members, "epochs": 5, "warm_start": True}
    model = TabularClassifier(**settings).fit(FRAME, LABEL)
    before = model.predict_proba(FRAME)
    model.set_params(learning_rate=1e-9).fit(FRAME, LABEL)
    np.testing.assert_allclose(model.predict_proba(FRAME), before, atol=1e-3)
