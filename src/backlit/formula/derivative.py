"""Formulas of gates: read once, expanded to primitives, differentiated."""

from __future__ import annotations

from functools import lru_cache

from backlit.declared.gate_kinds import Gate
from backlit.declared.gates import GATES
from backlit.errors import BacklitError
from backlit.formula import expression
from backlit.formula.expression import Call, Expression, Name, Number


@lru_cache(maxsize=4096)
def value_tree(gate: Gate) -> Expression:
    """The gate's value as an expression tree."""
    return expression.parse(gate.value, GATES)


@lru_cache(maxsize=4096)
def local_tree(gate: Gate, slot: int) -> Expression:
    """The gate's local gradient with respect to operand `slot` as an expression tree."""
    return expression.parse(gate.local[slot], GATES)


@lru_cache(maxsize=4096)
def is_primitive(gate: Gate) -> bool:
    """Whether the gate is its own value, so that each language needs a spelling of it."""
    tree = value_tree(gate)
    return isinstance(tree, Call) and tree.gate == gate.name


def expand(root: Expression) -> Expression:
    """Replace every built gate by its declaration, until only primitives are left."""

    def visit(node: Expression, operands: list[Expression]) -> Expression:
        if not isinstance(node, Call):
            return node
        gate = GATES[node.gate]
        if not isinstance(gate, Gate) or is_primitive(gate):
            return Call(node.gate, tuple(operands), node.axis)
        return expression.substitute(expand(value_tree(gate)), dict(zip(gate.operands, operands, strict=True)))

    return expression.fold(root, visit)


def differentiate(root: Expression, name: str) -> Expression:
    """The derivative of a formula of elementwise gates, by the chain rule over their declared local gradients.

    Raises
    ------
    BacklitError
        If the formula holds a gate over whole arrays.
    """
    zero, one = Number(0.0), Number(1.0)

    def visit(node: Expression, operands: list[tuple[Expression, Expression]]) -> tuple[Expression, Expression]:
        if not isinstance(node, Call):
            return node, one if node == Name(name) else zero
        gate = GATES[node.gate]
        if not isinstance(gate, Gate):
            raise BacklitError(f"gate {gate.name!r} mixes whole arrays; a gate's own formula works element by element")
        inner = [operand for operand, _ in operands]
        here = Call(node.gate, tuple(inner))
        scope = {**dict(zip(gate.operands, inner, strict=True)), "y": here}
        total: Expression = zero
        for slot, (_, slope) in enumerate(operands):
            if slope != zero:
                local = expression.substitute(local_tree(gate, slot), scope)
                total = _plus(total, _times(local, slope))
        return here, total

    return expression.fold(root, visit)[1]


def _plus(a: Expression, b: Expression) -> Expression:
    return b if a == Number(0.0) else Call("add", (a, b))


def _times(a: Expression, b: Expression) -> Expression:
    return b if a == Number(1.0) else a if b == Number(1.0) else Call("mul", (a, b))
