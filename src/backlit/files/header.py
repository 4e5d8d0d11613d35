"""Where the header of delimited text is, and what of the lines is no row."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from backlit.encoding.text.units import to_ascii_table

LINES = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")
NUMBER = re.compile(r"[+-]?[$€£¥]?\s?(?:\d[\d., ]*|[.,]\d+)(?:[eE][+-]?\d+)?\s?[%$€£¥]?")
YEAR = re.compile(r"(?:1[89]|20|21)\d\d")

MOST_TITLE_LINES = 30
"""So many rows above a header are looked through."""

SHOWN_LETTERS = 60
"""Characters of a line that a message quotes."""


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of a row, and the lines from `first` to before `end` that it takes."""

    cells: list[str]
    first: int
    end: int


@dataclass(frozen=True, slots=True)
class Header:
    """The names of the columns, where the rows begin in bytes, and what a user should know of both."""

    names: tuple[str, ...]
    start: int
    notes: tuple[str, ...] = ()


def split_lines(text: str) -> list[str]:
    """Lines with their ends."""
    return LINES.findall(text)


def split_rows(lines: Sequence[str], separator: str, quote: str = '"') -> list[Row]:
    """The lines as rows of cells, quotes respected, empty lines left out."""
    rows: list[Row] = []
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True, quotechar=quote)
    first = 0
    try:
        for cells in reader:
            if any(map(str.strip, cells)) or len(cells) > 1:
                rows.append(Row(cells, first, reader.line_num))
            first = reader.line_num
    except csv.Error:
        return []
    return rows


def common_width(rows: Sequence[Row]) -> int:
    """How many cells most rows have; of equally frequent numbers the first."""
    return Counter(len(row.cells) for row in rows).most_common(1)[0][0] if rows else 0


def header_position(rows: Sequence[Row]) -> int | None:
    r"""Which row is the header: the first, or the first of the common width below titles; None where none can be.

    Examples
    --------
    >>> def position(text):
    ...     return header_position(split_rows(split_lines(text), ","))
    >>> position("a,b\n1,2\n"), position("My title\n\na,b\n1,2\n3,4\n"), position("a\n1,2\n3,4\n")
    (0, 1, None)
    """
    width = common_width(rows)
    if not rows or width < 2 or _is_padded(rows, width):
        return 0
    first = rows[0].cells
    if len(_trimmed(first)) <= width <= len(first) and not _is_sparse(rows[0], width):
        return 0
    if 2 * sum(len(row.cells) == width for row in rows) <= len(rows):
        return 0
    above = list(takewhile(lambda row: _is_title(row, width), rows[:MOST_TITLE_LINES]))
    position = len(above)
    if position >= len(rows) or any(map(is_number, rows[position].cells)):
        return 0 if above and len(above[0].cells) >= width else None
    below = rows[position + 1 : position + 1 + MOST_TITLE_LINES]
    numbers_below = any(is_number(cell) for row in below for cell in row.cells)
    title = all(sum(map(bool, row.cells)) == 1 or row.cells[0].startswith("#") for row in above)
    gap = bool(above) and rows[position].first > above[-1].end
    return position if numbers_below or title or gap else None


def _is_title(row: Row, width: int) -> bool:
    """Whether a row is not as wide as a header, or has hardly a cell."""
    return len(row.cells) != width or _is_sparse(row, width)


def _is_sparse(row: Row, width: int) -> bool:
    """Whether a row has but one cell with something in it where a header has three or more."""
    return width > 2 and sum(map(bool, map(str.strip, row.cells))) == 1


def _trimmed(cells: list[str]) -> list[str]:
    """A header without nameless cells at its end."""
    trimmed = list(cells)
    while trimmed and not trimmed[-1].strip():
        trimmed.pop()
    return trimmed


def _is_padded(rows: Sequence[Row], width: int) -> bool:
    """Whether the rows only have more empty cells at their ends than the header."""
    names = len(rows[0].cells)
    return 1 < names < width and all(
        not any(map(str.strip, row.cells[names:])) for row in rows if len(row.cells) == width
    )


def is_number(cell: str) -> bool:
    """Whether a cell of a first line is a number rather than a name; a year may be a name.

    Examples
    --------
    >>> is_number("63.4"), is_number("$1,234.50"), is_number("2024"), is_number("x1")
    (True, True, False, False)
    """
    text = cell.strip().translate(to_ascii_table())
    return NUMBER.fullmatch(text) is not None and YEAR.fullmatch(text) is None


def read_header(lines: Sequence[str], rows: Sequence[Row]) -> Header:
    """The header of rows that one separator makes.

    Parameters
    ----------
    lines : sequence of str
        The first lines of a file, with their ends.
    rows : sequence of Row
        The same as cells.

    Returns
    -------
    Header

    Raises
    ------
    ValueError
        If the first line is at fault, in words.
    """
    position = header_position(rows)
    width = common_width(rows)
    if position is None:
        names, cells = len(rows[0].cells), "cell" if len(rows[0].cells) == 1 else "cells"
        others = sum(len(row.cells) == width for row in rows)
        raise ValueError(
            f"the first line has {names} {cells} where the rows below have {width} ({others} of {len(rows) - 1}); "
            "mend the first line: a name for each column, and nothing above it"
        )
    header = rows[position]
    names_in_line = [name.strip() for name in header.cells]
    if len(names_in_line) != width and len(_trimmed(names_in_line)) <= width and len(rows) > 2:
        names_in_line = [*_trimmed(names_in_line), *[""] * (width - len(_trimmed(names_in_line)))]
    notes: tuple[str, ...] = ()
    if position:
        title = "".join(lines[rows[0].first : rows[0].end]).strip()
        title = title if len(title) <= SHOWN_LETTERS else title[: SHOWN_LETTERS - 3] + "..."
        notes = (f"the header is in line {header.first + 1}; what is above it is left out ({title!r})",)
    start = len("".join(lines[: header.end]).encode())
    return Header(tuple(names_in_line), start, notes)


def looks_like_row(names: Sequence[str]) -> str:
    """A sentence where the names of columns look like the cells of a row; nothing where they look like names.

    Examples
    --------
    >>> looks_like_row(["a", "63.4", "L"])
    "the first line (a, 63.4, L) looks like a row and not like names ('63.4'); if so, put a line of names above it"
    >>> looks_like_row(["country", "2019", "2020"]), looks_like_row(["0", "1", "2"])
    ('', '')
    """
    numbers = [name for name in names if is_number(name)]
    digits = [int(name) for name in numbers if name.isdigit()]
    if not numbers or (len(digits) == len(numbers) and digits == list(range(digits[0], digits[0] + len(digits)))):
        return ""
    line = ", ".join(names)
    line = line if len(line) <= SHOWN_LETTERS else line[: SHOWN_LETTERS - 3] + "..."
    return (
        f"the first line ({line}) looks like a row and not like names ({numbers[0]!r}); if so, put a line of names "
        "above it"
    )
