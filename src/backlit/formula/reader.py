"""Reads the text of a formula into its tree: a machine of two states, before an operand and behind one.

Signs wait on one stack and operands on another, so that no depth of brackets meets the interpreter's limit. What is
not spelled as this grammar spells it is read where it has one meaning, and noted; else it is answered with what to
write. No sentence of another language's compiler can come through, since none is asked.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Container
from functools import lru_cache

from backlit.declared.gates import GATES
from backlit.errors import FormulaError
from backlit.formula.dictionary import (
    COMPARISONS,
    CONSTANTS,
    REFUSED_SIGNS,
)
from backlit.formula.parts import CHOICE, COMPARISON, INFIX, POWER, SIGN, SUM, Bracket, Sign
from backlit.formula.refusals import fault
from backlit.formula.tokens import Token, canonical, is_raised, tokens
from backlit.formula.tree import Expression
from backlit.formula.variables import Names

MAX_CHARACTERS = 10_000


class Reader(Names):
    """Reads one formula."""

    def __init__(self, text: str, gates: Container[str], given: Container[str] = ()) -> None:
        if len(text) > MAX_CHARACTERS:
            raise fault(text, 0, "too_long", count=len(text), limit=MAX_CHARACTERS)
        text = text.strip()
        super().__init__(text, gates, given, list(tokens(canonical(text))))
        self.result = ""  # what the formula calls its result

    def read(self) -> Expression:
        """The tree of the whole formula.

        Raises
        ------
        FormulaError
        """
        self._skip_name_of_result()
        if self.token().kind == "end":
            raise self.fault(0, "empty")
        before_operand = True
        while before_operand or self.token().kind != "end":
            token = self.token()
            self._note_typography(token)
            before_operand = self._before(token) if before_operand else self._behind(token)
        self.reduce_all()
        if self.waiting:
            bracket = self.waiting[-1]
            raise self.fault(
                bracket.start, "unclosed", bracket=bracket.text, closing="|" if bracket.text == "|" else ")"
            )
        return self.operands[0].tree

    def tree_of(self, formula: str) -> Expression:
        """The tree of one of the dictionary's formulas."""
        return _tree_of(formula)

    # -- before an operand: each method says whether one is still needed -------------------------------------------

    def _before(self, token: Token) -> bool:
        if token.kind in ("number", "radix"):
            self.at += 1
            self.operand_token(token)
            return False
        if token.kind == "name":
            return self.name(token)
        if token.text == "(":
            self.at += 1
            self.open(Bracket("(", token.start, len(self.operands)))
            return True
        if token.text == "|":
            self.at += 1
            self.open(Bracket("|", token.start, len(self.operands)))
            return True
        if token.text in ("+", "-"):
            self.at += 1
            gate = "neg" if token.text == "-" else "plus"
            self.wait(Sign(token.text, gate, SIGN, token.start, operands=1))
            return True
        if token.text == "√":
            return self.root(token)
        raise self._no_operand(token)

    def _no_operand(self, token: Token) -> FormulaError:
        """The error for what is no operand, where one is needed."""
        if token.kind == "end":
            before = self.stream[self.at - 1]
            return self.fault(token.start, "ends", before=self.part(before.start, before.end))
        known = token.text in INFIX or token.text in COMPARISONS or token.text in (")", ",", ";", "%")
        if known or token.kind == "power" or token.text in ("==", "=", "!=", "<>", "//", "&&"):
            return self.fault(token.start, "operand", sign=self.part(token.start, token.end))
        if token.text in ("'", "‘", "’"):
            return self.fault(token.start, "quote")
        return self._refused(token)

    def _refused(self, token: Token) -> FormulaError:
        """The error for a sign that is not read."""
        shown = self.part(token.start, token.end) or f"U+{ord(self.text[token.start]):04X}"
        if is_raised(token.text[0]):
            return self.fault(token.start, "superscript", sign=shown)
        return self.fault(token.start, REFUSED_SIGNS.get(token.text, "character"), sign=shown)

    # -- behind an operand --------------------------------------------------------------------------------------------

    def _behind(self, token: Token) -> bool:
        text = token.text
        if token.kind == "power":
            self.at += 1
            self.raised(token)
            return False
        if token.kind == "name" and text in ("if", "else"):
            self.at += 1
            return self._choice(token)
        if token.kind in ("name", "number", "radix") or text in ("(", "√"):
            self.product(token)
            return True
        if text in INFIX or text in COMPARISONS:
            return self._infix(token)
        if text == ")":
            self.at += 1
            self.close(token)
            return False
        if text in (",", ";"):
            return self._separator(token)
        if text == "|":
            return self._bar(token)
        if text == "%":
            self.percent(token)
            self.at += 1
            return False
        if text == "!":
            raise self.fault(token.start, "factorial")
        raise self._misplaced(token)

    def _misplaced(self, token: Token) -> FormulaError:
        """The error for a sign that is not read, behind an operand."""
        before = self.stream[self.at - 1]
        if token.text == "." or (token.text.startswith(".") and token.kind == "number"):
            return self.attribute(before)
        if token.text == "[" and before.kind == "name":
            return self.fault(before.start, "indexing")
        if token.text in ("=", ":="):
            return self.fault(token.start, "equation")
        return self._refused(token)

    def _infix(self, token: Token) -> bool:
        text = token.text
        gate, precedence = INFIX.get(text) or (COMPARISONS[text], COMPARISON)
        last = self.operands[-1]
        radical = self.text[last.start] == "√"
        if last.ending == "bare" and (precedence == POWER or (text in ("*", "/", "@") and not radical)):
            raise self.two_readings(last, token)
        self.reduce_until(SUM if precedence == COMPARISON else precedence)
        top = self.waiting[-1] if self.waiting else None
        if precedence == COMPARISON and isinstance(top, Sign) and top.precedence == COMPARISON:
            raise self.fault(token.start, "chain")
        if text == "^":
            self._refuse_tower(token)
        self.at += 1
        self.wait(Sign(text, gate, precedence, token.start))
        return True

    def _refuse_tower(self, token: Token) -> None:
        """x^y^z is taken from the right in books and from the left in spreadsheets."""
        last = self.operands[-1]
        sign = self.sign_before(last)
        if sign is None or sign.text != "^":
            return
        base = self.operands[-2]
        a, b = self.part(base.start, base.end), self.part(last.start, last.end)
        c = self.part(self.token(1).start, self.token(1).end) or "z"
        raise self.fault(
            base.start,
            "two_readings",
            spelled=self.part(base.start, self.token(1).end),
            first=f"{a}**({b}**{c})",
            second=f"({a}**{b})**{c}",
        )

    def _choice(self, token: Token) -> bool:
        """``a if c else b``."""
        self.reduce_until(CHOICE)
        if token.text == "if":
            self.wait(Sign("if", "if", CHOICE, token.start))
            return True
        while self.waiting and isinstance(self.waiting[-1], Sign) and self.waiting[-1].gate != "if":
            self.reduce()
        top = self.waiting[-1] if self.waiting else None
        if not isinstance(top, Sign):
            raise self.fault(token.start, "else")
        top.gate, top.operands = "where", 3
        return True

    def _separator(self, token: Token) -> bool:
        """A comma or a semicolon behind an operand."""
        if token.text == "," and self.decimal_comma(token):
            self.at += 2
            return False
        self.reduce_all()
        bracket = self.innermost()
        if bracket is None or not bracket.name:
            raise self.fault(token.start, "pair" if token.text == "," else "semicolon")
        self.at += 1
        return True

    def _bar(self, token: Token) -> bool:
        """A bar behind an operand closes an absolute value, or opens one as a factor."""
        bracket = self.innermost()
        if bracket is not None and bracket.text == "|":
            self.at += 1
            self.close_bar(token)
            return False
        if self.token(1).text == "|" and self.token(1).start == token.end:
            raise self.fault(token.start, "or")
        if self.operands[-1].ending not in ("number", "closed", "bar"):
            raise self.fault(token.start, "bar")
        self.product(token)
        return True

    # -- what stands around the formula -------------------------------------------------------------------------------

    def _skip_name_of_result(self) -> None:
        """``y =``, ``f(x) =`` and the ``=`` of a spreadsheet's cell are left out, and that is noted."""
        first, at = self.token(), 0
        if first.kind == "name" and first.text not in self.given:
            at = 1
            if self.token(1).text == "(":
                at = 2
                while self.token(at).kind == "name" or self.token(at).text == ",":
                    at += 1
                if self.token(at).text != ")":
                    return
                at += 1
        if self.token(at).text not in ("=", ":="):
            return
        end = self.token(at).end
        if at and any(token.kind == "name" and token.text == first.text for token in self.stream[at + 1 :]):
            raise self.fault(0, "equation")
        self.at = at + 1
        self.result = first.text if at else ""
        self.note("=", first.start, end, "")

    def _note_typography(self, token: Token) -> None:
        """Note what came from another keyboard."""
        source = unicodedata.normalize("NFC", self.text[token.start : token.end])
        if token.kind in ("power", "end") or source == token.text or token.text in COMPARISONS or not source.strip():
            return
        if token.text in ("|", "√") or (token.kind == "name" and token.text in CONSTANTS):
            return
        wide = unicodedata.normalize("NFKC", source) == token.text
        self.note("characters" if wide else source, token.start, token.end, token.text)


@lru_cache(maxsize=256)
def _tree_of(formula: str) -> Expression:
    return Reader(formula, GATES).read()
