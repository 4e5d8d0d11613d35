"""What the reader of formulas keeps on its two stacks: operands that are read, and signs that wait for theirs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from backlit.formula.tree import Expression

CHOICE, COMPARISON, SUM, PRODUCT, SIGN, POWER = range(6)
"""How tightly signs bind, the loosest first."""

INFIX: Mapping[str, tuple[str, int]] = {
    "+": ("add", SUM),
    "-": ("sub", SUM),
    "*": ("mul", PRODUCT),
    "/": ("div", PRODUCT),
    "@": ("matmul", PRODUCT),
    "**": ("pow", POWER),
    "^": ("pow", POWER),
    "<": ("less", COMPARISON),
    ">": ("greater", COMPARISON),
}
"""Sign between two operands -> its gate, and how tightly it binds."""

Ending = Literal["number", "name", "closed", "bar", "power", "bare", "whole"]


@dataclass(frozen=True, slots=True)
class Operand:
    """A part of the formula that is read: its tree, where it stands, and how large the tree is.

    `ending` is what it is, as far as a neighbour may join it: a number, a name, brackets, bars, something with a sign
    behind it (², %), a function without brackets, or a whole of several of these.
    """

    tree: Expression
    start: int
    end: int
    ending: Ending = "whole"
    depth: int = 1
    size: int = 1


@dataclass(slots=True)
class Sign:
    """A sign that waits for its operands; `text` is how it is spelled, nothing for a product without a sign."""

    text: str
    gate: str
    precedence: int
    start: int
    operands: int = 2


@dataclass(slots=True)
class Bracket:
    """An open bracket or bar; `base` is how many operands were read before it.

    That of a call has the function's `name`, where it begins, and perhaps an exponent, as in ``sin^2(x)``; in a call
    whose operands are separated by semicolons, commas are decimal.
    """

    text: str
    start: int
    base: int
    name: str = ""
    first: int = 0
    exponent: float | None = None
    axis: int | None = None
    semicolons: bool = False
