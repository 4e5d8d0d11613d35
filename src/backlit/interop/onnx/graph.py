"""An ONNX graph as it is written: nodes, constants, inputs and outputs; equal nodes and constants are written once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.errors import extra_imports

OPSETS = {"": 20, "ai.onnx.ml": 3}
"""Domain -> the version of its operators: the first that has those for text."""

IR_VERSION = 9
"""The version of the file format that goes with them."""

TEXT = "text"
"""The type of text, beside NumPy's types."""


class Graph:
    """A graph that nodes are added to.

    Parameters
    ----------
    reserved : iterable of str
        Names of inputs and outputs, which no other value has.
    """

    def __init__(self, reserved: Iterable[str] = ()) -> None:
        with extra_imports("onnx", "the export needs"):
            from onnx import helper, numpy_helper
        self._helper, self._numpy_helper = helper, numpy_helper
        self._reserved = frozenset(reserved)
        self._numbers = count()
        self._inputs: list[Any] = []
        self._outputs: list[Any] = []
        self._initializers: list[Any] = []
        self._nodes: list[Any] = []
        self._written: dict[Any, tuple[str, ...]] = {}

    # -- writing ------------------------------------------------------------------------------------------------------

    def node(self, operator: str, inputs: Sequence[str], **attributes: Any) -> str:
        """Add a node of one output; the name of its output."""
        return self.nodes(operator, inputs, 1, **attributes)[0]

    def nodes(
        self, operator: str, inputs: Sequence[str], outputs: int, domain: str = "", name: str = "", **attributes: Any
    ) -> tuple[str, ...]:
        """Add a node of several outputs; their names. What is written already is not written again."""
        key = (operator, tuple(inputs), outputs, domain, name, repr(sorted(attributes.items())))
        if key not in self._written:
            names = tuple(self._fresh(operator) for _ in range(outputs))
            self._nodes.append(
                self._helper.make_node(
                    operator, list(inputs), list(names), name=name or names[0], domain=domain, **attributes
                )
            )
            self._written[key] = names
        return self._written[key]

    def constant(self, value: NDArray[Any]) -> str:
        """Add a constant, of numbers, flags or text; its name."""
        array = np.asarray(value, order="C")
        content = repr(array.tolist()) if array.dtype == object else array.tobytes()
        key = ("constant", array.dtype.str, array.shape, content)
        if key not in self._written:
            name = self._fresh("constant")
            self._initializers.append(self._numpy_helper.from_array(array, name))
            self._written[key] = (name,)
        return self._written[key][0]

    def cast(self, name: str, dtype: Any) -> str:
        """Add a conversion; a text that is no number raises where the graph is run."""
        return self.node("Cast", [name], to=self.type_of(dtype))

    def branch(self) -> Graph:
        """A graph of its own for a node `If`, which sees the values of this one."""
        inner = Graph(self._reserved)
        inner._numbers = self._numbers
        return inner

    def choose(self, condition: str, then: Mapping[str, Graph], otherwise: Mapping[str, Graph]) -> str:
        """Add a node `If` of one output: each branch is the name of its result and the graph that computes it."""
        branches = {}
        for attribute, ((result, graph),) in (("then_branch", then.items()), ("else_branch", otherwise.items())):
            graph._outputs.append(self._helper.make_empty_tensor_value_info(result))
            branches[attribute] = graph._proto(attribute)
        name = self._fresh("If")
        self._nodes.append(self._helper.make_node("If", [condition], [name], name=name, **branches))
        return name

    # -- ends ---------------------------------------------------------------------------------------------------------

    def input(self, name: str, dtype: Any, width: int) -> str:
        """Declare an input of shape [N, width]; its name."""
        self._inputs.append(self._helper.make_tensor_value_info(name, self.type_of(dtype), ["N", width]))
        return name

    def output(self, name: str, source: str, dtype: Any, *widths: int) -> None:
        """Declare an output of shape [N, *widths], of the value of another name."""
        self._nodes.append(self._helper.make_node("Identity", [source], [name], name=name))
        self._outputs.append(self._helper.make_tensor_value_info(name, self.type_of(dtype), ["N", *widths]))

    def to_model(self, name: str, version: str, metadata: Mapping[str, str]) -> Any:
        """The whole as a model of ONNX."""
        opsets = [self._helper.make_opsetid(domain, number) for domain, number in OPSETS.items()]
        model = self._helper.make_model(
            self._proto(name), opset_imports=opsets, ir_version=IR_VERSION,
            producer_name="backlit", producer_version=version,
        )  # fmt: skip
        self._helper.set_model_props(model, dict(metadata))
        return model

    # -- inside -------------------------------------------------------------------------------------------------------

    def _proto(self, name: str) -> Any:
        return self._helper.make_graph(self._nodes, name, self._inputs, self._outputs, self._initializers)

    def _fresh(self, stem: str) -> str:
        """A name that nothing has."""
        names = (f"{stem}_{number}" for number in self._numbers)
        return next(name for name in names if name not in self._reserved)

    def type_of(self, dtype: Any) -> int:
        """The number that ONNX has for a type of NumPy's, or for text."""
        kind = np.dtype(object if dtype == TEXT else dtype)
        return int(self._helper.np_dtype_to_tensor_dtype(kind))


@dataclass(frozen=True, slots=True)
class Values:
    """A value of the graph that is written with like an array of float64."""

    graph: Graph
    name: str

    def _apply(self, operator: str, *others: Any) -> Values:
        return Values(self.graph, self.graph.node(operator, [self.name, *(self._named(other) for other in others)]))

    def _named(self, other: Any) -> str:
        return other.name if isinstance(other, Values) else self.graph.constant(np.asarray(other, np.float64))

    def __add__(self, other: Any) -> Values:
        return self._apply("Add", other)

    def __sub__(self, other: Any) -> Values:
        return self._apply("Sub", other)

    def __mul__(self, other: Any) -> Values:
        return self._apply("Mul", other)

    def __truediv__(self, other: Any) -> Values:
        return self._apply("Div", other)

    def __lt__(self, other: Any) -> Values:
        return self._apply("Less", other)

    def __gt__(self, other: Any) -> Values:
        return self._apply("Greater", other)

    def equals(self, other: Any) -> Values:
        """Where the two are the same number."""
        return self._apply("Equal", other)

    def unary(self, operator: str) -> Values:
        """An operator of one input: Floor, Sin, IsNaN, ..."""
        return self._apply(operator)

    def floor_divide(self, divisor: float) -> Values:
        """The whole part of the quotient."""
        return (self / divisor).unary("Floor")

    def remainder(self, divisor: float) -> Values:
        """What is left of the division, at least 0."""
        return self - self.floor_divide(divisor) * divisor

    def where(self, chosen: Any, other: Any) -> Values:
        """Of flags: `chosen` where they are true, else `other`."""
        return self._apply("Where", chosen, other)

    def columns(self, indices: Sequence[int]) -> Values:
        """Some of the columns, in this order."""
        at = self.graph.constant(np.array(indices, np.int64))
        return Values(self.graph, self.graph.node("Gather", [self.name, at], axis=1))

    def float64(self) -> Values:
        """Flags or whole numbers as float64."""
        return Values(self.graph, self.graph.cast(self.name, np.float64))


def side_by_side(parts: Sequence[Values]) -> Values:
    """Matrices of as many rows, one after the other."""
    first = parts[0]
    if len(parts) == 1:
        return first
    return Values(first.graph, first.graph.node("Concat", [part.name for part in parts], axis=1))
