"""The tables and models that this start may read: those named on opening, and uploads. No path comes from a page."""

from __future__ import annotations

import io
import itertools
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Generic, TypeVar

from backlit.errors import BacklitError, DamagedFile
from backlit.estimators.loading import load
from backlit.files import SNIFFED, ReadOptions, read_table
from backlit.web.answers import GoneError, TooLargeError

MOST_UPLOADS = 8
"""Uploaded tables, and as many models; the oldest goes first."""

MOST_BYTES = 32 * 2**20
MOST_CELLS = 5_000_000
MOST_UNPACKED = 2**29
"""Limits of an upload: its size, its cells, and the bytes that it says it unpacks to."""

MOST_NAME = 80
TABLES, MODELS = (".csv", ".tsv", ".parquet"), (".backlit", ".safetensors")

Thing = TypeVar("Thing")


@dataclass(slots=True)
class TableFile:
    """A table on the disk, read when it is asked for, and kept as it was read last."""

    name: str
    path: Path
    target: str | None = None
    options: ReadOptions = SNIFFED
    _read: dict[frozenset[str], Any] = field(default_factory=dict)

    def read(self, as_text: frozenset[str] = frozenset()) -> Any:
        """The table, with some columns kept as text.

        Raises
        ------
        BacklitError
            If it cannot be read; the table's name stands for its path.
        """
        found = self._read.get(as_text)
        if found is None:
            with named(self.path, self.name):
                found = read_table(self.path, as_text=as_text, options=self.options)
            self._read = {as_text: found}
        return found


@dataclass(slots=True)
class ModelFile:
    """A saved model, loaded."""

    name: str
    model: Any


class Store(Generic[Thing]):
    """Things by number: those that were opened stay, of uploads the newest."""

    def __init__(self, what: str) -> None:
        self._what = what
        self.taken_in = 0
        self._things: dict[str, Thing] = {}
        self._uploads: list[str] = []

    def add(self, thing: Thing, uploaded: bool = False) -> str:
        """Take one in and say its number."""
        self.taken_in += 1
        number = str(self.taken_in)
        self._things[number] = thing
        if uploaded:
            self._uploads.append(number)
            if len(self._uploads) > MOST_UPLOADS:
                del self._things[self._uploads.pop(0)]
        return number

    def get(self, number: Any) -> Thing:
        """The thing of that number.

        Raises
        ------
        GoneError
            If there is none.
        """
        if not isinstance(number, str) or number not in self._things:
            raise GoneError(f"there is no such {self._what} here; choose one of the list, or upload it again")
        return self._things[number]

    def items(self) -> list[tuple[str, Thing]]:
        """All, with their numbers."""
        return list(self._things.items())


class Library:
    """What may be read, and a folder for uploads that goes when the library is closed."""

    def __init__(self) -> None:
        self.tables: Store[TableFile] = Store("table")
        self.models: Store[ModelFile] = Store("model")
        self._folder = tempfile.TemporaryDirectory(prefix="backlit-", ignore_cleanup_errors=True)
        self._files = itertools.count(1)

    @property
    def age(self) -> int:
        """How much was taken in so far: of two lists the one with more is the newer."""
        return self.tables.taken_in + self.models.taken_in

    def open_table(self, path: Path, target: str | None, options: ReadOptions) -> str:
        """Take in a table of this machine; it is read once, so that what is wrong with it is said now."""
        table = TableFile(path.name, path, target, options)
        columns = table.read().column_names
        if target is not None and target not in columns:
            raise BacklitError(f"{path} has no column {target!r}; it has {', '.join(map(repr, columns[:10]))}")
        return self.tables.add(table)

    def open_model(self, path: Path) -> str:
        """Take in a model of this machine."""
        return self.models.add(ModelFile(path.name, load(path)))

    def upload_table(self, name: str, data: bytes) -> str:
        """Take in a table that came as bytes; its name is shown, and says by its end what the bytes are."""
        name, suffix = _named(name, TABLES)
        if suffix == ".parquet":
            _check_parquet(name, data)
        table = TableFile(name, self._written(suffix, data))
        found = table.read()
        if found.num_rows * found.num_columns > MOST_CELLS:
            raise TooLargeError(f"{name} has {found.num_rows * found.num_columns:,} cells; stay below {MOST_CELLS:,}")
        return self.tables.add(table, uploaded=True)

    def upload_model(self, name: str, data: bytes) -> str:
        """Take in a model that came as bytes."""
        name, suffix = _named(name, MODELS)
        path = self._written(suffix, data)
        with named(path, name):
            model = load(path)
        return self.models.add(ModelFile(name, model), uploaded=True)

    def close(self) -> None:
        """Remove what was uploaded."""
        self._folder.cleanup()

    def _written(self, suffix: str, data: bytes) -> Path:
        path = Path(self._folder.name, f"upload-{next(self._files)}{suffix}")
        path.write_bytes(data)
        return path


@contextmanager
def named(path: Path, name: str) -> Iterator[None]:
    """Put a file's name in the place of its path, in whatever is said to be wrong with it."""
    try:
        yield
    except (BacklitError, OSError) as error:
        raise BacklitError(str(error).replace(str(path), name)) from None


def _named(name: str, suffixes: tuple[str, ...]) -> tuple[str, str]:
    """The last part of a name, and its end."""
    shown = PurePosixPath(name.replace("\\", "/")).name[-MOST_NAME:]
    suffix = PurePosixPath(shown).suffix.lower()
    if suffix not in suffixes:
        raise BacklitError(f"{shown or 'this file'}: give a file that ends in {', '.join(suffixes)}")
    return shown, suffix


def _check_parquet(name: str, data: bytes) -> None:
    """Refuse what unpacks to more than fits, before it is unpacked."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        said = pq.ParquetFile(io.BytesIO(data)).metadata
        unpacked = sum(said.row_group(i).total_byte_size for i in range(said.num_row_groups))
    except (pa.ArrowException, OSError):
        raise DamagedFile(f"{name} is not a whole Parquet file; take a fresh copy") from None
    if said.num_rows * said.num_columns > MOST_CELLS or unpacked > MOST_UNPACKED:
        raise TooLargeError(
            f"{name} unpacks to {said.num_rows:,} rows of {said.num_columns:,} columns; give a smaller one"
        )
