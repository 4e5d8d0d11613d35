"""Every source in a loop: what an estimator does with its network, and what is said of one that is spoiled."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pandas as pd
import pytest

import backlit
from backlit.errors import BacklitError
from backlit.interop.networks.reader import all_readers

from . import test_networks_matlab as matlab
from .sources import (
    RECORDED,
    SOURCES,
    config,
    fitted,
    keras,
    metadata,
    module,
    node,
    of_layer,
    replaced,
    saved_as,
    set_to,
    spoil,
    struct,
    tensors,
    text,
    with_nan,
)  # fmt: skip

NOT_FROZEN = ("w", "b", "gamma", "beta", "blend")
"""What a training that goes on moves; all other numbers of a network stay."""


def test_the_loop_has_every_reader() -> None:
    assert all(any(name.startswith(reader.tool) for name in SOURCES) for reader in all_readers())


def rows_of(model: Any, count: int = 24) -> Any:
    """Some rows around the middle of what the network was made for."""
    arrays = model.network_.arrays(model.theta_)
    width = model.network_.inputs
    scale = 1.0 / np.abs(arrays["scale[0]"]) if "scale[0]" in arrays else np.ones(width)
    middle = arrays["center[0]"] - arrays["offset[0]"] / arrays["scale[0]"] if "scale[0]" in arrays else np.zeros(width)
    rows = middle + scale * np.random.default_rng(1).normal(size=(count, width))
    rows = rows.astype(model.theta_.dtype)
    return pd.DataFrame(rows, columns=model.feature_names_in_) if hasattr(model, "feature_names_in_") else rows


def targets_of(model: Any, rows: Any) -> Any:
    if hasattr(model, "classes_"):
        return model.predict(rows)
    values = np.asarray(model.predict(rows), float)
    return values + 0.1 * values.std() * np.random.default_rng(2).normal(size=values.shape)


ONCE = [name for name in SOURCES if not re.search(r", | in | 1$| of ", name)]
"""One of each reader."""


def test_labels_count_for_their_own_outputs(tmp_path: Path) -> None:
    """R's levels, and classes that a user names, come in an order of their own."""
    model = backlit.import_network(SOURCES["R nnet"](tmp_path), solver="sgd", learning_rate_init=1e-9, alpha=0.0)
    assert model.classes_.tolist() == ["one", "two", "three"]
    rows = rows_of(model)
    labels = np.array(["one", "two", "three"] * 8)
    probabilities = model.predict_proba(rows)[range(24), [0, 1, 2] * 8]
    assert backlit.trace(model, x=rows[1:2], y="two").value == pytest.approx(-np.log(probabilities[1]))
    model.partial_fit(rows, labels)
    assert model.loss_ == pytest.approx(-np.log(probabilities).mean())


def test_sigmoids_that_give_numbers_become_classes_where_they_are_named(tmp_path: Path) -> None:
    source = SOURCES["R neuralnet"](tmp_path)
    numbers, model = backlit.import_network(source), backlit.import_network(source, ["one", "two", "three"])
    rows = rows_of(numbers)
    given, probabilities = numbers.predict(rows), model.predict_proba(rows)
    np.testing.assert_allclose(probabilities, given / given.sum(axis=1, keepdims=True), rtol=1e-12)
    assert model.predict(rows).tolist() == [["one", "two", "three"][i] for i in given.argmax(axis=1)]


