"""One weight at every zoom: gates, neurons, whole layers, a batch; the same total, the engine's and the witness's."""

from __future__ import annotations

import warnings
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from backlit import BacklitError, MLPClassifier, MLPRegressor, TabularClassifier, trace
from backlit.engine.network import Network
from backlit.graph import read
from backlit.tracing.witnesses import witnesses
from backlit.tracing.zooms import zooms_of_formula

CHANCE = np.random.default_rng(0)
X = CHANCE.normal(size=(40, 3))
LABEL = np.where(X[:, 0] > 0.3, "b", np.where(X[:, 1] > 0, "c", "a"))
CLASSES = MLPClassifier((4, 3), activation="tanh", max_iter=15, random_state=0)
NUMBERS = MLPRegressor(hidden_layer_sizes=(4, 3), activation="logistic", max_iter=15, random_state=0)
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # a few epochs are enough to have weights of all signs
    CLASSES.fit(X, LABEL)
    NUMBERS.fit(X, X[:, 0])
MODELS = {"classes": (CLASSES, LABEL), "numbers": (NUMBERS, X[:, 0])}
NAMES = ["w[1][2][1]", "b[1][0]", "w[2][3][2]", "w[3][0][0]", "b[3][0]"]


def engine_gradient(model, x: np.ndarray, y: np.ndarray) -> dict[str, np.ndarray]:
    network = Network(model.network_, model.theta_.astype(np.float64), len(x))
    _, theta = network.loss_and_gradient(x, y, np.full(len(x), 1 / len(x)))
    return model.network_.arrays(theta)


def at(arrays, name: str) -> float:
    stem, level, *index = name.replace("]", "").split("[")
    return float(arrays[f"{stem}[{level}]"][tuple(map(int, index))])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", MODELS)
def test_every_zoom_of_a_sample_has_the_same_total(kind: str, name: str) -> None:
    model, y = MODELS[kind]
    traced = trace(model, x=X[5], y=y[5])
    totals = [traced.derivation(name, zoom=zoom).gradient for zoom in ("gates", "neuron", "layer")]
    inputs, target = model.as_network_row(X[5], y[5])
    np.testing.assert_allclose(totals, at(engine_gradient(model, inputs[None], target[None]), name), rtol=1e-10)
    assert traced.check(wrt=name).ok


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", MODELS)
def test_every_zoom_of_a_batch_has_the_same_total(kind: str, name: str) -> None:
    model, y = MODELS[kind]
    traced = trace(model, x=X[:6], y=y[:6])
    totals = [traced.derivation(name, zoom=zoom).gradient for zoom in ("gates", "neuron", "batch")]
    singles = [
        trace(model, x=row, y=target).derivation(name).gradient for row, target in zip(X[:6], y[:6], strict=True)
    ]
    np.testing.assert_allclose(totals, np.mean(singles), rtol=1e-10)
    pairs = [model.as_network_row(row, target) for row, target in zip(X[:6], y[:6], strict=True)]
    inputs, targets = (np.array(part) for part in zip(*pairs, strict=True))
    np.testing.assert_allclose(totals, at(engine_gradient(model, inputs, targets), name), rtol=1e-10)
    assert traced.check(wrt=name).ok


def test_arrays_are_the_four_equations() -> None:
    steps = {step.name: step.value for step in trace(CLASSES, x=X[:6], y=LABEL[:6]).derivation("w[2][0][1]").steps}
    _, w2, w3 = CLASSES.coefs_
    inputs = X[:6]
    a1 = np.tanh(inputs @ CLASSES.coefs_[0] + CLASSES.intercepts_[0])
    a2 = np.tanh(a1 @ w2 + CLASSES.intercepts_[1])
    onehot = (LABEL[:6, None] == CLASSES.classes_).astype(float)
    delta3 = (CLASSES.predict_proba(inputs) - onehot) / 6
    np.testing.assert_allclose(steps["δ[3]"], delta3, rtol=1e-9)
    delta2 = (delta3 @ w3.T) * (1 - a2**2)
    np.testing.assert_allclose(steps["δ[2]"], delta2, rtol=1e-9)
    np.testing.assert_allclose(steps["∂L/∂w[2]"], a1.T @ delta2, rtol=1e-9)


