"""What the page of a trace needs: its circuits by zoom, and every gate in JavaScript."""

from __future__ import annotations

from collections.abc import Callable

from backlit.drawing.parts import Circuit, WitnessRow
from backlit.graph import Gradients, Graph, backward
from backlit.tracing.picture import circuit, witness_rows
from backlit.tracing.zooms import page_tables, zooms_of_formula, zooms_of_network


def page(
    title: str,
    graph: Graph,
    whole: Graph,
    network: bool,
    of_graph: Callable[[], Circuit],
    witness: tuple[WitnessRow, ...],
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
    of_graph : callable
        Makes the circuit of `graph`.
    witness : tuple of WitnessRow
        Of a network, the same at every zoom.
    whole_sweep : callable
        Gives the gradients of `whole`, which are kept.
    """
    graphs = zooms_of_network(graph, whole) if network else zooms_of_formula(graph)
    circuits = {}
    for zoom, each in graphs.items():
        if each is graph:
            circuits[zoom] = of_graph()
            continue
        gradients = whole_sweep() if each is whole else backward(each)
        circuits[zoom] = circuit(title, each, gradients, witness if network else witness_rows(each, gradients))
    shown = next(zoom for zoom, each in graphs.items() if each is graph)
    return circuits, shown, page_tables(graphs.values())
