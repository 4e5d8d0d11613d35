"""The zooms that a page of a trace offers, from fine to coarse: the same computation, the same names."""

from __future__ import annotations

from collections.abc import Iterable

from backlit.declared.gate_kinds import ArrayGate
from backlit.errors import BacklitError
from backlit.formula.javascript import gates_module, mistakes_module
from backlit.graph import Graph, unroll
from backlit.graph.nary_gates import NaryGate
from backlit.graph.rewrite import expanded, fused, summed
from backlit.graph.unroll import scalar_wires
from backlit.tracing.picture import gate_name

MOST_WIRES = 120
"""A page offers no further zoom of more wires than this: it would be large, and nobody reads it."""


def zooms_of_formula(graph: Graph) -> dict[str, Graph]:
    """A formula's graph and what it looks like at other zooms, by name, from fine to coarse.

    Examples
    --------
    >>> from backlit.graph import read
    >>> graph = read("1 / (1 + exp(-(w * x + v * y)))", {"w": 1, "x": 2, "v": 3, "y": 4})
    >>> {zoom: len(level.gates) for zoom, level in zooms_of_formula(graph).items()}
    {'gates': 7, 'fused': 4, 'neuron': 2}
    """
    if any(wire.value.ndim or isinstance(wire.rule, ArrayGate) for wire in graph.wires):
        return _zooms_of_arrays(graph)
    if len(graph.wires) > MOST_WIRES:
        return {"gates": graph}
    try:
        gates = expanded(graph)
    except BacklitError:  # what it is built of is too large there: sigmoid(-1000) is 0, exp(1000) is not finite
        return {"gates": graph}
    large = fused(gates)
    levels: dict[str, Graph] = {}
    seen = {_shape(graph)}
    as_written = ""
    for zoom, level in (("gates", gates), ("fused", large), ("neuron", summed(large))):
        if _shape(level) == _shape(graph):
            as_written = as_written or zoom
            levels.setdefault(as_written, graph)
        elif _shape(level) not in seen and len(level.wires) <= MOST_WIRES:
            seen.add(_shape(level))
            levels[zoom] = level
    return levels if as_written else {"written": graph, **levels}


def _zooms_of_arrays(graph: Graph) -> dict[str, Graph]:
    """Arrays whole, as it is written, and every element with a wire of its own where that can be read."""
    if graph.output.value.ndim or scalar_wires(graph, "gates") > MOST_WIRES:
        return {"arrays": graph}
    return {"arrays": graph, "gates": unroll(graph)}


def zooms_of_network(graph: Graph, whole: Graph) -> dict[str, Graph]:
    """A network as it is shown and at other zooms; `whole` is its graph over whole arrays."""
    levels = {}
    names = {wire.name for wire in graph.wires}
    for zoom in ("gates", "neuron"):
        if scalar_wires(whole, zoom) <= MOST_WIRES:
            level = unroll(whole, zoom)
            levels[zoom] = graph if {wire.name for wire in level.wires} == names else level
    levels["layer"] = whole
    if graph in levels.values():
        return levels
    neurons = any(isinstance(wire.rule, NaryGate) for wire in graph.gates)
    return {"neuron" if neurons else "gates": graph, **levels}


def page_tables(graphs: Iterable[Graph]) -> str:
    """JavaScript of what a page computes with: every gate of some graphs, and the table of mistakes."""
    wires = [wire for graph in graphs for wire in graph.gates]
    many = {gate_name(wire): wire.rule.javascript for wire in wires if isinstance(wire.rule, NaryGate)}
    named = (gate_name(wire) for wire in wires if not isinstance(wire.rule, NaryGate))
    return f"{gates_module(named, many)}\n{mistakes_module()}"


def _shape(graph: Graph) -> frozenset[tuple[str, int]]:
    """What tells levels apart: which gates there are, and how many of each."""
    names = [gate_name(wire) for wire in graph.gates]
    return frozenset((name, names.count(name)) for name in names)
