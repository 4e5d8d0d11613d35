"""A formula with its constants worked out, for reading: ``2 * x ** (2 - 1)`` becomes ``2 * x``."""

from __future__ import annotations

import math

from backlit.declared.gate_kinds import Gate
from backlit.declared.gates import GATES
from backlit.formula.expression import Call, Expression, Number, fold
from backlit.formula.numpy import value_of
from backlit.formula.precedence import constant

LONGEST = 8
"""Characters of a worked-out constant: ``1 / 3`` reads better than its sixteen digits."""

NEUTRAL = {"add": (0.0, 0.0), "sub": (None, 0.0), "mul": (1.0, 1.0), "div": (None, 1.0), "pow": (None, 1.0)}
"""Gate -> the constant that changes nothing as its first, and as its second operand."""


def simplify(root: Expression) -> Expression:
    """Work out gates of constants, choose the branch of a known `where`, drop ``* 1``, ``+ 0`` and ``** 1``.

    Examples
    --------
    >>> from backlit.formula.text import to_text
    >>> from backlit.formula.expression import parse
    >>> to_text(simplify(parse("2 * x ** (2 - 1) if 2 * 2 > 0 else 0", GATES)))
    '2 * x'
    """
    return fold(root, _simpler)


def _simpler(node: Expression, operands: list[Expression]) -> Expression:
    if not isinstance(node, Call):
        return node
    known = [operand.value for operand in operands if isinstance(operand, Number)]
    gate = GATES[node.gate]
    if len(known) == len(operands) and isinstance(gate, Gate):
        value = float(value_of(gate)(*known))
        readable = math.isfinite(value) and len(constant(value)) <= LONGEST
        return Number(value) if readable else Call(node.gate, tuple(operands))
    if node.gate == "where" and isinstance(operands[0], Number):
        return operands[1] if operands[0].value else operands[2]
    left, right = NEUTRAL.get(node.gate, (None, None))
    if left is not None and operands[0] == Number(left):
        return operands[1]
    if right is not None and operands[1] == Number(right):
        return operands[0]
    return Call(node.gate, tuple(operands), node.axis)
