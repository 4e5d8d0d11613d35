"""ONNX files: graphs as others write them, held against onnxruntime, and our own exports, read back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pandas as pd
import pytest
from onnx import TensorProto, helper, numpy_helper

import backlit
from backlit.errors import BacklitError

rng = np.random.default_rng(24)
W1, B1 = rng.normal(size=(3, 5)).astype(np.float32), rng.normal(size=5).astype(np.float32)
W2, B2 = rng.normal(size=(5, 2)).astype(np.float32), rng.normal(size=2).astype(np.float32)
ROWS = (rng.normal(size=(7, 3)) * 2).astype(np.float32)
Nodes = list[tuple[str, list[str], dict[str, Any]]]


def saved(path: Path, nodes: Nodes, constants: dict[str, Any] | None = None, outputs: int = 2) -> Path:
    """A chain of nodes from X to Y: each takes what the one before gave, and constants."""
    known = {"W1": W1, "B1": B1, "W2": W2, "B2": B2, **(constants or {})}
    made, value = [], "X"
    for number, (operator, inputs, attributes) in enumerate(nodes):
        name = "Y" if number + 1 == len(nodes) else f"v{number}"
        domain = "ai.onnx.ml" if operator in ("Scaler", "Imputer") else ""
        names = [value if part == "_" else part for part in inputs]
        made.append(helper.make_node(operator, names, [name], name=f"n{number}", domain=domain, **attributes))
        value = name
    graph = helper.make_graph(
        made,
        "chain",
        [helper.make_tensor_value_info("X", TensorProto.FLOAT, ["N", 3])],
        [helper.make_tensor_value_info("Y", TensorProto.FLOAT, ["N", outputs])],
        [numpy_helper.from_array(np.asarray(array), name) for name, array in known.items()],
    )
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid("ai.onnx.ml", 3)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=9, producer_name="test", producer_version="1")
    file = path / "chain.onnx"
    file.write_bytes(model.SerializeToString())
    return file


def layers(*between: tuple[str, list[str], dict[str, Any]]) -> Nodes:
    first = ("Gemm", ["_", "W1", "B1"], {})
    return [first, *between, ("MatMul", ["_", "W2"], {}), ("Add", ["_", "B2"], {})]


def one(operator: str, *more: str, **attributes: Any) -> tuple[str, list[str], dict[str, Any]]:
    return operator, ["_", *more], attributes


HIDDEN = {
    "Relu": one("Relu"), "Sigmoid": one("Sigmoid"), "Tanh": one("Tanh"), "Softsign": one("Softsign"),
    "Softplus": one("Softplus"), "HardSwish": one("HardSwish"), "Mish": one("Mish"), "Selu": one("Selu"),
    "Gelu": one("Gelu"), "Gelu tanh": one("Gelu", approximate="tanh"), "LeakyRelu": one("LeakyRelu"),
    "LeakyRelu 0.2": one("LeakyRelu", alpha=0.2), "Elu": one("Elu", alpha=0.7), "Celu": one("Celu", alpha=0.5),
    "HardSigmoid": one("HardSigmoid"), "HardSigmoid of others": one("HardSigmoid", alpha=1 / 6, beta=0.5),
    "Clip": one("Clip", "low", "high"), "PRelu": one("PRelu", "slopes"), "Sin": one("Sin"),
    "BatchNormalization": one("BatchNormalization", "gain", "offset", "mean", "variance"),
}  # fmt: skip
CONSTANTS = {
    "low": np.float32(-0.5), "high": np.float32(0.75), "slopes": np.float32([0.1, 0.2, 0.3, 0.0, -0.5]),
    "gain": np.float32([1, 2, 3, 0.5, 1]), "offset": np.float32([0, 1, 0, 1, -1]),
    "mean": np.float32([0.5, 0, 1, 0, 0]), "variance": np.float32([1, 2, 3, 4, 5]),
}  # fmt: skip


def expected(file: Path) -> Any:
    return onnxruntime.InferenceSession(file).run(None, {"X": ROWS})[0]


def close(ours: Any, theirs: Any, tolerance: float = 1e-5) -> None:
    np.testing.assert_allclose(ours, theirs, atol=tolerance * np.abs(theirs).max())


@pytest.mark.parametrize("name", HIDDEN)
def test_an_activation_is_the_runtimes(tmp_path: Path, name: str) -> None:
    file = saved(tmp_path, layers(HIDDEN[name]), CONSTANTS)
    model = backlit.import_network(file)
    assert model.theta_.dtype == np.float32
    close(model.predict(ROWS), expected(file))


def test_what_stands_in_front_and_behind_is_seen(tmp_path: Path) -> None:
    front = [one("Sub", "means"), one("Div", "deviations")]
    behind = [one("Mul", "unit"), one("Add", "middle")]
    constants = {
        "means": np.float32([1, 2, 3]), "deviations": np.float32([2, 4, 8]), "unit": np.float32(3),
        "middle": np.float32([7, 8]),
    }  # fmt: skip
    file = saved(tmp_path, [*front, *layers(one("Tanh")), *behind], constants)
    model = backlit.import_network(file, feature_names=["p", "q", "r"])
    assert [layer.kind for layer in model.network_.layers] == ["scaling", "dense", "dense", "scaling"]
    close(model._outputs(ROWS), expected(file))
    scaler = one("Scaler", offset=[1.0, 2.0, 3.0], scale=[0.5, 0.25, 0.125])
    file = saved(tmp_path, [scaler, *layers(one("Relu")), one("Softmax", axis=1)])
    classifier = backlit.import_network(file, ["no", "yes"])
    close(classifier.predict_proba(ROWS), expected(file))
    assert classifier.predict(ROWS).tolist() == [["no", "yes"][code] for code in expected(file).argmax(axis=1)]


def test_x_times_its_sigmoid_is_silu(tmp_path: Path) -> None:
    file = saved(tmp_path, layers(("Mul", ["_", "s"], {})))
    model = onnx.load(file)
    model.graph.node.insert(1, helper.make_node("Sigmoid", ["v0"], ["s"], name="s"))
    file.write_bytes(model.SerializeToString())
    assert backlit.import_network(file).network_.layers[0].gate == "silu"
    close(backlit.import_network(file).predict(ROWS), expected(file))


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("kind", ["two", "three", "numbers"])
def test_our_own_export_comes_back(tmp_path: Path, kind: str) -> None:
    X = rng.normal(size=(60, 3))
    if kind == "numbers":
        model: Any = backlit.MLPRegressor(hidden_layer_sizes=(6,), activation="gelu", max_iter=5, random_state=0)
        model.fit(X, X[:, 0])
    else:
        y = np.array(["a", "b", "c"])[np.digitize(X[:, 0], [0.0] if kind == "two" else [-0.5, 0.5])]
        model = backlit.MLPClassifier((6, 4), activation="selu", max_iter=5, random_state=0).fit(X, y)
    backlit.to_onnx(model, tmp_path / "model.onnx")
    again = backlit.import_network(tmp_path / "model.onnx")
    np.testing.assert_array_equal(again.theta_, model.theta_)
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    assert again.network_ == model.network_


REFUSED: dict[str, tuple[Nodes, str]] = {
    "operator": ([one("Conv")], r"node 'n0' \(Conv\) is not read; known are MatMul"),
    "shapes": (layers(("MatMul", ["_", "W1"], {})), "takes 3 numbers, but the layer before gives 5"),
    "no weights": ([one("Relu")], "no layer of weights"),
    "branches": (layers(("Add", ["_", "X"], {})), r"X goes into 2 nodes \(Add, Gemm\); only chains"),
    "not finite": (layers(one("Mul", "bad")), "not finite"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_chain_is_named(tmp_path: Path, name: str) -> None:
    nodes, message = REFUSED[name]
    with pytest.raises(BacklitError, match=message):
        backlit.import_network(saved(tmp_path, nodes, {"bad": np.float32(np.nan)}))


def test_files_that_lie_are_refused(tmp_path: Path) -> None:
    file = saved(tmp_path, layers(one("Relu")))
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])
    with pytest.raises(BacklitError, match=r"chain.onnx: .*(damaged|no layer|chain|inputs)"):
        backlit.import_network(file)
    model = onnx.load_from_string(content)
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../secret")
    file.write_bytes(model.SerializeToString())
    with pytest.raises(BacklitError, match=r"W1 lies in '../secret', outside the file's folder"):
        backlit.import_network(file)
    file.write_bytes(b"")
    with pytest.raises(BacklitError, match="the file is empty"):
        backlit.import_network(file)
    file.write_text("just text")
    with pytest.raises(BacklitError, match=r"chain.onnx is no network that is known here; give one of"):
        backlit.import_network(file)


def test_labels_beside_probabilities_are_passed_by(tmp_path: Path) -> None:
    file = saved(tmp_path, layers(one("Tanh"), one("Identity"), one("Identity")))
    model = onnx.load(file)
    logits = model.graph.node[-1].output[0]
    model.graph.node.extend([helper.make_node("Softmax", [logits], ["P"]), helper.make_node("ArgMax", [logits], ["L"])])
    model.graph.output[0].name = "P"
    file.write_bytes(model.SerializeToString())
    close(backlit.import_network(file, classes=["no", "yes"]).predict_proba(ROWS), expected(file))


def test_a_branch_that_is_joined_later_is_no_chain(tmp_path: Path) -> None:
    """What goes into a Concat and into another layer: the network does not end there."""
    file = saved(tmp_path, layers(one("Tanh")))
    model = onnx.load(file)
    hidden = model.graph.node[1].output[0]
    joined = [helper.make_node("Concat", [hidden, "Y"], ["J"], axis=1), helper.make_node("ReduceSum", ["J"], ["Z"])]
    model.graph.node.extend(joined)
    file.write_bytes(model.SerializeToString())
    with pytest.raises(BacklitError, match=r"node 'n2' \(MatMul\) takes v1 by way of another; only chains are read"):
        backlit.import_network(file)


@pytest.mark.parametrize("replaced", [np.nan, 0.0])
def test_missing_cells_are_filled_as_by_its_imputer(replaced: float, tmp_path: Path) -> None:
    fills = {"imputed_value_floats": [1.0, -2.0, 0.5], "replaced_value_float": replaced}
    file = saved(tmp_path, [one("Imputer", **fills), *layers(one("Relu"))])
    if replaced == 0:
        with pytest.raises(BacklitError, match=r"node 'n0' \(Imputer\): it replaces 0, and NaN is read alone; fill"):
            backlit.import_network(file)
        return
    gaps = np.where(rng.random(ROWS.shape) < 0.4, np.nan, ROWS).astype(np.float32)
    theirs = onnxruntime.InferenceSession(file).run(None, {"X": gaps})[0]
    close(backlit.import_network(file).predict(gaps), theirs)


@pytest.mark.parametrize("order", [["age", "size", "rooms"], ["size", "age", "rooms"]])
def test_columns_that_are_joined_have_names(order: list[str], tmp_path: Path) -> None:
    file = saved(tmp_path, layers(one("Relu")))
    model = onnx.load(file)
    del model.graph.input[:]
    names = ["age", "size", "rooms"]
    model.graph.input.extend(helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", 1]) for name in names)
    model.graph.node.insert(0, helper.make_node("Concat", order, ["X"], axis=1))
    file.write_bytes(model.SerializeToString())
    ours = backlit.import_network(file)
    assert ours.feature_names_in_.tolist() == order
    feed = {name: ROWS[:, [at]] for at, name in enumerate(names)}
    theirs = onnxruntime.InferenceSession(file).run(None, feed)[0]
    frame = pd.DataFrame({name: feed[name].ravel() for name in order})
    close(ours.predict(frame), theirs)
