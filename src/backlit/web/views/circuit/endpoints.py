"""Formulas as circuits: the lecture's to pick from, and any other within limits."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from backlit.declared.gate_kinds import ArrayGate
from backlit.drawing.messages import LANGUAGES
from backlit.errors import in_language, one_of
from backlit.formula import GATES
from backlit.formula.expression import Call, Expression, Name, names, parse, postorder
from backlit.tracing import trace
from backlit.web.refusal import RefusalError
from backlit.web.responses import read_json
from backlit.web.site import Site
from backlit.web.work import run_in_thread

Value = float | Sequence[float] | Sequence[Sequence[float]]

MOST_CHARACTERS, MOST_GATES, MOST_INPUT_NUMBERS = 2_000, 300, 8
"""Of a formula, of the gates in it, and of one input that is a list, or a row or column of a matrix."""

LARGEST_INPUT = sys.float_info.max
"""Whole numbers of JSON have no end, float64 has."""

STARTS: tuple[Value, ...] = (1.0, [1.0, 2.0], [[1.0, 2.0], [3.0, 4.0]])
"""The value of an input that has none yet, by how many axes it needs."""

AXES: Mapping[str, tuple[int, ...]] = {"matmul": (2, 1), "columnwise": (1, 2), "grouped": (1, 2)}
"""Gate over arrays -> the axes of an input that it takes; all others take a list."""


@dataclass(frozen=True, slots=True)
class Example:
    """A formula of the lecture, with the numbers that the lecture gives it."""

    name: str
    formula: str
    values: Mapping[str, Value]


EXAMPLES = (
    Example("product", "(x + y) * z", {"x": -2, "y": 5, "z": -4}),
    Example(
        "sigmoid",
        "1 / (1 + exp(-(w0 * x0 + w1 * x1 + w2)))",
        {"w0": 2, "x0": -1, "w1": -3, "x1": -2, "w2": -3},
    ),
    Example("patterns", "2 * (x * y + max(z, w))", {"x": 3, "y": -4, "z": 2, "w": -1}),
    Example("layer", "sum(tanh(W @ x + b))", {"W": [[1.0, -2.0], [0.5, 1.0]], "x": [0.5, -1], "b": [0.1, 0.2]}),
    Example("softmax", "sum(-y * log(softmax(z)))", {"z": [1, 2, 4], "y": [0, 0, 1]}),
    Example("fork", "x * y + exp(x)", {"x": 0, "y": 4}),
)
"""The names are those of messages: ``example_NAME``."""


async def circuit_endpoint(site: Site, request: Request) -> Response:
    """A formula as a circuit."""
    return site.with_frame(await run_in_thread(circuit, await read_json(request)))


def circuit(query: Mapping[str, Any]) -> dict[str, Any]:
    """A formula's inputs, how it was read, and its circuit as the interactive document that `to_html` writes.

    Parameters
    ----------
    query : mapping
        ``expression``; ``values``: a number, a short list or a small matrix for each input that has one; ``lang``.

    Raises
    ------
    BacklitError
        If the formula cannot be read, is beyond the limits, or has no finite value.

    Examples
    --------
    >>> circuit({"expression": "x * x", "values": {"x": 3}})["values"]
    {'x': 3.0}
    """
    text = query.get("expression")
    if not isinstance(text, str) or not text.strip():
        raise RefusalError("type_formula")
    lang = one_of("lang", str(query.get("lang", "en")), LANGUAGES)
    given = query.get("values")
    with in_language(lang):
        values = _values(starts(_checked(text, given if isinstance(given, Mapping) else {})), given)
        traced = trace(text, **values)
        document = traced.to_html(lang)
    notes = [note.text(lang) for note in traced.graph.notes]
    return {"values": values, "notes": notes, "document": document}


def starts(tree: Expression) -> dict[str, Value]:
    """The inputs of a formula, with values of shapes that its gates over arrays take.

    Examples
    --------
    >>> starts(parse("softmax(W @ x) * y", GATES))
    {'W': [[1.0, 2.0], [3.0, 4.0]], 'x': [1.0, 2.0], 'y': 1.0}
    """
    axes = dict.fromkeys(names(tree), 0)
    for node in postorder(tree):
        if isinstance(node, Call) and isinstance(GATES[node.gate], ArrayGate):
            for operand, wanted in zip_longest(node.operands, AXES.get(node.gate, ()), fillvalue=1):
                if isinstance(operand, Name):
                    axes[operand.id] = max(axes[operand.id], int(wanted))
    return {name: STARTS[count] for name, count in axes.items()}


def _checked(text: str, given: Mapping[str, Any]) -> Expression:
    """The tree of a formula within the limits."""
    if len(text) > MOST_CHARACTERS:
        raise RefusalError("long_formula", count=f"{len(text):,}", limit=f"{MOST_CHARACTERS:,}")
    tree = parse(text, GATES, given)
    gates = sum(isinstance(node, Call) for node in postorder(tree))
    if gates > MOST_GATES:
        raise RefusalError("many_gates", count=str(gates), limit=str(MOST_GATES))
    return tree


def _values(first: Mapping[str, Value], given: Any) -> dict[str, Value]:
    values = given if isinstance(given, Mapping) else {}
    return {name: _number(name, values.get(name, start)) for name, start in first.items()}


def _number(name: str, value: Any) -> Value:
    """A finite number, a short list of them, or a few such lists of one length."""
    if not isinstance(value, list) or not 0 < len(value) <= MOST_INPUT_NUMBERS:
        return _scalar(name, value)
    rows = [row for row in value if isinstance(row, list) and 0 < len(row) <= MOST_INPUT_NUMBERS]
    if len(rows) == len(value) and len({len(row) for row in rows}) == 1:
        return [[_scalar(name, item) for item in row] for row in rows]
    return [_scalar(name, item) for item in value]


def _scalar(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= LARGEST_INPUT:
        raise RefusalError("needs_input", name=name, most=str(MOST_INPUT_NUMBERS))
    return float(value)
