"""One clear line for a gate that has no finite value or no finite gradient where it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from backlit.declared.gate_kinds import Array
from backlit.errors import BacklitError
from backlit.graph.labels import Node, formula, in_message, short_number

_LARGE = "the result is too large for its float type; make the operands smaller"

VALUE_MENDS: Mapping[str, str] = {
    "div": "division by zero or by next to nothing; keep the divisor away from 0",
    "log": "log needs an operand above 0",
    "log1p": "log1p needs an operand above -1",
    "sqrt": "sqrt needs an operand of at least 0",
    "exp": "exp overflows above 709.78 (88.72 in float32); make the operand smaller",
    "expm1": "expm1 overflows above 709.78 (88.72 in float32); make the operand smaller",
    "pow": "a negative base needs a whole exponent and a base of 0 one of at least 0; else the result is too large",
}
"""Gate -> what to do where its value is not finite."""

GRADIENT_MENDS: Mapping[tuple[str, int], str] = {
    ("pow", 0): "the slope is infinite at a base of 0; move it away from 0",
    ("pow", 1): "an exponent's own gradient needs a base above 0; write the exponent as a number",
    ("sqrt", 0): "the slope of sqrt is infinite at 0; move the operand away from 0",
}
"""(gate, operand) -> what to do where its gradient is not finite."""


def no_value(wire: Node, bad: Array) -> BacklitError:
    """The error for a gate whose value is not finite, at the elements that are `bad`, though its operands are."""
    gate = wire.gate or ""
    where = _where(wire, bad)
    mend = VALUE_MENDS.get(gate, _LARGE)
    return BacklitError(f"gate {gate}: {_written(wire)} has no finite value at {where}; {mend}")


def no_gradient(wire: Node, slot: int, contribution: Array) -> BacklitError:
    """The error for an edge whose contribution is not finite."""
    gate = wire.gate or ""
    where = _where(wire, np.zeros(()))
    mend = GRADIENT_MENDS.get((gate, slot), "the gradient is too large or undefined there; move the operands")
    operand = in_message(wire.operands[slot])
    return BacklitError(
        f"gate {gate}: the gradient of {_written(wire)} with respect to {operand} is not finite at {where}; {mend}"
    )


def _written(wire: Node) -> str:
    return formula(wire) if wire.name else in_message(wire)


def _where(wire: Node, bad: Array) -> str:
    """The operands' values where the output first goes wrong: ``x = 0``, ``x[2] = 0``, or their shapes."""
    at = np.argwhere(np.atleast_1d(bad))
    index = tuple(at[0]) if len(at) and np.ndim(bad) else ()
    shown = list(dict.fromkeys(_at(operand, index, np.shape(bad)) for operand in wire.operands))
    return ", ".join(part for part in shown if part) or "these constants"


def _at(operand: Node, index: Sequence[int], shape: tuple[int, ...]) -> str:
    if operand.kind == "constant" and not operand.name and operand.value.ndim == 0:
        return ""
    if operand.value.ndim == 0:
        return f"{in_message(operand)} = {short_number(operand.value)}"
    try:
        value = np.broadcast_to(operand.value, shape)[tuple(index)]
    except ValueError:
        value = operand.value
    if np.ndim(value):
        return f"{in_message(operand)} of shape {operand.value.shape}"
    suffix = "".join(f"[{i}]" for i in index[len(index) - operand.value.ndim :])
    return f"{in_message(operand)}{suffix} = {short_number(value)}"
