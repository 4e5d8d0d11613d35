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


@lru_cache(maxsize=4096)
def primitive_tree(gate: Gate) -> Expression:
    """The gate's value in primitives alone."""
    return expand(value_tree(gate))


def differentiate(root: Expression, name: str) -> Expression:
    """The derivative of a formula of elementwise gates, by the chain rule over their declared local gradients.

    A choice stays one: the slope of a branch stands in a branch of its own, so that one that is not chosen may be
    infinite or nan in any language. (A product with 0 would be nan.)

    Raises
    ------
    BacklitError
        If the formula holds a gate over whole arrays.
    """

    def visit(node: Expression, operands: list[tuple[Expression, Expression]]) -> tuple[Expression, Expression]:
        if not isinstance(node, Call):
            return node, ONE if node == Name(name) else ZERO
        gate = GATES[node.gate]
        if not isinstance(gate, Gate):
            raise BacklitError(f"gate {gate.name!r} mixes whole arrays; a gate's own formula works element by element")
        inner = [operand for operand, _ in operands]
        here = Call(node.gate, tuple(inner))
        scope = {**dict(zip(gate.operands, inner, strict=True)), "y": here}
        total: Expression = ZERO
        for slot, (_, slope) in enumerate(operands):
            if slope != ZERO:
                local = expression.substitute(local_tree(gate, slot), scope)
                total = _plus(total, _times(local, slope))
        return here, total

    return expression.fold(root, visit)[1]


ZERO, ONE = Number(0.0), Number(1.0)


def _plus(a: Expression, b: Expression) -> Expression:
    if ZERO in (a, b):
        return b if a == ZERO else a
    match a, b:  # the two branches of one choice
        case Call("where", (c, x, u)), Call("where", (d, v, z)) if c == d and u == v == ZERO:
            return Call("where", (c, x, z))
    return Call("add", (a, b))


def _times(local: Expression, slope: Expression) -> Expression:
    """Local gradient times slope; where a choice makes the local gradient 0 the slope is not read."""
    if slope == ONE or local == ZERO:
        return local
    match local:
        case Call("where", (condition, x, z)) if ZERO in (chosen := _branches(local)):
            if sum(branch != ZERO for branch in chosen) == 1:
                return Call("where", (condition, _times(x, slope), _times(z, slope)))
            return Call("where", (local, Call("mul", (local, slope)), ZERO))
    return slope if local == ONE else Call("mul", (local, slope))


def _branches(root: Expression) -> list[Expression]:
    """What a choice, of choices perhaps, may come to."""
    found, stack = [], [root]
    while stack:
        match stack.pop():
            case Call("where", (_, x, z)):
                stack += [z, x]
            case branch:
                found.append(branch)
    return found
