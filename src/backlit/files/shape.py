"""What of a parsed table is no column and no row: nameless and empty columns, empty rows, units, totals."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from backlit.encoding.text.missing import is_marker

TOTAL_WORDS = """
    total totals sum sums subtotal summe gesamt gesamtsumme insgesamt somme totale totaal suma razem celkem итого
    всего average mean avg durchschnitt mittelwert moyenne media 합계 총계 총합 소계 평균
    計 合計 合计 总计 總計 小計 小计 平均
"""
TOTALS = frozenset(TOTAL_WORDS.split()) | {
    "grand total",
    "sub total",
    "sub-total",
    "total general",
    "all total",
    "sum total",
    "overall total",
    "mean value",
    "median",
    "std dev",
    "stddev",
    "stdev",
    "total général",
    "total geral",
}
"""Words for a row that sums up the others, in small letters."""

SUM_TOLERANCE = 1e-3
"""How far a sum may be off by rounding, relative to it."""

HEADER_SAMPLE = 100
"""Rows by which a column is judged here."""

NUMBER = re.compile(r"\W{0,3}\d.*")


def is_text(kind: pa.DataType) -> bool:
    """Whether a column is text."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def without_empty_rows(table: pa.Table) -> tuple[pa.Table, tuple[str, ...]]:
    """The rows that have a cell with something in it, and a sentence about the others.

    Examples
    --------
    >>> table, notes = without_empty_rows(pa.table({"a": [1, None], "b": ["x", None]}))
    >>> table.num_rows, notes
    (1, ('1 row without any cell is left out (the first is row 1)',))
    """
    if not table.num_columns or not all(column.null_count for column in table.columns):
        return table, ()
    empty = pc.is_null(table.column(0))
    for column in table.columns[1:]:
        empty = pc.and_(empty, pc.is_null(column))
        if not pc.any(empty).as_py():
            return table, ()
    count = pc.sum(empty).as_py()
    what = "1 row without any cell is" if count == 1 else f"{count:,} rows without any cell are"
    first = pc.index(empty, True).as_py()
    return table.filter(pc.invert(empty)), (f"{what} left out (the first is row {first})",)


def with_names(table: pa.Table, names: Sequence[str]) -> tuple[pa.Table, tuple[str, ...]]:
    """The table under its names: empty nameless columns are left out, as are numbers of rows; others get a name.

    Examples
    --------
    >>> table, notes = with_names(pa.table([[5, 6], [None, None], [7, 9]], names=["0", "1", "2"]), ["a", "", ""])
    >>> table.column_names, notes[1]
    (['a', 'column 3'], "a column without a name is called 'column 3'")
    """
    kept, notes = {}, []
    nameless = [position for position, name in enumerate(names) if not name]
    empty = [position for position in nameless if table.column(position).null_count == table.num_rows]
    if empty and table.num_rows:
        what = "1 column" if len(empty) == 1 else f"{len(empty)} columns"
        notes.append(f"{what} without name and cells left out")
    for position, name in enumerate(names):
        column = table.column(position)
        if name:
            kept[position] = name
        elif position == 0 and counts_rows(column):
            notes.append("the first column has no name and counts the rows: it is left out")
        elif position not in empty:
            kept[position] = f"column {position + 1}"
            notes.append(f"a column without a name is called {kept[position]!r}")
    selected = table.select(list(kept))
    return selected.rename_columns(list(kept.values())), tuple(notes)


def counts_rows(column: pa.ChunkedArray) -> bool:
    """Whether a column is 0, 1, 2, ... or 1, 2, 3, ..."""
    if not pa.types.is_integer(column.type) or column.null_count or len(column) < 3:
        return False
    numbers = column.to_numpy()
    return bool(numbers[0] in (0, 1) and (np.diff(numbers) == 1).all())


