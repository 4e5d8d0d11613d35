"""The tables and models that this start may read: those named on opening, and uploads. No path comes from a page."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Generic, TypeVar

from backlit.errors import BacklitError
from backlit.files import SNIFFED, ReadOptions, read_table
from backlit.interop.networks.apart import import_apart
from backlit.interop.networks.opening import model_of
from backlit.web.responses import GoneError
from backlit.web.store.budget import MOST_CELLS, check_delimited, check_parquet, too_large
from backlit.web.store.example import TARGET, write_example

MOST_UPLOADS = 8
"""Uploaded tables, and as many models; the oldest goes first."""

MOST_UPLOAD_BYTES = 32 * 2**20
"""The size of an upload; what it may decode to is in `budget`."""

MOST_NAME = 80
TABLES = (".csv", ".tsv", ".parquet")
MODELS = (
    *(".backlit", ".safetensors"),
    *(".onnx", ".keras", ".pmml", ".xml", ".yml", ".yaml", ".json", ".net", ".txt", ".r", ".mat"),
    *(".h5", ".hdf5"),
)
"""Of our own, and of other tools."""

APART = (".h5", ".hdf5")
"""A damaged one may end the process in HDF5's library: not ours."""

Item = TypeVar("Item")


@dataclass(slots=True)
class TableFile:
    """A table on the disk, read on demand, and kept as it was read last."""

    name: str
    path: Path
    target: str | None = None
    options: ReadOptions = SNIFFED
    _read: dict[tuple[frozenset[str], ReadOptions], Any] = field(default_factory=dict)

    def read(self, as_text: frozenset[str] = frozenset(), options: ReadOptions | None = None) -> Any:
        """The table, with some columns kept as text, and read with its own options unless others are given.

        Raises
        ------
        BacklitError
            If it cannot be read; the table's name stands for its path.
        """
        options = self.options if options is None else options
        table = self._read.get((as_text, options))
        if table is None:
            with named(self.path, self.name):
                table = read_table(self.path, as_text=as_text, options=options)
            self._read = {(as_text, options): table}
        return table


@dataclass(slots=True)
class ModelFile:
    """A saved model, loaded."""

    name: str
    model: Any


class Store(Generic[Item]):
    """Items by number: those that were named on opening stay, of uploads the newest."""

    def __init__(self, what: str) -> None:
        self._what = what
        self.taken_in = 0
        self._items: dict[str, Item] = {}
        self._uploads: list[str] = []

    def add(self, item: Item, uploaded: bool = False) -> str:
        """Take one in; returns its number."""
        self.taken_in += 1
        number = str(self.taken_in)
        self._items[number] = item
        if uploaded:
            self._uploads.append(number)
            if len(self._uploads) > MOST_UPLOADS:
                del self._items[self._uploads.pop(0)]
        return number

    def get(self, number: Any) -> Item:
        """The item of that number.

        Raises
        ------
        GoneError
            If there is none.
        """
        if not isinstance(number, str) or number not in self._items:
            raise GoneError(f"there is no such {self._what} here; choose one of the list, or upload it again")
        return self._items[number]

    def items(self) -> list[tuple[str, Item]]:
        """All, with their numbers."""
        return list(self._items.items())


class Library:
    """What may be read, and a folder for uploads that goes when the library is closed."""

    def __init__(self) -> None:
        self.tables: Store[TableFile] = Store("table")
        self.models: Store[ModelFile] = Store("model")
        self._folder = tempfile.TemporaryDirectory(prefix="backlit-", ignore_cleanup_errors=True)
        self._files = itertools.count(1)
        self._example: tuple[str, str] | None = None

    @property
    def age(self) -> int:
        """How much was taken in so far: of two lists the one with more is the newer."""
        return self.tables.taken_in + self.models.taken_in

    def open_table(self, path: Path, target: str | None, options: ReadOptions) -> str:
        """Take in a table of this machine; it is read once, so that what is wrong with it is reported at once."""
        table = TableFile(path.name, path, target, options)
        columns = table.read().column_names
        if target is not None and target not in columns:
            raise BacklitError(f"{path} has no column {target!r}; it has {', '.join(map(repr, columns[:10]))}")
        return self.tables.add(table)

    def open_model(self, path: Path) -> str:
        """Take in a model of this machine."""
        return self.models.add(ModelFile(path.name, model_of(path)))

    def upload_table(self, name: str, data: bytes) -> str:
        """Take in a table that came as bytes; its name is shown, and its suffix is the format of the bytes."""
        name, suffix = _named(name, TABLES)
        (check_parquet if suffix == ".parquet" else check_delimited)(name, data)
        table = TableFile(name, self._written(suffix, data))
        rows = table.read()
        if rows.num_rows * rows.num_columns > MOST_CELLS:
            raise too_large(name, f"has {rows.num_rows * rows.num_columns:,} cells")
        return self.tables.add(table, uploaded=True)

    def upload_model(self, name: str, data: bytes) -> str:
        """Take in a model that came as bytes."""
        name, suffix = _named(name, MODELS)
        path = self._written(suffix, data)
        with named(path, name):
            model = import_apart(path) if suffix in APART else model_of(path)
        return self.models.add(ModelFile(name, model), uploaded=True)

    def open_example(self) -> tuple[str, str]:
        """Take in a small model and its table, made when they are first asked for; the numbers of both."""
        if self._example is None:
            model, table = write_example(Path(self._folder.name))
            self._example = self.open_model(model), self.open_table(table, TARGET, SNIFFED)
        return self._example

    def keep(self, name: str, model: Any, rows: bytes, target: str) -> None:
        """Take in a network of the page, and the table of its rows, under one name; it may be here already."""
        if all(file.name != f"{name}.backlit" for _, file in self.models.items()):
            self.models.add(ModelFile(f"{name}.backlit", model), uploaded=True)
        if all(file.name != f"{name}.csv" for _, file in self.tables.items()):
            self.tables.add(TableFile(f"{name}.csv", self._written(".csv", rows), target), uploaded=True)

    def close(self) -> None:
        """Remove what was uploaded."""
        self._folder.cleanup()

    def _written(self, suffix: str, data: bytes) -> Path:
        path = Path(self._folder.name, f"upload-{next(self._files)}{suffix}")
        path.write_bytes(data)
        return path


@contextmanager
def named(path: Path, name: str) -> Iterator[None]:
    """Put a file's name in the place of its path, in the message of an error."""
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
