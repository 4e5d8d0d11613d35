"""Tables in files: CSV and TSV as people have them, and Parquet."""

from __future__ import annotations

import io
import json
import os
import re
from collections import Counter
from collections.abc import Collection
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from backlit.errors import BacklitError
from backlit.files.atomic import read_whole, write_whole
from backlit.files.separated import Dialect, decode, sniff

NULLS = ("", "?", "NA", "N/A", "#N/A", "n/a", "NaN", "nan", "null", "NULL", "Null")
BLOCK = 1 << 30
"""Bytes whose cells decide the types of the columns together; nearly every file is one block."""

BAD_COLUMN = re.compile(r"In CSV column #(\d+)")
BAD_ROW = re.compile(r"Row #(\d+): Expected (\d+) columns, got (\d+)")
INDEX = re.compile(r"__index_level_\d+__")

T = TypeVar("T")


def read_table(path: str | os.PathLike[str], *, as_text: Collection[str] = ()) -> pa.Table:
    r"""Read a table by the suffix of its file: ``.csv``, ``.tsv`` or ``.parquet``.

    In separated text the separator (comma, semicolon, tab, bar), the encoding (UTF-8 with or without a byte order
    mark, UTF-16 with one, else cp949, else latin-1), decimal commas and thousands separators are found out; the
    schema's metadata says which, as JSON under ``backlit``. Empty cells, ``?``, ``NA``, ``NaN`` and ``null`` are null.

    Parameters
    ----------
    path : path-like
        The file to read.
    as_text : collection of str
        Columns of separated text that are kept as written, so that a code such as ``007`` stays one.

    Returns
    -------
    pyarrow.Table
        With at least one row and distinct column names.

    Raises
    ------
    BacklitError
        If the suffix is unknown, the file is empty, damaged or ragged, or two columns have one name.
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
        raise BacklitError(f"{source} is empty; give a file with a header and rows")
    table = reader(source, data, frozenset(as_text))
    _check_names(source, table.column_names)
    if not table.num_rows:
        raise BacklitError(f"{source} has a header but no rows; give a file with rows")
    return table


def write_table(table: pa.Table, path: str | os.PathLike[str]) -> None:
    """Write a table by the suffix of its file (``.csv``, ``.tsv``, ``.parquet``), whole or not at all.

    Raises
    ------
    BacklitError
        If the suffix is unknown or a column cannot be written as text.
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
        raise BacklitError(f"cannot write {os.fspath(path)}: {_line(error)}; drop or convert that column") from None
    write_whole(path, data)


def _by_suffix(path: Path, table: dict[str, T]) -> T:
    """What `table` holds for the suffix of `path`."""
    found = table.get(path.suffix.lower())
    if found is None:
        said = f"suffix {path.suffix!r}" if path.suffix else "no suffix"
        raise BacklitError(f"{path} has {said}; use one of {', '.join(table)}")
    return found


def _read_csv(path: Path, data: bytes, as_text: frozenset[str]) -> pa.Table:
    """Separated text, whatever separates it."""
    return _read_separated(path, data, as_text, None)


def _read_tsv(path: Path, data: bytes, as_text: frozenset[str]) -> pa.Table:
    """Text separated by tabs."""
    return _read_separated(path, data, as_text, "\t")


def _read_parquet(path: Path, data: bytes, as_text: frozenset[str]) -> pa.Table:
    """Parquet, without the row labels that pandas may have left in it."""
    try:
        table = pq.ParquetFile(pa.BufferReader(data)).read()
    except (pa.ArrowException, OSError) as error:
        raise BacklitError(f"{path} is not a whole Parquet file: {_line(error)}; take a fresh copy") from None
    return table.select([i for i, name in enumerate(table.column_names) if not INDEX.fullmatch(name)])


