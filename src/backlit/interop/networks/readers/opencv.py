"""OpenCV: ANN_MLP as its `save` writes it, in XML, YAML or JSON, with the scaling of inputs and targets in the file."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from backlit.declared.gates import GATES
from backlit.errors import BacklitError
from backlit.interop.networks.description import Activation, Description, Linear, Scaling, Step
from backlit.interop.networks.reader import Reader
from backlit.interop.networks.source import Source, check_size_of_text

NAME = "opencv_ml_ann_mlp"
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|\.Inf|\.Nan)")
SPECIAL = {".Inf": "inf", "-.Inf": "-inf", "+.Inf": "inf", ".Nan": "nan", "-.Nan": "nan"}
GATE_OF: Mapping[str, Callable[[float, float], str]] = {
    "IDENTITY": lambda alpha, beta: "identity",
    "SIGMOID_SYM": lambda alpha, beta: GATES.families["scaled_tanh"].member(beta, alpha / 2).name,
    # the Gaussian squares alpha, against its documentation
    "GAUSSIAN": lambda alpha, beta: GATES.families["gaussian"].member(beta, alpha, 0.0).name,
    "RELU": lambda alpha, beta: "relu",
    "LEAKYRELU": lambda alpha, beta: GATES.families["leaky_relu"].member(alpha).name,
}


def recognises(source: Source) -> bool:
    """Whether a file is one of OpenCV's that holds an ANN_MLP."""
    return NAME.encode() in source.head[:4096]


def read(source: Source, hints: Mapping[str, Any]) -> Description:
    """Read a file."""
    assert source.path is not None
    check_size_of_text(source.path)
    text = source.path.read_bytes().decode("utf-8", "replace")
    head = text.lstrip()
    entries, weights = _xml(text) if head.startswith("<") else _json(text) if head.startswith("{") else _yaml(text)
    sizes = _vector(entries, "layer_sizes").astype(np.int64)
    if len(sizes) < 2 or len(weights) != len(sizes) - 1:
        raise BacklitError(f"weights: of {len(weights)} layers for {len(sizes)} sizes; save the network again")
    kind = str(entries.get("activation_function", "")).strip()
    if kind not in GATE_OF:
        raise BacklitError(f"activation_function {kind!r} is not known; give one of {', '.join(GATE_OF)}")
    alpha, beta = (float(_vector(entries, name, "0")[0]) for name in ("f_param1", "f_param2"))
    steps: list[Step] = [_scaling(entries, "input_scale", int(sizes[0]))]
    for number, (inputs, outputs, values) in enumerate(zip(sizes[:-1], sizes[1:], weights, strict=True), 1):
        if len(values) != (inputs + 1) * outputs:
            raise BacklitError(
                f"weights of layer {number}: {len(values)} numbers for {inputs} inputs and {outputs} outputs; save the "
                "network again"
            )
        matrix = values.reshape(int(inputs) + 1, int(outputs))
        steps += [Linear(matrix[:-1], matrix[-1], f"layer {number}"), Activation(GATE_OF[kind](alpha, beta), kind)]
    steps.append(_scaling(entries, "output_scale", int(sizes[-1])))
    return Description("OpenCV", "", steps, "regression")


def _vector(entries: Mapping[str, Any], name: str, default: str | None = None) -> NDArray[np.float64]:
    value = entries.get(name, default)
    if value is None:
        raise BacklitError(f"{name}: the file has none; it is cut short, save the network again")
    found = value if isinstance(value, list) else NUMBER.findall(re.sub(r"(?m)^ *- ", " ", str(value)))
    try:
        numbers = np.array([SPECIAL.get(str(one), one) for one in found], np.float64)
    except (ValueError, TypeError):
        raise BacklitError(f"{name}: a number cannot be read; save the network again") from None
    if not len(numbers):
        raise BacklitError(f"{name}: it holds no number; save the network again")
    return numbers


def _scaling(entries: Mapping[str, Any], name: str, width: int) -> Scaling:
    """Pairs of a factor and an offset, one for each column."""
    pairs = _vector(entries, name)
    if len(pairs) != 2 * width:
        raise BacklitError(f"{name}: {len(pairs)} numbers for {width} columns; save the network again")
    if name == "output_scale" and not np.isfinite(pairs).all():
        raise BacklitError(
            "output_scale is not finite: OpenCV scales targets to nothing with this activation, and answers nan; train "
            "with ANN_MLP_NO_OUTPUT_SCALE"
        )
    return Scaling(np.zeros(width), pairs[::2].copy(), pairs[1::2].copy(), name)


def _json(text: str) -> tuple[Mapping[str, Any], list[NDArray[np.float64]]]:
    try:
        entries = json.loads(text)[NAME]
        return entries, [np.array(values, np.float64) for values in entries["weights"]]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BacklitError("the JSON is damaged or cut short; save the network again") from None


def _xml(text: str) -> tuple[Mapping[str, Any], list[NDArray[np.float64]]]:
    if "<!" in text.replace("<!--", ""):  # no document type, and with it no entity, is opened
        raise BacklitError("the XML declares a document type, which OpenCV never does; save the network again")
    try:
        node = ElementTree.fromstring(text).find(NAME)
        if node is None:
            raise BacklitError(f"the XML holds no {NAME}; save the network with its own save()")
        weights = [np.array((row.text or "").split(), np.float64) for row in node.findall("weights/_")]
        return {child.tag: child.text for child in node}, weights
    except (ElementTree.ParseError, ValueError) as error:
        if isinstance(error, BacklitError):
            raise
        raise BacklitError("the XML is damaged or cut short; save the network again") from None


def _yaml(text: str) -> tuple[Mapping[str, Any], list[NDArray[np.float64]]]:
    """Entries that are indented by three, each up to the next; in the weights a bare ``-`` begins a layer."""
    parts = re.split(r"(?m)^ {3}(\w+):", text)
    entries = dict(zip(parts[1::2], parts[2::2], strict=False))
    layers = re.split(r"(?m)^ {6}-\s*$", entries.pop("weights", ""))[1:]
    return entries, [np.array(NUMBER.findall(re.sub(r"(?m)^ *- ", " ", layer)), np.float64) for layer in layers]


READER = Reader("OpenCV", recognises, read, "an ANN_MLP of OpenCV in XML, YAML or JSON")
