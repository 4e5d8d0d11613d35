"""The witness: derivatives by central differences, from forward values alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from backlit.declared.gate_kinds import Array, ArrayGate
from backlit.errors import BacklitError
from backlit.formula import value_of
from backlit.graph.backward import Gradients, local_gradient
from backlit.graph.nary_gates import NaryGate, Rule
from backlit.graph.tape import Graph, reached
from backlit.graph.unroll import element_name
from backlit.graph.wire import Wire

STEP = float(np.cbrt(np.finfo(np.float64).eps))
"""Relative step of a central difference: balances truncation against rounding."""

WIDE_STEP, SMOOTH = 1e-4, 1e-6
"""Where the differences at two widths agree this well, the wider step loses fewer digits to rounding."""

SMOOTH_GATE = 1e-3
"""The same for a gate alone, below which its wide step is taken to see the slope."""

Index = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One gradient beside its central difference; `numeric` is nan where the function has no values around."""

    name: str
    analytic: float
    numeric: float
    tolerance: float

    @property
    def ok(self) -> bool:
        """Whether the two agree as far as rounding lets them."""
        return not abs(self.analytic - self.numeric) > self.tolerance


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A gate whose declared local gradient is not the slope of its value."""

    wire: Wire
    slot: int
    declared: float
    numeric: float

    def __str__(self) -> str:
        operand = self.wire.operands[self.slot].name or "a constant"
        return (
            f"gate {self.wire.gate} at {self.wire.name}: local gradient for {operand} is declared "
            f"{self.declared:.6g}, central differences say {self.numeric:.6g}"
        )


def forward(graph: Graph, changes: Mapping[Wire, Array]) -> Array:
    """The output's value, in float64, when some inputs are changed; nan or inf where it has none."""
    return _run(_plan(graph, changes), changes, graph.output)


def difference(function: Callable[[float], Array], x: float) -> tuple[Array, float, float]:
    """The slope of a function at x: central differences at h and h / 2, extrapolated (Richardson).

    Returns
    -------
    slope : array
    spread : float
        How far the two differ: about zero where the function is smooth.
    step : float
    """
    best: tuple[Array, float, float] = (np.asarray(np.nan), np.inf, STEP)
    for step in (WIDE_STEP * max(1.0, abs(x)), STEP * max(1.0, abs(x)), STEP * abs(x), STEP * STEP * abs(x)):
        slope, spread = _extrapolated(function, x, step) if step else (np.asarray(np.nan), np.inf)
        if spread < best[1]:
            best = (slope, spread, step)
        if spread <= SMOOTH * float(np.max(np.abs(slope))):
            break
    return best


def _extrapolated(function: Callable[[float], Array], x: float, step: float) -> tuple[Array, float]:
    with np.errstate(all="ignore"):
        here, half = function(x), step / 2
        wide, bend = _central(function(x + step), here, function(x - step), step)
        narrow, half_bend = _central(function(x + half), here, function(x - half), half)
        slope, spread = _combined(wide, bend, narrow, half_bend)
        return slope, float(spread) if np.isfinite(spread) else np.inf


def _central(right: Array, here: Array, left: Array, step: Any) -> tuple[Array, Array]:
    """The central difference, and by how much the slopes on the two sides differ."""
    return (right - left) / (2 * step), np.abs(right - 2 * here + left) / step


def _combined(wide: Array, bend: Array, narrow: Array, half_bend: Array) -> tuple[Array, Array]:
    """Richardson's extrapolation, and how far from it a true derivative may lie.

    In a smooth place the sides' slopes approach each other with the step; at a kink they do not, and every value
    between them is a derivative (a subgradient).
    """
    kink = np.where(half_bend > 0.75 * bend, half_bend / 2, 0.0)
    return narrow + (narrow - wide) / 3, np.abs(narrow - wide) + kink


def compare(
    graph: Graph, gradients: Gradients, entries: Iterable[tuple[Wire, Index]], upstream: Array | float = 1.0
) -> list[Row]:
    """Hold gradients against central differences of the whole graph, at the entries named.

    Parameters
    ----------
    graph : Graph
    gradients : Gradients
        Of the sweep that `upstream` began.
    entries : iterable of (wire, index)
        Elements of inputs and parameters.
    upstream : number or array, the output's shape

    Returns
    -------
    list of Row
    """
    noise = _rounding(graph, gradients)
    plans: dict[Wire, list[Wire]] = {}
    rows = []
    for wire, index in entries:
        plan = plans.setdefault(wire, _plan(graph, (wire,)))
        moved = _mover(plan, wire, index, graph.output, upstream)
        slope, spread, step = difference(moved, float(wire.value[index]))
        analytic, numeric = float(np.asarray(gradients.of[wire])[index]), float(slope)
        single = any(w.value.dtype == np.float32 for w in graph.wires)
        tolerance = (1e-3 if single else 1e-6) * max(abs(analytic), abs(numeric)) + spread
        tolerance += 4 * noise[0] / step + 4 * (noise[1] if single else 0.0)
        rows.append(Row(element_name(wire.name, index), analytic, numeric, tolerance))
    return rows


def first_wrong_gate(graph: Graph, gradients: Gradients) -> Disagreement | None:
    """The first gate, from the inputs on, whose local gradients are not the slopes of its value.

    Each gate is moved alone, all its elements at once, with its operands where they are.
    """
    for wire in graph.gates:
        for edge in gradients.edges(wire):
            if edge.contribution is None:
                continue
            found = _wrong(wire, edge.slot)
            if found is not None:
                return found
    return None


def _plan(graph: Graph, sources: Iterable[Wire]) -> list[Wire]:
    """The gates between `sources` and the output, in forward order."""
    live = set(sources)
    for wire in reached([graph.output]):
        if any(operand in live for operand in wire.operands):
            live.add(wire)
    return [wire for wire in reached([graph.output]) if wire in live and wire.rule]


