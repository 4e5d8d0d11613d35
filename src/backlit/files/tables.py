"""Tables in files: CSV and TSV as people have them, and Parquet."""

from __future__ import annotations

import io
import json
import os
import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from backlit.encoding.frames import as_written
from backlit.encoding.text import NULLS, judge_table, readings_of, with_readings
from backlit.errors import BacklitError, DamagedFile, DataError, ParameterError
from backlit.files.atomic import read_whole, write_whole
from backlit.files.delimited import (
    Dialect,
    ReadOptions,
    decode,
    excel_separator,
    first_lines,
    other_decimal_mark,
    sniff,
    without_spaced_quotes,
)
from backlit.files.header import Header, looks_like_row, read_header, split_rows
from backlit.files.number_text import parse_numbers
from backlit.files.shape import with_names, without_empty_rows, without_units

BLOCK = 1 << 30
"""Bytes whose cells decide the types of the columns together; nearly every file is one block."""

BAD_COLUMN = re.compile(r"In CSV column #(\d+)")
BAD_ROW = re.compile(r"Row #(\d+): Expected (\d+) columns, got (\d+)")
INDEX = re.compile(r"__index_level_\d+__")

T = TypeVar("T")
SNIFFED = ReadOptions()


def read_table(
    path: str | os.PathLike[str], *, as_text: Collection[str] = (), options: ReadOptions = SNIFFED
) -> pa.Table:
    r"""Read a table by the suffix of its file: ``.csv``, ``.tsv`` or ``.parquet``.

    In delimited text the separator (comma, semicolon, tab, bar), the encoding (UTF-8 and UTF-16 with or without a byte
    order mark, else cp949, cp932, cp1252 or latin-1), decimal commas and thousands separators are inferred, unless
    `options` gives them; the schema's metadata records them as JSON under ``backlit``, and `dialect_note` puts them
    in words. A column is read with the file's decimal mark; if a cell does not fit that and all fit the other, with
    the other. The file's mark is the one with fewer such columns.
    Lines above the header, empty rows, empty columns without a name and a first row of units are left out, and
    reported. Empty cells are null, and in columns of numbers ``?``, ``NA``, ``NaN`` and ``null`` (`NULLS`) unless
    `options` gives others. What each column of text is (numbers in a form, dates, words) is decided here by all its
    cells and recorded in the metadata; its cells stay as they are written.

    Parameters
    ----------
    path : path-like
        The file to read.
    as_text : collection of str
        Columns of delimited text that are kept as written, so that a code such as ``007`` stays one.
    options : ReadOptions
        Encoding, separator and decimal mark, where they are not to be inferred.

    Returns
    -------
    pyarrow.Table
        With at least one row and distinct column names.

    Raises
    ------
    ParameterError
        If the suffix is unknown.
    DataError
        If the file is empty or ragged, or two columns have one name.
    DamagedFile
        If it is Parquet that is not whole.
    OSError
        If the file cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "sizes.csv"
    ...     _ = path.write_text("name;size\nanna;1,5\nben;?\n")
    ...     read_table(path).to_pylist()
    [{'name': 'anna', 'size': 1.5}, {'name': 'ben', 'size': None}]
    """
    source = Path(path)
    reader = _by_suffix(source, {".csv": _read_csv, ".tsv": _read_tsv, ".parquet": _read_parquet})
    data = read_whole(source)
    if not data:
        raise DataError(f"{source} is empty; give a file with a header and rows", path=source)
    table = reader(source, data, frozenset(as_text), options)
    _check_names(source, table.column_names)
    if not table.num_rows:
        raise DataError(f"{source} has a header but no rows; give a file with rows", path=source)
    texts = [name for name in table.column_names if name not in as_text]
    return with_readings(table, judge_table(table.select(texts)))


def write_table(table: pa.Table, path: str | os.PathLike[str]) -> None:
    """Write a table by the suffix of its file (``.csv``, ``.tsv``, ``.parquet``), whole or not at all.

    Parameters
    ----------
    table : pyarrow.Table
        What to write; all its rows and columns.
    path : path-like
        The file to write.

    Raises
    ------
    ParameterError
        If the suffix is unknown.
    DataError
        If a column cannot be written as text.
    OSError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_table(pa.table({"prediction": ["yes", "no"]}), folder + "/out.csv")
    ...     print(Path(folder, "out.csv").read_text())
    "prediction"
    "yes"
    "no"
    """
    writer = _by_suffix(Path(path), {".csv": _csv_bytes, ".tsv": _tsv_bytes, ".parquet": _parquet_bytes})
    try:
        data = writer(table)
    except pa.ArrowException as error:
        message = f"cannot write {os.fspath(path)}: {_one_line(error)}; drop or convert that column"
        raise DataError(message, path=path) from None
    write_whole(path, data)


