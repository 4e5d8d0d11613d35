"""Whole models of all four estimators: what onnxruntime gives is what Backlit predicts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pandas as pd
import pytest

import backlit
from backlit.errors import BacklitError
from backlit.estimators.loading import ESTIMATORS
from backlit.interop.onnx.export import onnx_model
from backlit.interop.onnx.target import TARGETS

from .conftest import exported, fed

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")  # few epochs are enough

RNG = np.random.default_rng(0)
X = RNG.normal(size=(90, 4))
FRAME = pd.DataFrame(
    {
        "label": X[:, 0],
        "kind": RNG.choice(["a", "b", None], 90),
        "day": pd.date_range("2020-01-01", periods=90, freq="37h"),
    }
)
THREE = np.array(["low", "mid", "high"])[np.digitize(X[:, 0], [-0.5, 0.5])]
BINARY = X[:, 0] > 0
SEVERAL = np.stack([X[:, 0] > 0, X[:, 1] > 0, X[:, 2] > 1], axis=1).astype(int)
CODES = np.digitize(X[:, 0], [-0.5, 0.5]) * 10

CLASSIFIERS: dict[str, tuple[dict[str, Any], Any]] = {
    "text": ({}, THREE),
    "objects": ({}, THREE.astype(object)),
    "numbers": ({}, CODES),
    "small numbers": ({}, CODES.astype(np.uint8)),
    "floats": ({}, CODES.astype(float)),
    "flags": ({}, BINARY),
    "two texts": ({}, np.where(BINARY, "yes", "no")),
    "several labels": ({}, SEVERAL),
}


def check(outputs: list[Any], model: Any, rows: Any) -> None:
    label, probabilities = outputs
    expected, predicted = model.predict_proba(rows), model.predict(rows)
    assert probabilities.dtype == expected.dtype
    assert probabilities.shape == expected.shape
    assert np.abs(probabilities - expected).max() < 1e-5
    assert label.shape == predicted.shape
    close = np.abs(expected - 0.5) < 1e-5 if predicted.ndim == 2 else np.ptp(np.sort(expected)[:, -2:], axis=1) < 1e-5
    assert ((label == predicted) | close).all()
    assert label.tolist() == predicted.tolist() or close.any()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("case", [*CLASSIFIERS, "shares of sigmoids"])
def test_mlp_classifiers(case: str, dtype: Any, tmp_path: Path) -> None:
    y = CLASSIFIERS.get(case, CLASSIFIERS["text"])[1]
    more = {"output_activation": "logistic"} if case == "shares of sigmoids" else {}
    rows = X.astype(dtype)
    model = backlit.MLPClassifier((6,), max_iter=3, tol=0.0, random_state=0, **more)
    model.fit(rows, y)
    session = exported(model, tmp_path / "m.onnx")
    (value,) = session.get_inputs()
    assert (value.name, value.shape) == ("X", ["N", 4])
    assert value.type == {np.float32: "tensor(float)", np.float64: "tensor(double)"}[dtype]
    assert [output.name for output in session.get_outputs()] == ["label", "probabilities"]
    check(session.run(None, {"X": rows}), model, rows)
    check(session.run(None, {"X": rows[:1]}), model, rows[:1])


@pytest.mark.parametrize(
    ("more", "y"),
    [({}, X[:, 0]), ({}, X[:, :2]), ({"loss": "poisson"}, np.abs(X[:, 0])), ({"loss": "absolute"}, X[:, :1].ravel())],
)
def test_mlp_regressors(more: dict[str, Any], y: Any, tmp_path: Path) -> None:
    model = backlit.MLPRegressor(
        hidden_layer_sizes=(6,), solver="lbfgs", max_iter=50, random_state=0, periodic_features=2, **more
    )
    model.fit(X, y)
    (prediction,) = exported(model, tmp_path / "m.onnx").run(["prediction"], {"X": X})
    expected = model.predict(X)
    assert prediction.shape == expected.shape
    assert np.allclose(prediction, expected, rtol=1e-9)


@pytest.mark.parametrize("case", CLASSIFIERS)
def test_tabular_classifiers(case: str, tmp_path: Path) -> None:
    model = backlit.TabularClassifier((6,), epochs=2, random_state=0).fit(FRAME, CLASSIFIERS[case][1])
    session = exported(model, tmp_path / "m.onnx")
    assert [value.name for value in session.get_inputs()] == list(FRAME.columns)
    assert [output.name for output in session.get_outputs()] == ["label_", "probabilities"]  # a column is 'label'
    frame = FRAME.copy()
    frame.loc[:4, "label"] = [np.nan, np.inf, -np.inf, 1e300, -5e-324]
    frame.loc[3:6, "kind"] = ["never seen", " a", "", "b "]
    frame.loc[6:8, "day"] = pd.NaT
    check(session.run(None, fed(session, frame)), model, frame)
    check(session.run(None, fed(session, frame[4:5])), model, frame[4:5])


@pytest.mark.parametrize(
    ("more", "y"),
    [({}, X[:, 0] * 1e4), ({"clip": False}, X[:, 0]), ({}, X[:, :2]), ({"loss": "poisson"}, np.abs(X[:, 0])),
     ({"loss": "quantile", "quantile": 0.9}, X[:, 0]), ({"loss": "quantile", "quantile": [0.3, 0.5, 0.6]}, X[:, 0]),
     ({"loss": "binary_cross_entropy"}, np.clip(X[:, 0], 0, 1))],
)  # fmt: skip
def test_tabular_regressors(more: dict[str, Any], y: Any, tmp_path: Path) -> None:
    model = backlit.TabularRegressor((6,), epochs=2, random_state=0, **more).fit(FRAME, y)
    session = exported(model, tmp_path / "m.onnx")
    frame = FRAME.copy()
    frame.loc[:4, "label"] = [np.nan, np.inf, -np.inf, 1e6, -1e6]
    (prediction,) = session.run(["prediction"], fed(session, frame))
    expected = model.predict(frame)
    assert prediction.shape == expected.shape
    assert prediction.dtype == np.float64
    assert np.abs(prediction - expected).max() < 1e-5 * np.abs(y).max()


def test_every_estimator_has_an_end() -> None:
    assert {kind.__name__ for kind in TARGETS} == ESTIMATORS.keys()


@pytest.fixture(scope="module")
def fitted() -> Any:
    return backlit.TabularClassifier((6,), epochs=2, random_state=0).fit(FRAME, THREE)


def test_a_loaded_model_gives_the_same_bytes(fitted: Any, tmp_path: Path) -> None:
    fitted.save(tmp_path / "m.backlit")
    backlit.to_onnx(fitted, tmp_path / "a.onnx")
    backlit.to_onnx(backlit.load(tmp_path / "m.backlit"), tmp_path / "b.onnx")
    assert (tmp_path / "a.onnx").read_bytes() == (tmp_path / "b.onnx").read_bytes()


def test_the_file_says_what_it_holds(fitted: Any, tmp_path: Path) -> None:
    backlit.to_onnx(fitted, tmp_path / "m.onnx")
    model = onnx.load(tmp_path / "m.onnx")
    assert (model.producer_name, model.producer_version, model.graph.name) == (
        "backlit",
        backlit.__version__,
        "TabularClassifier",
    )
    assert {entry.key: entry.value for entry in model.metadata_props} == {
        "estimator": "TabularClassifier",
        "task": "classification",
        "classes": '["high", "low", "mid"]',
        "multilabel": "false",
    }


def operators(graph: Any) -> set[str]:
    """The operators of a graph and of its branches."""
    inner = [attribute.g for node in graph.node for attribute in node.attribute if attribute.HasField("g")]
    return {node.op_type for node in graph.node}.union(*map(operators, inner))


def test_the_operators_are_those_of_the_documented_table(fitted: Any) -> None:
    page = (Path(__file__).parents[2] / "docs" / "onnx.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    documented = {name.strip("` ") for row in rows for name in row.split(",")}
    text = FRAME.assign(cost=[f"${value:,.2f}" for value in X[:, 1] * 1e4], when=FRAME["day"].dt.strftime("%d/%m/%Y"))
    gates = ("gelu", "softplus", "elu", "leaky_relu", "mish")
    used = operators(onnx_model(fitted).graph)
    with pytest.warns(backlit.DataWarning, match="read as"):
        more = backlit.TabularRegressor((6,), epochs=2, random_state=0).fit(text, X[:, 0])
    mlp = backlit.MLPRegressor(
        hidden_layer_sizes=[4] * len(gates), activation=gates, solver="lbfgs", max_iter=2, random_state=0
    )
    ends = backlit.TabularRegressor((6,), loss="quantile", quantile=[0.1, 0.9], epochs=2, random_state=0)
    for model in (more, mlp.fit(X, X[:, 0]), ends.fit(X, X[:, 0])):
        used |= operators(onnx_model(model).graph)
    assert used <= documented
    assert documented - used <= {"Sin", "Cos", "Neg", "Pow", "Min", "Mul", "ReduceMean", "Log", "Tanh", "Abs"}
    wrong_or_missing = {"Sigmoid", "Softplus", "Elu", "Selu", "Celu", "Gelu", "Mish", "Erf", "LeakyRelu", "Scaler"}
    assert not used & wrong_or_missing


def test_what_cannot_be_written_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    with pytest.raises(BacklitError, match="not fitted"):
        backlit.to_onnx(backlit.MLPClassifier(), path)
    with pytest.raises(BacklitError, match="no model of Backlit's"):
        backlit.to_onnx("model", path)
    model = backlit.MLPRegressor(hidden_layer_sizes=(3,), solver="lbfgs", max_iter=2, random_state=0).fit(X, X[:, 0])
    model.coefs_[0][0, 0] = np.nan
    with pytest.raises(BacklitError, match="not finite"):
        backlit.to_onnx(model, path)
    assert not path.exists()
