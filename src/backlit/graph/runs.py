"""A graph computed again from changed inputs: plainly, and with its rounding shaken."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from backlit.declared.gate_kinds import Array, ArrayGate, Gate
from backlit.errors import BacklitError
from backlit.formula import value_of
from backlit.formula.oscillation import angles, oscillates
from backlit.formula.rounding import DOUBLE, Shaker, is_exact
from backlit.graph.backward import local_gradient
from backlit.graph.nary_gates import NaryGate, Rule
from backlit.graph.tape import Graph, reached
from backlit.graph.wire import Wire

Apply = Callable[[Wire, list[Any]], Array]
"""How a wire's gate is computed, from its operands' values."""


def forward(graph: Graph, changes: Mapping[Wire, Array]) -> Array:
    """The output's value, in float64, when some inputs are changed; nan or inf where it has none."""
    return run(plan_from(graph, changes), changes, graph.output)


def plan_from(graph: Graph, sources: Iterable[Wire]) -> list[Wire]:
    """The gates between `sources` and the output, in forward order."""
    live = set(sources)
    on_the_way = reached([graph.output])
    for wire in on_the_way:
        if any(operand in live for operand in wire.operands):
            live.add(wire)
    return [wire for wire in on_the_way if wire in live and wire.rule]


def run(plan: Sequence[Wire], changes: Mapping[Wire, Array], output: Wire) -> Array:
    """Compute the gates of a plan, and give the output."""
    return np.asarray(computed(plan, changes, plainly).get(output, output.value), np.float64)


def computed(plan: Sequence[Wire], changes: Mapping[Wire, Array], apply: Apply) -> dict[Wire, Array]:
    """The values of all gates of a plan, in float64."""
    values = dict(changes)
    with np.errstate(all="ignore"):
        for wire in plan:
            operands = [values[o] if o in values else np.asarray(o.value, np.float64) for o in wire.operands]
            values[wire] = apply(wire, operands)
    return values


def plainly(wire: Wire, operands: list[Any]) -> Array:
    """A gate's value."""
    return applied(wire.rule, operands, wire.axis)


def applied(rule: Rule | None, operands: Sequence[Array], axis: int | None) -> Array:
    """A rule's value."""
    if isinstance(rule, NaryGate):
        return rule.value(np.array(operands))
    if rule is None:
        raise BacklitError("numeric: a given wire is not computed; name a gate's wire")
    value: Array = value_of(rule, axis)(*operands)
    return value


def shaken(shaker: Shaker, only: Wire | None = None) -> Apply:
    """How gates are computed with their rounding shaken; that of one wire, if it is given."""

    def apply(wire: Wire, operands: list[Any]) -> Array:
        if only is not None and wire is not only:
            return plainly(wire, operands)
        if isinstance(wire.rule, Gate):
            return shaker.gate(wire.rule, operands)
        value = applied(wire.rule, operands, wire.axis)
        if _whole(value) and all(_whole(operand) for operand in operands):
            return value
        return shaker.rounded(applied(wire.rule, [shaker.rounded(np.asarray(o)) for o in operands], wire.axis))

    return apply


def absorbed(plan: Sequence[Wire], wire: Wire, value: Array) -> bool:
    """Whether rounding swallowed a change of a wire on its way; a gate that chooses, or a factor 0, swallows none."""
    changed = {wire: np.asarray(value != wire.value)}
    values: dict[Wire, Array] = {wire: value}
    with np.errstate(all="ignore"):
        for gate in plan:
            moved = [operand for operand in gate.operands if operand in changed]
            operands = [values[o] if o in values else np.asarray(o.value, np.float64) for o in gate.operands]
            if not moved:
                continue
            values[gate] = plainly(gate, operands)
            before = applied(gate.rule, [np.asarray(o.value, np.float64) for o in gate.operands], gate.axis)
            mine = np.asarray(values[gate] != before)
            if not isinstance(gate.rule, Gate):
                if not mine.any() and _has_slope(gate, changed):
                    return True
            else:
                either = np.logical_or.reduce(np.broadcast_arrays(mine, *(changed[operand] for operand in moved)))
                if np.any(either & ~mine & ~is_exact(gate.rule, operands)):
                    return True
            if mine.any():
                changed[gate] = mine
    return False


def turned(plan: Sequence[Wire], changes: Sequence[Mapping[Wire, Array]]) -> float:
    """How far, in radians, the largest of some changes turns a wave of the plan; 0 where it has none."""
    waves = [wire for wire in plan if isinstance(wire.rule, Gate) and oscillates(wire.rule)]
    if not waves:
        return 0.0
    most = 0.0
    for change in changes:
        values = computed(plan, change, plainly)
        for wire in waves:
            assert isinstance(wire.rule, Gate)
            before = angles(wire.rule, [np.asarray(o.value, np.float64) for o in wire.operands])
            after = angles(wire.rule, [values.get(o, np.asarray(o.value, np.float64)) for o in wire.operands])
            turns = [np.abs(a - b) for a, b in zip(after, before, strict=True)]
            most = max([most, *(float(np.max(np.where(np.isfinite(turn), turn, 0.0))) for turn in turns)])
    return most


def _has_slope(wire: Wire, changed: Mapping[Wire, Array]) -> bool:
    """Whether a gate of many operands depends on one of those that changed."""
    for slot, operand in enumerate(wire.operands):
        if operand not in changed:
            continue
        if isinstance(wire.rule, ArrayGate):
            values = tuple(o.value for o in wire.operands)
            slope = np.asarray(wire.rule.vjp[slot](np.ones_like(wire.value), values, wire.value, wire.axis))
            if np.any((slope != 0.0) & changed[operand]):
                return True
        elif local_gradient(wire, slot) != 0.0:
            return True
    return False


def _whole(value: Any) -> bool:
    """Whole numbers are summed and multiplied without rounding."""
    value = np.asarray(value)
    return bool(np.all(value == np.round(value)) and np.all(np.abs(value) < 1.0 / DOUBLE))
