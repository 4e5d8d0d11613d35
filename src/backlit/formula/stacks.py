"""The two stacks of the reader, and how a sign takes its operands from them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from backlit.errors import FormulaError
from backlit.formula.dictionary import COMPARISONS
from backlit.formula.notes import LONGEST_NOTED, Notes
from backlit.formula.parts import CHOICE, POWER, Bracket, Ending, Operand, Sign
from backlit.formula.refusals import fault, short
from backlit.formula.tree import Call, Expression, Number

EULER = Number(math.e)
"""The number e, known by being this object: as the base of a power it is the gate exp."""

MAX_DEPTH = 800
MAX_SIZE = 20_000
"""Nodes of a tree: a formula such as that of `tan` uses its operand twice."""


class Stacks:
    """Operands that are read, and signs and brackets that wait for theirs."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.notes = Notes()
        self.operands: list[Operand] = []
        self.waiting: list[Sign | Bracket] = []

    def fault(self, start: int, key: str, /, **fields: Any) -> FormulaError:
        """The error for a place in the text."""
        return fault(self.text, start, key, **fields)

    def part(self, start: int, end: int) -> str:
        """What is written between two places, as a message or a note repeats it."""
        return short(self.text[start:end])

    def note(self, kind: str, start: int, end: int, read: str, sign: tuple[str, str] = ("", "")) -> None:
        """Note how a part was read; a long part by its `sign` and how that is read."""
        spelled = " ".join(self.text[start:end].split())
        if sign[0] and len(spelled) > LONGEST_NOTED:
            spelled, read = sign
        self.notes.add(kind, start, short(spelled), read)

    def push(
        self, tree: Expression, start: int, end: int, ending: Ending = "whole", depth: int = 1, size: int = 1
    ) -> None:
        """Put an operand on its stack."""
        if depth > MAX_DEPTH:
            raise self.fault(start, "too_deep", limit=MAX_DEPTH)
        if size > MAX_SIZE:
            raise self.fault(start, "too_large", name=self.part(start, end), limit=MAX_SIZE)
        self.operands.append(Operand(tree, start, end, ending, depth, size))

    def wait(self, entry: Sign | Bracket) -> None:
        """Put a sign or a bracket on its stack."""
        self.waiting.append(entry)

    def reduce_until(self, precedence: int) -> None:
        """Let every sign that binds more tightly take its operands, and as tightly, except from the right."""
        while self.waiting:
            top = self.waiting[-1]
            if isinstance(top, Bracket) or top.precedence < precedence:
                return
            if top.precedence == precedence and precedence in (POWER, CHOICE):
                return
            self.reduce()

    def reduce_all(self) -> None:
        """Let every sign behind the last open bracket take its operands."""
        while self.waiting and isinstance(self.waiting[-1], Sign):
            self.reduce()

    def reduce(self) -> None:
        """Let the last sign take its operands."""
        sign = self.waiting.pop()
        assert isinstance(sign, Sign)
        if sign.gate == "if":
            raise self.fault(sign.start, "else")
        parts = self.operands[len(self.operands) - sign.operands :]
        del self.operands[len(self.operands) - sign.operands :]
        start, end = min(sign.start, parts[0].start), parts[-1].end
        self._noted(sign, parts)
        if sign.gate == "neg" and parts[0].ending == "number" and isinstance(parts[0].tree, Number):
            self.push(Number(-parts[0].tree.value), start, end, "whole")
            return
        tree, extra = self._tree(sign, [part.tree for part in parts]), 1
        if sign.text in COMPARISONS:
            extra = 2
        depth, size = extra + max(part.depth for part in parts), extra + sum(part.size for part in parts)
        self.push(tree, start, end, "whole", depth, size)

    def _tree(self, sign: Sign, trees: Sequence[Expression]) -> Expression:
        """What a sign makes of its operands."""
        if sign.gate == "plus":
            return trees[0]
        if sign.gate == "where":
            chosen, condition, other = trees
            return Call("where", (condition, chosen, other))
        if sign.text in COMPARISONS:
            return Call("sub", (Number(1.0), Call(sign.gate, tuple(trees))))
        if sign.gate == "pow" and trees[0] is EULER:
            return Call("exp", (trees[1],))
        return Call(sign.gate, tuple(trees))

    def _noted(self, sign: Sign, parts: Sequence[Operand]) -> None:
        """Note a sign that is not this grammar's own."""
        start, end = parts[0].start, parts[-1].end
        texts = [" ".join(self.text[part.start : part.end].split()) for part in parts]
        if sign.gate == "pow" and parts[0].tree is EULER:
            inner = texts[1] if parts[1].ending == "closed" and texts[1].startswith("(") else f"({texts[1]})"
            self.note("e", start, end, f"exp{inner}", ("e^", "exp( )"))
        elif sign.text == "^":
            self.note("^", start, end, "**".join(texts), ("^", "**"))
        elif sign.text == "":
            self.note("product", start, end, "*".join(texts), (f"{texts[0][-8:]}{texts[1][:8]}", "a product"))
        elif sign.text in COMPARISONS:
            other = "<" if sign.gate == "less" else ">"
            read = f"1 - ({texts[0]} {other} {texts[1]})"
            self.note(sign.text, start, end, read, (sign.text, f"1 - (the opposite, {other})"))
        elif sign.gate == "neg" and isinstance(parts[0].tree, Call) and parts[0].tree.gate == "pow":
            power = texts[0].replace("^", "**")
            if "^" in texts[0] and parts[0].ending != "closed":
                self.note("-^", sign.start, end, f"-({power})", ("-", "the sign of the whole power"))
