"""The tree of a formula, and walks over it that never recurse, so that its depth is free.

A tree has three kinds of node: a number, a name, and the call of a gate by name. Operators are gates too
(``x + y`` is the call of ``add``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar


@dataclass(frozen=True, slots=True)
class Number:
    """A constant."""

    value: float


@dataclass(frozen=True, slots=True)
class Name:
    """A variable."""

    id: str


@dataclass(frozen=True, slots=True)
class Call:
    """A gate applied to operands; `axis` belongs to the reducing gates only."""

    gate: str
    operands: tuple[Expression, ...]
    axis: int | None = None


Expression = Number | Name | Call
Result = TypeVar("Result")


def fold(root: Expression, visit: Callable[[Expression, list[Result]], Result]) -> Result:
    """Combine a tree from the leaves up: ``visit(node, results of its operands)``, without recursion."""
    results: list[Result] = []
    for node in postorder(root):
        if isinstance(node, Call):
            first = len(results) - len(node.operands)
            operands = results[first:]
            del results[first:]
            results.append(visit(node, operands))
        else:
            results.append(visit(node, []))
    return results[0]


def postorder(root: Expression) -> Iterator[Expression]:
    """Every node after its operands, operands from left to right."""
    backwards: list[Expression] = []
    stack = [root]
    while stack:
        node = stack.pop()
        backwards.append(node)
        if isinstance(node, Call):
            stack.extend(node.operands)
    return reversed(backwards)


def names(root: Expression) -> list[str]:
    """The variables in the order in which they are first read."""
    return list(dict.fromkeys(node.id for node in postorder(root) if isinstance(node, Name)))


def substitute(root: Expression, values: Mapping[str, Expression]) -> Expression:
    """Put expressions in the place of names."""

    def visit(node: Expression, operands: list[Expression]) -> Expression:
        if isinstance(node, Name):
            return values.get(node.id, node)
        return Call(node.gate, tuple(operands), node.axis) if isinstance(node, Call) else node

    return fold(root, visit)
