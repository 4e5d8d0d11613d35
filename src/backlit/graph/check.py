"""The witness: gradients beside central differences, from forward values alone, and what that comes to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np

from backlit.declared.gate_kinds import Array, Gate
from backlit.errors import BacklitError
from backlit.formula.oscillation import oscillates, widest_step
from backlit.formula.rounding import (
    DOUBLE,
    NEARNESS,
    RUNS,
    SAFETY,
    SINGLE,
    Shaker,
    around,
    nearby,
    noise_in_lanes,
    rounding,
)
from backlit.formula.slopes import Slopes, first_step, slopes
from backlit.graph.backward import Gradients, backward
from backlit.graph.gate_check import LOOSE, LOOSE_SINGLE, Disagreement, comes_closer, first_wrong_gate
from backlit.graph.labels import written_out
from backlit.graph.runs import absorbed, computed, forward, plainly, plan_from, run, shaken, turned
from backlit.graph.tape import Graph
from backlit.graph.unroll import element_name
from backlit.graph.wire import Wire

__all__ = ["Disagreement", "Reason", "Row", "compare", "difference", "first_wrong_gate", "forward"]

Index = tuple[int, ...]
Noise = tuple[float, float]
Status = Literal["ok", "wrong", "cannot tell"]

SHARE = 0.1
"""A tolerance of more than this share of the numbers themselves says nothing about them."""

ZERO_SHARE = 0.01
"""A gradient of 0 that is known to this share of the slopes around it is 0."""

NOTHING = 1e-290
"""A tolerance below which a gradient of 0 is 0: what is left of an underflow."""

CANCELLING = frozenset({"add", "sub"})
"""Gates that lose digits where their operands nearly cancel."""

LOST = 0.01
"""So small a share left of an operand, two digits and more are gone."""

MOST_BLAMED = 500
"""In a plan of more gates nobody looks for the one that rounds most."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a row cannot tell.

    `kind` is "rounding" (of the gate named: its formula, its gate, its wire; empty where none stands out), "values"
    (there are none around), "jump", or "fine" (it varies more finely than floats lie there).
    """

    kind: Literal["rounding", "values", "jump", "fine"]
    formula: str = ""
    gate: str = ""
    wire: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One gradient beside its central difference.

    Attributes
    ----------
    name : str
    analytic : float
        By backpropagation.
    numeric : float
        By central differences; at a kink between the slopes of its two sides; nan where there are none.
    tolerance : float
        How far the two may lie apart.
    bend : float
        The part of it that a kink allows: every value between the slopes of its two sides is right.
    known_zero : bool
        Whether a gradient of 0 is known to be 0.
    reason : Reason, optional
        Why it cannot be told, if so.
    fault : Disagreement, optional
        The gate on its way whose local gradient is wrong, if there is one.

    Examples
    --------
    >>> Row("x", 2.0, 2.1, tolerance=1e-6).status, Row("x", 2.0, 2.1, tolerance=5.0).status
    ('wrong', 'cannot tell')
    """

    name: str
    analytic: float
    numeric: float
    tolerance: float
    bend: float = 0.0
    known_zero: bool = False
    reason: Reason | None = None
    fault: Disagreement | None = None

    @property
    def status(self) -> Status:
        """What the row comes to: "ok", "wrong" or "cannot tell"."""
        if self.fault is not None:
            return "wrong"
        apart = abs(self.analytic - self.numeric)
        if np.isnan(apart) or self.tolerance == np.inf:
            return "cannot tell"
        if apart > self.tolerance:
            return "wrong"
        known = self.tolerance - self.bend <= SHARE * max(abs(self.analytic), abs(self.numeric) + self.bend)
        return "ok" if known or (self.known_zero and self.analytic == 0.0) else "cannot tell"

    @property
    def ok(self) -> bool:
        """Whether the two are seen to agree."""
        return self.status == "ok"


def difference(function: Callable[[float], Array], x: float) -> tuple[Array, float, float]:
    """The slope of a function at x by central differences.

    Returns
    -------
    slope : array
    spread : float
        How far off it may be: at a kink half of what the slopes of its two sides differ by.
    step : float
    """
    measured = slopes(function, x)
    return measured.central, float(measured.bend + measured.error), float(measured.step)


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
    witness = _Witness(graph, gradients, upstream)
    return [witness.row(wire, index) for wire, index in entries]


