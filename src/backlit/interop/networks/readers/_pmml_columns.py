"""PMML's inputs: what is computed of a field before the first layer, as scalings, or as bends where it has some."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from backlit.errors import BacklitError
from backlit.interop.networks.description import Activation, Linear, Scaling, Step
from backlit.interop.networks.readers._pmml_document import AGAIN, Element, number_of

DEEPEST_FORMULA = 50
OTHERS = ("Discretize", "MapValues", "TextIndex", "Aggregate", "Lag")
EXPRESSIONS = ("FieldRef", "NormContinuous", "NormDiscrete", "Apply", "Constant", *OTHERS)
Knots = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Column:
    """``(x - center) * scale + offset`` of a column; or straight lines between knots, which go on beyond them or stop.

    A `name` of None is a number: its `offset`.
    """

    name: str | None
    center: float = 0.0
    scale: float = 1.0
    offset: float = 0.0
    knots: Knots = ()
    goes_on: bool = True
    indicator: bool = False

    def times(self, factor: float) -> Column:
        """Its product with a number."""
        knots = tuple((x, y * factor) for x, y in self.knots)
        return replace(self, scale=self.scale * factor, offset=self.offset * factor, knots=knots)

    def plus(self, term: float) -> Column:
        """Its sum with a number."""
        if not (self.constant or self.knots or self.offset or self.center) and self.scale == 1:
            return replace(self, center=-term)
        return replace(self, offset=self.offset + term, knots=tuple((x, y + term) for x, y in self.knots))

    @property
    def constant(self) -> bool:
        """Whether it is a number."""
        return self.name is None

    def hinges(self) -> list[tuple[float, float, float]]:
        """``scale * relu(sign * (x - at))`` as (sign, at, scale), whose sum is the column's value but for `shift`."""
        if not self.knots:
            both = [(1.0, self.center, self.scale), (-1.0, self.center, -self.scale)]
            return both[:1] if self.indicator and self.center == 0 else both
        slopes = [(high - low) / (right - left) for (left, low), (right, high) in pairwise(self.knots)]
        before, after = (slopes[0], slopes[-1]) if self.goes_on else (0.0, 0.0)
        start = self.knots[0][0]
        changes = zip(self.knots[1:], pairwise([*slopes, after]), strict=True)
        bends = [(1.0, x, new - old) for (x, _), (old, new) in changes]
        return [h for h in [(-1.0, start, -before), (1.0, start, slopes[0]), *bends] if h[2] != 0]

    @property
    def shift(self) -> float:
        """Its value where all of its hinges are 0."""
        return self.knots[0][1] if self.knots else self.offset


