"""Rows of cells without types, as workbooks have them, as a table: titles, empty rows and columns, units left out."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from backlit.encoding.conversion import label_of, to_cells
from backlit.encoding.text.table import noted
from backlit.errors import DataError
from backlit.files.format_kind import check_names
from backlit.files.header import Row, header_position, looks_like_row
from backlit.files.shape import with_names, without_empty_rows, without_units

SPAN = re.compile(r"(?P<sign>-?)PT(?P<hours>\d{1,7})H(?P<minutes>\d{1,7})M(?P<seconds>\d{1,7}(?:\.\d*)?)S")
"""A span of time as OpenDocument writes it."""


def table_of_rows(path: Path, rows: Sequence[Sequence[Any]], notes: tuple[str, ...] = ()) -> pa.Table:
    """A table of rows of Python objects, of which one is the header; an empty text is an empty cell.

    Parameters
    ----------
    path : Path
        The file, for errors.
    rows : sequence of sequences
        All of one length.
    notes : tuple of str
        What is known already.

    Returns
    -------
    pyarrow.Table
        With sentences on what was left out in its metadata.

    Raises
    ------
    DataError
        If there is no header with rows below it, or two columns have one name.

    Examples
    --------
    >>> table_of_rows(Path("a.xlsx"), [["Sizes", ""], ["kind", "size"], ["a", 1.5], ["b", 2.0]]).to_pylist()
    [{'kind': 'a', 'size': 1.5}, {'kind': 'b', 'size': 2.0}]
    """
    filled = [
        Row(list(map(_text, cells)), number, number + 1) for number, cells in enumerate(rows) if any(map(_text, cells))
    ]
    if not filled:
        raise DataError(f"{path} is empty; give a table with a header and rows", path=path)
    position = _first_full(filled) or header_position(filled) or 0
    header = filled[position]
    names = [name.strip() for name in header.cells]
    check_names(path, [name for name in names if name])
    below = rows[header.end :]
    columns = [
        to_cells(_with_long_spans([None if cell == "" else cell for cell in cells]), f"column {name!r}")
        for name, cells in zip(names, zip(*below, strict=True), strict=True)
    ] if below else [pa.nulls(0) for _ in names]  # fmt: skip
    table = pa.table(columns, [str(place) for place in range(len(names))])
    table, empty = without_empty_rows(table)
    table, nameless = with_names(table, names)
    table, units = without_units(table)
    above = (f"the header is in row {header.first + 1}; what is above it is left out",) if position else ()
    likely = looks_like_row(names)
    shape = [*notes, *([likely] if likely else []), *above, *empty, *nameless, *units]
    return noted(table, {"shape": shape})


def _with_long_spans(cells: list[Any]) -> list[Any]:
    """Cells of one column; among times of the day, which ODS writes as spans, the text of a longer span is one."""
    if not any(isinstance(cell, dt.time) for cell in cells):
        return cells
    return [_span(match) if isinstance(cell, str) and (match := SPAN.fullmatch(cell)) else cell for cell in cells]


def _span(match: re.Match[str]) -> dt.timedelta:
    """A span of ISO 8601; of a day and more the reader of ODS leaves the text."""
    span = dt.timedelta(hours=int(match["hours"]), minutes=int(match["minutes"]), seconds=float(match["seconds"]))
    return -span if match["sign"] else span


def _first_full(rows: Sequence[Row]) -> int:
    """The first row with as many cells as most rows have, where rows above it have hardly one."""
    counts = [sum(map(bool, row.cells)) for row in rows]
    most = max(set(counts), key=counts.count)
    place = next((number for number, count in enumerate(counts) if count >= most), 0)
    return place if all(count == 1 for count in counts[:place]) and most > 1 else 0


def _text(cell: Any) -> str:
    """A cell as text; nothing for an empty one."""
    if cell is None:
        return ""
    return cell.strip() if isinstance(cell, str) else label_of(cell) if not isinstance(cell, dt.date) else str(cell)