@pytest.mark.parametrize("name", ONCE)
def test_all_that_an_estimator_does(name: str, tmp_path: Path) -> None:
    source = SOURCES[name](tmp_path)
    model = backlit.import_network(source, solver="sgd", learning_rate_init=0.01)
    rows = rows_of(model)
    y = targets_of(model, rows)
    method = "predict_proba" if hasattr(model, "classes_") else "predict"
    before = getattr(model, method)(rows)
    assert np.isfinite(before).all()
    assert np.isfinite(model.score(rows, y))

    model.save(tmp_path / "model.backlit")
    again = backlit.load(tmp_path / "model.backlit")
    np.testing.assert_array_equal(getattr(again, method)(rows), before)
    assert again.provenance_["imported"] == model.provenance_["imported"]

    backlit.to_onnx(model, tmp_path / "model.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx")
    given = np.asarray(rows)
    feed = (
        {part.name: np.asarray(rows[part.name])[:, None] for part in session.get_inputs()}
        if len(session.get_inputs()) > 1
        else {session.get_inputs()[0].name: given}
    )
    theirs = session.run(["probabilities" if method == "predict_proba" else session.get_outputs()[0].name], feed)[0]
    largest = np.abs(before).max()
    np.testing.assert_allclose(np.reshape(theirs, before.shape), before, rtol=0, atol=2e-6 * largest)

    columns = model.n_features_in_
    assert len(list(model.importance(rows, y).ranked())) == columns
    shares = model.contributions(rows)
    assert shares.values.shape[:2] == (len(rows), columns)
    traced = backlit.trace(model, x=rows[:1], y=y[:1] if np.ndim(y) > 1 else y[0])
    assert traced.check(sample=20).ok
    first = next(n for n in traced.gradients if n.startswith("w[1]"))
    assert traced.derivation(first).gradient == pytest.approx(traced.gradients[first], rel=1e-4, abs=1e-12)
    assert backlit.diagnose(model, rows, y).layers

    arrays = {key: array.copy() for key, array in model.network_.arrays(model.theta_).items()}
    model.partial_fit(rows, y)
    after = model.network_.arrays(model.theta_)
    assert any((after[key] != arrays[key]).any() for key in arrays if key.startswith("w["))
    for key, array in arrays.items():
        if key.partition("[")[0] not in NOT_FROZEN:
            np.testing.assert_array_equal(after[key], array, err_msg=key)


def lying_onnx(path: Path) -> Path:
    """A tensor that says more numbers than it holds."""
    model = onnx.load(path)
    next(tensor for tensor in model.graph.initializer if tensor.name == "W1").dims[:] = [10**6, 10**6]
    path.write_bytes(model.SerializeToString())
    return path