def _read_separated(path: Path, data: bytes, as_text: frozenset[str], separator: str | None) -> pa.Table:
    """Decode, sniff, parse, then mend the columns that pyarrow left as text."""
    body, encoding = decode(data)
    if b"\0" in body[:4096]:
        raise BacklitError(f"{path} is not text; save it as CSV first, or give it its own suffix")
    if not body.strip():
        raise BacklitError(f"{path} is empty; give a file with a header and rows")
    dialect = sniff(body, encoding, separator)
    table = _parse(path, body, dialect, as_text)
    names = [name.strip() for name in table.column_names]
    columns = [
        column if name in as_text else _mend(column, dialect.decimal)
        for name, column in zip(names, table.columns, strict=True)
    ]
    note = {"encoding": encoding, "separator": dialect.separator, "decimal": dialect.decimal}
    return pa.table(columns, names=names).replace_schema_metadata({"backlit": json.dumps(note)})


def _parse(path: Path, body: bytes, dialect: Dialect, as_text: frozenset[str]) -> pa.Table:
    """Parse with pyarrow; a column whose later blocks contradict its first becomes text."""
    header = _header(path, body, dialect)
    types = {name: pa.string() for name in header if name.strip() in as_text}
    parallel = True
    while True:
        try:
            return pacsv.read_csv(
                pa.BufferReader(body),
                pacsv.ReadOptions(block_size=max(1, min(len(body) + 1, BLOCK)), use_threads=parallel),
                pacsv.ParseOptions(delimiter=dialect.separator, newlines_in_values=True),
                pacsv.ConvertOptions(
                    null_values=NULLS, strings_can_be_null=True, decimal_point=dialect.decimal, column_types=types
                ),
            )
        except pa.ArrowInvalid as error:
            column = BAD_COLUMN.search(str(error))
            if column and header and header[int(column[1])] not in types:
                types[header[int(column[1])]] = pa.string()
            elif parallel:
                parallel = False  # only the serial reader numbers its rows
            else:
                raise _parse_error(path, error) from None


def _header(path: Path, body: bytes, dialect: Dialect) -> list[str]:
    """The distinct names in the header; none where even the first rows cannot be read."""
    try:
        reader = pacsv.open_csv(
            pa.BufferReader(body),
            parse_options=pacsv.ParseOptions(delimiter=dialect.separator, newlines_in_values=True),
        )
    except pa.ArrowInvalid:
        return []
    names = list(reader.schema.names)
    _check_names(path, [name.strip() for name in names])
    return names


def _parse_error(path: Path, error: pa.ArrowInvalid) -> BacklitError:
    """What pyarrow found, with the row counted from 0 below the header."""
    ragged = BAD_ROW.search(str(error))
    if ragged:
        row, expected, got = (int(group) for group in ragged.groups())
        return BacklitError(f"{path}: row {row - 2} has {got} cells where the header has {expected}; mend that row")
    return BacklitError(f"{path} cannot be read: {_line(error)}; mend the file")


def _mend(column: pa.ChunkedArray, decimal: str) -> pa.ChunkedArray:
    """Trim text, find nulls behind spaces, and read numbers with thousands separators."""
    if not pa.types.is_string(column.type):
        return column
    text = pc.utf8_trim_whitespace(column)
    text = pc.if_else(pc.is_in(text, value_set=pa.array(NULLS)), pa.scalar(None, pa.string()), text)
    if text.null_count == len(text):
        return text
    thousands = "." if decimal == "," else ","
    digits = rf"^[+-]?(\d+|\d{{1,3}}([{thousands}]\d{{3}})+)([{decimal}]\d*)?([eE][+-]?\d+)?$"
    if not pc.all(pc.match_substring_regex(text, digits)).as_py():
        return text
    plain = pc.replace_substring(pc.replace_substring(text, thousands, ""), decimal, ".")
    for kind in (pa.int64(), pa.float64()):
        try:
            return pc.cast(plain, kind)
        except pa.ArrowInvalid:
            continue
    return text


def _csv_bytes(table: pa.Table, separator: str = ",") -> bytes:
    """The table as separated text."""
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
        raise BacklitError(f"{path} has more than one column {twice[0]!r}; rename or drop all but one")


def _line(error: BaseException) -> str:
    """An error's message in one line."""
    return " ".join(str(error).split()).rstrip(".") or type(error).__name__