def test_products_are_what_is_summed() -> None:
    found = trace(CLASSES, x=X[:9], y=LABEL[:9]).derivation("w[1][2][1]")
    assert sum(left * right for left, right in found.products) == pytest.approx(found.gradient, rel=1e-12)
    assert [left for left, _ in found.products] == pytest.approx(X[:9, 2])
    assert "3 more" in str(found)


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_text_latex_and_mathml_are_written(lang: str) -> None:
    found = trace(CLASSES, x=X[:4], y=LABEL[:4]).derivation("w[2][0][1]", lang=lang)
    text = str(found)
    assert f"= {found.gradient:.9g}" in text
    assert ("역전파" in text) == (lang == "ko")
    assert r"\delta^{(2)}" in found.to_latex()
    ElementTree.fromstring(found.to_mathml())


def test_frames_of_several_rows() -> None:
    frame = pd.DataFrame({"size": X[:, 0], "colour": np.where(X[:, 1] > 0, "red", "blue")})
    model = TabularClassifier((4,), epochs=3, n_members=2, random_state=0).fit(frame, LABEL)
    one = trace(model, x=frame.iloc[:5], y=LABEL[:5])
    assert one.value == pytest.approx(np.mean([trace(model, x=frame.iloc[i], y=LABEL[i]).value for i in range(5)]))
    table = trace(model, x=pa.Table.from_pandas(frame.iloc[:5]), y=LABEL[:5].tolist())
    assert table.value == one.value
    assert table.derivation("w[1][1][3]").gradient == pytest.approx(one.gradients["w[1]"][1, 3])


def test_a_page_leaves_out_the_zoom_whose_gates_overflow() -> None:
    assert list(zooms_of_formula(read("sigmoid(x)", {"x": -1000.0}))) == ["gates"]
    assert "sigmoid" in trace("sigmoid(x)", x=-1000).to_html()


def test_a_page_of_arrays_has_every_element_where_it_can_be_read() -> None:
    small = zooms_of_formula(read("sum(W @ x)", {"W": [[1, 2], [3, 4]], "x": [1, 2]}))
    assert [len(graph.wires) for graph in small.values()] == [4, 13]
    assert list(small) == ["arrays", "gates"]
    assert list(zooms_of_formula(read("sum(W @ W)", {"W": np.ones((8, 8))}))) == ["arrays"]
    assert list(zooms_of_formula(read("softmax(x)", {"x": [1, 2]}))) == ["arrays"]


def test_zooms_that_cannot_be() -> None:
    traced = trace(CLASSES, x=X[0], y=LABEL[0])
    for zoom, message in (("atoms", "is not known"), ("batch", "one sample")):
        with pytest.raises(BacklitError, match=message):
            traced.derivation("w[1][0][0]", zoom=zoom)
    with pytest.raises(BacklitError, match="several samples"):
        trace(CLASSES, x=X[:2], y=LABEL[:2]).derivation("w[1][0][0]", zoom="layer")
    with pytest.raises(BacklitError, match="no matrix form"):
        traced.derivation("x[0]", zoom="layer")
    with pytest.raises(BacklitError, match="for networks"):
        trace("x * x", x=2).derivation("x", zoom="layer")
    with pytest.raises(BacklitError, match="3 targets for 2 rows"):
        trace(CLASSES, x=X[:2], y=LABEL[:3])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize("rows", [slice(3, 4), slice(0, 7)])
def test_engine_graph_and_differences_stand_beside_each_other(kind: str, name: str, rows: slice) -> None:
    model, y = MODELS[kind]
    x, target = (X[3], y[3]) if rows.stop == 4 else (X[rows], y[rows])
    found = witnesses(model, trace(model, x=x, y=target), name)
    assert found.engine == pytest.approx(found.graph, rel=1e-10, abs=1e-15)
    assert found.difference == pytest.approx(found.graph, rel=1e-6, abs=1e-9)
