"""Delimited text as a table: the rows below the header, parsed by pyarrow, and cleaned."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from backlit.encoding.text import NULLS
from backlit.encoding.text.table import noted
from backlit.errors import BacklitError, DataError
from backlit.files.delimited import (
    Dialect,
    decode,
    excel_separator,
    first_lines,
    other_decimal_mark,
    sniff,
    without_spaced_quotes,
)
from backlit.files.format_kind import Source, check_names, one_line
from backlit.files.header import Header, looks_like_row, read_header, split_rows
from backlit.files.number_text import leading_zeros, parse_numbers
from backlit.files.shape import is_text, with_names, without_empty_rows, without_units
from backlit.files.stray_lines import StrayLines, quote_mark, ragged_row, without_repeated_header

BLOCK = 1 << 30
"""Bytes whose cells decide the types of the columns together; nearly every file is one block."""

BAD_COLUMN = re.compile(r"In CSV column #(\d+)")
BAD_ROW = re.compile(r"Row #(\d+): Expected (\d+) columns, got (\d+)")


def parse_delimited(source: Source) -> pa.Table:
    """Decode, sniff, and parse; with both decimal marks where the first lines do not show which it is.

    Parameters
    ----------
    source : Source

    Returns
    -------
    pyarrow.Table
        Its metadata says how it was written (`tables.dialect_note`).

    Raises
    ------
    DataError
        If it is no text, or rows do not have the cells of the header.
    """
    path, data, as_text, options = source.path, source.data, source.as_text, source.options
    try:
        decoded = decode(data, options.encoding, options.like)
    except BacklitError as error:
        raise error.located(str(path)) from None
    separator, body = excel_separator(decoded.body)
    if b"\0" in body[:4096]:
        raise DataError(f"{path} is not text; save it as CSV first, or give it its own suffix", path=path)
    if not body[:4096].strip() and not body.strip():
        raise DataError(f"{path} is empty; give a file with a header and rows", path=path)
    dialect = sniff(body, options.separator or separator, options.decimal, options.like)
    body = without_spaced_quotes(body, dialect.separator)
    quote = quote_mark(body, dialect.separator)
    header = header_of(path, body, dialect.separator, quote)
    rows = _Rows(path, body[header.start :], header, as_text, options.missing, quote)
    parsed = _parse_as(rows, dialect, options.decimal is None)
    if all(is_text(kind) for kind in parsed.table.schema.types):  # as a header among the rows makes every column
        below, repeated = without_repeated_header(body, header.start)
        if repeated:
            rows = replace(rows, body=below, header=replace(header, notes=(*header.notes, *repeated)))
            header, parsed = rows.header, _parse_as(rows, dialect, options.decimal is None)
    certain = True
    if options.decimal is None and (parsed.contrary or (not dialect.clear and _may_differ(parsed, dialect))):
        other_dialect = replace(dialect, decimal=other_decimal_mark(dialect.decimal))
        other = _parse_as(rows, other_dialect, True)
        if len(other.contrary) < len(parsed.contrary):
            parsed, dialect = other, other_dialect
        elif len(other.contrary) == len(parsed.contrary):
            certain = parsed.table.equals(other.table)
    table, units = without_units(parsed.table)
    likely_row = looks_like_row(header.names)
    note = {
        "encoding": decoded.encoding,
        "guessed": decoded.guessed,
        "separator": dialect.separator,
        "decimal": dialect.decimal,
        "certain": certain,
        "contrary": parsed.contrary,
        "missing": options.missing,
        "day_first": options.day_first,
        "shape": [*([likely_row] if likely_row else []), *header.notes, *parsed.notes, *units],
    }
    return noted(table, note)


def _zero_notes(table: pa.Table, rows: _Rows, separator: str) -> list[str]:
    """A sentence about each column of whole numbers that begin with zeros, as codes do, in the first lines."""
    cells = [row.cells for row in split_rows(first_lines(rows.body), separator, rows.quote)]
    notes = []
    for number, name in enumerate(rows.header.names):
        if name in table.column_names and pa.types.is_integer(table.schema.field(name).type):
            cell = leading_zeros([row[number] for row in cells if number < len(row)])
            if cell:
                without = f"without the zeros that its cells begin with (such as {cell!r})"
                notes.append(f"column {name!r} is read as numbers, {without}")
    return notes


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of a file as text, its header, columns that stay text, and what the user calls missing."""

    path: Path
    body: bytes
    header: Header
    as_text: frozenset[str]
    missing: tuple[str, ...] | None
    quote: str = '"'

    @property
    def nulls(self) -> tuple[str, ...]:
        """What is missing among numbers."""
        return NULLS if self.missing is None else ("", *self.missing)


