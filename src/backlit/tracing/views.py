"""What a trace offers its reader: wires, edges, gradients."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np

from backlit.declared.gate_kinds import Array
from backlit.graph import Gradients, Graph, Wire
from backlit.graph.labels import formula, label, local_formula
from backlit.tracing.lookup import NoSuchName, entry

Value = float | Array
"""Of a scalar wire a float, of an array's wire an array."""


@overload
def plain(value: None) -> None: ...
@overload
def plain(value: Array | float) -> Value: ...
def plain(value: Any) -> Any:
    """A NumPy scalar as a float, an array as it is, None as None."""
    return value if value is None or np.ndim(value) else float(value)


@dataclass(frozen=True, slots=True, eq=False)
class TracedEdge:
    """What flows back from a gate's wire to one operand: contribution = upstream x local."""

    operand: TracedWire
    local: Value | None
    upstream: Value | None
    contribution: Value | None
    local_formula: str

    def __repr__(self) -> str:
        return f"{self.upstream} x {self.local} = {self.contribution} to {self.operand.name}"


class TracedWire:
    """One wire of a trace.

    Attributes
    ----------
    name : str
    kind : {"input", "parameter", "constant", "gate"}
    gate : str or None
        None for what was given.
    formula : str
        The gate applied to its operands' names.
    value : float or array
    gradient : float, array or None
        The output's derivative with respect to it; None where it was not computed.
    edges : tuple of TracedEdge
        To the operands, in their order.
    """

    __slots__ = ("_views", "_wire")

    def __init__(self, wire: Wire, views: Wires) -> None:
        self._wire = wire
        self._views = views

    @property
    def name(self) -> str:
        """The wire's name; of a constant its number."""
        return label(self._wire)

    @property
    def kind(self) -> str:
        """Whether it is an input, a parameter, a constant or a gate's."""
        return self._wire.kind

    @property
    def gate(self) -> str | None:
        """The name of the gate that computed it."""
        return self._wire.gate

    @property
    def symbol(self) -> str:
        """What a circuit draws for the gate."""
        return (self._wire.rule.symbol or self._wire.rule.name) if self._wire.rule else ""

    @property
    def pattern(self) -> str:
        """What the gate does to a gradient: distributor, router, switcher, or empty."""
        return self._wire.rule.pattern if self._wire.rule else ""

    @property
    def formula(self) -> str:
        """The gate applied to its operands' names, such as ``q1 * z``."""
        return formula(self._wire)

    @property
    def value(self) -> Value:
        """The value, from the forward pass."""
        value: Value = plain(self._wire.value)
        return value

    @property
    def gradient(self) -> Value | None:
        """The derivative of the output, from the backward pass; None where none was computed."""
        value: Value | None = plain(self._views.gradients[self._wire])
        return value

    @property
    def edges(self) -> tuple[TracedEdge, ...]:
        """The edges to the operands."""
        return tuple(
            TracedEdge(
                self._views.of(edge.operand),
                plain(edge.local),
                plain(edge.upstream),
                plain(edge.contribution),
                local_formula(self._wire, edge.slot),
            )
            for edge in self._views.gradients.edges(self._wire)
        )

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f"{self.name} = {self.value}, gradient {self.gradient}"


class Wires(Sequence[TracedWire]):
    """All wires of a trace in forward order; one of them by its position or by its name."""

    def __init__(self, graph: Graph, sweep: Callable[[], Gradients]) -> None:
        self._graph = graph
        self._sweep = sweep
        self._made: dict[Wire, TracedWire] = {}

    @property
    def gradients(self) -> Gradients:
        """The backward sweep, made when it is first needed."""
        return self._sweep()

    def of(self, wire: Wire) -> TracedWire:
        """The view of one wire, always the same."""
        if wire not in self._made:
            self._made[wire] = TracedWire(wire, self)
        return self._made[wire]

    @overload
    def __getitem__(self, at: int | str) -> TracedWire: ...
    @overload
    def __getitem__(self, at: slice) -> list[TracedWire]: ...
    def __getitem__(self, at: int | str | slice) -> TracedWire | list[TracedWire]:
        if isinstance(at, slice):
            return [self.of(wire) for wire in self._graph.wires[at]]
        if isinstance(at, int):
            return self.of(self._graph.wires[at])
        wire = self._graph.named(at)
        if wire is None:
            raise NoSuchName(f"no wire is named {at!r}; there are {', '.join(w.name for w in self._graph.given)}")
        return self.of(wire)

    def __len__(self) -> int:
        return len(self._graph.wires)


class GradientMap(Mapping[str, "Value | None"]):
    """Input or parameter -> the output's derivative with respect to it: arrays and their elements, by name.

    `names` are what an iteration gives; look-ups find every name of `graph`'s inputs and parameters.
    """

    def __init__(self, graph: Graph, names: Sequence[str], sweep: Callable[[], Gradients]) -> None:
        self._graph = graph
        self._names = names
        self._sweep = sweep

    def __getitem__(self, name: str) -> Value | None:
        wire, index = entry(self._graph, name)
        if wire.kind not in ("input", "parameter"):
            raise NoSuchName(f"{name!r} is no input and no parameter; look at the trace's wires")
        gradient = self._sweep()[wire]
        value: Value | None = plain(gradient if gradient is None or not index else gradient[index])
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __repr__(self) -> str:
        return repr(dict(self))
