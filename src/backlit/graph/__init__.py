"""Computation as a graph, made to be read: every wire has a value, every edge a local gradient."""

from __future__ import annotations

from backlit.graph.backward import Edge, Gradients, backward
from backlit.graph.from_formula import apply, given, read
from backlit.graph.from_function import call
from backlit.graph.from_network import logits, network
from backlit.graph.tape import Graph, complete
from backlit.graph.unroll import unroll
from backlit.graph.wire import Wire, record

__all__ = [
    "Edge",
    "Gradients",
    "Graph",
    "Wire",
    "apply",
    "backward",
    "call",
    "complete",
    "given",
    "logits",
    "network",
    "read",
    "record",
    "unroll",
]
