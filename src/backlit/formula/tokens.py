"""A formula's text as tokens; each keeps where it stands in the text, whatever keyboard or printer it came from."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from backlit.formula.dictionary import COMPARISONS, SIGNS, SUPERSCRIPTS

Kind = Literal["number", "radix", "name", "power", "sign", "end"]

_RADIX = re.compile(r"0[xXbBoO][0-9a-fA-F]+(?!\w)")
_NUMBER = re.compile(r"(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9]+)?")
_POWER = re.compile(f"[{re.escape(''.join(SUPERSCRIPTS))}]+")
_SIGN = re.compile(r"\*\*|=/=|<=|>=|=<|=>|==|!=|<>|:=|//|&&|.", re.DOTALL)

PI = "π"
"""A number by itself, also where letters touch it: 2πx."""

_KEPT = frozenset(SUPERSCRIPTS) | frozenset(COMPARISONS) | frozenset("≠√π")
_INVISIBLE = frozenset("\u200b\u200c\u200d\u2060\u2061\u2063\ufeff")


@dataclass(frozen=True, slots=True)
class Token:
    """A part of a formula: its text as this grammar spells it, and where it stands, from 0, its end excluded."""

    kind: Kind
    text: str
    start: int
    end: int


def canonical(text: str) -> str:
    """The text with one plain character for each: full-width and typographic ones as this grammar spells them.

    Examples
    --------
    >>> canonical("ｘ×（2−１）")
    'x*(2-1)'
    """
    return "".join(map(_plain, text))


def _plain(char: str) -> str:
    if char.isascii() and char.isprintable():
        return char
    if char in SIGNS:
        return SIGNS[char]
    if char in _KEPT:
        return char
    if char.isspace() or char in _INVISIBLE:
        return " "
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    if is_raised(char):
        return char
    compatible = unicodedata.normalize("NFKC", char)
    return SIGNS.get(compatible, compatible) if len(compatible) == 1 else char


def is_raised(char: str) -> bool:
    """Whether it is printed as an exponent."""
    return unicodedata.decomposition(char).startswith("<super>")


def _is_in_a_name(char: str) -> bool:
    return ("_" + char).isidentifier() and char != PI and not is_raised(char)


def tokens(plain: str) -> Iterator[Token]:
    """The tokens of a canonical text, and one more for its end."""
    at = 0
    while at < len(plain):
        if plain[at] == " ":
            at += 1
            continue
        token = _token(plain, at)
        yield token
        at = token.end
    yield Token("end", "", len(plain), len(plain))


def _token(plain: str, at: int) -> Token:
    kinds: tuple[tuple[Kind, re.Pattern[str]], ...] = (("radix", _RADIX), ("number", _NUMBER), ("power", _POWER))
    for kind, pattern in kinds:
        if found := pattern.match(plain, at):
            text = "".join(SUPERSCRIPTS.get(char, char) for char in found[0])
            return Token(kind, text, at, found.end())
    end = at + (plain[at] == PI)
    while plain[at] != PI and end < len(plain) and _is_in_a_name(plain[end]):
        end += 1
    name = unicodedata.normalize("NFKC", plain[at:end])
    if name.isidentifier():
        return Token("name", name, at, end)
    sign = _SIGN.match(plain, at)
    assert sign is not None
    return Token("sign", sign[0], at, sign.end())
