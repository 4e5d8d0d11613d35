"""Columns that a parser left as text: trimmed, nulls found, numbers with thousands separators and either mark read."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from backlit.files.separated import DECIMALS, grouping_marks, number_pattern

NULLS = ("", "?", "NA", "N/A", "#N/A", "n/a", "NaN", "nan", "null", "NULL", "Null")

NEARLY = 0.5
"""A column of text with at least this part of numbers was meant to be numbers, perhaps."""

SHOWN = 40


@dataclass(frozen=True, slots=True)
class Mended:
    """A column; by which decimal mark it is numbers, and if it is nearly, which cell keeps it from being so."""

    column: pa.ChunkedArray
    mark: str | None = None
    nearly: str = ""


def mend(column: pa.ChunkedArray, decimal: str, both: bool) -> Mended:
    """Trim text, find nulls behind spaces, and read numbers with thousands separators.

    Parameters
    ----------
    column : pyarrow.ChunkedArray of string
    decimal : str
        The decimal mark that is tried first.
    both : bool
        Whether the other one is tried too.

    Examples
    --------
    >>> mend(pa.chunked_array([["1.234,5", " 2 ", "?"]]), ",", False).column.to_pylist()
    [1234.5, 2.0, None]
    >>> mend(pa.chunked_array([["1,5", "2,5", "2.5"]]), ",", False).nearly
    "is text because of '2.5' in row 2 (2 of 3 cells are numbers)"
    """
    text = pc.utf8_trim_whitespace(column)
    text = pc.if_else(pc.is_in(text, value_set=pa.array(NULLS)), pa.scalar(None, pa.string()), text)
    known = len(text) - text.null_count
    if not known:
        return Mended(text)
    nearly = ""
    for mark in sorted(DECIMALS, key=decimal.__ne__) if both else [decimal]:
        fits = pc.match_substring_regex(text, f"^(?:{number_pattern(mark)})$")
        count = pc.sum(fits).as_py() or 0
        numbers = _as_numbers(text, mark) if count == known else None
        if numbers is not None:
            return Mended(numbers, mark)
        if NEARLY * known <= count < known and not nearly:
            nearly = _kept_from(text, fits, count, known)
    return Mended(text, nearly=nearly)


def _kept_from(text: pa.ChunkedArray, fits: pa.ChunkedArray, count: int, known: int) -> str:
    """The first cell that is no number, in words."""
    row = pc.index(fits, False).as_py()
    cell = text[row].as_py()
    cell = cell if len(cell) <= SHOWN else cell[: SHOWN - 3] + "..."
    return f"is text because of {cell!r} in row {row} ({count} of {known} cells are numbers)"


def _as_numbers(text: pa.ChunkedArray, decimal: str) -> pa.ChunkedArray | None:
    """Text that is all numbers with this decimal mark, as numbers, if they are not too large."""
    for mark in grouping_marks(decimal):
        text = pc.replace_substring(text, mark, "")
    plain = pc.utf8_ltrim(pc.replace_substring(text, decimal, "."), "+")  # Arrow's parser takes no plus
    for kind in (pa.int64(), pa.float64()):
        try:
            return pc.cast(plain, kind)
        except pa.ArrowInvalid:
            continue
    return None
