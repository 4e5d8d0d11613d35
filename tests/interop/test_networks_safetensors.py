"""PyTorch's weights in .safetensors files: what stands between them is said, and a file that lies is refused."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

import backlit
from backlit.errors import BacklitError

rng = np.random.default_rng(0)
SHAPES = {"0": (4, 3), "2": (4, 4), "4": (2, 4)}
WEIGHTS = {f"{name}.weight": rng.normal(size=shape).astype("f4") for name, shape in SHAPES.items()}
WEIGHTS |= {f"{name}.bias": rng.normal(size=shape[0]).astype("f4") for name, shape in SHAPES.items()}
X = rng.normal(size=(9, 3)).astype("f4")


def carried(weights: Any, gates: Any, x: Any, names: Any = SHAPES) -> Any:
    """The formula itself: x W^T + b, and a gate behind each but the last."""
    for name, gate in zip(names, [*gates, lambda z: z], strict=True):
        x = gate(x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"])
    return x


def relu(z: Any) -> Any:
    return np.maximum(z, 0)


def saved(weights: Any, folder: Path) -> Path:
    save_file(weights, folder / "weights.safetensors")
    return folder / "weights.safetensors"


def test_activations_are_guessed_and_said_or_given(tmp_path: Path) -> None:
    path = saved(WEIGHTS, tmp_path)
    guessed = backlit.import_network(path)
    np.testing.assert_allclose(guessed.predict(X), carried(WEIGHTS, [relu, relu], X), rtol=1e-4, atol=1e-5)
    assert guessed.theta_.dtype == np.float32
    assert "relu is taken" in guessed.provenance_["imported"]["notes"][0]
    given = backlit.import_network(path, activation=["tanh", "logistic"], classes=["a", "b"])
    logits = carried(WEIGHTS, [np.tanh, lambda z: 1 / (1 + np.exp(-z))], X)
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    expected = powers / powers.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(given.predict_proba(X), expected, atol=1e-5)
    assert not given.provenance_["imported"]["notes"]
    with pytest.raises(BacklitError, match="3 names for 2 hidden layers"):
        backlit.import_network(path, activation=["tanh"] * 3)


@pytest.mark.parametrize("names", [("0", "1", "2"), ("input", "hidden", "output"), ("z", "y", "x")])
def test_the_order_is_that_of_the_widths(names: Any, tmp_path: Path) -> None:
    shapes = dict(zip(names, [(5, 3), (4, 5), (2, 4)], strict=True))
    weights = {f"{name}.weight": rng.normal(size=shape).astype("f4") for name, shape in shapes.items()}
    weights |= {f"{name}.bias": rng.normal(size=shape[0]).astype("f4") for name, shape in shapes.items()}
    gates = [lambda z: z] * 2 if names[0] == "0" else [relu] * 2  # no number is left for an activation
    ours = backlit.import_network(saved(weights, tmp_path)).predict(X)
    np.testing.assert_allclose(ours, carried(weights, gates, X, names), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("norm", "before"), [("1", True), ("2", False)])
def test_a_batch_norm_stands_where_its_number_says(norm: str, before: bool, tmp_path: Path) -> None:
    weights = {name: WEIGHTS[name] for name in ("0.weight", "0.bias")}
    weights |= {f"3.{part}": WEIGHTS[f"4.{part}"] for part in ("weight", "bias")}
    weights |= {f"{norm}.{part}": rng.uniform(0.5, 2, 4).astype("f4") for part in ("weight", "bias", "running_mean")}
    weights |= {f"{norm}.running_var": rng.uniform(0.5, 2, 4).astype("f4"), f"{norm}.num_batches_tracked": np.array(3)}

    def normed(z: Any) -> Any:
        mean, variance = weights[f"{norm}.running_mean"], weights[f"{norm}.running_var"]
        return (z - mean) / np.sqrt(variance + 1e-5) * weights[f"{norm}.weight"] + weights[f"{norm}.bias"]

    def between(z: Any) -> Any:
        return relu(normed(z)) if before else normed(relu(z))

    ours = backlit.import_network(saved(weights, tmp_path))
    np.testing.assert_allclose(ours.predict(X), carried(weights, [between], X, ["0", "3"]), rtol=1e-4, atol=1e-5)
    assert any("epsilon" in note for note in ours.provenance_["imported"]["notes"])


def test_half_precision_becomes_float32(tmp_path: Path) -> None:
    halves = {name: array.astype("f2") for name, array in WEIGHTS.items()}
    ours = backlit.import_network(saved(halves, tmp_path))
    wide = {name: array.astype("f4") for name, array in halves.items()}
    np.testing.assert_allclose(ours.predict(X), carried(wide, [relu, relu], X), rtol=1e-4, atol=1e-5)


BAD: dict[str, tuple[Any, str]] = {
    "no weight": ({"0.bias": np.zeros(3, "f4")}, "0: its weight is missing"),
    "a bias alone": ({**WEIGHTS, "6.bias": np.zeros(3, "f4")}, "6: its weight is missing"),
    "a convolution": ({"0.weight": np.zeros((2, 3, 3), "f4")}, "it is of no Linear or norm"),
    "an attention": ({"a.in_proj_weight": np.zeros((2, 3), "f4")}, "it is of no Linear or norm"),
    "widths": ({"0.weight": np.zeros((2, 3), "f4"), "1.weight": np.zeros((2, 5), "f4")}, "do not follow one another"),
    "a short bias": ({**WEIGHTS, "0.bias": np.zeros(3, "f4")}, "do not fit"),
    "whose norm": ({**WEIGHTS, "norm.weight": np.zeros(4, "f4")}, "does not say what it follows"),
    "integers": ({"0.weight": np.zeros((2, 3), "i1")}, "are not read"),
}


@pytest.mark.parametrize(("weights", "message"), BAD.values(), ids=BAD)
def test_what_is_no_chain_is_refused(weights: Any, message: str, tmp_path: Path) -> None:
    with pytest.raises(BacklitError, match=rf"^[^\n]*{message}[^\n]*;[^\n]*$"):
        backlit.import_network(saved(weights, tmp_path))


def header(entries: Any, numbers: int = 6) -> bytes:
    text = json.dumps(entries).encode()
    return struct.pack("<Q", len(text)) + text + b"\0" * 4 * numbers


LIES = (
    {"dtype": "F32", "shape": [2**20, 2**20], "data_offsets": [0, 24]},
    {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 2**40]},
    {"dtype": "F32", "shape": [2, 3], "data_offsets": [24, 0]},
    {"dtype": "F32", "shape": [2, -3], "data_offsets": [0, 24]},
    {"dtype": "F32", "shape": [2**20] * 2, "data_offsets": [0, 2**42]},
    {"dtype": "F32", "shape": "2", "data_offsets": [0, 24]},
    {"dtype": ["F32"], "shape": [2, 3], "data_offsets": [0, 24]},
    {"dtype": "F32"},
    3,
)


@pytest.mark.parametrize("entry", LIES, ids=str)
def test_a_header_that_lies_is_refused_before_memory_is_taken(entry: Any, tmp_path: Path) -> None:
    path = tmp_path / "lying.safetensors"
    path.write_bytes(header({"0.weight": entry, "note": "dtype"}))
    with pytest.raises(BacklitError, match=r"^[^\n]+; [^\n]+$"):
        backlit.import_network(path)


def test_a_file_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    data = saved(WEIGHTS, tmp_path).read_bytes()
    path = tmp_path / "cut.safetensors"
    for length in range(1, len(data), 7):
        path.write_bytes(data[:length])
        with pytest.raises(BacklitError, match=r"^[^\n]+; [^\n]+$"):
            backlit.import_network(path)


def test_our_own_model_files_are_not_taken_for_weights(tmp_path: Path) -> None:
    model = backlit.MLPRegressor(hidden_layer_sizes=(2,), solver="lbfgs").fit([[0.0], [1.0]], [1.0, 2.0])
    model.save(tmp_path / "own.safetensors")
    with pytest.raises(BacklitError, match="no network that is known here"):
        backlit.import_network(tmp_path / "own.safetensors")
