"""Each gate moved alone: its declared local gradients against the slopes of its value."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import numpy as np

from backlit.declared.gate_kinds import Array, ArrayGate, Gate
from backlit.formula.derivative import expand, is_primitive, local_tree
from backlit.formula.oscillation import angles, oscillates, widest_step
from backlit.formula.rounding import DOUBLE, SINGLE, Shaker, noise_in_lanes, noise_nearby, rounding
from backlit.formula.slopes import Slopes, first_step, slopes
from backlit.graph.backward import Gradients, local_gradient
from backlit.graph.nary_gates import Rule
from backlit.graph.runs import applied, plainly, shaken
from backlit.graph.tape import Graph
from backlit.graph.wire import Wire

LOOSE, LOOSE_SINGLE = 1e-6, 1e-3
"""Of a gradient, in float64 and in float32: what is never called a difference."""


_LAST_DIGITS = 4 * DOUBLE


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A gate whose declared local gradient is not the slope of its value."""

    wire: Wire
    slot: int
    declared: float
    numeric: float

    def __str__(self) -> str:
        return (
            f"gate {self.wire.gate} at {self.wire.name}: local gradient for {self.operand or 'a constant'} is declared "
            f"{self.declared:.6g}, central differences say {self.numeric:.6g}"
        )

    @property
    def operand(self) -> str:
        """The name of the operand; empty for a constant."""
        return self.wire.operands[self.slot].name


CLOSER = 4
"""Steps, each narrower than the one before."""

NEXT_TO_NOTHING = 1e-15
"""A slope that is declared 0 may be measured as this: that of x ** 1.9 at 0 only shrinks with the step."""


def first_wrong_gate(graph: Graph, gradients: Gradients, among: Collection[Wire] | None = None) -> Disagreement | None:
    """The first gate, from the inputs on, whose local gradients are not the slopes of its value.

    Each gate is moved alone, all its elements at once, with its operands where they are.

    Parameters
    ----------
    graph : Graph
    gradients : Gradients
    among : collection of Wire, optional
        Only operands that are these wires or depend on one of them; all unless given.
    """
    live = None if among is None else set(among)
    for wire in graph.gates:
        for edge in gradients.edges(wire):
            if edge.contribution is None or (live is not None and edge.operand not in live):
                continue
            measured = _wrong(wire, edge.slot)
            if measured is not None:
                return measured
        if live is not None and any(operand in live for operand in wire.operands):
            live.add(wire)
    return None


def _wrong(wire: Wire, slot: int) -> Disagreement | None:
    return _wrong_array(wire, slot) if isinstance(wire.rule, ArrayGate) else _wrong_elements(wire, slot)


def _wrong_elements(wire: Wire, slot: int) -> Disagreement | None:
    """An elementwise gate, or one of many scalars: every element's slope against its local gradient."""
    values = [np.asarray(operand.value, np.float64) for operand in wire.operands]
    shape = wire.value.shape
    at = np.broadcast_to(values[slot], shape)[()]

    def put(x: Array) -> list[Any]:
        return [x if position == slot else value for position, value in enumerate(values)]

    def moved(x: Array) -> Array:
        return np.broadcast_to(np.asarray(applied(wire.rule, put(x), wire.axis), np.float64), shape)

    def noise_at(x: Array) -> Array:
        return rounding(lambda shaker: shaken(shaker)(wire, put(x)), moved(x))

    def in_lanes(spread: Callable[[Array], Array], shaker: Shaker | None) -> Any:
        return (shaken(shaker) if shaker else plainly)(wire, put(spread(at)))

    noise = noise_in_lanes(in_lanes, shape) if isinstance(wire.rule, Gate) else noise_nearby(noise_at, at)
    declared = np.broadcast_to(np.asarray(local_gradient(wire, slot), np.float64), shape)
    widest = _widest(wire.rule, put, at)
    measured = slopes(moved, at, noise, widest=widest)
    if not _apart(wire, declared, measured).any():
        return None
    measured = slopes(moved, at, noise, thorough=True, widest=widest)
    wrong = _apart(wire, declared, measured, _local_rounding(wire, slot, values, declared))
    if wrong.any():
        wrong &= ~comes_closer(moved, at, declared)
    if not wrong.any():
        return None
    index = tuple(np.argwhere(wrong)[0])
    return Disagreement(wire, slot, float(declared[index]), float(measured.central[index]))


