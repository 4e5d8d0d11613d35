"""Brackets, bars and calls: what is between them, and what becomes of it."""

from __future__ import annotations

from collections.abc import Container, Sequence
from itertools import pairwise

from backlit.errors import FormulaError
from backlit.formula.calls import Function, close_name, function_named, refusal_of, repeated
from backlit.formula.dictionary import MODULES
from backlit.formula.parts import Bracket, Operand
from backlit.formula.stacks import MAX_DEPTH, Stacks
from backlit.formula.tokens import Token
from backlit.formula.tree import Call, Expression, Number


class Brackets(Stacks):
    """Opens and closes brackets; the tokens and the place among them belong to the reader above."""

    def __init__(self, text: str, gates: Container[str], stream: Sequence[Token]) -> None:
        super().__init__(text)
        self.gates = gates
        self.stream = stream
        self.at = 0
        self.depth = 0
        self.closing, self.with_semicolons = matched(stream)

    def tree_of(self, formula: str) -> Expression:
        """The tree of one of the dictionary's formulas."""
        raise NotImplementedError

    def token(self, ahead: int = 0) -> Token:
        """A token from here on; behind the end it is the end."""
        return self.stream[min(self.at + ahead, len(self.stream) - 1)]

    def innermost(self) -> Bracket | None:
        """The last bracket that is open."""
        return next((entry for entry in reversed(self.waiting) if isinstance(entry, Bracket)), None)

    def open(self, bracket: Bracket) -> None:
        """Open a bracket."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.fault(bracket.start, "too_deep", limit=MAX_DEPTH)
        self.wait(bracket)

    def open_call(self, name: Token, exponent: float | None = None) -> None:
        """Open the bracket of a call; the place is at the bracket."""
        bracket = self.token()
        if self.function(name.text) is None:
            raise self._unknown(name)
        semicolons = bracket.start in self.with_semicolons
        self.open(Bracket("(", bracket.start, len(self.operands), name.text, name.start, exponent, None, semicolons))
        self.at += 1
        if self.token().text == ")":
            raise self.fault(name.start, "no_operand", name=name.text)

    def close(self, token: Token) -> None:
        """Close a bracket, behind an operand."""
        self.reduce_all()
        bracket = self.waiting[-1] if self.waiting else None
        if not isinstance(bracket, Bracket):
            raise self.fault(token.start, "unopened", bracket=token.text)
        if bracket.text != "(":
            raise self.fault(bracket.start, "unclosed", bracket=bracket.text, closing="|")
        self._drop(bracket)
        if bracket.name:
            self._call(bracket, token.end)
            return
        inner = self.operands.pop()
        self.push(inner.tree, bracket.start, token.end, "closed", inner.depth, inner.size)

    def close_bar(self, token: Token) -> None:
        """Close an absolute value, behind an operand."""
        self.reduce_all()
        bracket = self.waiting[-1]
        assert isinstance(bracket, Bracket)
        self._drop(bracket)
        inner = self.operands.pop()
        tree = Call("abs", (inner.tree,))
        self.push(tree, bracket.start, token.end, "bar", inner.depth + 1, inner.size + 1)
        self.note("|", bracket.start, token.end, f"abs({self.part(inner.start, inner.end)})", ("| |", "abs( )"))

    def _drop(self, bracket: Bracket) -> None:
        """Take a bracket from the stack that now holds nothing after it."""
        self.waiting.pop()
        self.depth -= 1

    def function(self, name: str, count: int | None = None) -> Function | None:
        """What a name means as a function; None if it is not read."""
        return function_named(name, self.gates, self.tree_of, count)

    def _unknown(self, name: Token) -> FormulaError:
        """The error for a name before a bracket that is no function."""
        bracket = self.token()
        end = self.closing.get(bracket.start, bracket.start) + 1
        inner = self.part(bracket.start + 1, end - 1) or "x"
        key = refusal_of(name.text)
        if key is not None:
            return self.fault(name.start, key, name=name.text, x=inner, sign=name.text)
        close = close_name(name.text, self.gates)
        product = f"{name.text}*({inner})"
        return self.fault(
            name.start, "call_or_product", name=name.text, product=product, hint=f" ({close}?)" if close else ""
        )

    def _call(self, bracket: Bracket, end: int) -> None:
        """Make a call of the operands since its bracket."""
        parts = self.operands[bracket.base :]
        del self.operands[bracket.base :]
        trees = [part.tree for part in parts]
        texts = [" ".join(self.text[part.start : part.end].split()) for part in parts]
        function = self.function(bracket.name, len(parts))
        assert function is not None
        takes = function.operands(self.gates)
        depth, size = 2 + max(part.depth for part in parts), 2 + sum(part.size for part in parts)
        too_many = len(parts) > max(1, len(takes)) and bracket.axis is None
        several = repeated(bracket.name, trees) if too_many and not self._mixed_commas(parts) else None
        if several is not None:
            tree, depth, size = several, depth + len(parts), size + len(parts)
            self.note(f"{bracket.name}()", bracket.first, end, self._repeated_text(bracket.name, texts))
        elif (takes and len(takes) != len(parts) and bracket.axis is None) or not (takes or function.gate):
            raise self._arity(bracket, takes or ("x", "z"), parts)
        else:
            tree = function.applied(trees, bracket.axis)
            size = function.size([part.size for part in parts]) + 1
            if function.gate != bracket.name:
                self.note(
                    f"{bracket.name}()",
                    bracket.first,
                    end,
                    function.spelled(texts),
                    (bracket.name, function.spelled(takes)),
                )
        self._note_semicolons(bracket, end, texts)
        if bracket.exponent is not None:
            tree = Call("pow", (tree, Number(bracket.exponent)))
            read = f"{bracket.name}({', '.join(texts)})**{bracket.exponent:g}"
            self.note("sin^2", bracket.first, end, read, (f"{bracket.name}^", f"{bracket.name}( )**"))
        self.push(tree, bracket.first, end, "closed", depth, size)

    def _mixed_commas(self, parts: Sequence[Operand]) -> bool:
        """Whether some commas touch digits on both sides and some do not, as where a comma is decimal."""
        between = [self.text[left.end - 1 : right.start + 1] for left, right in pairwise(parts)]
        touching = [len(text) == 3 and text[0].isdigit() and text[2].isdigit() for text in between]
        return any(touching) and not all(touching)

    def _repeated_text(self, name: str, texts: Sequence[str]) -> str:
        sign = {"max": "", "maximum": "", "min": "", "minimum": "", "product": "*", "prod": "*"}.get(name.lower(), "+")
        if sign:
            joined = f" {sign} ".join(texts)
            return f"({joined}) / {len(texts)}" if name.lower() in ("mean", "average", "avg") else joined
        gate = name.lower()[:3]
        read = texts[0]
        for text in texts[1:]:
            read = f"{gate}({read}, {text})"
        return read

    def _note_semicolons(self, bracket: Bracket, end: int, texts: Sequence[str]) -> None:
        if bracket.semicolons:
            self.note(";", bracket.first, end, f"{bracket.name}({', '.join(texts)})", (";", ","))

    def _arity(self, bracket: Bracket, takes: Sequence[str], parts: Sequence[Operand]) -> FormulaError:
        example = f"{bracket.name}({', '.join(takes)})"
        number = len(takes)
        operands = f"{number} operand{'s' if number > 1 else ''}"
        return self.fault(
            bracket.first,
            "arity",
            name=bracket.name,
            takes=operands,
            number=len(takes),
            count=len(parts),
            example=example,
        )

    def attribute(self, before: Token) -> FormulaError:
        """The error for a point behind a name or a bracket."""
        after = self.token(1)
        called = self.token(2).text == "("
        if after.kind == "name" and (called or before.text in MODULES):
            return self.fault(before.start, "plain_name", name=after.text)
        return self.fault(before.start, "attribute", name=after.text if after.kind == "name" else "x")


def matched(stream: Sequence[Token]) -> tuple[dict[int, int], set[int]]:
    """Where each round bracket is closed, and which of them hold semicolons, by their places in the text."""
    closing: dict[int, int] = {}
    with_semicolons: set[int] = set()
    open_: list[int] = []
    for token in stream:
        if token.kind != "sign":
            continue
        if token.text == "(":
            open_.append(token.start)
        elif token.text == ")" and open_:
            closing[open_.pop()] = token.start
        elif token.text == ";" and open_:
            with_semicolons.add(open_[-1])
    return closing, with_semicolons
