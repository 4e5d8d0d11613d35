"""A formula as text that reads back to the same tree."""

from __future__ import annotations

import math
from collections.abc import Mapping

from backlit.formula.expression import Call, Expression, Name, Number, fold
from backlit.formula.precedence import ATOM, BINDING, constant

INFIX: Mapping[str, str] = {
    "add": "{} + {}",
    "sub": "{} - {}",
    "mul": "{} * {}",
    "div": "{} / {}",
    "matmul": "{} @ {}",
    "pow": "{} ** {}",
    "neg": "-{}",
    "less": "{} < {}",
    "greater": "{} > {}",
    "where": "{1} if {0} else {2}",
}


STRICT: Mapping[str, tuple[int, ...]] = {"pow": (0,), "less": (0, 1), "greater": (0, 1), "where": (0, 1)}
"""Operands that need brackets around an operator of the same binding; the right one, unless listed."""


def to_text(root: Expression) -> str:
    """Write a tree as text.

    Examples
    --------
    >>> from backlit.formula.expression import parse
    >>> from backlit.declared.gates import GATES
    >>> to_text(parse("(x+y)*z - -sigmoid(x)**2", GATES))
    '(x + y) * z - -sigmoid(x) ** 2'
    """
    return fold(root, _written)[0]


def _written(node: Expression, operands: list[tuple[str, int]]) -> tuple[str, int]:
    if isinstance(node, Name):
        return node.id, ATOM
    if isinstance(node, Number):
        text = "pi" if node.value == math.pi else constant(node.value)
        return text, ATOM if node.value >= 0 else BINDING["neg"]
    if node.gate == "neg" and isinstance(node.operands[0], Number):  # -(3) is a gate, -3 a number
        return f"-({operands[0][0]})", BINDING["neg"]
    if node.gate not in INFIX:
        axis = [] if node.axis is None else [f"axis={node.axis}"]
        return f"{node.gate}({', '.join([text for text, _ in operands] + axis)})", ATOM
    return INFIX[node.gate].format(*bracketed(node, operands, "({})")), BINDING[node.gate]


def bracketed(node: Call, operands: list[tuple[str, int]], brackets: str) -> list[str]:
    """The operands' texts, in brackets where the operator would otherwise tear them apart."""
    mine = BINDING[node.gate]
    written = []
    for slot, (text, binding) in enumerate(operands):
        strict = slot in STRICT.get(node.gate, (1,))
        loose = binding < mine or (binding == mine and strict)
        written.append(brackets.format(text) if loose else text)
    return written
