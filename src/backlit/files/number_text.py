"""Text columns whose every cell is a number: spaces, nulls, thousands separators and decimal marks are understood."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from backlit.files.delimited import MINUS, PLUS, number_pattern, other_decimal_mark, thousands_separators

LEADING_ZERO = re.compile(r"[+-]?0\d+")

SAMPLED_CELLS = 1_000
"""Cells that are tried before all of them."""


@dataclass(frozen=True, slots=True)
class ParsedText:
    """A column of text after parsing.

    Attributes
    ----------
    column : pyarrow.ChunkedArray
        Numbers if every cell is one, else trimmed text, null where it is empty.
    decimal : str or None
        The decimal mark by which the cells are numbers; None for text.
    example : str
        A cell with separated thousands and the number that it is read as; empty without one.
    """

    column: pa.ChunkedArray
    decimal: str | None = None
    example: str = ""


def parse_numbers(column: pa.ChunkedArray, decimal: str, try_both: bool, nulls: Sequence[str]) -> ParsedText:
    """Trim text, and read numbers with thousands separators.

    Parameters
    ----------
    column : pyarrow.ChunkedArray of string
    decimal : str
        The decimal mark that is tried first.
    try_both : bool
        Whether the other decimal mark is tried too.
    nulls : sequence of str
        What is missing among numbers.

    Returns
    -------
    ParsedText

    Examples
    --------
    >>> parse_numbers(pa.chunked_array([["1.234,5", " 2 ", "?"]]), ",", False, ["?"]).column.to_pylist()
    [1234.5, 2.0, None]
    >>> parse_numbers(pa.chunked_array([["1", "NA", "b", ""]]), ",", False, ["NA"]).column.to_pylist()
    ['1', 'NA', 'b', None]
    """
    text = pc.utf8_trim_whitespace(column)
    text = pc.if_else(pc.equal(text, ""), pa.scalar(None, text.type), text)
    marks = (decimal, other_decimal_mark(decimal)) if try_both else (decimal,)
    for mark in marks:
        for part in (text.slice(0, SAMPLED_CELLS), text):  # most text shows at once that it is not
            plain = pc.if_else(pc.is_in(part, value_set=pa.array(nulls, part.type)), pa.scalar(None, part.type), part)
            if not pc.all(pc.match_substring_regex(plain, f"^(?:{number_pattern(mark)})$")).as_py():
                break
        else:
            numbers = _as_numbers(plain, mark) if plain.null_count < len(plain) else None
            if numbers is not None:
                return ParsedText(numbers, mark, _grouped(plain, numbers, mark))
    return ParsedText(text)


def _grouped(text: pa.ChunkedArray, numbers: pa.ChunkedArray, decimal: str) -> str:
    """The first cell whose thousands are separated, beside its number."""
    separators = "".join(map(re.escape, thousands_separators(decimal)))
    row = pc.index(pc.match_substring_regex(text, f"[{separators}]"), True).as_py()
    return "" if row < 0 else f"{text[row].as_py()!r} is {numbers[row].as_py()}"


def leading_zeros(cells: Sequence[str]) -> str:
    """The first of some cells of whole numbers that begins with a zero as codes do; empty if there is none.

    Examples
    --------
    >>> leading_zeros(["12", "0"]), leading_zeros(["12", " 00123 "])
    ('', '00123')
    """
    return next((cell.strip() for cell in cells if LEADING_ZERO.fullmatch(cell.strip())), "")


def _as_numbers(text: pa.ChunkedArray, decimal: str) -> pa.ChunkedArray | None:
    """Text that is all numbers with this decimal mark as int64 or float64; None if a number is too large for both."""
    for separator in thousands_separators(decimal):
        text = pc.replace_substring(text, separator, "")
    text = pc.replace_substring_regex(text, f"^[{MINUS}]", "-")
    plain = pc.replace_substring_regex(pc.replace_substring(text, decimal, "."), f"^[+{PLUS}]", "")  # Arrow takes none
    for kind in (pa.int64(), pa.float64()):
        try:
            return pc.cast(plain, kind)
        except pa.ArrowInvalid:
            continue
    return None
