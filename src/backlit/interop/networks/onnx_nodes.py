"""What the operators of an ONNX graph are in a chain: steps of a description, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.declared.gates import GATES
from backlit.errors import BacklitError
from backlit.interop.networks.description import Activation, LayerNorm, Linear, Scaling, Slopes, Step

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Node:
    """One node: its operator, attributes, and its inputs, the constant ones as arrays."""

    operator: str
    name: str
    attributes: Mapping[str, Any]
    inputs: tuple[Array | str, ...]
    width: int
    """How many numbers a row has that it takes; 0 where that is not known."""

    @property
    def where(self) -> str:
        """How messages name it."""
        return f"node {self.name!r} ({self.operator})"

    def constant(self, number: int, default: float | None = None) -> Array:
        """An input that is a constant."""
        value = self.inputs[number] if number < len(self.inputs) else ""
        if isinstance(value, str):
            if value == "" and default is not None:
                return np.array(default)
            raise BacklitError(f"its input {number} is computed from the rows; only chains with constants are read")
        if value.dtype.kind not in "fiub":
            raise BacklitError(f"its input {number} holds no numbers; export the network again")
        return value

    def number(self, name: str, default: float) -> float:
        """An attribute that is a number."""
        return float(self.attributes.get(name, default))


def _gate(name: str) -> Callable[[Node], list[Step]]:
    return lambda node: [Activation(name, node.where)]


def _family(name: str, **defaults: float) -> Callable[[Node], list[Step]]:
    """A gate with numbers, by the names of its attributes and their defaults in ONNX."""

    def steps(node: Node) -> list[Step]:
        numbers = [node.number(attribute, default) for attribute, default in defaults.items()]
        numbers = [float(np.float32(number)) if number != int(number) else number for number in numbers]
        return [Activation(GATES.families[name].member(*numbers).name, node.where)]

    return steps


def _softmax(node: Node) -> list[Step]:
    if int(node.attributes.get("axis", -1)) not in (-1, 1):
        raise BacklitError("its axis is not that of a row's outputs; use axis=1")
    return [Activation("softmax", node.where)]


def _gelu(node: Node) -> list[Step]:
    approximate = node.attributes.get("approximate", b"none")
    return [Activation("gelu_tanh" if approximate == b"tanh" else "gelu", node.where)]


def _clip(node: Node) -> list[Step]:
    bounds = [node.attributes.get("min"), node.attributes.get("max")]
    low, high = (
        float(bound) if bound is not None else float(node.constant(at, default))
        for bound, at, default in zip(bounds, (1, 2), (-np.inf, np.inf), strict=True)
    )
    if (low, high) == (0.0, np.inf):
        return [Activation("relu", node.where)]
    return [Activation(GATES.families["clip"].member(low, high).name, node.where)]


def _matmul(node: Node) -> list[Step]:
    weights = node.constant(1)
    return [Linear(weights, np.zeros(weights.shape[-1:], weights.dtype), node.where)]


def _gemm(node: Node) -> list[Step]:
    weights = node.constant(1).T if node.attributes.get("transB", 0) else node.constant(1)
    if node.attributes.get("transA", 0):
        raise BacklitError("it takes its rows as columns (transA); use transA=0")
    weights = weights * np.asarray(node.number("alpha", 1.0), weights.dtype)
    biases = np.asarray(node.constant(2, 0.0), weights.dtype).ravel()
    if biases.size not in (1, weights.shape[-1]):
        raise BacklitError(f"{biases.size} biases for {weights.shape[-1]} neurons; export the network again")
    biases = np.broadcast_to(biases, weights.shape[-1:])
    return [Linear(weights, biases * np.asarray(node.number("beta", 1.0), weights.dtype), node.where)]


def _arithmetic(node: Node) -> list[Step]:
    """A constant that is added, subtracted, multiplied, or divided by."""
    at = next((number for number, value in enumerate(node.inputs) if not isinstance(value, str)), None)
    if at is None:
        raise BacklitError("it joins two branches; only chains are read")
    value = np.asarray(node.inputs[at], np.float64).ravel()
    if value.size not in (1, node.width) and node.width:
        raise BacklitError(f"its constant has {value.size} numbers for {node.width}; give one for each, or one")
    width = node.width or value.size
    values, zero, one = np.broadcast_to(value, (width,)), np.zeros(width), np.ones(width)
    if at == 0 and node.operator == "Div":
        raise BacklitError("it divides a constant by its input; only chains of layers are read")
    center, scale, offset = {
        "Add": (zero, one, values),
        "Mul": (zero, values, zero),
        "Div": (zero, 1.0 / values, zero),
        "Sub": (values, one, zero) if at == 1 else (zero, -one, values),
    }[node.operator]
    return [Scaling(center, scale, offset, node.where)]


def _batch_norm(node: Node) -> list[Step]:
    gain, offset, mean, variance = (np.asarray(node.constant(number), np.float64) for number in (1, 2, 3, 4))
    scale = gain / np.sqrt(variance + float(np.float32(node.number("epsilon", 1e-5))))
    return [Scaling(mean, scale, offset, node.where)]


def _layer_norm(node: Node) -> list[Step]:
    if node.number("axis", -1.0) not in (-1.0, 1.0):
        raise BacklitError(f"its axis is {node.number('axis', -1.0):g}; the numbers of a row lie along 1, or -1")
    gain = np.asarray(node.constant(1), np.float64)
    offset = np.broadcast_to(np.asarray(node.constant(2, 0.0), np.float64).ravel(), gain.shape)
    return [LayerNorm(gain, offset, float(np.float32(node.number("epsilon", 1e-5))), node.where)]


def _scaler(node: Node) -> list[Step]:
    offset, scale = (np.asarray(node.attributes[name], np.float64) for name in ("offset", "scale"))
    width = node.width or max(len(offset), len(scale))
    center = np.broadcast_to(offset, (width,))
    return [Scaling(center, np.broadcast_to(scale, (width,)), np.zeros(width), node.where)]


def _nothing(node: Node) -> list[Step]:
    return []


OPERATORS: Mapping[str, Callable[[Node], list[Step]]] = {
    "MatMul": _matmul,
    "Gemm": _gemm,
    **dict.fromkeys(("Add", "Sub", "Mul", "Div"), _arithmetic),
    "BatchNormalization": _batch_norm,
    "LayerNormalization": _layer_norm,
    "Scaler": _scaler,
    "Relu": _gate("relu"),
    "Sigmoid": _gate("sigmoid"),
    "Tanh": _gate("tanh"),
    "Exp": _gate("exp"),
    "Sin": _gate("sin"),
    "Cos": _gate("cos"),
    "Erf": _gate("erf"),
    "Atan": _gate("arctan"),
    "Abs": _gate("abs"),
    "Softsign": _gate("softsign"),
    "Softplus": _gate("softplus"),
    "HardSwish": _gate("hard_swish"),
    "Mish": _gate("mish"),
    "Selu": _gate("selu"),
    "Gelu": _gelu,
    "LeakyRelu": _family("leaky_relu", alpha=0.01),
    "Elu": _family("elu", alpha=1.0),
    "Celu": _family("celu", alpha=1.0),
    "HardSigmoid": _family("hard_sigmoid", alpha=0.2, beta=0.5),
    "Clip": _clip,
    "PRelu": lambda node: [Slopes(node.constant(1).ravel(), node.where)],
    "Softmax": _softmax,
    "LogSoftmax": _softmax,
    **dict.fromkeys(("Identity", "Dropout", "Cast", "Flatten", "Reshape", "Squeeze", "Unsqueeze"), _nothing),
}
"""Operator -> its steps."""

TAIL = ("ArgMax", "ZipMap", "Concat", "ArrayFeatureExtractor", "TopK", "Normalizer", "Greater", "GreaterOrEqual")
"""Operators that make labels of outputs: the network ends before them."""

OF_LABELS = ("Identity", "Cast", "Flatten", "Reshape", "Squeeze", "Unsqueeze", "Sub", "Mul", "Add", "Div")
"""Operators of a chain that stand behind its end as well: ``1 - p``, or what makes a number of an index."""
