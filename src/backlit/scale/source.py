"""Where rows come from that need not fit in memory: what a source is, and how one is made of what a caller has."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset

from backlit.encoding.cells import is_flag, is_label, is_number
from backlit.encoding.columns import KINDS
from backlit.errors import DataError
from backlit.scale.progress import OnRows

CHUNK_ROWS, FULL_COLUMNS, FEWEST_ROWS = 65_536, 16, 1_024
"""Rows that are read at once, of so many columns at most; of a wider table fewer, so that a chunk has as many cells."""


def chunk_rows(columns: int) -> int:
    """How many rows are read at once: some chunks are in memory together, however wide the table is.

    Examples
    --------
    >>> chunk_rows(8), chunk_rows(784), chunk_rows(100_000)
    (65536, 1337, 1024)
    """
    return min(CHUNK_ROWS, max(FEWEST_ROWS, CHUNK_ROWS * FULL_COLUMNS // max(columns, 1)))


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows of a source: where they are from, and the number of the first of them there."""

    table: pa.Table
    where: str
    first_row: int

    @contextmanager
    def located(self) -> Iterator[None]:
        """Give the errors inside the file, and the row as it counts there."""
        try:
            yield
        except DataError as error:
            message = str(error)
            if error.row is not None:
                message = message.replace(f"row {error.row}", f"row {error.row + self.first_row}", 1)
                error.row += self.first_row
            error.args, error.path = (f"{self.where}: {message}",), error.path or self.where
            raise


class Source(ABC):
    """Rows in chunks, again from the first whenever they are asked for.

    Attributes
    ----------
    schema : pyarrow.Schema
        Of the first file, or of all.
    name : str
        In messages.
    rows : int or None
        How many there are, if that is known before they are read.
    cache_dir : Path or None
        Where their cache goes; None: into a temporary folder, for one fit.
    on_rows : callable or None
        Gets a `RowsDone` twice a second of a pass.
    notes : tuple of str
        What a user should know of the source.
    """

    schema: pa.Schema
    name: str
    rows: int | None = None
    cache_dir: Path | None = None
    on_rows: OnRows | None = None
    notes: tuple[str, ...] = ()

    @abstractmethod
    def tables(self) -> Iterator[Chunk]:
        """All rows, as they are read."""

    @property
    def fingerprint(self) -> str | None:
        """Changes when the rows do; None where that cannot be known."""
        return None

    def outline(self) -> dict[str, str]:
        """What all processes that train together must see alike, wherever each has its files."""
        return {"column names": ", ".join(self.schema.names)}

    def read_once(self) -> None:  # noqa: B027  # only streams keep anything
        """Promise that the rows are read once, so that none need be kept."""

    def chunks(self) -> Iterator[Chunk]:
        """All rows, with the columns of `schema`, in chunks of `chunk_rows` but for the last of each file."""
        for chunk in self._joined():
            yield Chunk(aligned(chunk, self.schema, self.name), chunk.where, chunk.first_row)

    def _joined(self) -> Iterator[Chunk]:
        """Tables of one file, and of the same types, as chunks of `chunk_rows`."""
        most = chunk_rows(len(self.schema))
        waiting: list[pa.Table] = []
        first = last = None
        for chunk in self.tables():
            alike = not waiting or chunk.table.schema.equals(waiting[0].schema)
            if last is not None and waiting and not (chunk.where == last.where and alike):
                yield Chunk(pa.concat_tables(waiting), last.where, first or 0)
                waiting = []
            first, last = chunk.first_row if not waiting else first, chunk
            waiting.append(chunk.table)
            while sum(table.num_rows for table in waiting) >= most:
                whole = pa.concat_tables(waiting)
                yield Chunk(whole.slice(0, most), chunk.where, first or 0)
                rest = whole.slice(most)
                first, waiting = (first or 0) + most, [rest] if rest.num_rows else []
        if last is not None and waiting:
            yield Chunk(pa.concat_tables(waiting), last.where, first or 0)


def aligned(chunk: Chunk, schema: pa.Schema, name: str) -> pa.Table:
    """The columns of a schema, in its order; more of them are ignored.

    Raises
    ------
    DataError
        If one is missing, or is of another kind than there.
    """
    table = chunk.table
    for field in schema:
        if field.name not in table.column_names:
            message = f"{chunk.where}: column {field.name!r} is missing, which the first file of {name} has"
            raise DataError(f"{message}; add it, or leave this file out", column=field.name, path=chunk.where)
        here = table.schema.field(field.name).type
        if not _alike(here, field.type):
            message = f"{chunk.where}: column {field.name!r} holds {here}, and {field.type} in the first file of {name}"
            raise DataError(f"{message}; convert one of them", column=field.name, path=chunk.where)
    return table.select(schema.names)


def _alike(one: pa.DataType, other: pa.DataType) -> bool:
    """Whether cells of two types are of one kind; text may hold anything, which its cells show."""
    if one == other or pa.types.is_null(one) or is_label(one):
        return True
    if is_label(other):
        return is_number(one) or is_flag(one)
    return any(kind.holds(one) and kind.holds(other) for kind in KINDS.values())


def is_source(data: object) -> bool:
    """Whether some data are read in chunks: a path, a dataset or a stream of Arrow, a relation of DuckDB.

    Examples
    --------
    >>> is_source("data/*.parquet"), is_source(iter([])), is_source([[1.0]])
    (True, True, False)
    """
    streams = (Source, str, os.PathLike, pa.dataset.Dataset, pa.RecordBatchReader)
    return (
        isinstance(data, streams)
        or hasattr(data, "__next__")
        or type(data).__module__.startswith(("duckdb", "_duckdb"))
    )