BAD: list[tuple[str, Callable[[Any], Any], str]] = [
    # numbers that are none
    ("scikit-learn", fitted(lambda p: p[-1].coefs_[0].__setitem__((0, 0), np.nan)), r"coefs_\[0\]: .*not finite"),
    ("PyTorch", module(0, weight=("torch.float64", with_nan)), r"0 \(Linear\): .*not finite"),
    ("PyTorch's weights", tensors(spoil("2.weight")), "2: .*not finite"),
    ("MATLAB", struct(IW=matlab.cells(matlab.W1 * np.nan, matlab.NOTHING, shape=(2, 1))), r"IW\{1,1\}: .*not finite"),
    ("ONNX", tensors(spoil("W1", np.inf)), r"node 'n0' \(Gemm\): .*not finite"),
    ("FANN", text((r"\(1, [-\d.e+]+\)", "(1, nan)")), "connections: .*not finite"),
    ("FANN, scaled", text((r"(scale_deviation_in=)\S+", r"\1nan")), "scale_deviation_in: .*not finite"),
    ("brain.js", text((r'("weights":\[\[)[^,\]]+', r"\1null")), r"layers\[1\]: .*not finite"),
    ("brain.js 1", text((r'("bias":)[^,}]+', r"\1null")), r"layers\[1\]: .*not finite"),
    ("OpenCV", text((r"(weights:\n\s+-\n\s+- )\S+", r"\1.Nan")), "layer 1: .*not finite"),
    ("OpenCV in XML", text((r"(<weights>\s*<_>\s*)\S+", r"\1.Inf")), "layer 1: .*not finite"),
    ("OpenCV in JSON", text((r'("weights": \[\s*\[\s*)[-\d.e]+', r"\g<1>1e999")), "layer 1: .*not finite"),
    ("R nnet", text((r"wts = c\([-\d.]+", "wts = c(NaN")), "wts: .*not finite"),
    ("R nnet", text((r"wts = c\([-\d.]+", "wts = c(NA")), "wts: a number cannot be read"),
    ("R neuralnet", text((r"(structure\(c\()[-\d.]+", r"\1NaN")), r"weights\[\[1\]\]: .*not finite"),
    ("Keras", keras(lambda file: kernel_set(file, np.nan)), r"first \(Dense\): .*not finite"),
    ("Keras in HDF5", keras(lambda file: kernel_set(file, -np.inf)), "dense.*not finite"),
    ("PMML", text((r'(weight=")[^"]+', r"\1NaN")), "NeuralLayer 1: .*not finite"),
    ("Weka", text((r"(Attrib age\s+)\S+", r"\1NaN")), "layer 1: .*not finite"),
    # shapes that do not fit
    ("scikit-learn", fitted(lambda p: setattr(p[-1], "coefs_", [p[-1].coefs_[0].T, p[-1].coefs_[1]])), "do not fit"),
    ("PyTorch", module(3, weight=("torch.float64", lambda w: w[:, :-1])), "takes 4 numbers, but .* gives 5"),
    ("PyTorch's weights", tensors(set_to("2.bias", lambda b: b[:-1])), "2: .*do not fit"),
    ("MATLAB", struct(LW=matlab.cells(*[matlab.NOTHING] * 2, matlab.W2[:, :-1], matlab.NOTHING, shape=(2, 2))),
     r"LW\{2,1\}: takes 3 numbers, but the layer before gives 4"),
    ("ONNX", tensors(set_to("B1", lambda b: b[:-1])), r"node 'n0' \(Gemm\): .*4 biases for 5"),
    ("Backlit's own ONNX", metadata("network", '["dense", 3, 5', '["dense", 3, 6'), "export the model again"),
    ("FANN", text((r"layer_sizes=\d+", "layer_sizes=7")), "layer_sizes: .* neurons, but the file holds"),
    ("brain.js", text((r'("weights":\[\[)[^,\]]+,', r"\1")), "lacks weights"),
    ("brain.js", saved_as("layers", lambda layers: layers[:-1]), "sizes"),
    ("OpenCV", text((r"layer_sizes: \[ 2", "layer_sizes: [ 3")), "input_scale: 4 numbers for 3 columns"),
    ("OpenCV in XML", text((r"(<layer_sizes>\s*)\d+ \d+", r"\g<1>2 4")), "weights of layer 1: 9 numbers for 2"),
    ("R nnet", text((r"n = c\(2, 2", "n = c(2, 3")), "nconn, conn and wts do not fit|skip = TRUE"),
    ("R neuralnet", text(("dim = 3:2", "dim = c(2L, 2L)")), r"weights\[\[1\]\]: 6 numbers for a matrix of 2 x 2"),
    ("R neuralnet", text((r"dim = c\(3, 3\)", "dim = c(9, 1)")), r"weights\[\[2\]\]: takes 8 numbers, .* gives 2"),
    ("Keras", keras(replaced(lambda array: array[:-1])), r"first \(Dense\): weights of shape .* for 3 columns"),
    ("Keras in HDF5", keras(replaced(lambda array: array[:, :-1])), "weights for 3 of its 4 units; save"),
    ("PMML", text((r"<Con [^>]*/>\s*(</Neuron>)", r'<Con from="other" weight="1"/>\1')), "a link from 'other'"),
    ("Weka", text((r"    Attrib age\s+\S+\n", "")), "Node .*its weights are not those of the layer before"),
    ("scikit-learn", fitted(lambda p: setattr(p[-1], "intercepts_", None)), "coefs_ has 2 layers, intercepts_ 0"),
    ("scikit-learn", fitted(lambda p: setattr(p[0], "mean_", np.ones(7))), "step 'standardscaler': takes 7 columns"),
    ("brain.js", text((r'("weights":\[\[)[^,\]]+', r'\1"a"')), r"layers\[1\]: it lacks weights"),
    ("ONNX", lying_onnx, "W1: its bytes are no array of shape"),
    ("FANN", text((r"num_layers=\d+", "num_layers=99999999")), "num_layers: 99999999, but layer_sizes has"),
    ("R nnet", text(("softmax = TRUE", "softmax = maybe")), "softmax: maybe is neither TRUE nor FALSE"),
    ("Keras", config(('"units": \\d+', '"units": 4000000')), r"\(Dense\): weights for \d+ of its 4000000 units"),
    # what is not known
    ("scikit-learn", fitted(lambda p: setattr(p[-1], "activation", "swirl")), "swirl"),
    ("PyTorch", of_layer("2", kind="RReLU", module="torch.nn.modules.activation"), "2: a RReLU is not read; known are"),
    ("PyTorch's weights", tensors(lambda a: a.update({"7.weight": np.zeros((2, 2, 3), "f4")})), "7"),
    ("MATLAB", struct(transferFcn=matlab.cells("hardlim", "purelin")), "layer 1: hardlim is not read; known are"),
    ("ONNX", node("IsInf"), r"node 'n1' \(IsInf\) is not read; known are"),
    ("Backlit's own ONNX", metadata("network", '"dense"', '"attention"'), "attention"),
    ("FANN", text((r"(neurons \(num_inputs[^=]*=.*?\(5, )\d+", r"\g<1>99")), "layer .: "),
    ("brain.js", text(('(trainOpts":.*?)"tanh"', r'\1"softplus"')), "activation 'softplus' is not known"),
    ("OpenCV", text(("SIGMOID_SYM", "SWISH")), "activation_function 'SWISH' is not known"),
    ("R nnet", text((r", nsunits = \d+", "")), "nsunits: the file has none; write dput"),
    ("R neuralnet", text(('"logistic"', '"function"')), "act.fct: function is R code, which is not run"),
    ("R neuralnet", text((r"variables = ", "v = ")), "lacks what stands beside the weights; write dput"),
    ("Keras", config(('"class_name": "LeakyReLU"', '"class_name": "ThresholdedReLU"')), "ThresholdedReLU is not read"),
    ("PMML", text(('activationFunction="[a-z]+"', 'activationFunction="swish"')), "activationFunction 'swish'"),
    ("Weka", text(("Sigmoid Node 1", "Tanh Node 1")), "line 10: Threshold once more; print"),
    # numbers of another kind
    ("scikit-learn", fitted(lambda p: setattr(p[-1], "coefs_", [w.astype(complex) for w in p[-1].coefs_])), "complex"),
    ("scikit-learn", fitted(lambda p: setattr(p[-1], "coefs_", [w.astype(str) for w in p[-1].coefs_])), "number"),
    ("PyTorch's weights", tensors(lambda a: a.update({k: v.astype("i1") for k, v in a.items()})), "save them as float"),
    ("MATLAB", struct(IW=matlab.cells(matlab.W1 * 1j, matlab.NOTHING, shape=(2, 1))), "is no matrix of numbers"),
    ("ONNX", tensors(set_to("W1", lambda w: w.astype(object).astype(str))), "node 'n0'.*number"),
    ("Keras", keras(replaced(lambda array: array.astype(complex))), "complex128 of 2 dimensions; save"),
    ("FANN", text((r"\(1, [-\d.e+]+\)", "(1, 0x1p3)")), "connections: a number cannot be read"),
    ("OpenCV", text((r"(weights:\n\s+-\n\s+- )\S+", r"\1one")), "number|damaged"),
    ("PMML", text((r'(bias=")[^"]+', r"\1one")), "bias of Neuron .*'one' is no number"),
    # half a file, or another file within
    ("PMML", text((r"</NeuralNetwork>", "")), "line .*damaged"),
    ("brain.js", text((r'"type":"NeuralNetwork"', '"type":"LSTM"')), "a LSTM is no chain of layers; give"),
    ("FANN", text((r"network_type=0", "network_type=1")), "shortcut network"),
]  # fmt: skip