def comes_closer(moved: Callable[[Array], Array], at: Array, declared: Array) -> Array:
    """Where the difference quotient comes closer to a slope with every narrower step, as that of x ** 1.08 to 0 at 0.

    Such a quotient shrinks by a tenth while the step shrinks by a million, so that no usual step shows the slope. One
    that has another limit comes no closer in the end.
    """
    scale, powers = np.where(at == 0.0, 1.0, np.abs(at)), np.where(at == 0.0, 40.0, 3.0)
    closer, before = np.ones(np.shape(declared), bool), np.full(np.shape(declared), np.inf)
    value = moved(at)
    with np.errstate(all="ignore"):
        for number in range(1, CLOSER + 1):
            quotients = []
            for sign in (1.0, -1.0):
                there = at + sign * scale * 10.0 ** (-powers * number)
                quotients.append(np.abs((moved(there) - value) / (there - at) - declared))
            away = np.fmax(*quotients)  # a side without values counts for nothing
            closer &= away < 0.999 * before
            before = away
    return closer


def _is_rounded_once(rule: Rule | None) -> bool:
    """Whether a gate's rounding is that of its value alone."""
    return isinstance(rule, Gate) and is_primitive(rule)


def _widest(rule: Rule | None, put: Callable[[Array], list[Any]], at: Array) -> Array | float:
    """The widest step that still shows the slope of a gate's waves."""
    if not isinstance(rule, Gate) or not oscillates(rule):
        return np.inf
    before = angles(rule, put(at))

    def turned(step: Array) -> Array:
        turns = [
            np.abs(after - angle)
            for x in (at + step, at - step)
            for angle, after in zip(before, angles(rule, put(x)), strict=True)
        ]
        most: Array = np.fmax.reduce([np.broadcast_to(turn, np.shape(at)) for turn in turns])
        return most

    return widest_step(turned, first_step(at))


def _apart(wire: Wire, declared: Array, measured: Slopes, rounded: Array | float = 0.0) -> Array:
    """Where a local gradient lies outside the slopes of the two sides."""
    loose = LOOSE_SINGLE if wire.value.dtype == np.float32 else LOOSE
    tolerance = (
        loose * np.maximum(np.abs(declared), np.abs(measured.central)) + measured.bend + measured.error + rounded
    )
    tolerance = np.where(declared == 0.0, np.maximum(tolerance, NEXT_TO_NOTHING), tolerance)
    apart: Array = ~measured.one_sided & (np.abs(declared - measured.central) > tolerance)
    return apart


def _local_rounding(wire: Wire, slot: int, values: list[Array], declared: Array) -> Array | float:
    """How far rounding may have moved the local gradient itself."""
    gate = wire.rule
    if not isinstance(gate, Gate):
        return 0.0
    tree = expand(local_tree(gate, slot))

    def local(shaker: Shaker) -> Array:
        scope = dict(zip(gate.operands, values, strict=True))
        return np.broadcast_to(shaker.formula(tree, {**scope, "y": shaker.gate(gate, values)}), declared.shape)

    moved = rounding(local, declared)
    return np.maximum(moved, rounding(local, declared, SINGLE)) if wire.value.dtype == np.float32 else moved


def _wrong_array(wire: Wire, slot: int) -> Disagreement | None:
    """A gate over arrays: its pull-back against its slope in one direction, under one upstream gradient."""
    assert isinstance(wire.rule, ArrayGate)
    values = [np.asarray(operand.value, np.float64) for operand in wire.operands]
    chance = np.random.default_rng(0)  # any directions will do, but always the same
    direction = chance.standard_normal(values[slot].shape)
    upstream = chance.standard_normal(wire.value.shape)

    def put(by: Any) -> list[Any]:
        return [value + by * direction if position == slot else value for position, value in enumerate(values)]

    def moved(by: Any) -> Any:
        return np.sum(upstream * applied(wire.rule, put(by), wire.axis))

    def noise_at(by: Any) -> Array:
        return rounding(lambda shaker: np.sum(upstream * shaken(shaker)(wire, put(by))), moved(by))

    noise = noise_nearby(noise_at, 0.0)
    pulled = wire.rule.vjp[slot](upstream, tuple(values), np.asarray(wire.value, np.float64), wire.axis)
    declared = np.asarray(np.sum(pulled * direction))
    for thorough in (False, True):
        measured = slopes(moved, 0.0, noise, thorough)
        if not _apart(wire, declared, measured):
            return None
    return Disagreement(wire, slot, float(declared), float(measured.central))
