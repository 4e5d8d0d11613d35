"""A trace as the neutral tree that every drawing is made from."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from backlit.drawing.parts import Box, Circuit, Link, Number, WitnessRow
from backlit.graph.nary_gates import ManyGate

if TYPE_CHECKING:
    from backlit.graph import Wire
    from backlit.tracing.trace import Trace
    from backlit.tracing.views import TracedEdge, TracedWire

WITNESSED = 64
"""A picture shows the witness of so many gradients at most."""

SHORT = 3
"""Vectors of so many numbers are written out."""


def circuit(trace: Trace, witness: bool = True) -> Circuit:
    """The boxes and links of a trace.

    Parameters
    ----------
    trace : Trace
    witness : bool
        Whether central differences stand beside the gradients.

    Returns
    -------
    Circuit
        Long arrays are summed up by their shapes; constants are named c1, c2, ... and draw their number.

    Examples
    --------
    >>> from backlit import trace
    >>> [box.symbol for box in circuit(trace("2 * x", x=3)).boxes]
    ['x', '2', '×']
    """
    names = _names(trace)
    drawn = [(wire, trace.wires.of(wire)) for wire in trace.graph.wires]
    boxes = tuple(_box(trace, wire, view, names) for wire, view in drawn)
    links = tuple(
        _link(names[operand], names[wire], slot, edge)
        for wire, view in drawn
        if wire.rule
        for slot, (operand, edge) in enumerate(zip(wire.operands, view.edges, strict=True))
    )
    rows = tuple(_witness(trace)) if witness else ()
    title = f"{trace.title} ({trace.note})" if trace.note else trace.title
    return Circuit(title, boxes, links, names[trace.graph.output], rows)


def _names(trace: Trace) -> Mapping[Wire, str]:
    """Every wire's name, and one for each literal number."""
    taken = {wire.name for wire in trace.graph.wires}
    free = (name for name in map("c{}".format, itertools.count(1)) if name not in taken)
    return {wire: wire.name or next(free) for wire in trace.graph.wires}


def _box(trace: Trace, wire: Wire, view: TracedWire, names: Mapping[Wire, str]) -> Box:
    return Box(
        name=names[wire],
        kind="output" if wire is trace.graph.output and wire.rule else wire.kind,
        symbol=view.symbol or view.name,
        formula=view.formula if wire.rule else "",
        value=shown(view.value),
        gradient=shown(view.gradient),
        pattern=view.pattern,
        gate=gate_name(wire),
    )


def gate_name(wire: Wire) -> str:
    """By what a page finds the gate's formula; empty for what was given."""
    part = wire.rule.part if isinstance(wire.rule, ManyGate) else ""
    return f"{wire.gate or ''}{part}"


def _link(source: str, target: str, slot: int, edge: TracedEdge) -> Link:
    numbers = (shown(edge.local), shown(edge.upstream), shown(edge.contribution))
    return Link(source, target, slot, *numbers, edge.local_formula)


def shown(value: Any) -> Number:
    """A scalar as it is, a short vector by its numbers, another array by its shape, None as None."""
    if value is None or np.ndim(value) == 0:
        return None if value is None else float(value)
    if np.ndim(value) == 1 and np.size(value) <= SHORT:
        return f"[{', '.join(f'{number + 0.0:.3g}' for number in value)}]"
    return f"[{'x'.join(map(str, np.shape(value)))}]"


def _witness(trace: Trace) -> Iterator[WitnessRow]:
    """Central differences beside the gradients; none where the output is an array."""
    if trace.graph.output.value.ndim:
        return
    for row in trace.check(sample=WITNESSED).rows:
        yield WitnessRow(row.name, row.analytic, None if np.isnan(row.numeric) else row.numeric, row.ok)