def _run(plan: Sequence[Wire], changes: Mapping[Wire, Array], output: Wire) -> Array:
    values = dict(changes)
    with np.errstate(all="ignore"):
        for wire in plan:
            operands = [values[o] if o in values else np.asarray(o.value, np.float64) for o in wire.operands]
            values[wire] = _apply(wire.rule, operands, wire.axis)
    return np.asarray(values.get(output, output.value), np.float64)


def _apply(rule: Rule | None, operands: Sequence[Array], axis: int | None) -> Array:
    if isinstance(rule, NaryGate):
        return rule.value(np.array(operands))
    if rule is None:
        raise BacklitError("numeric: a given wire is not computed; name a gate's wire")
    value: Array = value_of(rule, axis)(*operands)
    return value


def _mover(
    plan: Sequence[Wire], wire: Wire, index: Index, output: Wire, upstream: Array | float
) -> Callable[[float], Array]:
    """The output as a function of one element."""
    array = np.array(wire.value, np.float64)

    def moved(x: float) -> Any:
        array[index] = x
        return np.sum(_run(plan, {wire: array.copy()[()]}, output) * upstream)

    return moved


def _rounding(graph: Graph, gradients: Gradients) -> tuple[float, float]:
    """How much rounding on all wires may move the output: in float64, and in the graph's own precision."""
    weight = 0.0
    for wire in graph.wires:
        gradient = gradients.of.get(wire)
        if gradient is not None:
            weight += float(np.sum(np.abs(np.asarray(wire.value, np.float64) * gradient)))
            if wire.operands and not np.any(wire.value):  # rounded away: its gate's rounding is of its operands' size
                largest = max(float(np.max(np.abs(operand.value))) for operand in wire.operands)
                weight += largest * float(np.sum(np.abs(gradient)))
    return weight * float(np.finfo(np.float64).eps), weight * float(np.finfo(np.float32).eps)


def _wrong(wire: Wire, slot: int) -> Disagreement | None:
    return _wrong_array(wire, slot) if isinstance(wire.rule, ArrayGate) else _wrong_elements(wire, slot)


def _wrong_elements(wire: Wire, slot: int) -> Disagreement | None:
    """An elementwise gate: every element's slope against its local gradient."""
    values = [np.asarray(operand.value, np.float64) for operand in wire.operands]
    slope, spread = _slopes(wire, slot, STEP * np.maximum(1.0, np.abs(values[slot])))
    near, near_spread = _slopes(
        wire, slot, STEP * np.abs(values[slot])
    )  # close to a pole only this one is narrow enough
    rough = ~(spread <= SMOOTH_GATE * np.abs(slope))
    better = np.isfinite(near) & rough & (near_spread <= SMOOTH_GATE * np.abs(near))
    slope, spread = np.where(better, near, slope), np.where(better, near_spread, spread)
    declared = np.broadcast_to(np.asarray(local_gradient(wire, slot), np.float64), slope.shape)
    single = wire.value.dtype == np.float32
    scale = np.maximum(np.abs(declared), np.abs(slope))
    rounding = 8 * np.finfo(np.float64).eps * np.abs(wire.value) / STEP
    tolerance = (1e-3 if single else 1e-5) * scale + spread + rounding + 1e-9
    wrong = np.isfinite(slope) & (np.abs(declared - slope) > tolerance)
    if not wrong.any():
        return None
    at = tuple(np.argwhere(wrong)[0])
    return Disagreement(wire, slot, float(declared[at]), float(slope[at]))


def _slopes(wire: Wire, slot: int, step: Array) -> tuple[Array, Array]:
    """Slopes of a gate alone with respect to one operand, all elements at once, and how far h and h / 2 differ."""
    values = [np.asarray(operand.value, np.float64) for operand in wire.operands]

    def moved(by: Array) -> Array:
        operands = [value + by if position == slot else value for position, value in enumerate(values)]
        return np.asarray(_apply(wire.rule, operands, wire.axis), np.float64)

    with np.errstate(all="ignore"):
        here, half = moved(np.zeros_like(step)), step / 2
        wide, bend = _central(moved(step), here, moved(-step), step)
        narrow, half_bend = _central(moved(half), here, moved(-half), half)
        return _combined(wide, bend, narrow, half_bend)


def _wrong_array(wire: Wire, slot: int) -> Disagreement | None:
    """A gate over arrays: its pull-back against its slope in one direction, under one upstream gradient."""
    assert isinstance(wire.rule, ArrayGate)
    values = [np.asarray(operand.value, np.float64) for operand in wire.operands]
    chance = np.random.default_rng(0)  # any directions will do, but always the same
    direction = chance.standard_normal(values[slot].shape)
    upstream = chance.standard_normal(wire.value.shape)

    def moved(by: float) -> Any:
        operands = [value + by * direction if position == slot else value for position, value in enumerate(values)]
        return np.sum(upstream * _apply(wire.rule, operands, wire.axis))

    slope, spread, step = difference(moved, 0.0)
    pulled = wire.rule.vjp[slot](upstream, tuple(values), np.asarray(wire.value, np.float64), wire.axis)
    declared = float(np.sum(pulled * direction))
    weight = float(np.sum(np.abs(np.asarray(pulled) * values[slot]))) + float(np.sum(np.abs(wire.value * upstream)))
    tolerance = 1e-5 * max(abs(declared), abs(float(slope))) + spread
    tolerance += 8 * np.finfo(np.float64).eps * weight / step + 1e-9
    if not np.isfinite(slope) or abs(declared - float(slope)) <= tolerance:
        return None
    return Disagreement(wire, slot, declared, float(slope))
