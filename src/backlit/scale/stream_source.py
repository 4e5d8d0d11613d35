"""Rows of datasets and streams of Arrow; what can be read only once is kept on the disk meanwhile."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset

from backlit.encoding.frames import as_written
from backlit.errors import DamagedFile, DataError
from backlit.files import plain_os_error
from backlit.files.format_kind import one_line
from backlit.scale.source import Chunk, Source, chunk_rows

WHAT = "give a path, a pyarrow dataset, a RecordBatchReader, or an iterator of record batches or tables"


def stream_of(data: Any) -> Source:
    """The source of a dataset, a reader, an iterator, or a relation of DuckDB.

    Raises
    ------
    DataError
        If it is something else.
    """
    if isinstance(data, pa.dataset.Dataset):
        return DatasetSource(data)
    if hasattr(data, "__arrow_c_stream__") and not hasattr(data, "__next__"):
        data = pa.RecordBatchReader.from_stream(data)
    if not hasattr(data, "__next__"):
        raise DataError(f"X: {type(data).__name__} is not read in chunks; {WHAT}")
    return StreamSource(data)


class DatasetSource(Source):
    """The rows of a pyarrow dataset, in its order."""

    def __init__(self, dataset: Any) -> None:
        self._dataset, self.name = dataset, "the dataset"
        self.schema = as_written(dataset.schema.empty_table()).schema

    @property
    def fingerprint(self) -> str | None:
        """Of names, sizes and times of its files, if it has any on this machine."""
        files = [Path(name) for name in getattr(self._dataset, "files", ())]
        if not files or not all(file.exists() for file in files):
            return None
        facts = [(str(file.absolute()), file.stat().st_size, file.stat().st_mtime_ns) for file in files]
        return hashlib.blake2b(repr(facts).encode(), digest_size=16).hexdigest()

    def tables(self) -> Iterator[Chunk]:
        """All rows, few batches ahead."""
        first, rows = 0, chunk_rows(len(self.schema))
        try:
            for batch in self._dataset.to_batches(batch_size=rows, batch_readahead=2, fragment_readahead=1):
                if batch.num_rows:
                    yield Chunk(as_written(pa.Table.from_batches([batch])), self.name, first)
                first += batch.num_rows
        except (pa.ArrowException, OSError) as error:
            raise DamagedFile(f"{self.name} cannot be read after row {first}: {one_line(error)}") from None


class StreamSource(Source):
    """The rows of an iterator of record batches or tables, which is read once; later passes read a file of them."""

    def __init__(self, batches: Iterator[Any]) -> None:
        self.name = "the stream"
        first = next(batches, None)
        if first is None:
            raise DataError(f"{self.name} has no batch; give at least one with rows")
        self._batches: Iterator[Any] | None = chain([first], batches)
        self.schema = as_written(_table(first)).schema
        self._kept: Any = None

    def tables(self) -> Iterator[Chunk]:
        """All rows; the first time from the iterator."""
        first = 0
        for table in self._kept_tables() if self._batches is None else self._fresh_tables():
            if table.num_rows:
                yield Chunk(table, self.name, first)
            first += table.num_rows

    def read_once(self) -> None:
        """Promise that the rows are read once, so that none is kept."""
        self._kept = False

    def _fresh_tables(self) -> Iterator[pa.Table]:
        batches, self._batches = self._batches, None
        assert batches is not None
        if self._kept is False:
            yield from map(_table, batches)
            return
        self._kept = tempfile.NamedTemporaryFile(suffix=".arrow")  # noqa: SIM115  # it lives as long as the source
        first = next(batches)
        with self._naming_the_disk():
            writer = pa.ipc.new_file(self._kept.name, _table(first).schema)
        for batch in chain([first], batches):
            table = _table(batch)
            with self._naming_the_disk():
                writer.write_table(table)
            yield as_written(table)
        with self._naming_the_disk():
            writer.close()

    @contextmanager
    def _naming_the_disk(self) -> Iterator[None]:
        """Say what is wrong with a batch, or with the disk that keeps it."""
        try:
            yield
        except pa.ArrowInvalid as error:
            message = f"{self.name}: a batch has other columns than the first: {one_line(error)}; make them alike"
            raise DataError(message) from None
        except OSError as error:
            self._kept.close()
            plain = OSError(error.errno, os.strerror(error.errno)) if error.errno else error  # Arrow says it twice
            doing = "cannot keep the stream for its second pass in"
            raise plain_os_error(plain, doing, tempfile.gettempdir()) from None

    def _kept_tables(self) -> Iterator[pa.Table]:
        if not self._kept:
            raise DataError(f"{self.name} was read to its end before; make a new iterator")
        with pa.memory_map(self._kept.name) as file:
            reader = pa.ipc.open_file(file)
            for number in range(reader.num_record_batches):
                yield as_written(pa.Table.from_batches([reader.get_batch(number)]))


def _table(batch: Any) -> pa.Table:
    """A batch of a stream as a table."""
    if isinstance(batch, pa.Table):
        return batch
    if isinstance(batch, pa.RecordBatch):
        return pa.Table.from_batches([batch])
    raise DataError(f"the stream gives {type(batch).__name__}; {WHAT}")
