"""How wide a text is, on a terminal and on a picture, and which characters may be shown at all."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

REPLACEMENT = "\ufffd"
MIXING = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that turn the direction of what follows them: a name must not rewrite its neighbours."""

UNSHOWN = frozenset({"Cc", "Cs", "Cn", "Zl", "Zp"})
"""Control characters (a terminal would obey them), halves of characters (no file can hold them), line breaks."""

NARROW, WIDE = 0.58, 1.0
"""Widths of a character as shares of the font size, for the usual sans-serif fonts."""


def printable(text: str, most: int = 0) -> str:
    r"""A text without what a terminal or an XML reader would trip over; cut to `most` characters if that is given.

    Examples
    --------
    >>> printable("a\x1b[31mb", most=5)
    'a�[3…'
    """
    if not (text.isascii() and text.isprintable()):
        text = "".join(
            REPLACEMENT if char in MIXING or unicodedata.category(char) in UNSHOWN else char for char in text
        )
    return f"{text[: most - 1]}…" if 0 < most < len(text) else text


def cells(text: str) -> int:
    """How many columns of a terminal a text takes: Korean syllables take two, combining marks none.

    Examples
    --------
    >>> cells("x0"), cells("기울기")
    (2, 6)
    """
    if text.isascii():
        return len(text)
    return sum(_cells_of(char) for char in text)


def pixels(text: str, size: float) -> float:
    """About how wide a text is in a sans-serif font of `size` pixels.

    Examples
    --------
    >>> pixels("-12", 10) < pixels("기울기", 10)
    True
    """
    if text.isascii():
        return size * NARROW * len(text)
    return size * sum(map(_SHARES.__getitem__, text))


def pad(text: str, width: int, right: bool = False) -> str:
    """A text filled up with blanks to a number of columns of a terminal."""
    blanks = " " * (width - cells(text))
    return blanks + text if right else text + blanks


class _Shares(dict[str, float]):
    """Character -> its width as a share of the font size, worked out once."""

    def __missing__(self, char: str) -> float:
        share = self[char] = WIDE if _cells_of(char) == 2 else NARROW
        return share


_SHARES = _Shares()


@lru_cache(maxsize=4096)
def _cells_of(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) == "Cf":
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
