"""Tables in files: read in every format of `formats`, written as CSV, TSV or Parquet."""

from __future__ import annotations

import io
import os
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from backlit.encoding.text import judge_table, readings_of, with_readings
from backlit.encoding.text.table import note_of, noted
from backlit.errors import DataError, ParameterError
from backlit.files.atomic import write_whole
from backlit.files.delimited import ReadOptions
from backlit.files.format_kind import Format, Source, check_names, one_line
from backlit.files.formats import FORMATS, SUFFIXES
from backlit.files.system_errors import plain_os_error

T = TypeVar("T")
SNIFFED = ReadOptions()


def read_table(
    path: str | os.PathLike[str], *, as_text: Collection[str] = (), options: ReadOptions = SNIFFED
) -> pa.Table:
    r"""Read a table by the content and the name of its file, in one of the formats of `backlit.files.formats`.

    In delimited text the separator (comma, semicolon, tab, bar), the encoding (UTF-8 and UTF-16 with or without a byte
    order mark, else cp949, cp932, cp1252 or latin-1), decimal commas and thousands separators are inferred, unless
    `options` gives them; the schema's metadata records them, and `dialect_note` puts them in words. A column is read
    with the file's decimal mark; if a cell does not fit that and all fit the other, with the other.
    Lines above the header, empty rows, empty columns without a name and a first row of units are left out, and
    reported. What each column of text is (numbers in a form, dates, words), and what of it is missing, is decided here
    by all its cells and recorded in the metadata; its cells stay as they are written.

    Parameters
    ----------
    path : path-like
        The file to read; ``book.xlsx#Sheet 2`` names a sheet of a workbook, or a table of a database.
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
        If neither the content nor the suffix is known.
    DataError
        If the file is empty or ragged, two columns have one name, or it has several tables and none is named.
    DamagedFile
        If it is not whole.
    MissingExtra
        If its format needs a reader that is not installed.
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
    source = Source.of(path, frozenset(as_text), options)
    kind = format_of(source)
    if not source.path.stat().st_size:
        raise DataError(f"{path} is empty; give a file with a header and rows", path=path)
    table = kind.read(source)
    check_names(source.path, table.column_names)
    if not table.num_rows:
        raise DataError(f"{path} has a header but no rows; give a file with rows", path=path)
    table = with_decisions(table, options)
    texts = [name for name in table.column_names if name not in as_text]
    return with_readings(table, judge_table(table.select(texts)))


def format_of(source: Source) -> Format:
    """The format of a file: by its first bytes where these show it, else by the end of its name.

    Raises
    ------
    ParameterError
        If neither says it.
    OSError
        If the file cannot be read.
    """
    by_name = SUFFIXES.get(source.path.suffix.lower())
    if by_name is None and not source.path.exists():
        raise _unknown_suffix(source.path, SUFFIXES)
    try:
        head = source.head
    except OSError as error:
        raise plain_os_error(error, "cannot read", source.path) from None
    by_content = next((kind for kind in FORMATS.values() if kind.signature is not None and kind.signature(head)), None)
    kind = by_content or by_name
    if kind is None:
        raise _unknown_suffix(source.path, SUFFIXES)
    if source.table is not None and not kind.has_tables:
        raise DataError(f"{source.path} is {kind.name}, which has no tables to name; leave out '#'", path=source.path)
    return kind


def with_decisions(table: pa.Table, options: ReadOptions) -> pa.Table:
    """The table with what the user has decided about its cells, for whatever reads it next."""
    return noted(table, {"missing": options.missing, "day_first": options.day_first, **note_of(table)})


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
        message = f"cannot write {os.fspath(path)}: {one_line(error)}; drop or convert that column"
        raise DataError(message, path=path) from None
    write_whole(path, data)


def _by_suffix(path: Path, table: dict[str, T]) -> T:
    """What `table` holds for the suffix of `path`."""
    entry = table.get(path.suffix.lower())
    if entry is None:
        raise _unknown_suffix(path, table)
    return entry


def _unknown_suffix(path: Path, suffixes: Iterable[str]) -> ParameterError:
    """What to raise for a file whose name does not say its format."""
    suffix = f"suffix {path.suffix!r}" if path.suffix else "no suffix"
    return ParameterError(f"{path} has {suffix}; use one of {', '.join(suffixes)}", parameter="path")


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
    >>> dialect_note(noted(pa.table({"a": [1]}), note))
    "read as utf-8, separated by ';', with decimal commas"
    """
    note = note_of(table)
    further = list(note.get("shape", ()))
    if not kinds_known:
        further += [sentence for reading in readings_of(table).values() for sentence in reading.notes]
    if "encoding" not in note:
        return "; ".join(further)
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