class Fields:
    """The columns that inputs are computed of, by way of derived fields."""

    def __init__(self, derived: Mapping[str, Element], schema: Mapping[str, Element]) -> None:
        self.derived, self.schema = derived, schema
        self.notes: dict[str, str] = {}

    def column(self, field: Element, depth: int = 0) -> Column:
        """The column of a DerivedField.

        Raises
        ------
        BacklitError
            Naming it, if it is computed in a way that is not read.
        """
        expression = next(field.every(*EXPRESSIONS), None)
        if expression is None:
            raise BacklitError(f"{field.named} is computed of nothing that is known; {AGAIN}")
        return self._value(expression, depth)

    def _value(self, expression: Element, depth: int) -> Column:
        if depth > DEEPEST_FORMULA:
            raise BacklitError(f"{expression.named}: more than {DEEPEST_FORMULA} formulas within each other; {AGAIN}")
        if "mapMissingTo" in expression.attributes:
            given = expression.attributes["mapMissingTo"]
            self.notes[expression.named] = f"{expression.named} takes {given} for a missing cell: fill it in before"
        match expression.tag:
            case "FieldRef":
                return self._field(expression, depth)
            case "NormDiscrete":
                name = self._raw(expression)
                value = expression.attributes.get("value", "")
                return Column(f"{name}={value}", indicator=True)
            case "NormContinuous":
                return self._norm(expression, depth)
            case "Constant":
                return Column(None, offset=number_of(expression.text.strip(), "a Constant"))
            case "Apply":
                return self._apply(expression, depth)
            case tag:
                raise BacklitError(f"{expression.named}: {tag} of an input is not read; compute the column before")

    def _raw(self, expression: Element) -> str:
        """The name of a field of the table."""
        name = expression.attributes.get("field", "")
        if not name or name in self.derived:
            raise BacklitError(f"{expression.named}: its field is no column of the table; compute the column before")
        mining = self.schema.get(name)
        if mining is not None:
            if mining.attributes.get("outliers", "asIs") != "asIs":
                raise BacklitError(f"MiningField {name}: its outliers are changed, which is not read; do that before")
            if "missingValueReplacement" in mining.attributes:
                given = mining.attributes["missingValueReplacement"]
                self.notes[name] = f"PMML takes {given} for a missing cell of {name}: fill it in before"
        return name

    def _field(self, expression: Element, depth: int) -> Column:
        derived = self.derived.get(expression.attributes.get("field", ""))
        return Column(self._raw(expression)) if derived is None else self.column(derived, depth + 1)

    def _norm(self, expression: Element, depth: int) -> Column:
        of = self._field(expression, depth)
        outliers = expression.attributes.get("outliers", "asIs")
        if outliers not in ("asIs", "asExtremeValues"):
            raise BacklitError(f"{expression.named}: outliers {outliers!r} are not read; give asIs or asExtremeValues")
        knots = knots_of(expression)
        if len(knots) == 2 and outliers == "asIs" and not of.knots:
            (x0, y0), (x1, y1) = knots
            scale = (y1 - y0) / (x1 - x0)
            if of == Column(of.name):
                return Column(of.name, x0, scale, y0)
            return of.plus(-x0).times(scale).plus(y0)
        if of != Column(of.name):
            raise BacklitError(f"{expression.named}: its field is scaled already; leave one of the two out")
        return Column(of.name, knots=knots, goes_on=outliers == "asIs")

    def _apply(self, expression: Element, depth: int) -> Column:
        function = expression.attributes.get("function", "")
        operands = [self._value(child, depth + 1) for child in expression.every(*EXPRESSIONS)]
        if function in ("+", "-", "*", "/") and len(operands) == 2:
            left, right = operands
            if right.constant:
                number = right.offset
                if function in "+-":
                    return left.plus(number if function == "+" else -number)
                if function == "*" or number != 0:
                    return left.times(number if function == "*" else 1 / number)
            elif left.constant and function != "/":
                if function == "-":
                    return right.times(-1.0).plus(left.offset)
                return right.plus(left.offset) if function == "+" else right.times(left.offset)
        raise BacklitError(
            f"Apply {function!r} of an input is not read: +, -, * and / with a number are; compute the column before"
        )


def knots_of(norm: Element) -> Knots:
    """The points (orig, norm) of a NormContinuous, in rising order of orig."""
    knots = tuple((point.number("orig"), point.number("norm")) for point in norm.every("LinearNorm"))
    rising = all(left < right for (left, _), (right, _) in pairwise(knots))
    if len(knots) < 2 or not rising or not np.isfinite(knots).all():
        raise BacklitError(f"{norm.named}: it needs two LinearNorm or more, in rising order of orig; {AGAIN}")
    return knots


def first_steps(columns: Sequence[Column], first: Linear) -> tuple[list[Step], Linear, list[str]]:
    """What stands in front: a scaling, or a layer of relu where a column has bends; the first layer; and notes."""
    if not any(column.knots for column in columns):
        center, scale, offset = (
            np.array([getattr(column, name) for column in columns]) for name in ("center", "scale", "offset")
        )
        scaled = bool(np.any(center != 0) or np.any(scale != 1) or np.any(offset != 0))
        return [Scaling(center, scale, offset, "NeuralInputs")] if scaled else [], first, []
    hinges = [(i, *hinge) for i, column in enumerate(columns) for hinge in column.hinges()]
    bend = Linear(np.zeros((len(columns), len(hinges))), np.zeros(len(hinges)), "NormContinuous")
    back = np.zeros((len(hinges), len(columns)))
    for unit, (i, sign, at, slope) in enumerate(hinges):
        bend.weights[i, unit], bend.biases[unit], back[unit, i] = sign, -sign * at, slope
    shift = np.array([column.shift for column in columns])
    together = Linear(back @ first.weights, first.biases + shift @ first.weights, first.where)
    bent = ", ".join(str(column.name) for column in columns if column.knots)
    note = f"NormContinuous of {bent} has bends: they are {len(hinges)} relu in front of the first layer"
    return [bend, Activation("relu", "NormContinuous")], together, [note]
