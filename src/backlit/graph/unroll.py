"""A graph over arrays -> the same computation over scalars: every element its own wire."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from backlit.errors import BacklitError
from backlit.formula import GATES
from backlit.graph.nary_gates import LOGSUMEXP, MEAN, SUM, WEIGHTED_SUM, Rule, softmax_output
from backlit.graph.tape import Graph, complete
from backlit.graph.wire import Wire, as_float, record

Zoom = Literal["neuron", "gates"]
Cells = NDArray[Any]
"""An array of wires, one for each element."""

LIMIT = 50_000
"""So many scalar wires at most: more can be neither drawn nor read."""


def unroll(graph: Graph, zoom: Zoom = "gates") -> Graph:
    """Give every element of every array a wire of its own.

    Parameters
    ----------
    graph : Graph
    zoom : {"neuron", "gates"}
        Whether a neuron's weighted sum, a softmax's output, a sum is one gate of many operands, or is
        taken apart into additions and multiplications.

    Returns
    -------
    Graph
        The elements of ``z[1]`` are named ``z[1][0]``, ``z[1][1]``, ...

    Raises
    ------
    BacklitError
        If that makes more than `LIMIT` wires, or the output is not a scalar.

    Examples
    --------
    >>> from backlit.graph import read
    >>> graph = unroll(read("sum(x * x)", {"x": [1, 2]}))
    >>> [wire.name for wire in graph.wires]
    ['x[0]', 'x[1]', 'q1[0]', 'q1[1]', 'f']
    """
    if graph.output.value.ndim:
        raise BacklitError(f"unroll: the output has shape {graph.output.value.shape}; reduce it, with sum(...)")
    _check_size(graph, zoom)
    neurons = _neurons(graph) if zoom == "neuron" else {}
    hidden = {matmul for matmul, _ in neurons.values()}
    cells: dict[Wire, Cells] = {}
    for wire in graph.wires:
        if wire in hidden:
            continue
        if wire.rule is None:
            cells[wire] = _given(wire)
        elif wire in neurons:
            matmul, bias = neurons[wire]
            product = _PRODUCTS[matmul.gate]
            cells[wire] = product(matmul, cells, zoom, np.broadcast_to(cells[bias], wire.value.shape))
        else:
            cells[wire] = _RULES.get(wire.gate, _elementwise)(wire, cells, zoom)
        _name(cells[wire], wire)
    everything = (cell for array in cells.values() for cell in array.flat)
    return complete(cells[graph.output].item(), everything, graph.note)


def element_name(name: str, index: Iterable[int]) -> str:
    """The name of an array's element: ``w[1]`` and (0, 2) are ``w[1][0][2]``."""
    return name + "".join(f"[{i}]" for i in index)


def scalar_wires(graph: Graph, zoom: Zoom) -> int:
    """How many wires `unroll` would make, about."""
    total = 0
    for wire in graph.wires:
        inner = 1
        if zoom == "gates" and wire.gate in _RULES:
            inner = 2 * _inner(wire)
        total += wire.value.size * inner
    return total


def _inner(wire: Wire) -> int:
    """How many operands each element of a wire's value has."""
    if wire.gate in ("grouped", "columnwise", "concat"):
        return len(wire.operands[1].value) if wire.gate == "grouped" else 1
    return int(np.shape(wire.operands[0].value)[-1]) if wire.operands[0].value.ndim else 1


def _check_size(graph: Graph, zoom: Zoom) -> None:
    total = scalar_wires(graph, zoom)
    if total > LIMIT:
        raise BacklitError(
            f"zoom {zoom!r} would make about {total:,} wires, the limit is {LIMIT:,}; use zoom='layer', "
            "which keeps arrays whole"
        )


def _neurons(graph: Graph) -> dict[Wire, tuple[Wire, Wire]]:
    """The additions of a bias to a product that nothing else takes: sum -> (product, bias)."""
    consumers = graph.consumers()
    found = {}
    for wire in graph.wires:
        if wire.gate == "add" and wire.operands[0].gate in _PRODUCTS:
            matmul, bias = wire.operands
            if len(consumers[matmul]) == 1 and bias is not matmul and wire.value.shape == matmul.value.shape:
                found[wire] = (matmul, bias)
    return found


def _given(wire: Wire) -> Cells:
    if wire.kind == "constant" and not wire.name and wire.value.ndim == 0:
        return _cells((), [wire])
    parts = (Wire("", wire.kind, as_float(value)) for value in wire.value.flat) if wire.value.ndim else ()
    return _cells(wire.value.shape, list(parts) or [Wire("", wire.kind, wire.value)])


def _name(cells: Cells, wire: Wire) -> None:
    if not wire.name:
        return
    for index in np.ndindex(cells.shape):
        cell: Any = cells[index]
        cell.name = cell.name or element_name(wire.name, index)


def _cells(shape: tuple[int, ...], wires: Sequence[Wire]) -> Cells:
    cells = np.empty(len(wires), object)
    for position, wire in enumerate(wires):
        cells[position] = wire
    return cells.reshape(shape)


def _elementwise(wire: Wire, cells: Mapping[Wire, Cells], zoom: Zoom) -> Cells:
    assert wire.rule is not None
    operands = np.broadcast_arrays(*(cells[operand] for operand in wire.operands))
    places = np.ndindex(wire.value.shape)
    made = [record(wire.rule, [operand[index] for operand in operands]) for index in places]
    return _cells(wire.value.shape, made)


