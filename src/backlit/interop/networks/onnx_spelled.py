"""Gates that exporters spell in several nodes, as ``x * Sigmoid(x)``, found in an ONNX graph by their pattern."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from backlit.declared.gates import GATES
from backlit.interop.networks.onnx_nodes import Array

X = "x"
Part = tuple[str, tuple[str | int | float, ...]]
"""An operator and what it takes: ``x``, the number of a part before it as an int, or a constant as a float."""

SPELLED: Sequence[tuple[str, Sequence[Part]]] = (
    ("silu", (("Sigmoid", (X,)), ("Mul", (X, 0)))),
    ("mish", (("Softplus", (X,)), ("Tanh", (0,)), ("Mul", (X, 1)))),
    ("softsign", (("Abs", (X,)), ("Add", (0, 1.0)), ("Div", (X, 1)))),
    ("tanh_shrink", (("Tanh", (X,)), ("Sub", (X, 0)))),
    (
        GATES.families["softplus"].member(1.0, 20.0).name,
        (("Softplus", (X,)), ("Greater", (X, 20.0)), ("Where", (1, X, 0))),
    ),
    ("gelu", (("Div", (X, math.sqrt(2))), ("Erf", (0,)), ("Add", (1, 1.0)), ("Mul", (X, 2)), ("Mul", (3, 0.5)))),
    ("gelu", (("Mul", (X, math.sqrt(0.5))), ("Erf", (0,)), ("Add", (1, 1.0)), ("Mul", (X, 2)), ("Mul", (3, 0.5)))),
    ("gelu", (("Div", (X, math.sqrt(2))), ("Erf", (0,)), ("Add", (1, 1.0)), ("Mul", (X, 0.5)), ("Mul", (3, 2)))),
)
"""Gate -> its parts; the last one gives its value."""

EITHER_WAY = ("Add", "Mul")
CLOSE = 1e-6


@dataclass(frozen=True, slots=True)
class SpelledGate:
    """A gate and the node that gives its value."""

    gate: str
    last: Any


def spelled(value: str, consumers: Mapping[str, Sequence[Any]], constants: Mapping[str, Array]) -> SpelledGate | None:
    """The gate of a value that goes into several nodes, where all of them and those behind are one of `SPELLED`.

    Parameters
    ----------
    value : str
        The name of what the gate takes.
    consumers : mapping
        Name of a value -> the nodes that take it.
    constants : mapping
        Name of a constant -> its numbers.
    """
    for gate, parts in SPELLED:
        nodes: list[Any] = []
        for operator, takes in parts:
            first = next(name for name in takes if not isinstance(name, float))
            known = value if isinstance(first, str) else nodes[first].output[0]
            same = (node for node in consumers.get(known, ()) if node.op_type == operator)
            node = next((node for node in same if _fits(node, takes, value, nodes, constants)), None)
            if node is None:
                break
            nodes.append(node)
        if len(nodes) == len(parts) and _closed(value, nodes, consumers):
            return SpelledGate(gate, nodes[-1])
    return None


def _fits(node: Any, takes: Sequence[Any], value: str, nodes: Sequence[Any], constants: Mapping[str, Array]) -> bool:
    """Whether a node takes what it should."""
    orders = [list(node.input)] + [list(node.input)[::-1]] * (node.op_type in EITHER_WAY)
    return any(
        len(order) == len(takes)
        and all(_is(name, due, value, nodes, constants) for name, due in zip(order, takes, strict=True))
        for order in orders
    )


def _is(name: str, due: Any, value: str, nodes: Sequence[Any], constants: Mapping[str, Array]) -> bool:
    if isinstance(due, float):
        number = constants.get(name)
        return number is not None and number.size == 1 and bool(abs(float(np.ravel(number)[0]) - due) < CLOSE)
    return bool(name == (value if due == X else nodes[due].output[0]))


def _closed(value: str, nodes: Sequence[Any], consumers: Mapping[str, Sequence[Any]]) -> bool:
    """Whether nothing else takes the value, or what lies between."""
    within = {id(node) for node in nodes}
    names = [value, *(node.output[0] for node in nodes[:-1])]
    return all(id(node) in within for name in names for node in consumers.get(name, ()))
