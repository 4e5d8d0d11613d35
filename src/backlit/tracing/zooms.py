"""The zooms that a page of a trace offers, from fine to coarse: the same computation, the same names."""

from __future__ import annotations

from collections.abc import Iterable

from backlit.drawing import Circuit
from backlit.formula.javascript import gates_module
from backlit.graph import Graph, unroll
from backlit.graph.nary_gates import ManyGate
from backlit.graph.rewrite import expanded, fused, summed
from backlit.graph.unroll import scalar_wires
from backlit.tracing.picture import circuit, gate_name
from backlit.tracing.trace import Trace

MOST_WIRES = 120
"""A page offers no further zoom of more wires than this: it would be large, and nobody reads it."""


def zooms(trace: Trace) -> dict[str, Trace]:
    """The trace itself and what it looks like at other zooms, by name, from fine to coarse.

    Examples
    --------
    >>> from backlit import trace
    >>> found = zooms(trace("1 / (1 + exp(-(w * x + v * y)))", w=1, x=2, v=3, y=4))
    >>> {zoom: len(traced.graph.gates) for zoom, traced in found.items()}
    {'gates': 7, 'fused': 4, 'neuron': 2}
    """
    return _of_network(trace) if trace.blueprint else _of_formula(trace)


def offered(trace: Trace) -> tuple[dict[str, Circuit], str, str]:
    """What a page of a trace needs: its circuits by zoom, the zoom that is shown first, every gate in JavaScript."""
    traces = zooms(trace)
    shown = next(zoom for zoom, traced in traces.items() if traced is trace)
    return {zoom: circuit(traced) for zoom, traced in traces.items()}, shown, _gates_of(traces.values())


def _gates_of(traces: Iterable[Trace]) -> str:
    """JavaScript of every gate of some traces."""
    wires = [wire for traced in traces for wire in traced.graph.gates]
    many = {gate_name(wire): wire.rule.javascript for wire in wires if isinstance(wire.rule, ManyGate)}
    return gates_module((gate_name(wire) for wire in wires if not isinstance(wire.rule, ManyGate)), many)


def _of_formula(trace: Trace) -> dict[str, Trace]:
    graph = trace.graph
    if len(graph.wires) > MOST_WIRES or any(wire.value.ndim for wire in graph.wires):
        return {"gates": trace}
    gates = expanded(graph)
    large = fused(gates)
    found: dict[str, Trace] = {}
    seen = {_shape(graph)}
    own = ""
    for zoom, level in (("gates", gates), ("fused", large), ("neuron", summed(large))):
        if _shape(level) == _shape(graph):
            own = own or zoom
            found.setdefault(own, trace)
        elif _shape(level) not in seen and len(level.wires) <= MOST_WIRES:
            seen.add(_shape(level))
            found[zoom] = Trace(trace.title, level)
    return found if own else {"written": trace, **found}


def _shape(graph: Graph) -> frozenset[tuple[str, int]]:
    """What tells levels apart: which gates there are, and how many of each."""
    names = [gate_name(wire) for wire in graph.gates]
    return frozenset((name, names.count(name)) for name in names)


def _of_network(trace: Trace) -> dict[str, Trace]:
    found = {}
    shown = {wire.name for wire in trace.graph.wires}
    for zoom in ("gates", "neuron"):
        if scalar_wires(trace.whole, zoom) <= MOST_WIRES:
            graph = unroll(trace.whole, zoom)
            same = {wire.name for wire in graph.wires} == shown
            found[zoom] = trace if same else Trace(trace.title, graph, trace.whole, trace.blueprint)
    layer = trace if trace.graph is trace.whole else Trace(trace.title, trace.whole, trace.whole, trace.blueprint)
    found["layer"] = layer
    if trace in found.values():
        return found
    neurons = any(isinstance(wire.rule, ManyGate) for wire in trace.graph.gates)
    return {"neuron" if neurons else "gates": trace, **found}
