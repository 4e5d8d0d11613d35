"""Calls of functions: what a name means, here or elsewhere, and the tree that a call of it becomes."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from backlit.formula.dictionary import FUNCTIONS, MANY, OPERANDS, REFUSED
from backlit.formula.tree import Call, Expression, Name, Number, names, postorder, substitute


@dataclass(frozen=True, slots=True)
class Function:
    """What a name is read as: a gate, or a formula of gates; neither for one of many numbers only."""

    gate: str = ""
    formula: str = ""
    tree: Expression | None = None

    def operands(self, gates: Container[str]) -> tuple[str, ...]:
        """The names of the operands; none where it is not known which they are."""
        if self.tree is not None:
            used = names(self.tree)
            return tuple(name for name in OPERANDS if name in used)
        declared = gates.get(self.gate) if isinstance(gates, Mapping) else None
        return tuple(getattr(declared, "operands", ()))

    def applied(self, operands: Sequence[Expression], axis: int | None) -> Expression:
        """The tree of a call with as many operands as the function takes."""
        if self.tree is None:
            return Call(self.gate, tuple(operands), axis)
        tree = substitute(self.tree, dict(zip(self.operands(()), operands, strict=True)))
        return Call(tree.gate, tree.operands, axis) if axis is not None and isinstance(tree, Call) else tree

    def size(self, sizes: Sequence[int]) -> int:
        """How many nodes the tree of a call has: a formula may use an operand more than once."""
        if self.tree is None:
            return 1 + sum(sizes)
        known = dict(zip(self.operands(()), sizes, strict=True))
        return sum(known.get(node.id, 1) if isinstance(node, Name) else 1 for node in postorder(self.tree))

    def spelled(self, operands: Sequence[str]) -> str:
        """A call as this grammar spells it."""
        if not self.formula:
            return f"{self.gate}({', '.join(operands)})"
        if re.fullmatch(r"\w+\([cxz, ]*\)", self.formula):
            return f"{self.formula.partition('(')[0]}({', '.join(operands)})"
        by_name = dict(zip(self.operands(()), operands, strict=True))

        def put(match: re.Match[str]) -> str:
            text = by_name[match[1] or match[2]]
            return f"({text})" if match[1] or not re.fullmatch(r"\w+", text) else text

        return re.sub(r"\(([cxz])\)|\b([cxz])\b", put, self.formula)


def function_named(
    name: str, gates: Container[str], tree_of: Callable[[str], Expression], count: int | None = None
) -> Function | None:
    """What a name means as a function of `count` operands; None if it is not read."""
    small = name.lower()
    counted = FUNCTIONS.get(f"{small}/{count}")
    if counted is not None and not is_capital_logarithm(name):
        return Function(formula=counted, tree=tree_of(counted))
    if name in gates:
        return Function(gate=name)
    if is_capital_logarithm(name):
        return None
    if small in gates:
        return Function(gate=small)
    formula = FUNCTIONS.get(small)
    if formula is not None:
        return Function(formula=formula, tree=tree_of(formula))
    return Function() if small in MANY else None


def is_capital_logarithm(name: str) -> bool:
    """Whether it is LOG or Log: the natural logarithm for some, that of base 10 for others."""
    return name.lower() == "log" and name != "log"


def refusal_of(name: str) -> str | None:
    """The message that answers a function that is not read."""
    return "log_capital" if is_capital_logarithm(name) else REFUSED.get(name.lower())


def close_name(name: str, gates: Container[str]) -> str:
    """The gate whose name is spelled nearly so, if there is one."""
    known = list(gates) if isinstance(gates, Mapping) else []
    return next(iter(get_close_matches(name.lower(), known, 1)), "")


def repeated(name: str, operands: Sequence[Expression]) -> Expression | None:
    """A function of many numbers as gates of two, from left to right; None if it is no such function."""
    between, end = MANY.get(name.lower(), ("", ""))
    if not between:
        return None
    tree = operands[0]
    for operand in operands[1:]:
        tree = Call(between, (tree, operand))
    return Call("div", (tree, Number(float(len(operands))))) if end == "mean" else tree
