"""Which elements of which wires the output depends on, where a choice left others out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from backlit.declared.gate_kinds import Gate
from backlit.formula.choices import Mask, Read, chooses, operands_read
from backlit.graph.wire import Wire


def needed(wires: Sequence[Wire], output: Wire) -> Mapping[Wire, Read]:
    """Follow an output back through every choice.

    Parameters
    ----------
    wires : sequence of Wire
        In forward order.
    output : Wire

    Returns
    -------
    mapping of Wire to Read
        Of every wire on a way to the output, which elements' values and slopes it depends on; a wire that is not
        there is not read at all.

    Examples
    --------
    >>> from backlit.graph import read
    >>> graph = read("where(x < 1, x, sqrt(x))", {"x": 0.0})
    >>> [wire.gate for wire, read in needed(graph.wires, graph.output).items() if not read.value.any()]
    ['sqrt']
    """
    everything = np.ones(output.value.shape, bool)
    reads: dict[Wire, Read] = {output: Read(everything, everything)}
    for wire in reversed(wires):
        here = reads.get(wire)
        if here is None:
            continue
        for operand, part in zip(wire.operands, parts_read(wire, here), strict=True):
            shape = operand.value.shape
            mine = Read(_fitted(part.value, wire, shape), _fitted(part.slope, wire, shape))
            before = reads.get(operand)
            reads[operand] = mine if before is None else Read(before.value | mine.value, before.slope | mine.slope)
    return reads


def parts_read(wire: Wire, here: Read) -> list[Read]:
    """What a gate reads of each operand, in the shape of its output; a gate over whole arrays reads all or nothing."""
    gate = wire.rule
    if not isinstance(gate, Gate):
        whole = Read(np.any(here.value), np.any(here.slope))
        return [whole] * len(wire.operands)
    if not chooses(gate):
        return [here] * len(wire.operands)
    values = {name: operand.value for name, operand in zip(gate.operands, wire.operands, strict=True)}
    return list(operands_read(gate, values, here).values())


def _fitted(mask: Mask, wire: Wire, shape: tuple[int, ...]) -> Mask:
    """A mask in the operand's shape: read where any of the elements that it was stretched over is."""
    if not isinstance(wire.rule, Gate):
        return np.broadcast_to(mask, shape)
    whole = np.broadcast_to(mask, wire.value.shape)
    if whole.shape == shape:
        return whole
    extra = whole.ndim - len(shape)
    axes = tuple(axis for axis in range(whole.ndim) if axis < extra or shape[axis - extra] != whole.shape[axis])
    fitted: Mask = np.any(whole, axis=axes, keepdims=True).reshape(shape)
    return fitted
