"""A long trace as a table of text: one line a wire, in forward order, without its edges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from backlit.tracing.tables import table
from backlit.tracing.views import TracedWire

MOST_LISTED = 200
"""Traces of more wires are listed like this, shortened in the middle."""


def listing(title: str, note: str, wires: Sequence[TracedWire], words: Mapping[str, str]) -> str:
    """Every wire but the literal numbers, with its gate, its formula, its value and its gradient.

    `words` are the drawings' messages in the language wanted, and ``more wires``.
    """
    rows = [_row(wire, words["not_computed"]) for wire in wires]
    if len(rows) > MOST_LISTED:
        left_out = ("...", "", words["more wires"].format(count=len(rows) - MOST_LISTED), "", "")
        rows = [*rows[: MOST_LISTED // 2], left_out, *rows[-MOST_LISTED // 2 :]]
    lines = table([words[column] for column in ("wire", "gate", "formula", "value", "gradient")], rows)
    return "\n".join([title, *([note] if note else []), "", *lines])


def shown(value: Any, none: str = "not computed") -> str:
    """A value in a cell: a number, a short array, or a long one's shape and range; None is not computed."""
    if value is None:
        return none
    if np.ndim(value) == 0:
        return f"{value + 0.0:.9g}"
    if np.size(value) <= 4:
        return "[" + ", ".join(f"{number:.6g}" for number in np.ravel(value)) + "]"
    shape = "x".join(map(str, np.shape(value)))
    return f"{shape}, {np.min(value):.6g} to {np.max(value):.6g}"


def _row(wire: TracedWire, none: str) -> tuple[str, ...]:
    formula = wire.formula if wire.gate else wire.kind
    return wire.name, wire.gate or "", formula, shown(wire.value), shown(wire.gradient, none)