def without_units(table: pa.Table) -> tuple[pa.Table, tuple[str, ...]]:
    """The table without a first row of units, and a sentence about it.

    Examples
    --------
    >>> table, notes = without_units(pa.table({"size": ["cm", "61.7", "12"], "kind": ["-", "a", "b"]}))
    >>> table.num_rows, notes
    (2, ('row 0 (cm, -) looks like the units of the columns and is left out',))
    """
    if table.num_rows < 3:
        return table, ()
    cells, units = [], 0
    for column in table.columns:
        first = column[0].as_py()
        if first is None:
            continue
        if not is_text(column.type) or any(map(str.isdigit, first)):
            return table, ()
        rest = [cell for cell in column.slice(1, HEADER_SAMPLE).to_pylist() if cell is not None]
        if rest and all(map(NUMBER.fullmatch, rest)):
            units += not is_marker(first)
        elif first in rest:
            return table, ()
        cells.append(first)
    if not units:
        return table, ()
    return table.slice(1), (f"row 0 ({', '.join(cells)}) looks like the units of the columns and is left out",)


def is_total(cell: str) -> bool:
    """Whether a cell says that its row sums up others: such a word, with nothing but digits and marks behind it.

    Examples
    --------
    >>> is_total("Total (60)"), is_total("SUMME:"), is_total("Total war")
    (True, True, False)
    """
    words = " ".join(re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", cell.casefold()))
    return words in TOTALS


def without_totals(table: pa.Table) -> tuple[pa.Table, tuple[str, ...]]:
    """The table without rows at its ends that sum up the others, without notes below it, and a sentence about each.

    Examples
    --------
    >>> table, notes = without_totals(pa.table({"kind": ["a", "b", "Total"], "n": [1, 2, 3]}))
    >>> table.num_rows, notes
    (2, ("row 2 is left out: 'Total' in column 'kind' looks like a row that sums up the others",))
    """
    notes = []
    while table.num_rows > 2:
        row = table.num_rows - 1
        reason = _no_row_of_data(table, row)
        if not reason:
            break
        notes.append(f"row {row} is left out: {reason}")
        table = table.slice(0, row)
    if table.num_rows > 2:
        reason = _sums_up(table, 0)
        if reason:
            notes.append(f"row 0 is left out: {reason}")
            table = table.slice(1)
    return table, tuple(notes)


def _no_row_of_data(table: pa.Table, row: int) -> str:
    """Why the last row is none; nothing where it is one."""
    filled = [name for name in table.column_names if table[name][row].is_valid]
    if table.num_columns > 2 and len(filled) == 1 and is_text(table.schema.field(filled[0]).type):
        above = [table[name][row - 1].is_valid for name in table.column_names]
        cell = table[filled[0]][row].as_py()
        if sum(above) > 1 and pc.index(table[filled[0]], cell).as_py() == row:
            return f"{cell!r:.60} in column {filled[0]!r} stands alone in it"
    return _sums_up(table, row)


def _sums_up(table: pa.Table, row: int) -> str:
    """Why a row sums up the others; nothing where it does not."""
    texts = [name for name in table.column_names if is_text(table.schema.field(name).type)]
    for name in texts:
        cell = table[name][row].as_py()
        last = row > 0
        if cell is not None and is_total(cell) and pc.count(pc.index_in(table[name], pa.array([cell]))).as_py() == 1:
            return f"{cell!r} in column {name!r} looks like a row that sums up the others"
        if last and cell is None and table[name].null_count == 1:
            return _sums(table, row)
    return ""


def _sums(table: pa.Table, row: int) -> str:
    """Why a row without a text has the sums or means of the rows above it in all its numbers, or nothing."""
    numbers = [name for name in table.column_names if pa.types.is_floating(table.schema.field(name).type)
               or pa.types.is_integer(table.schema.field(name).type)]  # fmt: skip
    given = [name for name in numbers if table[name][row].is_valid]
    for word, reduce in (("sum", pc.sum), ("mean", pc.mean)):
        expected = [reduce(table[name].slice(0, row)).as_py() for name in given]
        values = [table[name][row].as_py() for name in given]
        if given and all(
            total is not None and total != 0 and abs(value - total) <= SUM_TOLERANCE * abs(total)
            for value, total in zip(values, expected, strict=True)
        ):
            return f"{values[0]} in column {given[0]!r} is the {word} of the rows above"
    return ""
