"""What the page of a trace needs: its circuits by zoom, and every gate in JavaScript."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from backlit.drawing.parts import Circuit, WitnessRow
from backlit.graph import Gradients, Graph, backward
from backlit.tracing.picture import circuit, witness_rows
from backlit.tracing.zooms import page_tables, zooms_of_formula, zooms_of_network


def page(
    title: str,
    graph: Graph,
    whole: Graph,
    network: bool,
    sweep: Callable[[], Gradients],
    witness: Callable[[], tuple[WitnessRow, ...]],
    whole_sweep: Callable[[], Gradients],
) -> tuple[dict[str, Circuit], str, str]:
    """The circuits by zoom, the zoom that is shown first, and the gates.

    Parameters
    ----------
    title : str
    graph, whole : Graph
        As it was asked for, and with every gate.
    network : bool
        Whether the zooms are those of a network.
    sweep : callable
        Gives the gradients of `graph`, which are kept.
    witness : callable
        Gives central differences beside the gradients of `whole`, the same at every zoom of a network. They are asked
        for only where a zoom has boxes of single numbers to show them at: of a large network they take seconds.
    whole_sweep : callable
        Gives the gradients of `whole`, which are kept.
    """
    graphs = zooms_of_network(graph, whole) if network else zooms_of_formula(graph)
    single = [wire.name for wire in whole.given if not np.ndim(wire.value)]
    rows: tuple[WitnessRow, ...] = ()
    if network:
        rows = witness() if set(graphs) != {"layer"} else witness_rows(whole, whole_sweep(), single)
    circuits = {}
    for zoom, each in graphs.items():
        gradients = sweep() if each is graph else whole_sweep() if each is whole else backward(each)
        seen = rows if network else witness() if each is graph else witness_rows(each, gradients)
        circuits[zoom] = circuit(title, each, gradients, seen)
    shown = next(zoom for zoom, each in graphs.items() if each is graph)
    return circuits, shown, page_tables(graphs.values())