@dataclass(frozen=True, slots=True)
class _Parsed:
    """A table as parsed with one decimal mark.

    `contrary` names the columns whose numbers have the other mark; `from_text` is whether any column became numbers
    only after cleaning; `notes` describes what is left out.
    """

    table: pa.Table
    contrary: list[str]
    from_text: bool
    notes: tuple[str, ...]


def _parse_as(rows: _Rows, dialect: Dialect, try_both: bool) -> _Parsed:
    """Parse, then clean the columns that pyarrow left as text."""
    table, skipped = _parse(rows, dialect)
    columns, contrary, from_text, notes = [], [], False, []
    for name, column in zip(rows.header.names, table.columns, strict=True):
        if pa.types.is_string(column.type):
            if name in rows.as_text:
                column = pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), column)
            else:
                text = parse_numbers(column, dialect.decimal, try_both, rows.nulls)
                column, from_text = text.column, from_text or text.decimal is not None
                notes += [f"column {name!r} is read as numbers: {text.example}"] if text.example else []
                contrary += [name] if text.decimal not in (None, dialect.decimal) else []
        columns.append(column)
    table, empty = without_empty_rows(pa.table(columns, names=table.column_names))
    table, nameless = with_names(table, rows.header.names)
    return _Parsed(
        table, contrary, from_text, (*skipped, *empty, *nameless, *notes, *_zero_notes(table, rows, dialect.separator))
    )


def _may_differ(parsed: _Parsed, dialect: Dialect) -> bool:
    """Whether the other decimal mark could give another table; with commas as separators the mark is the point."""
    floats = any(pa.types.is_floating(kind) for kind in parsed.table.schema.types)
    return parsed.from_text or (floats and dialect.separator != ",")


def _parse(rows: _Rows, dialect: Dialect) -> tuple[pa.Table, tuple[str, ...]]:
    """Parse with pyarrow, columns by position; a column whose later blocks contradict its first becomes text.

    Comments, and lines of one cell below the rows, are left out where pyarrow stumbles over them, with a sentence.
    """
    names = [str(position) for position in range(len(rows.header.names))]
    types = {names[i]: pa.string() for i, name in enumerate(rows.header.names) if name in rows.as_text}
    parallel, stray = True, None
    if not rows.body[:4096].strip() and not rows.body.strip():
        raise DataError(f"{rows.path} has a header but no rows; give a file with rows", path=rows.path)
    while True:
        try:
            table = pacsv.read_csv(
                pa.BufferReader(rows.body),
                pacsv.ReadOptions(
                    block_size=max(1, min(len(rows.body) + 1, BLOCK)), use_threads=parallel, column_names=names
                ),
                pacsv.ParseOptions(
                    delimiter=dialect.separator, newlines_in_values=True, quote_char=rows.quote,
                    invalid_row_handler=None if stray is None else stray.handle,
                ),
                pacsv.ConvertOptions(null_values=rows.nulls, decimal_point=dialect.decimal, column_types=types),
            )  # fmt: skip
            return table, () if stray is None else stray.notes(rows.path, table.num_rows)
        except pa.ArrowInvalid as error:
            column = BAD_COLUMN.search(str(error))
            if column and names[int(column[1])] not in types:
                types[names[int(column[1])]] = pa.string()
            elif parallel:
                parallel, stray = False, StrayLines()  # only the serial reader numbers its rows
            else:
                raise _parse_error(rows.path, error) from None


def header_of(path: Path, body: bytes, separator: str, quote: str | None = None) -> Header:
    """The header, with distinct names but for empty ones; the quotes are found where they are not given."""
    lines = first_lines(body)
    try:
        header = read_header(lines, split_rows(lines, separator, quote or quote_mark(body, separator)))
    except ValueError as error:
        raise DataError(f"{path}: {error}", path=path) from None
    names = [name for name in header.names if name]
    if len(set(names)) < len(names) and looks_like_row(header.names):
        raise DataError(f"{path}: {looks_like_row(header.names)}", path=path)
    check_names(path, names)
    return header


def _parse_error(path: Path, error: pa.ArrowInvalid) -> DataError:
    """What pyarrow found, with the row counted from 0 below the header."""
    ragged = BAD_ROW.search(str(error))
    if ragged:
        row, expected, got = (int(group) for group in ragged.groups())
        return ragged_row(path, row - 1, got, expected)
    return DataError(f"{path} cannot be read: {one_line(error)}; mend the file", path=path)
