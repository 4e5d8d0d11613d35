"""What a name is in a formula: a variable, a number, a function, or a word that is answered."""

from __future__ import annotations

import re
import sys
from collections.abc import Container, Sequence

from backlit.errors import FormulaError
from backlit.formula.dictionary import CONSTANTS, LOGICAL_WORDS, NOT_NUMBERS, OF_ANALYSIS, TOUCHING
from backlit.formula.neighbours import Neighbours
from backlit.formula.stacks import EULER
from backlit.formula.tokens import Token
from backlit.formula.tree import Name, Number

_DIFFERENTIAL = re.compile(r"d[^\W\d_]?\w?")


class Names(Neighbours):
    """Reads names, single numbers and root signs, where an operand is needed; each says whether one still is."""

    def __init__(self, text: str, gates: Container[str], given: Container[str], stream: Sequence[Token]) -> None:
        super().__init__(text, gates, stream)
        self.given = given

    def root(self, token: Token) -> bool:
        """A root sign: before brackets a call, before one number or name a function without brackets."""
        self.at += 1
        name = Token("name", "sqrt", token.start, token.end)
        if self.token().text == "(":
            self.note("√", token.start, token.end, "sqrt")
            self.open_call(name)
            return True
        if not self.bare_call(name):
            raise self.fault(token.start, "bare_function", name="√", x="x")
        return False

    def name(self, token: Token) -> bool:
        """A name, whatever it is; the place is at it."""
        following = self.token(1)
        self.at += 1
        if token.text in self.given and following.text != "(":
            self.push(Name(token.text), token.start, token.end, "name")
            return False
        if self._is_keyword():
            return self._keyword()
        self._refuse_name(token, following)
        if following.text == "(":
            if self._is_constant_call(token):
                return False
            self.open_call(token)
            return True
        if following.text in ("^", "**") or following.kind == "power":
            state = self._power_of_function(token)
            if state is not None:
                return state
        if following.kind in ("name", "number") and self.bare_call(token):
            return False
        self._refuse_bare(token)
        self.operand_token(token)
        return False

    def _refuse_bare(self, token: Token) -> None:
        """A function's name alone, or with a letter right behind it."""
        small = token.text.lower()
        if small in OF_ANALYSIS:
            raise self.fault(token.start, "bare_function", name=token.text, x="x")
        if small[:-1] in OF_ANALYSIS and small[-1] in TOUCHING:
            raise self.fault(token.start, "bare_function", name=token.text[:-1], x=token.text[-1])

    def operand_token(self, token: Token) -> None:
        """Read a single name or number."""
        if token.kind == "radix":
            raise self._radix(token)
        if token.kind == "number":
            self.push(Number(self._number(token)), token.start, token.end, "number")
            return
        key = token.text if token.text in CONSTANTS else token.text.lower()
        if token.text in self.given or key not in CONSTANTS or token.text == "E":
            self.push(Name(token.text), token.start, token.end, "name")
            return
        if key == "e":
            self.push(EULER, token.start, token.end, "name")
            if self.token().text not in ("^", "**") and self.token().kind != "power":
                self.note("e", token.start, token.end, f"{CONSTANTS[key]}")
            return
        self.push(Number(CONSTANTS[key]), token.start, token.end, "name")
        self.note("pi", token.start, token.end, f"{CONSTANTS[key]}")

    def _radix(self, token: Token) -> FormulaError:
        """The error for a number of another radix; 0b9 is none."""
        try:
            value = int(token.text, 0)
        except ValueError:
            return self.fault(token.start, "number", text=token.text)
        if value > sys.float_info.max:
            return self.fault(token.start, "too_big")
        return self.fault(token.start, "radix", text=token.text, value=value)

    def _number(self, token: Token) -> float:
        try:
            value = float(token.text)
        except ValueError:  # underscores that separate nothing
            raise self.fault(token.start, "number", text=token.text) from None
        return self.finite(value, token.start)

    def _refuse_name(self, token: Token, following: Token) -> None:
        """Names that are no variables: truth values, words of logic, derivatives."""
        small = token.text.lower()
        if small in NOT_NUMBERS:
            key = "infinity" if small.startswith("inf") else "not_number"
            raise self.fault(token.start, key, name=token.text)
        if token.text in ("if", "else") and following.text != "(":
            raise self.fault(token.start, "if_order")
        if small in ("and", "or", "not") and following.text != "(":
            raise self.fault(token.start, LOGICAL_WORDS[small], sign=token.text)
        if following.text == "/" and _DIFFERENTIAL.fullmatch(token.text):
            under = self.token(1)
            if under.kind == "name" and under.text not in self.given and re.fullmatch(r"d\w{1,2}", under.text):
                raise self.fault(token.start, "derivative")

    def _is_constant_call(self, token: Token) -> bool:
        """PI() of a spreadsheet."""
        if token.text.lower() != "pi" or self.token(1).text != ")":
            return False
        self.at += 2
        self.push(Number(CONSTANTS["pi"]), token.start, self.stream[self.at - 1].end, "closed")
        self.note("pi", token.start, self.stream[self.at - 1].end, f"{CONSTANTS['pi']}")
        return True

    def _power_of_function(self, name: Token) -> bool | None:
        """``sin^2(x)`` and ``sin² x``; None where the name is no function, or nothing of the kind follows."""
        sign = self.token()
        number = sign if sign.kind == "power" else self.token(1)
        negative = number.text == "-" or (number.kind == "power" and number.text.startswith("-"))
        if self.function(name.text, 1) is None or not (negative or number.kind in ("number", "power")):
            return None
        after = self.token(1 if sign.kind == "power" else 3 if number.text == "-" else 2)
        if after.text != "(" and after.kind not in ("name", "number"):
            return None
        if negative or not number.text.isdigit():
            spelled = self.part(name.start, after.start)
            raise self.fault(name.start, "inverse", spelled=spelled, first=f"1/{name.text}(x)")
        self.at += 1 if sign.kind == "power" else 2
        exponent = float(number.text)
        if after.text == "(":
            self.open_call(name, exponent)
            return True
        if not self.bare_call(name, exponent):
            raise self.fault(name.start, "bare_function", name=name.text, x="x")
        return False

    # -- keywords of calls --------------------------------------------------------------------------------------------

    def _is_keyword(self) -> bool:
        """Whether the name that was just read is the keyword of a call."""
        bracket = self.innermost()
        top = self.waiting[-1] if self.waiting else None
        return self.token().text == "=" and bracket is not None and bool(bracket.name) and top is bracket

    def _keyword(self) -> bool:
        """``axis=`` and a whole number, behind an operand of a call."""
        name, bracket = self.stream[self.at - 1], self.innermost()
        assert bracket is not None
        negative = self.token(1).text == "-"
        number = self.token(2 if negative else 1)
        after = self.token(3 if negative else 2)
        behind = len(self.operands) > bracket.base
        if name.text != "axis" or not number.text.isdecimal() or after.text not in (")", ",") or not behind:
            raise self.fault(name.start, "keyword", name=bracket.name)
        bracket.axis = -int(number.text) if negative else int(number.text)
        self.at += 3 if negative else 2
        if after.text == ",":
            raise self.fault(name.start, "keyword", name=bracket.name)
        self.at += 1
        self.close(after)
        return False
