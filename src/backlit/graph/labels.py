"""Labels of wires: names, constants' numbers, and formulas in the operands' names."""

from __future__ import annotations

from typing import Protocol

from backlit.declared.gate_kinds import Array, Gate
from backlit.formula.derivative import local_tree
from backlit.formula.expression import Call, Expression, Name, Number, substitute
from backlit.formula.precedence import constant
from backlit.formula.simplify import simplify
from backlit.formula.text import to_text
from backlit.graph.nary_gates import NaryGate, Rule

DEPTH = 3
"""How many gates deep a wire without a name is written out, in messages."""


class Node(Protocol):
    """What a label reads of a wire. A protocol, since a wire's own errors are written with labels."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def value(self) -> Array: ...  # noqa: D102
    @property
    def rule(self) -> Rule | None: ...  # noqa: D102
    @property
    def gate(self) -> str | None: ...  # noqa: D102
    @property
    def operands(self) -> tuple[Node, ...]: ...  # noqa: D102
    @property
    def axis(self) -> int | None: ...  # noqa: D102


def formula(wire: Node) -> str:
    """The wire's gate applied to its operands, such as ``q1 * z``; for an input its name.

    Examples
    --------
    >>> from backlit.graph import read
    >>> [formula(wire) for wire in read("(x + y) * 2", {"x": 1, "y": 2}).wires if wire.rule]
    ['x + y', 'q1 * 2']
    """
    if isinstance(wire.rule, NaryGate):
        return wire.rule.written([operand.name for operand in wire.operands])
    return to_text(_tree(wire, 1)) if wire.rule else label(wire)


def in_message(wire: Node) -> str:
    """A wire in a message: its name, or a few gates of what it is."""
    if wire.name or isinstance(wire.rule, NaryGate):
        return wire.name or formula(wire)
    return to_text(_tree(wire, DEPTH))


def written_out(wire: Node) -> str:
    """A gate in the names of what was given, a few gates deep.

    Examples
    --------
    >>> from backlit.graph import read
    >>> written_out(read("1 - cos(2 * x)", {"x": 1}).output)
    '1 - cos(2 * x)'
    """
    return formula(wire) if isinstance(wire.rule, NaryGate) else to_text(_tree(wire, DEPTH, names=False))


def local_formula(wire: Node, slot: int) -> str:
    """The local gradient for one operand as text, such as ``z`` for the first operand of ``q1 * z``."""
    if isinstance(wire.rule, NaryGate):
        return wire.rule.written_local(slot, [label(operand) for operand in wire.operands], wire.name)
    tree = local_expression(wire, slot)
    return to_text(tree) if tree else ""


def local_expression(wire: Node, slot: int) -> Expression | None:
    """The same as an expression in the wires' names; None for gates over whole arrays, which have a Jacobian."""
    if not isinstance(wire.rule, Gate):
        return None
    scope: dict[str, Expression] = {"y": Name(wire.name)}
    for name, operand in zip(wire.rule.operands, wire.operands, strict=True):
        scope[name] = _leaf(operand)
    return simplify(substitute(local_tree(wire.rule, slot), scope))


def label(wire: Node) -> str:
    """A wire's name, or a constant's number."""
    return to_text(_leaf(wire))


def _leaf(wire: Node) -> Expression:
    if wire.kind == "constant" and not wire.name:
        return Number(float(wire.value)) if wire.value.ndim == 0 else Name(f"constant{list(wire.value.shape)}")
    return Name(wire.name or "...")


def _tree(wire: Node, depth: int, names: bool = True) -> Expression:
    """The wire's formula, `depth` gates deep or to a name (a small number: this is the one place that recurses)."""
    if wire.rule is None or depth == 0 or isinstance(wire.rule, NaryGate):
        return _leaf(wire)
    operands = [_leaf(o) if o.name and names else _tree(o, depth - 1, names) for o in wire.operands]
    return Call(wire.rule.name, tuple(operands), wire.axis)


def short_number(value: object) -> str:
    """A value as messages show it."""
    text = f"{float(value):.6g}"  # type: ignore[arg-type]
    return constant(float(text)) if float(text) == float(value) else text  # type: ignore[arg-type]
