"""A saved model is the model: predictions, labels, encoders, gates of the user's own; and a foreign file is refused."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import backlit
from backlit import BacklitError, MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 3))
FRAME = pd.DataFrame(
    {
        "size": np.where(RNG.random(60) < 0.1, np.nan, X[:, 0]),
        "colour": RNG.choice(["red", "green", None], 60),
        "sold": RNG.random(60) < 0.5,
        "day": pd.date_range("2024-01-01", periods=60),
    }
)
FITTED = {
    "text labels": lambda: MLPClassifier((5,), max_iter=5, random_state=0).fit(X, np.where(X[:, 0] > 0, "yes", "no")),
    "numbers as labels": lambda: MLPClassifier((5,), max_iter=5, random_state=0).fit(X, np.digitize(X[:, 1], [-1, 0])),
    "flags": lambda: MLPClassifier((5,), max_iter=5, random_state=0).fit(X, X[:, 0] > 0),
    "multilabel": lambda: MLPClassifier((5,), max_iter=5, random_state=0).fit(X, (X > 0).astype(int)),
    "float32": lambda: MLPClassifier((5,), max_iter=5, random_state=0).fit(X.astype("f4"), X[:, 0] > 0),
    "regression": lambda: MLPRegressor(
        hidden_layer_sizes=(5, 4), max_iter=5, activation=("tanh", "gelu"), random_state=0
    ).fit(X, X[:, 0]),
    "two targets": lambda: MLPRegressor(hidden_layer_sizes=(5,), max_iter=5, random_state=0).fit(X, X[:, :2]),
    "frame to classes": lambda: TabularClassifier((8,), epochs=3, random_state=0).fit(FRAME, X[:, 0] > 0),
    "frame to number": lambda: TabularRegressor((8,), epochs=3, random_state=0).fit(FRAME, X[:, 0]),
    "frame to two": lambda: TabularRegressor((8,), epochs=3, random_state=0).fit(FRAME, X[:, :2]),
}


@pytest.fixture(params=FITTED)
def model(request):
    return FITTED[request.param]()


def inputs(model):
    if isinstance(model, TabularClassifier | TabularRegressor):
        return FRAME
    return X.astype(model.theta_.dtype)


def outputs(model, given):
    found = [model.predict(given)]
    if hasattr(model, "predict_proba"):
        found.append(model.predict_proba(given))
    return found


@pytest.mark.parametrize("way", ["file", "pickle", "deepcopy"])
def test_comes_back_the_same(model, way: str, tmp_path: Path) -> None:
    before = outputs(model, inputs(model))
    if way == "file":
        model.save(tmp_path / "model.backlit")
        again = backlit.load(tmp_path / "model.backlit")
    else:
        again = pickle.loads(pickle.dumps(model)) if way == "pickle" else copy.deepcopy(model)
    for one, two in zip(before, outputs(again, inputs(again)), strict=True):
        np.testing.assert_array_equal(one, two)
        assert one.dtype == two.dtype
    assert {k: v for k, v in again.get_params().items() if not isinstance(v, tuple | list)} == {
        k: v for k, v in model.get_params().items() if not isinstance(v, tuple | list)
    }


def test_setting_values_takes_effect(model) -> None:
    before = outputs(model, inputs(model))[-1]
    model.coefs_[0][:] = 0.25
    model.coefs_[-1] = np.full_like(model.coefs_[-1], -0.5)
    model.intercepts_[-1][:] = 1.5
    assert (model.theta_ == 0.25).sum() >= model.coefs_[0].size
    assert not np.array_equal(before, outputs(model, inputs(model))[-1])


def test_gate_of_ones_own_travels_with_the_model(tmp_path: Path) -> None:
    backlit.gate("half_square", "0.5 * x * x")
    model = MLPClassifier((5,), activation="half_square", max_iter=5, random_state=0).fit(X, X[:, 0] > 0)
    model.save(tmp_path / "model.backlit")
    before = model.predict_proba(X)
    del backlit.GATES._gates["half_square"]
    np.testing.assert_array_equal(backlit.load(tmp_path / "model.backlit").predict_proba(X), before)
    assert "half_square" in backlit.GATES


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.backlit"
    path.write_bytes(b"PK\x03\x04 not a model")
    with pytest.raises(BacklitError, match=r"model\.backlit"):
        backlit.load(path)
    FITTED["flags"]().save(path)
    path.write_bytes(path.read_bytes()[:-7])
    with pytest.raises(BacklitError, match=r"model\.backlit"):
        backlit.load(path)
    with pytest.raises(OSError, match="nowhere"):
        backlit.load(tmp_path / "nowhere")


def test_unfitted_is_not_saved(tmp_path: Path) -> None:
    with pytest.raises(BacklitError, match="not fitted"):
        MLPClassifier().save(tmp_path / "model")
    assert not list(tmp_path.iterdir())


def test_a_file_of_the_first_format_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = MLPRegressor(hidden_layer_sizes=(), solver="lbfgs").fit([[0.0], [1.0]], [0.0, 1.0])
    with monkeypatch.context() as before:
        before.setattr("backlit.files.model_file.FORMAT", 1)
        model.save(tmp_path / "old.backlit")
    with pytest.raises(backlit.errors.DamagedFile, match=r"old\.backlit .*format 1, .*; train again and save"):
        backlit.load(tmp_path / "old.backlit")
