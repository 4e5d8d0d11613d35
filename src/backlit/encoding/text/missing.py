"""What stands for what is missing: in files of any program, and by a user's own word."""

from __future__ import annotations

import re
from collections.abc import Iterable
from numbers import Number
from typing import Any

from backlit.encoding.conversion import label_of
from backlit.errors import ParameterError

NULLS = ("", "?", "NA", "N/A", "#N/A", "n/a", "NaN", "nan", "null", "NULL", "Null")
"""What is missing in a column of numbers or dates; in a column of words each is a word, but for the empty cell."""

MARKER_WORDS = r"""
    - -- --- . .. ... * ** : / – — − ∅ None nil n.a. n.a n/d nd n.d. k.a. na NaT \N <NA> <null> <none> (null) (none)
    (empty) (blank) empty blank missing unknown tba tbd #DIV/0! #REF! #VALUE! #NAME? #NUM! #NULL! #SPILL! #CALC!
    1.#QNAN -1.#QNAN 1.#IND -1.#IND 1.#SNAN -nan -nan(ind) nan(ind) #missing .a .b .z 없음 결측 無 なし 无
"""
MARKER_DATES = "0000-00-00 00/00/0000 00.00.0000 00-00-0000 0/0/0000 0000/00/00 0000-00-00T00:00:00"
MARKER_CODES = re.compile(r"#[A-Z/0-9]{2,14}[!?]?|err:\d{3}|-?1[.,]#(?:qnan|snan|ind|inf)\d*", re.IGNORECASE)
"""Errors of spreadsheets and of C's library."""
MARKER_PHRASES = ("0000-00-00 00:00:00", "#N/A N/A", "not available", "not applicable", "no data", "해당 없음")
MARKERS = frozenset(name.casefold() for name in (*NULLS, *MARKER_WORDS.split(), *MARKER_DATES.split(), *MARKER_PHRASES))
"""What spreadsheets, databases and statistics programs write for what is missing, in small letters."""


def is_marker(cell: str) -> bool:
    """Whether a text is what programs write for what is missing.

    Examples
    --------
    >>> is_marker("n/a"), is_marker("#VALUE!"), is_marker("Err:502"), is_marker("red")
    (True, True, True, False)
    """
    return cell.casefold() in MARKERS or MARKER_CODES.fullmatch(cell) is not None


def missing_texts(given: Any) -> tuple[str, ...] | None:
    """What a user calls missing as texts: one text or number, or several; None stays None.

    Raises
    ------
    ParameterError
        If it is neither.

    Examples
    --------
    >>> missing_texts("NA"), missing_texts(["?", -999]), missing_texts(None)
    (('NA',), ('?', '-999'), None)
    """
    if given is None:
        return None
    several = [given] if isinstance(given, str | Number) else list(given) if isinstance(given, Iterable) else [given]
    if not several or not all(isinstance(text, str | Number) and not isinstance(text, bool) for text in several):
        message = f"missing: {given!r} is no text; give a text, or a list of texts ('' alone for empty cells only)"
        raise ParameterError(message, parameter="missing")
    return tuple(label_of(text).strip() for text in several)
