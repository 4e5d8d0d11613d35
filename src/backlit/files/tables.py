"""Tables in files: CSV and TSV as people have them, and Parquet."""

from __future__ import annotations

import io
import json
import os
import re
from collections import Counter
from collections.abc import Collection
from dataclasses import asdict, replace
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from backlit.errors import BacklitError
from backlit.files.atomic import read_whole, write_whole
from backlit.files.separated import DECIMALS, Asked, Dialect, decode, grouping_marks, number_pattern, sniff

NULLS = ("", "?", "NA", "N/A", "#N/A", "n/a", "NaN", "nan", "null", "NULL", "Null")
BLOCK = 1 << 30
"""Bytes whose cells decide the types of the columns together; nearly every file is one block."""

BAD_COLUMN = re.compile(r"In CSV column #(\d+)")
BAD_ROW = re.compile(r"Row #(\d+): Expected (\d+) columns, got (\d+)")
INDEX = re.compile(r"__index_level_\d+__")

T = TypeVar("T")
SNIFFED = Asked()


def read_table(path: str | os.PathLike[str], *, as_text: Collection[str] = (), asked: Asked = SNIFFED) -> pa.Table:
    r"""Read a table by the suffix of its file: ``.csv``, ``.tsv`` or ``.parquet``.

    In separated text the separator (comma, semicolon, tab, bar), the encoding (UTF-8 and UTF-16 with or without a byte
    order mark, else cp949, else cp1252 or latin-1), decimal commas and thousands separators are found out, unless
    `asked` says them; the schema's metadata says which, as JSON under ``backlit`` (`backlit.files.finding` in words).
    A column is read with the file's decimal mark; if a cell does not fit that and all fit the other, with the other.
    Empty cells, ``?``, ``NA``, ``NaN`` and ``null`` are null.

    Parameters
    ----------
    path : path-like
        The file to read.
    as_text : collection of str
        Columns of separated text that are kept as written, so that a code such as ``007`` stays one.
    asked : Asked
        Encoding, separator and decimal mark, where they are not to be found out.

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
    table = reader(source, data, frozenset(as_text), asked)
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


def _read_tsv(path: Path, data: bytes, as_text: frozenset[str], asked: Asked) -> pa.Table:
    """Text separated by tabs, unless something else is asked for."""
    return _read_csv(path, data, as_text, replace(asked, separator=asked.separator or "\t"))


def _read_parquet(path: Path, data: bytes, as_text: frozenset[str], asked: Asked) -> pa.Table:
    """Parquet, without the row labels that pandas may have left in it."""
    try:
        table = pq.ParquetFile(pa.BufferReader(data)).read()
    except (pa.ArrowException, OSError) as error:
        raise BacklitError(f"{path} is not a whole Parquet file: {_line(error)}; take a fresh copy") from None
    return table.select([i for i, name in enumerate(table.column_names) if not INDEX.fullmatch(name)])


def _read_csv(path: Path, data: bytes, as_text: frozenset[str], asked: Asked) -> pa.Table:
    """Decode, sniff, parse, then mend the columns that pyarrow left as text."""
    try:
        body, encoding = decode(data, asked.encoding)
    except BacklitError as error:
        raise BacklitError(f"{path}: {error}") from None
    if b"\0" in body[:4096]:
        raise BacklitError(f"{path} is not text; save it as CSV first, or give it its own suffix")
    if not body.strip():
        raise BacklitError(f"{path} is empty; give a file with a header and rows")
    dialect = sniff(body, encoding, asked.separator, asked.decimal)
    table = _parse(path, body, dialect, as_text)
    names = [name.strip() for name in table.column_names]
    columns, contrary = [], []
    for name, column in zip(names, table.columns, strict=True):
        if name not in as_text:
            column, mark = _mend(column, dialect.decimal, asked.decimal is None)
            contrary += [name] if mark != dialect.decimal else []
        columns.append(column)
    note = {**asdict(dialect), "contrary": contrary}
    return pa.table(columns, names=names).replace_schema_metadata({"backlit": json.dumps(note)})


def finding(table: pa.Table) -> str:
    """In words how a table of separated text was written; empty for plain CSV (UTF-8, commas, points) and Parquet.

    Examples
    --------
    >>> note = {"encoding": "cp949", "separator": ";", "decimal": ",", "certain": True, "contrary": []}
    >>> finding(pa.table({"a": [1]}).replace_schema_metadata({"backlit": json.dumps(note)}))
    "read as cp949, separated by ';', with decimal commas"
    """
    text = (table.schema.metadata or {}).get(b"backlit")
    if text is None:
        return ""
    note = json.loads(text)
    plain = note["encoding"] == "utf-8" and note["separator"] == "," and note["decimal"] == "."
    if plain and note["certain"] and not note["contrary"]:
        return ""
    words = {".": "points", ",": "commas"}
    said = f"read as {note['encoding']}, separated by {note['separator']!r}, with decimal {words[note['decimal']]}"
    if not note["certain"]:
        said += " (a guess: 1,234 is read as 1234 and 1.234 as it stands; a decimal mark of your own overrides)"
    if note["contrary"]:
        said += f" (but {', '.join(map(repr, note['contrary']))} with the other mark)"
    return said


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


def _mend(column: pa.ChunkedArray, decimal: str, both: bool) -> tuple[pa.ChunkedArray, str]:
    """Trim text, find nulls behind spaces, and read numbers with thousands separators; and by which decimal mark."""
    if not pa.types.is_string(column.type):
        return column, decimal
    text = pc.utf8_trim_whitespace(column)
    text = pc.if_else(pc.is_in(text, value_set=pa.array(NULLS)), pa.scalar(None, pa.string()), text)
    if text.null_count == len(text):
        return text, decimal
    for mark in sorted(DECIMALS, key=decimal.__ne__) if both else [decimal]:
        numbers = _as_numbers(text, mark)
        if numbers is not None:
            return numbers, mark
    return text, decimal


def _as_numbers(text: pa.ChunkedArray, decimal: str) -> pa.ChunkedArray | None:
    """Text as numbers, if all of it is numbers with this decimal mark."""
    if not pc.all(pc.match_substring_regex(text, f"^{number_pattern(decimal)}$")).as_py():
        return None
    for mark in grouping_marks(decimal):
        text = pc.replace_substring(text, mark, "")
    plain = pc.utf8_ltrim(pc.replace_substring(text, decimal, "."), "+")  # Arrow's parser takes no plus
    for kind in (pa.int64(), pa.float64()):
        try:
            return pc.cast(plain, kind)
        except pa.ArrowInvalid:
            continue
    return None


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