def _by_suffix(path: Path, table: dict[str, T]) -> T:
    """What `table` holds for the suffix of `path`."""
    entry = table.get(path.suffix.lower())
    if entry is None:
        suffix = f"suffix {path.suffix!r}" if path.suffix else "no suffix"
        raise ParameterError(f"{path} has {suffix}; use one of {', '.join(table)}", parameter="path")
    return entry


def _read_tsv(path: Path, data: bytes, as_text: frozenset[str], options: ReadOptions) -> pa.Table:
    """Text separated by tabs, unless the options give another separator."""
    return _read_csv(path, data, as_text, replace(options, separator=options.separator or "\t"))


def _read_parquet(path: Path, data: bytes, as_text: frozenset[str], options: ReadOptions) -> pa.Table:
    """Parquet, without the row labels that pandas may have left in it."""
    try:
        table = pq.ParquetFile(pa.BufferReader(data)).read()
    except (pa.ArrowException, OSError) as error:
        message = f"{path} is not a whole Parquet file: {_one_line(error)}; take a fresh copy"
        raise DamagedFile(message, path=path) from None
    return as_written(table.select([i for i, name in enumerate(table.column_names) if not INDEX.fullmatch(name)]))


def _read_csv(path: Path, data: bytes, as_text: frozenset[str], options: ReadOptions) -> pa.Table:
    """Decode, sniff, and parse; with both decimal marks where the first lines do not show which it is."""
    try:
        decoded = decode(data, options.encoding)
    except BacklitError as error:
        raise error.located(str(path)) from None
    separator, body = excel_separator(decoded.body)
    if b"\0" in body[:4096]:
        raise DataError(f"{path} is not text; save it as CSV first, or give it its own suffix", path=path)
    if not body[:4096].strip() and not body.strip():
        raise DataError(f"{path} is empty; give a file with a header and rows", path=path)
    dialect = sniff(body, options.separator or separator, options.decimal)
    body = without_spaced_quotes(body, dialect.separator)
    header = _header(path, body, dialect)
    rows = _Rows(path, body[header.start :], header, as_text, options.missing)
    parsed = _parse_as(rows, dialect, options.decimal is None)
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
    return table.replace_schema_metadata({"backlit": json.dumps(note)})


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of a file as text, its header, columns that stay text, and what the user calls missing."""

    path: Path
    body: bytes
    header: Header
    as_text: frozenset[str]
    missing: tuple[str, ...] | None

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
    table = _parse(rows, dialect)
    columns, contrary, from_text = [], [], False
    for name, column in zip(rows.header.names, table.columns, strict=True):
        if pa.types.is_string(column.type):
            if name in rows.as_text:
                column = pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), column)
            else:
                text = parse_numbers(column, dialect.decimal, try_both, rows.nulls)
                column, from_text = text.column, from_text or text.decimal is not None
                contrary += [name] if text.decimal not in (None, dialect.decimal) else []
        columns.append(column)
    table, empty = without_empty_rows(pa.table(columns, names=table.column_names))
    table, nameless = with_names(table, rows.header.names)
    return _Parsed(table, contrary, from_text, (*empty, *nameless))


def _may_differ(parsed: _Parsed, dialect: Dialect) -> bool:
    """Whether the other decimal mark could give another table; with commas as separators the mark is the point."""
    floats = any(pa.types.is_floating(kind) for kind in parsed.table.schema.types)
    return parsed.from_text or (floats and dialect.separator != ",")


def dialect_note(table: pa.Table, *, kinds_known: bool = False) -> str:
    """In words how a file of delimited text was written; empty for plain CSV (UTF-8, commas, points) and Parquet.

    Parameters
    ----------
    table : pyarrow.Table
        As `read_table` returned it.
    kinds_known : bool, default False
        Whether it is known what each column must be, as a fitted model knows it; else how columns of text are read
        is added.

    Returns
    -------
    str
        Without a full stop.

    Examples
    --------
    >>> note = {"encoding": "utf-8", "separator": ";", "decimal": ",", "certain": True, "guessed": False}
    >>> note |= {"contrary": [], "shape": []}
    >>> dialect_note(pa.table({"a": [1]}).replace_schema_metadata({"backlit": json.dumps(note)}))
    "read as utf-8, separated by ';', with decimal commas"
    """
    text = (table.schema.metadata or {}).get(b"backlit")
    if text is None:
        return ""
    note = json.loads(text)
    if "encoding" not in note:
        return "; ".join(sentence for reading in readings_of(table).values() for sentence in reading.notes)
    further = list(note["shape"])
    if not kinds_known:
        further += [sentence for reading in readings_of(table).values() for sentence in reading.notes]
    plain = note["encoding"] == "utf-8" and note["separator"] == "," and note["decimal"] == "."
    if plain and note["certain"] and not note["contrary"]:
        return "; ".join(further)
    words = {".": "points", ",": "commas"}
    sentence = f"read as {note['encoding']}"
    if note["guessed"]:
        sentence += " (a guess: --encoding overrides)"
    sentence += f", separated by {note['separator']!r}, with decimal {words[note['decimal']]}"
    if not note["certain"]:
        sentence += " (a guess, and 1,234 or 1.234 is another number with the other mark: --decimal overrides)"
    if note["contrary"]:
        sentence += f" (but {', '.join(map(repr, note['contrary']))} with the other mark)"
    return "; ".join([sentence, *further])


def _parse(rows: _Rows, dialect: Dialect) -> pa.Table:
    """Parse with pyarrow, columns by position; a column whose later blocks contradict its first becomes text."""
    names = [str(position) for position in range(len(rows.header.names))]
    types = {names[i]: pa.string() for i, name in enumerate(rows.header.names) if name in rows.as_text}
    parallel = True
    if not rows.body[:4096].strip() and not rows.body.strip():
        raise DataError(f"{rows.path} has a header but no rows; give a file with rows", path=rows.path)
    while True:
        try:
            return pacsv.read_csv(
                pa.BufferReader(rows.body),
                pacsv.ReadOptions(
                    block_size=max(1, min(len(rows.body) + 1, BLOCK)), use_threads=parallel, column_names=names
                ),
                pacsv.ParseOptions(delimiter=dialect.separator, newlines_in_values=True),
                pacsv.ConvertOptions(null_values=rows.nulls, decimal_point=dialect.decimal, column_types=types),
            )
        except pa.ArrowInvalid as error:
            column = BAD_COLUMN.search(str(error))
            if column and names[int(column[1])] not in types:
                types[names[int(column[1])]] = pa.string()
            elif parallel:
                parallel = False  # only the serial reader numbers its rows
            else:
                raise _parse_error(rows.path, error) from None


def _header(path: Path, body: bytes, dialect: Dialect) -> Header:
    """The header, with distinct names but for empty ones."""
    lines = first_lines(body)
    try:
        header = read_header(lines, split_rows(lines, dialect.separator))
    except ValueError as error:
        raise DataError(f"{path}: {error}", path=path) from None
    names = [name for name in header.names if name]
    if len(set(names)) < len(names) and looks_like_row(header.names):
        raise DataError(f"{path}: {looks_like_row(header.names)}", path=path)
    _check_names(path, names)
    return header


def _parse_error(path: Path, error: pa.ArrowInvalid) -> DataError:
    """What pyarrow found, with the row counted from 0 below the header."""
    ragged = BAD_ROW.search(str(error))
    if ragged:
        row, expected, got = (int(group) for group in ragged.groups())
        return DataError(
            f"{path}: row {row - 1} has {got} cells where the header has {expected}; "
            "mend that row, or say what separates cells (--separator)",
            row=row - 1,
            path=path,
        )
    return DataError(f"{path} cannot be read: {_one_line(error)}; mend the file", path=path)


def _csv_bytes(table: pa.Table, separator: str = ",") -> bytes:
    """The table as delimited text."""
    sink = io.BytesIO()
    pacsv.write_csv(table, sink, pacsv.WriteOptions(delimiter=separator))
    return sink.getvalue()


def _tsv_bytes(table: pa.Table) -> bytes:
    """The table as text separated by tabs."""
    return _csv_bytes(table, "\t")


def _parquet_bytes(table: pa.Table) -> bytes:
    """The table as Parquet."""
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue()


def _check_names(path: Path, names: list[str]) -> None:
    """Refuse two columns of one name."""
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        message = f"{path} has more than one column {twice[0]!r}; rename or drop all but one"
        raise DataError(message, column=twice[0], path=path)


def _one_line(error: BaseException) -> str:
    """An error's message in one line."""
    return " ".join(str(error).split()).rstrip(".") or type(error).__name__
