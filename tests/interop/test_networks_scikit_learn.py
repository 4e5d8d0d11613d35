"""Networks of scikit-learn's: outputs and gradients are its own, scalers and target units are layers in sight."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.linear_model import LinearRegression
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, PolynomialFeatures, RobustScaler, StandardScaler

import backlit
from backlit.errors import BacklitError

rng = np.random.default_rng(0)
X = rng.normal(size=(80, 3)) * [1.0, 30.0, 0.01] + [0.0, 500.0, 3.0]
NUMBERS = X[:, 0] * 2 + X[:, 1] / 30
SCALERS = (
    MinMaxScaler((-0.5, 0.5), clip=True),
    StandardScaler(),
    StandardScaler(with_std=False),
    MinMaxScaler((-1, 1)),
    RobustScaler(),
    MaxAbsScaler(),
)


def regressor(activation: str = "tanh", **keywords: Any) -> MLPRegressor:
    return MLPRegressor(hidden_layer_sizes=(5, 4), activation=activation, max_iter=30, random_state=0, **keywords)


def classifier(**keywords: Any) -> MLPClassifier:
    return MLPClassifier(hidden_layer_sizes=(5,), max_iter=30, random_state=0, **keywords)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("scaler", SCALERS, ids=str)
@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
def test_a_pipeline_predicts_as_there(scaler: Any, activation: str) -> None:
    theirs = make_pipeline(scaler, regressor(activation)).fit(X, NUMBERS)
    ours = backlit.import_network(theirs)
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-12, atol=1e-12)
    front = ["scaling", "clipping"] if getattr(scaler, "clip", False) else ["scaling"]
    assert [layer.kind for layer in ours.network_.layers] == [*front, "dense", "dense", "dense"]
    beyond = X * [1.0, 2.0, -1.0]
    np.testing.assert_allclose(ours.predict(beyond), theirs.predict(beyond), rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(ours.coefs_[0], theirs[-1].coefs_[0])


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("kind", ["two", "three", "labels"])
def test_classes_are_the_tools(kind: str) -> None:
    codes = np.digitize(X[:, 0], [0.0] if kind == "two" else [-0.5, 0.5])
    y = {"two": np.array(["no", "yes"])[codes % 2], "three": codes + 10, "labels": np.eye(3, dtype=int)[codes]}[kind]
    theirs = make_pipeline(StandardScaler(), classifier()).fit(X, y)
    ours = backlit.import_network(theirs)
    np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), rtol=1e-12, atol=1e-15)
    assert ours.score(X, y) == theirs.score(X, y)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("y", [NUMBERS, np.column_stack([NUMBERS, 3 * X[:, 2] - 1])], ids=["one", "two"])
@pytest.mark.parametrize("transformer", [StandardScaler(), MinMaxScaler(), RobustScaler()], ids=str)
def test_targets_come_back_in_their_units(y: Any, transformer: Any) -> None:
    inner = make_pipeline(MinMaxScaler(), regressor("relu"))
    theirs = TransformedTargetRegressor(inner, transformer=transformer).fit(X, y)
    ours = backlit.import_network(theirs)
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-12)
    assert ours.network_.layers[-1].kind == "scaling"
    traced = backlit.trace(ours, x=X[3], y=y[3])
    assert traced.check(sample=40).ok
    assert traced.derivation("w[1][0][0]").gradient == pytest.approx(traced.gradients["w[1][0][0]"], rel=1e-12)
    assert "δ[1]" in str(traced.derivation("w[1][0][0]", zoom="layer"))


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_a_target_of_logarithms_ends_in_a_gate() -> None:
    y = np.exp(X[:, 0])
    theirs = TransformedTargetRegressor(make_pipeline(StandardScaler(), regressor()), func=np.log, inverse_func=np.exp)
    ours = backlit.import_network(theirs.fit(X, y))
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-12)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_columns_that_are_scaled_apart_keep_their_order() -> None:
    rows = pd.DataFrame(np.column_stack([X, X[:, 0] ** 2]), columns=["p", "q", "r", "s"])
    twice = make_pipeline(RobustScaler(), StandardScaler())
    apart = ColumnTransformer([("later", twice, ["r", "p"]), ("q", MinMaxScaler(), ["q"])], remainder="drop")
    theirs = make_pipeline(apart, RobustScaler(), regressor()).fit(rows, NUMBERS)
    ours = backlit.import_network(theirs)
    np.testing.assert_allclose(ours.predict(rows), theirs.predict(rows), rtol=1e-12)
    assert [layer.kind for layer in ours.network_.layers] == ["scaling", "dense", "dense", "dense"]
    assert ours.feature_names_in_.tolist() == ["p", "q", "r", "s"]
    assert (ours.coefs_[0][3] == 0).all()  # s is dropped


def test_gradients_are_the_tools() -> None:
    """One step of plain sgd over all rows moves the weights by rate times gradient, there and here."""
    theirs = regressor("logistic", solver="sgd", momentum=0.0, learning_rate_init=0.5, alpha=0.0, batch_size=80)
    scaled = StandardScaler().fit_transform(X)
    theirs.partial_fit(scaled, X[:, 0])
    ours = backlit.import_network(theirs)
    before = [array.copy() for array in ours.coefs_]
    theirs.partial_fit(scaled, X[:, 0])
    ours.partial_fit(scaled, X[:, 0])
    for was, mine, other in zip(before, ours.coefs_, theirs.coefs_, strict=True):
        assert np.abs(other - was).max() > 1e-6
        np.testing.assert_allclose(mine - was, other - was, rtol=1e-9, atol=1e-13)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_float32_stays() -> None:
    rows = X.astype(np.float32)
    theirs = make_pipeline(StandardScaler(), regressor()).fit(rows, NUMBERS.astype(np.float32))
    ours = backlit.import_network(theirs)
    assert ours.theta_.dtype == np.float32
    expected = theirs.predict(rows)
    np.testing.assert_allclose(ours.predict(rows), expected, atol=1e-5 * np.abs(expected).max())


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_all_that_an_estimator_does(tmp_path: Any) -> None:
    y = np.array(["a", "b", "c"])[np.digitize(X[:, 0], [-0.5, 0.5])]
    theirs = make_pipeline(StandardScaler(), classifier()).fit(X, y)
    ours = backlit.import_network(theirs, feature_names=["p", "q", "r"])
    frame = pd.DataFrame(X, columns=["p", "q", "r"])
    proba = ours.predict_proba(frame)
    ours.save(tmp_path / "model.safetensors")
    again = backlit.load(tmp_path / "model.safetensors")
    np.testing.assert_array_equal(again.predict_proba(frame), proba)
    assert again.provenance_["imported"]["tool"] == "scikit-learn"
    backlit.to_onnx(ours, tmp_path / "model.onnx")
    import onnxruntime

    session = onnxruntime.InferenceSession(tmp_path / "model.onnx")
    np.testing.assert_allclose(session.run(["probabilities"], {"X": X})[0], proba, rtol=1e-9)
    assert backlit.diagnose(ours, frame, y).layers
    assert {name for name, *_ in ours.importance(frame, y).ranked()} == {"p", "q", "r"}
    assert ours.contributions(frame).values.shape == (80, 3)
    scaling = ours.network_.arrays(ours.theta_)
    frozen = {name: scaling[name].copy() for name in ("center[0]", "scale[0]", "offset[0]")}
    weights = ours.coefs_[0].copy()
    for model in (ours, again):
        model.partial_fit(frame, y)
        assert model.provenance_["imported"]["tool"] == "scikit-learn"
    np.testing.assert_array_equal(ours.theta_, again.theta_)
    assert (ours.coefs_[0] != weights).any()
    for name, array in frozen.items():
        np.testing.assert_array_equal(ours.network_.arrays(ours.theta_)[name], array)
    ours.fit(frame, y)  # begins anew, as its parameters say
    assert [layer.kind for layer in ours.network_.layers] == ["dense", "dense"]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_what_cannot_be_read_is_named() -> None:
    with pytest.raises(BacklitError, match="not fitted; call fit"):
        backlit.import_network(regressor())
    theirs = make_pipeline(PolynomialFeatures(), regressor()).fit(X, NUMBERS)
    with pytest.raises(BacklitError, match=r"step 'polynomialfeatures': a PolynomialFeatures is not read; known are"):
        backlit.import_network(theirs)
    with pytest.raises(BacklitError, match="LinearRegression is no multilayer perceptron"):
        backlit.import_network(LinearRegression())
    fitted = regressor().fit(X, NUMBERS)
    fitted.coefs_[1][0, 0] = np.nan
    with pytest.raises(BacklitError, match=r"coefs_\[1\]: a number of its w is not finite"):
        backlit.import_network(fitted)
    with pytest.raises(BacklitError, match="this MLPRegressor is one of ours already"):
        backlit.import_network(backlit.MLPRegressor(hidden_layer_sizes=(2,), solver="lbfgs").fit(X, NUMBERS))
    with pytest.raises(BacklitError, match="no network that is known here"):
        backlit.import_network(object())