class _Witness:
    """One graph and its gradients; what the rows share is computed once."""

    def __init__(self, graph: Graph, gradients: Gradients, upstream: Array | float) -> None:
        self.graph, self.gradients, self.upstream = graph, gradients, upstream
        self.single = any(wire.value.dtype == np.float32 for wire in graph.wires)
        self.plans: dict[Wire, list[Wire]] = {}
        self.noises: dict[Wire, Noise] = {}
        self._in_lanes = all(
            wire.value.shape == () and (wire.rule is None or isinstance(wire.rule, Gate)) for wire in graph.wires
        )

    def row(self, wire: Wire, index: Index) -> Row:
        """First quickly; what is not seen to agree then is looked at again, with more care at every turn."""
        moved, x = self._mover(wire, index), float(wire.value[index])
        widest = self._widest(wire, index)
        measured = slopes(moved, x, self._all_noise, widest=widest)
        row = self._judged(wire, index, measured)
        if not row.ok:
            measured = slopes(moved, x, self._noise(wire), widest=widest)
            row = self._judged(wire, index, measured)
        if not row.ok and measured.constant and not absorbed(self._plan(wire), wire, self._nearby(wire, index)):
            row = replace(row, numeric=0.0, tolerance=0.0, known_zero=True)
        if not row.ok:
            row = self._judged(wire, index, measured, self._gradient_rounding(wire, index))
        if row.status == "wrong":
            measured = slopes(moved, x, self._noise(wire), thorough=True, widest=widest)
            row = self._judged(wire, index, measured, self._gradient_rounding(wire, index))
        if row.status == "wrong" and comes_closer(moved, np.asarray(x), np.asarray(row.analytic)):
            return replace(row, tolerance=float(np.inf), reason=Reason("fine"))
        if row.status == "wrong" and measured.one_sided:
            row = replace(row, tolerance=float(np.inf))
        return replace(row, reason=self._reason(wire, measured, widest)) if row.status == "cannot tell" else row

    def _judged(self, wire: Wire, index: Index, measured: Slopes, rounded: float = 0.0) -> Row:
        analytic, numeric = float(np.asarray(self.gradients.of[wire])[index]), float(measured.central)
        loose = (LOOSE_SINGLE if self.single else LOOSE) * max(abs(analytic), abs(numeric))
        error, bend = float(measured.error) + rounded, float(measured.bend)
        known_zero = error <= max(ZERO_SHARE * float(measured.around), NOTHING)
        return Row(element_name(wire.name, index), analytic, numeric, loose + bend + error, bend, known_zero)

    def _plan(self, wire: Wire) -> list[Wire]:
        if wire not in self.plans:
            self.plans[wire] = plan_from(self.graph, (wire,))
        return self.plans[wire]

    def _mover(self, wire: Wire, index: Index) -> Callable[[Any], Any]:
        """The output as a function of one element."""
        array, plan = np.array(wire.value, np.float64), self._plan(wire)

        def moved(x: Any) -> Any:
            array[index] = x
            return np.sum(run(plan, {wire: array.copy()[()]}, self.graph.output) * self.upstream)

        return moved

    def _widest(self, wire: Wire, index: Index) -> float:
        """The widest step that still shows the slopes of all waves on the way; inf where there are none."""
        plan, x = self._plan(wire), float(wire.value[index])
        if not any(isinstance(gate.rule, Gate) and oscillates(gate.rule) for gate in plan):
            return float(np.inf)

        def changed(to: float) -> dict[Wire, Array]:
            array = np.array(wire.value, np.float64)
            array[index] = to
            return {wire: array[()]}

        def turn(step: Array) -> Array:
            return np.asarray(turned(plan, [changed(x + float(step)), changed(x - float(step))]))

        return float(widest_step(turn, first_step(x)))

    def _nearby(self, wire: Wire, index: Index) -> Array:
        array = np.array(wire.value, np.float64)
        array[index] = nearby(array[index])
        return array[()]

    @cached_property
    def _all_noise(self) -> Noise:
        """How much rounding on all wires may move the output: where the inputs are, beside them and close by."""
        here = {wire: np.asarray(wire.value, np.float64) for wire in self.graph.given}
        return self._noise_nearby(self.graph.gates, here)

    def _noise(self, wire: Wire) -> Noise:
        """The same of the wires that depend on one."""
        if wire not in self.noises:
            self.noises[wire] = self._noise_nearby(self._plan(wire), {wire: np.asarray(wire.value, np.float64)})
        return self.noises[wire]

    def _noise_nearby(self, plan: Sequence[Wire], here: dict[Wire, Array]) -> Noise:
        if self._in_lanes:

            def value(spread: Callable[[Array], Array], shaker: Shaker | None) -> Any:
                changes = {wire: spread(value) for wire, value in here.items()}
                values = computed(plan, changes, shaken(shaker) if shaker else plainly)
                return values.get(self.graph.output, self.graph.output.value) * self.upstream

            wide, narrow = noise_in_lanes(value, ())
            return float(wide), float(narrow)
        points = {wire: around(value) for wire, value in here.items()}
        at, close, far = (
            self._moved(plan, {wire: near[place] for wire, near in points.items()}) for place in range(len(NEARNESS))
        )
        return max(at, far), max(at, close)

    def _moved(self, plan: Sequence[Wire], changes: dict[Wire, Array]) -> float:
        def output(apply: Any) -> Any:
            value = computed(plan, changes, apply).get(self.graph.output, self.graph.output.value)
            return np.sum(np.asarray(value, np.float64) * self.upstream)

        return float(rounding(lambda shaker: output(shaken(shaker)), output(plainly)))

    @cached_property
    def _gradients_moved(self) -> dict[Wire, Array]:
        """How far rounding may have moved each gradient: swept back again over shaken values."""
        plain = self._swept(None)
        moved = {wire: np.zeros(wire.value.shape) for wire in self.graph.given}
        for seed in range(2 * RUNS):
            again = self._swept(Shaker(SINGLE if self.single else DOUBLE, seed))
            for wire, most in moved.items():
                if plain is None or again is None or plain[wire] is None or again[wire] is None:
                    moved[wire] = np.full(wire.value.shape, np.inf)
                else:
                    moved[wire] = np.maximum(most, SAFETY * np.abs(np.asarray(again[wire]) - np.asarray(plain[wire])))
        return moved

    def _gradient_rounding(self, wire: Wire, index: Index) -> float:
        return float(self._gradients_moved[wire][index])

    def _swept(self, shaker: Shaker | None) -> dict[Wire, Array | None] | None:
        """Gradients over a copy of the graph, in float64; None where one is not finite."""
        copies: dict[Wire, Wire] = {}
        apply = plainly if shaker is None else shaken(shaker)
        with np.errstate(all="ignore"):
            for wire in self.graph.wires:
                operands = tuple(copies[operand] for operand in wire.operands)
                value = np.asarray(wire.value, np.float64)[()]
                if wire.rule is not None:
                    value = np.asarray(apply(wire, [operand.value for operand in operands]), np.float64)[()]
                copies[wire] = Wire(wire.name, wire.kind, value, wire.rule, operands, wire.axis)
        try:
            swept = backward(Graph(tuple(copies.values()), copies[self.graph.output]), self.upstream)
        except BacklitError:
            return None
        return {wire: swept[copies[wire]] for wire in self.graph.given}

    def _reason(self, wire: Wire, measured: Slopes, widest: float) -> Reason:
        if measured.one_sided:
            return Reason("jump")
        if not np.isfinite(measured.error):
            return Reason("values" if measured.empty and widest == np.inf else "fine")
        return self._blamed(wire)

    def _blamed(self, wire: Wire) -> Reason:
        """The gate whose rounding moves the output most: the one behind it, where that one cancels its digits."""
        plan = self._plan(wire)
        if not 0 < len(plan) <= MOST_BLAMED:
            return Reason("rounding")
        here = {wire: np.asarray(wire.value, np.float64)}
        plain = np.sum(run(plan, here, self.graph.output) * self.upstream)

        def moved(gate: Wire) -> float:
            def output(shaker: Shaker) -> Any:
                value = computed(plan, here, shaken(shaker, gate))[self.graph.output]
                return np.sum(np.asarray(value, np.float64) * self.upstream)

            return float(rounding(output, plain))

        worst = max(plan, key=moved)
        for reader in plan:
            cancels = reader.gate in CANCELLING and worst in reader.operands
            if cancels and np.max(np.abs(reader.value)) < LOST * np.max(np.abs(worst.value)):
                worst = reader
                break
        return Reason("rounding", written_out(worst), worst.gate or "", worst.name)
