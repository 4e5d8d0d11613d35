"""What stands beside an operand without a sign between: a product, an exponent, or what has two readings."""

from __future__ import annotations

import math

from backlit.errors import FormulaError
from backlit.formula.brackets import Brackets
from backlit.formula.dictionary import INFIX_WORDS, LOGICAL_WORDS
from backlit.formula.parts import POWER, PRODUCT, SIGN, Bracket, Operand, Sign
from backlit.formula.stacks import EULER
from backlit.formula.tokens import Token
from backlit.formula.tree import Call, Number

GROUP = 3
"""Digits between two separators of thousands."""


class Neighbours(Brackets):
    """Products without a sign, raised exponents, percentages, decimal commas, functions without brackets."""

    def product(self, token: Token) -> None:
        """Take the start of an operand behind an operand for a product, where it is one."""
        left = self.operands[-1]
        if token.kind == "name":
            self._refuse_word(token)
        if token.kind == "number":
            self._refuse_number(left, token)
        if left.ending == "bare":
            raise self.two_readings(left, token)
        sign = self.sign_before(left)
        if sign is not None and (sign.gate == "div" or (sign.gate == "pow" and left.ending != "power")):
            raise self._shared(sign, left, token)
        self.reduce_until(PRODUCT)
        self.wait(Sign("", "mul", PRODUCT, token.start))

    def raised(self, token: Token) -> None:
        """Give the operand before it a raised exponent."""
        base = self.operands[-1]
        if base.ending == "bare":
            raise self.two_readings(base, token)
        exponent = self.exponent(token)
        self.operands.pop()
        power = Call("exp", (exponent,)) if base.tree is EULER else Call("pow", (base.tree, exponent))
        spelled = self.part(base.start, base.end)
        read = f"exp({token.text})" if base.tree is EULER else f"{spelled}**{token.text}"
        self.push(power, base.start, token.end, "power", base.depth + 1, base.size + 2)
        self.note("²", base.start, token.end, read, (self.text[token.start : token.end], f"**{token.text}"))

    def exponent(self, token: Token) -> Number:
        """The number that raised digits stand for."""
        digits = token.text.lstrip("+-")
        if not digits.isdigit() or len(token.text) - len(digits) > 1 or len(digits) > GROUP:
            raise self.fault(token.start, "superscript", sign=self.part(token.start, token.end))
        return Number(float(token.text))

    def percent(self, token: Token) -> None:
        """Divide the operand before it by 100, or find that it is the remainder of a division."""
        following = self.token(1)
        operand_follows = following.kind in ("number", "name") and following.text not in ("if", "else")
        sign = self.sign_before(self.operands[-1])
        if operand_follows or following.text in ("(", "√") or (sign is not None and sign.gate == "pow"):
            raise self.fault(token.start, "remainder")
        base = self.operands.pop()
        tree = Call("div", (base.tree, Number(100.0)))
        self.push(tree, base.start, token.end, "power", base.depth + 1, base.size + 2)
        self.note("%", base.start, token.end, f"{self.part(base.start, base.end)}/100", ("%", "/100"))

    def decimal_comma(self, token: Token) -> bool:
        """Whether a comma behind a number belongs to the number; then both parts are one."""
        before, after = self.operands[-1], self.token(1)
        bracket = self.innermost()
        in_call = bracket is not None and bracket.name and not bracket.semicolons
        touching = before.end == token.start and token.end == after.start
        if in_call or before.ending != "number" or after.kind != "number" or not touching:
            return False
        plain, behind = self.token(-1).text, after.text
        if "." in plain or "." in behind or (self.token(2).text == "," and self.token(3).start == self.token(2).end):
            digits = (plain + behind).replace(".", "") if "." in plain else plain + behind
            value = plain.replace(".", "") + "." + behind if "." in plain else digits
            if self.token(2).text == ",":
                value += self.token(3).text
            raise self.fault(before.start, "thousands", value=value)
        if len(behind) == GROUP and behind.isdigit() and 0 < len(plain) <= GROUP and not plain.startswith("0"):
            spelled = f"{plain},{behind}"
            raise self.fault(
                before.start, "two_readings", spelled=spelled, first=plain + behind, second=f"{plain}.{behind}"
            )
        self.operands.pop()
        value = f"{plain}.{behind}"
        if not plain.isdigit() or not behind.lower().replace("e", "").replace("-", "").replace("+", "").isdigit():
            raise self.fault(before.start, "number", text=self.part(before.start, after.end))
        self.push(Number(self.finite(float(value), before.start)), before.start, after.end, "number")
        self.note("0,5", before.start, after.end, value)
        return True

    def finite(self, value: float, start: int) -> float:
        """A number that float64 has."""
        if math.isinf(value):
            raise self.fault(start, "too_big")
        return value

    def bare_call(self, name: Token, exponent: float | None = None) -> bool:
        """A function without brackets around a single name or number, as in ``sin x``; whether it is one."""
        operand = self.token()
        function = self.function(name.text, 1)
        if function is None or operand.kind not in ("name", "number") or len(function.operands(self.gates)) != 1:
            return False
        if operand.text in ("if", "else") or operand.text.lower() in {**LOGICAL_WORDS, **INFIX_WORDS}:
            return False
        if operand.kind == "name" and (self.token(1).text == "(" or self.function(operand.text, 1) is not None):
            raise self.fault(name.start, "bare_function", name=name.text, x="...")
        self.at += 1
        self.operand_token(operand)
        inner = self.operands.pop()
        tree, depth, size = function.applied([inner.tree], None), 3, function.size([1]) + 2
        read = function.spelled([self.part(inner.start, inner.end)])
        if exponent is not None:
            tree, read = Call("pow", (tree, Number(exponent))), f"{read}**{exponent:g}"
        self.push(tree, name.start, operand.end, "bare", depth, size)
        self.note("sin x", name.start, operand.end, read)
        return True

    def operand_token(self, token: Token) -> None:
        """Read a single name or number."""
        raise NotImplementedError

    def two_readings(self, left: Operand, token: Token) -> FormulaError:
        """The error for what follows a function without brackets."""
        spelled = self.part(left.start, token.end)
        name, _, inner = " ".join(self.text[left.start : left.end].split()).partition(" ")
        if not inner:
            name, inner = ("sqrt", name.lstrip("√")) if name.startswith("√") else (name, "x")
        sign = (
            "" if token.kind in ("number", "name") or token.text in ("(", "|") else self.text[token.start : token.end]
        )
        join = f"{sign}" if sign else "*"
        rest = "..." if sign else self.text[token.start : token.end]
        rest = "" if token.kind == "power" or sign in ("%", "!") else rest
        first, second = f"{name}({inner.strip()}{join}{rest})", f"{name}({inner.strip()}){join}{rest}"
        return self.fault(left.start, "two_readings", spelled=spelled, first=first, second=second)

    def sign_before(self, left: Operand) -> Sign | None:
        """The sign that waits for an operand, a sign of its own aside."""
        for entry in reversed(self.waiting):
            if isinstance(entry, Bracket) or entry.start > left.start:
                return None
            if entry.precedence != SIGN:
                return entry if entry.precedence in (PRODUCT, POWER) else None
        return None

    def _shared(self, sign: Sign, left: Operand, token: Token) -> FormulaError:
        """The error for 1/2x and x^2y: what the last operand belongs to."""
        before = next((part for part in reversed(self.operands[:-1]) if part.end <= sign.start), left)
        end = self.closing.get(token.start, token.end - 1) + 1 if token.text == "(" else token.end
        a, b, c = (
            self.part(start, stop)
            for start, stop in ((before.start, before.end), (left.start, left.end), (token.start, end))
        )
        mark = "/" if sign.gate == "div" else "**"
        return self.fault(
            before.start,
            "two_readings",
            spelled=self.part(before.start, end),
            first=f"{a}{mark}({b}*{c})",
            second=f"{a}{mark}{b}*{c}",
        )

    def _refuse_word(self, token: Token) -> None:
        """Words between operands that are signs elsewhere."""
        small = token.text.lower()
        if small in LOGICAL_WORDS:
            raise self.fault(token.start, LOGICAL_WORDS[small], sign=token.text, name=token.text)
        if small in INFIX_WORDS:
            raise self.fault(token.start, "word", name=token.text, sign=INFIX_WORDS[small])

    def _refuse_number(self, left: Operand, token: Token) -> None:
        """A number behind an operand: a lost exponent, or a number in two pieces."""
        before, number = self.part(left.start, left.end), token.text
        if left.ending == "number" and "." in before + number:
            raise self.fault(left.start, "number", text=self.part(left.start, token.end))
        if left.ending == "number":
            raise self.fault(left.start, "two_numbers", first=before, second=number)
        spelled = self.part(left.start, token.end)
        raise self.fault(
            left.start, "two_readings", spelled=spelled, first=f"{before}*{number}", second=f"{before}**{number}"
        )
