"""Text columns whose cells are numbers: spaces, nulls, thousands separators and decimal marks are understood."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from backlit.files.delimited import number_pattern, other_decimal_mark, thousands_separators

NULLS = ("", "?", "NA", "N/A", "#N/A", "n/a", "NaN", "nan", "null", "NULL", "Null")

NEARLY = 0.5
"""A column of text in which at least this fraction of the cells are numbers may have been meant as numbers."""

MAX_SHOWN = 40
"""Characters of a cell that a message quotes."""


@dataclass(frozen=True, slots=True)
class ParsedText:
    """A column of text after parsing.

    Attributes
    ----------
    column : pyarrow.ChunkedArray
        Numbers if every cell is one, else trimmed text with nulls.
    decimal : str or None
        The decimal mark by which the cells are numbers; None for text.
    nearly : str
        For text that is nearly numbers, which cell prevents it, in words; else empty.
    """

    column: pa.ChunkedArray
    decimal: str | None = None
    nearly: str = ""


def parse_numbers(column: pa.ChunkedArray, decimal: str, try_both: bool) -> ParsedText:
    """Trim text, recognise nulls, and read numbers with thousands separators.

    Parameters
    ----------
    column : pyarrow.ChunkedArray of string
    decimal : str
        The decimal mark that is tried first.
    try_both : bool
        Whether the other decimal mark is tried too.

    Returns
    -------
    ParsedText

    Examples
    --------
    >>> parse_numbers(pa.chunked_array([["1.234,5", " 2 ", "?"]]), ",", False).column.to_pylist()
    [1234.5, 2.0, None]
    >>> parse_numbers(pa.chunked_array([["1,5", "2,5", "2.5"]]), ",", False).nearly
    "is text because of '2.5' in row 2 (2 of 3 cells are numbers)"
    """
    text = pc.utf8_trim_whitespace(column)
    text = pc.if_else(pc.is_in(text, value_set=pa.array(NULLS)), pa.scalar(None, pa.string()), text)
    known = len(text) - text.null_count
    if not known:
        return ParsedText(text)
    nearly = ""
    for mark in (decimal, other_decimal_mark(decimal)) if try_both else (decimal,):
        matches = pc.match_substring_regex(text, f"^(?:{number_pattern(mark)})$")
        count = pc.sum(matches).as_py() or 0
        numbers = _as_numbers(text, mark) if count == known else None
        if numbers is not None:
            return ParsedText(numbers, mark)
        if NEARLY * known <= count < known and not nearly:
            nearly = _first_exception(text, matches, count, known)
    return ParsedText(text, nearly=nearly)


def _first_exception(text: pa.ChunkedArray, matches: pa.ChunkedArray, count: int, known: int) -> str:
    """The first cell that is no number, in words."""
    row = pc.index(matches, False).as_py()
    cell = text[row].as_py()
    cell = cell if len(cell) <= MAX_SHOWN else cell[: MAX_SHOWN - 3] + "..."
    return f"is text because of {cell!r} in row {row} ({count} of {known} cells are numbers)"


def _as_numbers(text: pa.ChunkedArray, decimal: str) -> pa.ChunkedArray | None:
    """Text that is all numbers with this decimal mark as int64 or float64; None if a number is too large for both."""
    for separator in thousands_separators(decimal):
        text = pc.replace_substring(text, separator, "")
    plain = pc.utf8_ltrim(pc.replace_substring(text, decimal, "."), "+")  # Arrow's parser takes no plus
    for kind in (pa.int64(), pa.float64()):
        try:
            return pc.cast(plain, kind)
        except pa.ArrowInvalid:
            continue
    return None
