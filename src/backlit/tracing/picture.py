"""A graph with its gradients as the neutral tree that every drawing is made from."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from backlit.drawing.parts import Box, Circuit, Link, Number, WitnessRow
from backlit.graph import Edge, Gradients, Graph, Wire
from backlit.graph.labels import formula, label, local_formula
from backlit.graph.nary_gates import NaryGate
from backlit.tracing.checking import compared, reason
from backlit.tracing.messages import MESSAGES
from backlit.tracing.rasters import first_weights, raster_of

WITNESSED = 64
"""A text or page shows the central differences of so many gradients at most."""

SHORT = 3
"""Vectors of so many numbers are written out."""


def circuit(
    title: str, graph: Graph, gradients: Gradients, witness: tuple[WitnessRow, ...] = (), symbols: bool = True
) -> Circuit:
    """The boxes and links of a graph.

    Parameters
    ----------
    title : str
    graph : Graph
    gradients : Gradients
        Of a backward sweep over the graph.
    witness : tuple of WitnessRow
        Central differences beside the gradients, for texts and tables; pictures do not show them.
    symbols : bool
        Whether links carry their local gradients in symbols, for texts and tables; pictures do not show them.

    Returns
    -------
    Circuit
        Long arrays are summed up by their shapes; constants are named c1, c2, ... and draw their number.

    Examples
    --------
    >>> from backlit.graph import backward, read
    >>> graph = read("2 * x", {"x": 3})
    >>> [box.symbol for box in circuit("2 * x", graph, backward(graph)).boxes]
    ['x', '2', '×']
    """
    names = _names(graph)
    boxes = tuple(_box(graph, gradients, wire, names[wire]) for wire in graph.wires)
    links = tuple(
        _link(names, wire, edge, symbols) for wire in graph.wires if wire.rule for edge in gradients.edges(wire)
    )
    said = f"{title} ({graph.note})" if graph.note else title
    return Circuit(said, boxes, links, names[graph.output], witness, first_weights(graph, gradients))


def witness_rows(graph: Graph, gradients: Gradients, wrt: Sequence[str] | None = None) -> tuple[WitnessRow, ...]:
    """Central differences beside the gradients, or those that are named; none where the output is an array."""
    if graph.output.value.ndim or (wrt is not None and not wrt):
        return ()
    rows, _ = compared(graph, gradients, wrt, sample=WITNESSED)
    return tuple(
        WitnessRow(
            row.name,
            row.analytic,
            None if np.isnan(row.numeric) else row.numeric,
            row.ok,
            {lang: reason(row, lang) for lang in MESSAGES} if row.status == "cannot tell" else {},
        )
        for row in rows
    )


def _names(graph: Graph) -> Mapping[Wire, str]:
    """Every wire's name, and one for each literal number."""
    taken = {wire.name for wire in graph.wires}
    free = (name for name in map("c{}".format, itertools.count(1)) if name not in taken)
    return {wire: wire.name or next(free) for wire in graph.wires}


def _box(graph: Graph, gradients: Gradients, wire: Wire, name: str) -> Box:
    rule = wire.rule
    return Box(
        name=name,
        kind="output" if rule and wire is graph.output else wire.kind,
        symbol=(rule.symbol or rule.name) if rule else label(wire),
        formula=formula(wire) if rule else "",
        value=shown(wire.value),
        gradient=shown(gradients[wire]),
        pattern=rule.pattern if rule else "",
        gate=gate_name(wire),
        raster=raster_of(wire),
    )


def gate_name(wire: Wire) -> str:
    """By what a page finds the gate's formula; empty for what was given."""
    part = wire.rule.part if isinstance(wire.rule, NaryGate) else ""
    return f"{wire.gate or ''}{part}"


def _link(names: Mapping[Wire, str], wire: Wire, edge: Edge, symbols: bool) -> Link:
    numbers = (shown(edge.local), shown(edge.upstream), shown(edge.contribution))
    in_symbols = local_formula(wire, edge.slot) if symbols else ""
    return Link(names[edge.operand], names[wire], edge.slot, *numbers, in_symbols)


def shown(value: Any) -> Number:
    """A scalar as it is, a short vector by its numbers, another array by its shape, None as None.

    What is not finite, in a branch that is not chosen, is text: JSON has no number for it.
    """
    if value is None:
        return None
    if isinstance(value, float) or np.ndim(value) == 0:
        return float(value) if np.isfinite(value) else f"{float(value):g}"
    if np.ndim(value) == 1 and np.size(value) <= SHORT:
        return f"[{', '.join(f'{number + 0.0:.3g}' for number in value)}]"
    return f"[{'x'.join(map(str, np.shape(value)))}]"
