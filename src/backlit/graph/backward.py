"""The backward sweep: from the output to the inputs, one edge at a time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from backlit.declared.gate_kinds import Array, ArrayGate, Gate
from backlit.errors import BacklitError
from backlit.formula.choices import Read
from backlit.formula.numpy import local_evaluator
from backlit.graph.messages import no_gradient
from backlit.graph.nary_gates import NaryGate
from backlit.graph.needed import needed, parts_read
from backlit.graph.tape import Graph
from backlit.graph.wire import Wire


@dataclass(frozen=True, slots=True, eq=False)
class Edge:
    """What flows back from a gate to one of its operands.

    `contribution` is upstream times local, summed to the operand's shape; all three are None where no gradient was
    asked for. For gates over whole arrays `local` is what there is to show (the other factor, the Jacobian).
    """

    operand: Wire
    slot: int
    local: Array | None = None
    upstream: Array | None = None
    contribution: Array | None = None


@dataclass(frozen=True, eq=False)
class Gradients:
    """Every wire's gradient and every gate's edges, after a sweep."""

    of: Mapping[Wire, Array]
    edges_of: Mapping[Wire, tuple[Edge, ...]]

    def __getitem__(self, wire: Wire) -> Array | None:
        """The output's derivative with respect to a wire; None if it was not computed."""
        return self.of.get(wire)

    def edges(self, wire: Wire) -> tuple[Edge, ...]:
        """The edges from a gate's wire to its operands, in their order."""
        found = self.edges_of.get(wire)
        return found or tuple(Edge(operand, slot) for slot, operand in enumerate(wire.operands))


def backward(graph: Graph, upstream: Any = 1.0, wrt: Collection[Wire] | None = None) -> Gradients:
    """Carry a gradient from the output back to the inputs.

    Parameters
    ----------
    graph : Graph
    upstream : number or array, the output's shape
        The gradient that arrives at the output.
    wrt : collection of Wire, optional
        Only what leads to these is computed; all inputs and parameters unless given.

    Returns
    -------
    Gradients
        Contributions at a fork are summed in the order in which the sweep meets them.

    Raises
    ------
    BacklitError
        If `upstream` has another shape than the output, or a gradient is not finite.

    Examples
    --------
    >>> from backlit.graph import read
    >>> graph = read("(x + y) * z", {"x": -2, "y": 5, "z": -4})
    >>> gradients = backward(graph)
    >>> [float(gradients[wire]) for wire in graph.wires]
    [-4.0, -4.0, 3.0, -4.0, 1.0]
    """
    output = graph.output
    if np.shape(upstream) != output.value.shape:
        raise BacklitError(
            f"backward: upstream has shape {np.shape(upstream)}, the output {output.value.shape}; "
            "give one gradient for each output"
        )
    live = _leading_from(graph, graph.given if wrt is None else wrt)
    reads = _Reads(graph)
    sums: dict[Wire, Array] = {output: np.asarray(upstream, output.value.dtype)[()]} if output in live else {}
    edges: dict[Wire, tuple[Edge, ...]] = {}
    with np.errstate(all="ignore"):
        for wire in reversed(graph.wires):
            if wire.rule is None or wire not in sums:
                continue
            edges[wire] = _pulled_back(wire, sums[wire], live, reads)
            for edge in edges[wire]:
                if edge.contribution is not None:
                    before = sums.get(edge.operand)
                    sums[edge.operand] = edge.contribution if before is None else before + edge.contribution
    return Gradients(sums, edges)


def unbroadcast(gradient: Array, shape: tuple[int, ...]) -> Array:
    """Sum a gradient over the axes along which its operand was stretched."""
    if gradient.shape == shape:
        return gradient
    extra = gradient.ndim - len(shape)
    stretched = tuple(
        axis for axis in range(gradient.ndim) if axis < extra or (shape[axis - extra] == 1 != gradient.shape[axis])
    )
    summed: Array = np.sum(gradient, axis=stretched, keepdims=True).reshape(shape)[()]
    return summed


def local_gradient(wire: Wire, slot: int) -> Array:
    """The derivative of a gate's output with respect to one operand, as it is shown beside the edge."""
    with np.errstate(all="ignore"):
        return _locals(wire)(slot)


def _locals(wire: Wire) -> Callable[[int], Array]:
    """The local gradients of a wire's gate, by operand; what they share is computed once."""
    rule, value = wire.rule, wire.value
    values = tuple(operand.value for operand in wire.operands)
    if isinstance(rule, Gate):
        scope = dict(zip(rule.operands, values, strict=True), y=value)
        return lambda slot: _fitted(local_evaluator(rule, slot)(scope), value)
    if isinstance(rule, ArrayGate):
        return lambda slot: rule.jacobian[slot](values, value, wire.axis)
    assert isinstance(rule, NaryGate)
    every = rule.locals(np.array(values), value)
    return lambda slot: every[slot]


def _leading_from(graph: Graph, sources: Collection[Wire]) -> set[Wire]:
    """The wires that depend on one of `sources`."""
    live = set(sources)
    for wire in graph.wires:
        if any(operand in live for operand in wire.operands):
            live.add(wire)
    return live


def _pulled_back(wire: Wire, upstream: Array, live: set[Wire], reads: _Reads) -> tuple[Edge, ...]:
    local_at = _locals(wire)
    edges = []
    for slot, operand in enumerate(wire.operands):
        if operand not in live:
            edges.append(Edge(operand, slot))
            continue
        local = local_at(slot)
        contribution = _contribution(wire, slot, upstream, local)
        if not _finite(contribution):
            contribution = _contribution(wire, slot, upstream, local, reads.slopes(wire, slot))
            if not _finite(contribution):
                raise no_gradient(wire, slot, contribution)
        edges.append(Edge(operand, slot, local, upstream, contribution))
    return tuple(edges)


class _Reads:
    """Which slopes the output depends on; found when a gradient is not finite, which few graphs have."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    @cached_property
    def _reads(self) -> Mapping[Wire, Read]:
        return needed(self.graph.wires, self.graph.output)

    def slopes(self, wire: Wire, slot: int) -> Array:
        """The elements of a gate's output, where its slope for one operand is read."""
        here = self._reads.get(wire)
        if here is None:
            return np.zeros(wire.value.shape, bool)
        return np.broadcast_to(parts_read(wire, here)[slot].slope, wire.value.shape)


def _finite(array: Array) -> bool:
    return bool(np.isfinite(array) if array.ndim == 0 else np.isfinite(array).all())


def _contribution(wire: Wire, slot: int, upstream: Array, local: Array, read: Array | None = None) -> Array:
    """Upstream times local in the operand's shape; 0 where a choice left the operand out, were its slope infinite."""
    operand = wire.operands[slot].value
    if isinstance(wire.rule, ArrayGate):
        values = tuple(o.value for o in wire.operands)
        pulled = wire.rule.vjp[slot](upstream, values, wire.value, wire.axis)
        if read is not None and not read.any():
            pulled = np.zeros_like(pulled)
    else:
        pulled = upstream * local
        if read is not None:
            pulled = np.where(read, pulled, np.zeros((), wire.value.dtype))[()]
    summed = unbroadcast(np.asarray(pulled) if operand.ndim else pulled, operand.shape)
    return summed if summed.dtype == operand.dtype else summed.astype(operand.dtype)


def _fitted(local: Any, value: Array) -> Array:
    """A local gradient in the output's shape and precision."""
    if value.ndim == 0:
        scalar: Array = value.dtype.type(local)
        return scalar
    return np.broadcast_to(np.asarray(local, value.dtype), value.shape)
