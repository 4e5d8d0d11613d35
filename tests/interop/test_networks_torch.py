"""Modules of PyTorch's, as recorded from the tool: outputs, losses and gradients are its own.

`tests/interop/networks/torch/record.py` made the record, and reads live modules (`make extras`).
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import backlit
from backlit.errors import BacklitError
from backlit.interop.networks.readers import torch
from backlit.interop.networks.readers._torch_order import Call

RECORD = json.loads(gzip.decompress((Path(__file__).parent / "networks" / "torch" / "expected.json.gz").read_bytes()))
CASES = {case["name"]: case for case in RECORD["cases"]}


class Tensor:
    """What a reader asks of a tensor."""

    def __init__(self, dtype: str, values: Any) -> None:
        self.dtype, self.values = dtype, np.array(values, dtype.removeprefix("torch."))

    def detach(self) -> Tensor:
        return self

    cpu = detach

    def numpy(self) -> Any:
        return self.values


class Module:
    """What a reader asks of a module."""

    __module__ = "torch.nn.modules.module"
    _modules: dict[str, Module]

    def modules(self) -> Any:
        yield self
        for child in self._modules.values():
            yield from child.modules()


def rebuilt(tree: dict[str, Any]) -> Module:
    """A stand-in for a recorded module: class names, attributes and numbers are those of the tool."""
    module = type(tree["kind"], (Module,), {"__module__": tree["module"]})()
    vars(module).update(tree["attributes"], **dict.fromkeys(tree["none"]))
    vars(module).update({name: Tensor(*tensor) for name, tensor in tree["tensors"].items()})
    module._modules = {name: rebuilt(child) for name, child in tree["children"]}
    return module  # type: ignore[no-any-return]


def leaf(kind: str, module: str = "torch.nn.modules.linear", **attributes: Any) -> dict[str, Any]:
    return {"kind": kind, "module": module, "attributes": attributes, "none": [], "tensors": {}, "children": []}


def recorded(case: dict[str, Any]) -> list[Call]:
    return [Call(**{**call, "takes": tuple(call["takes"])}) for call in case["calls"]]


@pytest.mark.parametrize("name", CASES)
def test_outputs_loss_and_gradient_are_the_tools(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    case = CASES[name]
    if case["calls"] is not None:  # the order of its forward is recorded, and its outputs are those of the tool below
        monkeypatch.setattr(torch, "calls_of", lambda module: recorded(case))
        monkeypatch.setattr(torch, "_try_out", lambda module, description: None)
    single = name == "float32"
    model = backlit.import_network(rebuilt(case["tree"]), loss="quadratic")
    assert model.theta_.dtype == (np.float32 if single else np.float64)
    rows, expected = np.array(case["inputs"], model.theta_.dtype), np.array(case["outputs"])
    tolerance = (1e-5 if single else 1e-12) * np.abs(expected).max()
    np.testing.assert_allclose(model._outputs(rows), expected, atol=tolerance)
    from backlit.graph import backward, network

    graph = network(model.network_, model.theta_, rows, case["targets"])
    assert float(graph.output.value) == pytest.approx(case["loss"], rel=1e-5 if single else 1e-12)
    if model.provenance_["imported"]["notes"]:
        return  # the tool's first weights are not ours where a norm is folded into them
    gradient = backward(graph)[graph.named("w[1]")]
    scale = np.abs(case["gradient"]).max()
    np.testing.assert_allclose(gradient, case["gradient"], atol=(1e-5 if single else 1e-12) * scale)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({2: {"takes": ["x", "first"]}}, "relu in Own.forward takes x and first: the network branches, and is no"),
        ({4: {"takes": ["first"]}}, "leaky_relu in Own.forward takes first and passes middle by: the network branches"),
        ({2: {"target": "erf"}}, "Own.forward calls erf, which is none of the layers and gates that are read: relu,"),
        ({3: {"target": "first", "takes": ["relu"]}}, "first .Linear.: it is called a second time"),
        ({1: {"op": "placeholder", "takes": []}}, "Own.forward takes several inputs; a chain takes rows"),
        ({6: {"takes": ["first", "last"]}}, "the result in Own.forward takes first and last"),
    ],
)
def test_a_forward_that_is_no_chain_is_named(
    changes: dict[int, Any], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = CASES["its own forward: functions"]
    calls = [call._replace(**changes.get(number, {})) for number, call in enumerate(recorded(case))]
    monkeypatch.setattr(torch, "calls_of", lambda module: calls)
    with pytest.raises(BacklitError, match=message):
        backlit.import_network(rebuilt(case["tree"]))


def test_a_norm_between_weights_and_gate_is_seen() -> None:
    case = CASES["norm before the gate"]
    model = backlit.import_network(rebuilt(case["tree"]))
    assert model.activation == "relu"
    assert [(layer.kind, layer.gate) for layer in model.network_.layers] == [
        ("dense", "identity"), ("scaling", "relu"), ("dense", "identity"),
    ]  # fmt: skip
    assert model.network_.wire_names[:2] == (("z[1]", "s[1]"), ("z2[1]", "a[1]"))
    traced = backlit.trace(model, x=case["inputs"][0], y=case["targets"][0])
    for name in ("w[1][0][1]", "b[1][3]", "scale[1][1]", "center[1][0]", "w[2][1][0]", "x[2]"):
        derived = traced.derivation(name)
        assert derived.gradient == pytest.approx(traced.gradients[name], rel=1e-10, abs=1e-15)
    assert traced.check(sample=60).ok
    assert "scale[1][1]" in str(traced.derivation("w[1][0][1]"))


def test_logits_become_classes() -> None:
    tree = CASES["Tanh()"]["tree"]
    rows = np.array(CASES["Tanh()"]["inputs"])
    logits = np.array(CASES["Tanh()"]["outputs"])
    model = backlit.import_network(rebuilt(tree), classes=["no", "yes"])
    expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(model.predict_proba(rows), expected, rtol=1e-12)
    assert model.predict(rows).tolist() == np.array(["no", "yes"])[logits.argmax(axis=1)].tolist()
    assert model.partial_fit(rows, ["no", "yes"] * 2).n_iter_ == 1
    softmax = backlit.import_network(rebuilt(CASES["softmax"]["tree"]))
    assert softmax.classes_.tolist() == [0, 1, 2]
    assert softmax.dropout == 0.3


@pytest.mark.parametrize(
    ("children", "message"),
    [
        ([leaf("Conv1d", "torch.nn.modules.conv")], "0: a Conv1d is not read; known are Linear"),
        ([leaf("Own", "mine")], r"0: Own has no layers of torch.nn; build it of them: torch.nn.Sequential"),
        ([leaf("ReLU", "torch.nn.modules.activation")], "the network has no layer of weights"),
        ([], "the network has no layer of weights"),
    ],
)
def test_what_is_no_chain_is_named(children: list[Any], message: str) -> None:
    tree = leaf("Sequential", "torch.nn.modules.container")
    tree["children"] = [[str(number), child] for number, child in enumerate(children)]
    with pytest.raises(BacklitError, match=message):
        backlit.import_network(rebuilt(tree))


def test_what_does_not_fit_is_named() -> None:
    tree = json.loads(json.dumps(CASES["Tanh()"]["tree"]))
    tree["children"].insert(2, ["1b", tree["children"][0][1]])
    with pytest.raises(BacklitError, match=r"1b \(Linear\): takes 3 numbers, but the layer before gives 5"):
        backlit.import_network(rebuilt(tree))
    norm = json.loads(json.dumps(CASES["norm in front"]["tree"]))
    norm["children"][0][1]["tensors"].pop("running_mean")
    norm["children"][0][1]["none"].append("running_mean")
    with pytest.raises(BacklitError, match=r"0 \(BatchNorm1d\): it has no running mean"):
        backlit.import_network(rebuilt(norm))
    with pytest.raises(BacklitError, match=r"classes: 3 labels for 2 classes"):
        backlit.import_network(rebuilt(CASES["Tanh()"]["tree"]), classes=["a", "b", "c"])
    with pytest.raises(BacklitError, match=r"rate_of_learning is no parameter of MLPRegressor"):
        backlit.import_network(rebuilt(CASES["Tanh()"]["tree"]), rate_of_learning=1)


def test_a_pickle_is_never_opened(tmp_path: Path) -> None:
    import zipfile

    path = tmp_path / "model.pt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("model/data.pkl", b"cos\nsystem\n(S'false'\ntR.")
    with pytest.raises(BacklitError, match=r"may run code, and is not opened; .*safetensors"):
        backlit.import_network(path)
    (tmp_path / "model.pkl").write_bytes(b"\x80\x04K\x01.")
    with pytest.raises(BacklitError, match="a pickle may run code"):
        backlit.import_network(tmp_path / "model.pkl")
    (tmp_path / "packed.joblib").write_bytes(b"x\x9c" + bytes(20))  # what joblib packs begins as all that is packed
    with pytest.raises(BacklitError, match="a pickle may run code"):
        backlit.import_network(tmp_path / "packed.joblib")