def kernel_set(file: Any, value: float) -> None:
    replaced(lambda array: np.where(np.arange(array.size).reshape(array.shape) == 0, value, array))(file)


@pytest.mark.parametrize(("name", "change", "words"), BAD, ids=[f"{name}: {words}" for name, _, words in BAD])
def test_a_spoiled_network_is_named_in_one_line(
    name: str, change: Callable[[Any], Any], words: str, tmp_path: Path
) -> None:
    source = change(SOURCES[name](tmp_path))
    with pytest.raises(BacklitError, match=r"^[^\n]{20,900}$") as caught:
        backlit.import_network(source)
    said = str(caught.value)
    assert re.search(words, said), said
    assert "; " in said or ", " in said  # what, and how to mend it
    assert isinstance(source, Path) is (str(tmp_path) in said)  # where


@pytest.mark.parametrize("name", [name for name in SOURCES if name not in ("scikit-learn", "PyTorch")])
def test_a_file_that_is_cut_short_is_named_in_one_line(name: str, tmp_path: Path) -> None:
    path = SOURCES[name](tmp_path)
    data = path.read_bytes()
    for share in (0.3, 0.6, 0.9):
        path.write_bytes(data[: int(share * len(data))])
        with pytest.raises(BacklitError, match=r"^[^\n]{20,900}$"):
            backlit.import_network(path)


def test_every_source_is_spoiled_in_three_ways() -> None:
    for name in SOURCES:
        ways = sum(other.startswith(re.split(r", | in | 1$| of ", name)[0]) for other, _, _ in BAD)
        assert ways + (name not in ("scikit-learn", "PyTorch")) >= 3, name
    assert RECORDED.is_dir()
