"""OpenCV: ANN_MLP as its `save` writes it, in XML, YAML or JSON, with the scaling of inputs and targets in the file."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from backlit.declared.gates import GATES
from backlit.errors import BacklitError
from backlit.interop.networks.description import Activation, Description, Linear, Scaling, Step
from backlit.interop.networks.number_runs import numbers_in
from backlit.interop.networks.reader import Reader
from backlit.interop.networks.source import Source, check_size_of_text

NAME = "opencv_ml_ann_mlp"
ENTRY = re.compile(rb"\n {3}(\w+):")
LAYER = re.compile(rb"\n {6}-[ \t]*\r?(?=\n)")
DECLARED = re.compile(rb"<!(?!--)")
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
    data = source.path.read_bytes()
    head = source.head.lstrip()
    entries, weights = (_xml if head.startswith(b"<") else _json if head.startswith(b"{") else _yaml)(data)
    del data
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
    try:
        if isinstance(value, list):
            numbers = np.array([SPECIAL.get(str(one), one) for one in value], np.float64)
        else:
            numbers = _run(str(value).encode())
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


def _json(data: bytes) -> tuple[Mapping[str, Any], list[NDArray[np.float64]]]:
    try:
        entries = json.loads(data)[NAME]
        return entries, [np.array(values, np.float64) for values in entries["weights"]]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BacklitError("the JSON is damaged or cut short; save the network again") from None


def _xml(data: bytes) -> tuple[Mapping[str, Any], list[NDArray[np.float64]]]:
    if DECLARED.search(data):  # no document type, and with it no entity, is opened
        raise BacklitError("the XML declares a document type, which OpenCV never does; save the network again")
    try:
        node = ElementTree.fromstring(data.decode("utf-8", "replace")).find(NAME)  # as text: no encoding is opened
        if node is None:
            raise BacklitError(f"the XML holds no {NAME}; save the network with its own save()")
        weights = [_run((row.text or "").encode()) for row in node.findall("weights/_")]
        return {child.tag: child.text for child in node}, weights
    except (ElementTree.ParseError, ValueError) as error:
        if isinstance(error, BacklitError):
            raise
        raise BacklitError("the XML is damaged or cut short; save the network again") from None


def _run(text: bytes) -> NDArray[np.float64]:
    """The numbers of a text: a dash with a blank behind it begins an item, any other is a sign."""
    for written, usual in ((b"- ", b"  "), (b".Inf", b"inf "), (b".Nan", b"nan ")):
        text = text.replace(written, usual)
    return numbers_in(text)


def _yaml(data: bytes) -> tuple[Mapping[str, Any], list[NDArray[np.float64]]]:
    """Entries that are indented by three, each up to the next; in the weights a bare ``-`` begins a layer."""
    marks = [*ENTRY.finditer(data), None]
    entries: dict[str, Any] = {}
    weights: list[NDArray[np.float64]] = []
    for mark, after in pairwise(marks):
        assert mark is not None
        until = len(data) if after is None else after.start()
        if mark[1] == b"weights":
            layers = [*LAYER.finditer(data, mark.end(), until), None]
            for layer, last in pairwise(layers):
                assert layer is not None
                weights.append(_numbers_of_layer(data[layer.end() : until if last is None else last.start()]))
        else:
            entries[mark[1].decode()] = data[mark.end() : until].decode("utf-8", "replace")
    return entries, weights


def _numbers_of_layer(text: bytes) -> NDArray[np.float64]:
    try:
        return _run(text)
    except ValueError:
        raise BacklitError("weights: a number cannot be read; save the network again") from None


READER = Reader("OpenCV", recognises, read, "an ANN_MLP of OpenCV in XML, YAML or JSON")