def _matmul(wire: Wire, cells: Mapping[Wire, Cells], zoom: Zoom, bias: Cells | None = None) -> Cells:
    left, right = (cells[operand] for operand in wire.operands)
    left = left[None, :] if left.ndim == 1 else left
    right = right[:, None] if right.ndim == 1 else right
    batch = np.broadcast_shapes(left.shape[:-2], right.shape[:-2])
    left = np.broadcast_to(left, batch + left.shape[-2:])
    right = np.broadcast_to(right, batch + right.shape[-2:])
    extra = [] if bias is None else list(bias.flat)
    made: list[Wire] = []
    for *at, i, j in np.ndindex(*batch, left.shape[-2], right.shape[-1]):
        row, column = left[(*at, i)], right[(*at, slice(None), j)]
        last = [extra[len(made)]] if extra else []
        made.append(_weighted(list(row), list(column), last, zoom))
    return _cells(wire.value.shape, made)


def _grouped(wire: Wire, cells: Mapping[Wire, Cells], zoom: Zoom, bias: Cells | None = None) -> Cells:
    x, w = (cells[operand] for operand in wire.operands)
    inner, columns = w.shape
    width = columns // (x.shape[-1] // inner)
    extra = [] if bias is None else list(bias.flat)
    made: list[Wire] = []
    for row in x.reshape(-1, x.shape[-1]):
        for j in range(columns):
            first = j // width * inner
            last = [extra[len(made)]] if extra else []
            made.append(_weighted(list(row[first : first + inner]), list(w[:, j]), last, zoom))
    return _cells(wire.value.shape, made)


def _columnwise(wire: Wire, cells: Mapping[Wire, Cells], zoom: Zoom) -> Cells:
    x, w = (cells[operand] for operand in wire.operands)
    made: list[Any] = [row[c] * w[c, k] for row in x.reshape(-1, x.shape[-1]) for c, k in np.ndindex(w.shape)]
    return _cells(wire.value.shape, made)


def _concat(wire: Wire, cells: Mapping[Wire, Cells], zoom: Zoom) -> Cells:
    """The same wires in one row; what is one already goes through identity, so that it can have a name of its own."""
    joined = np.concatenate([cells[operand] for operand in wire.operands], axis=-1)
    return _cells(joined.shape, [record(GATES["identity"], [cell]) for cell in joined.flat])


def _weighted(inputs: list[Wire], weights: list[Wire], bias: list[Wire], zoom: Zoom) -> Wire:
    if zoom == "neuron":
        return record(WEIGHTED_SUM, [*inputs, *weights, *bias])
    return _chain("add", [x * w for x, w in zip(inputs, weights, strict=True)])


def _chain(gate: str, parts: Sequence[Wire]) -> Wire:
    """Fold from left to right by a gate of two operands; what is one already goes through identity."""
    if len(parts) == 1:
        return record(GATES["identity"], parts)
    total = parts[0]
    for part in parts[1:]:
        total = record(GATES[gate], (total, part))
    return total


def _reduced(whole: Rule, chain: Callable[[Sequence[Wire]], Wire]) -> Callable[..., Cells]:
    """A rule for a gate that turns each row along its axis into one number."""

    def rule(wire: Wire, cells: Mapping[Wire, Cells], zoom: Zoom) -> Cells:
        rows = _rows(cells[wire.operands[0]], wire.axis)
        made = [record(whole, list(row)) if zoom == "neuron" else chain(list(row)) for row in rows]
        return _cells(wire.value.shape, made)

    return rule


def _rows(cells: Cells, axis: int | None) -> Cells:
    if axis is None:
        return cells.reshape(1, -1)
    return np.moveaxis(cells, axis, -1).reshape(-1, cells.shape[axis])


def _mean_chain(row: Sequence[Wire]) -> Wire:
    return _chain("add", row) / len(row)


def _row_mean(wire: Wire, cells: Mapping[Wire, Cells], zoom: Zoom) -> Cells:
    source = cells[wire.operands[0]]
    rows = _rows(source, -1 if source.ndim else None)
    made = [record(MEAN, list(row)) if zoom == "neuron" else _mean_chain(list(row)) for row in rows]
    return _cells(wire.value.shape, made)


def _powers(row: Sequence[Wire]) -> tuple[list[Wire], float]:
    """Powers of e, shifted by the largest: a constant, because the shift cancels in what is built of them."""
    top = float(max(wire.value for wire in row))
    return [record(GATES["exp"], [wire - top]) for wire in row], top


def _logsumexp_chain(row: Sequence[Wire]) -> Wire:
    powers, top = _powers(row)
    return record(GATES["log"], [_chain("add", powers)]) + top


def _softmax(wire: Wire, cells: Mapping[Wire, Cells], zoom: Zoom) -> Cells:
    axis = -1 if wire.axis is None and wire.value.ndim else wire.axis
    source = cells[wire.operands[0]]
    made: list[Wire] = []
    for row in _rows(source, axis):
        if zoom == "neuron":
            made += [record(softmax_output(j), list(row)) for j in range(len(row))]
        else:
            powers, _ = _powers(row)
            total = _chain("add", powers)
            made += [power / total for power in powers]
    if axis is None:
        return _cells((), made)
    moved = _cells(np.moveaxis(wire.value, axis, -1).shape, made)
    return np.moveaxis(moved, -1, axis)


_PRODUCTS: Mapping[str | None, Callable[..., Cells]] = {"matmul": _matmul, "grouped": _grouped}
"""The gates that give weighted sums; a bias that is added belongs into the sum."""

_RULES: Mapping[str | None, Callable[..., Cells]] = {
    **_PRODUCTS,
    "columnwise": _columnwise,
    "concat": _concat,
    "sum": _reduced(SUM, lambda row: _chain("add", row)),
    "mean": _reduced(MEAN, _mean_chain),
    "row_mean": _row_mean,
    "logsumexp": _reduced(LOGSUMEXP, _logsumexp_chain),
    "softmax": _softmax,
}
"""Gate over arrays -> how it is taken apart."""
