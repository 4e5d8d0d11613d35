"""Data that commands read in chunks: which these are, how far they are, and what is held out of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from backlit.cli.console import console
from backlit.cli.tables import print_notes
from backlit.estimators.shared.table_input import options_for, text_columns
from backlit.files import ReadOptions
from backlit.scale.file_source import FileSource, expanded, names_several
from backlit.scale.progress import RowsDone
from backlit.scale.source import Chunk, Source

MEMORY_PART = 1 / 4
"""Of the memory that is free: what a table may take to be read whole, since a training copies it."""


def is_chunked(data: Path, given: bool | None) -> bool:
    """Whether data are read in chunks: as the user says, else a folder, a pattern, or a file too large for the memory.

    Examples
    --------
    >>> is_chunked(Path("data/*.parquet"), None), is_chunked(Path("data/*.parquet"), False)
    (True, False)
    """
    if given is not None:
        return given
    if names_several(data):
        return True
    try:
        size = data.stat().st_size
    except OSError:
        return False  # the reader of tables says what is wrong
    return size > MEMORY_PART * free_memory()


def free_memory() -> float:
    """Bytes that a process may still take; infinite where the system does not say."""
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            available = next(line for line in file if line.startswith("MemAvailable"))
        return float(available.split()[1]) * 1024.0
    except (OSError, StopIteration):
        names = os.sysconf_names if hasattr(os, "sysconf_names") else {}
        return float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")) if "SC_PHYS_PAGES" in names else np.inf


def source_of(data: Path, options: ReadOptions, cache: Path | None = None, model: Any = None) -> FileSource:
    """The rows of some files, read as a model learnt them if one is given; progress goes to stderr."""
    as_text = frozenset() if model is None else text_columns(model)
    source = FileSource(expanded(data), options if model is None else options_for(model, options), as_text)
    source.on_rows = show_rows
    if cache is not None:
        source.cache_dir = cache
    print_notes(data, source.notes)
    return source


def show_rows(done: RowsDone) -> None:
    """A line on stderr at the end of a pass; on a terminal also while it runs."""
    terminal = console(stderr=True)
    if done.total is not None and done.rows == done.total:
        terminal.print(str(done))
    elif terminal.is_terminal:
        terminal.print(str(done), end="\r")


def estimated_rows(source: FileSource, chunk: Chunk) -> int:
    """How many rows a source has, about, by its first chunk where nothing says it."""
    if source.rows is not None:
        return source.rows
    return int(source.bytes * chunk.table.num_rows // max(chunk.table.nbytes, 1))


class LearntPart(Source):
    """The rows of a source but for one in so many, which `held` gives.

    Parameters
    ----------
    source : FileSource
    every : int
    seed : int
        Decides which rows are held out.
    """

    def __init__(self, source: FileSource, every: int, seed: int) -> None:
        self._source, self._every, self._seed = source, every, seed
        self.schema, self.name, self.cache_dir, self.on_rows = (
            source.schema, source.name, source.cache_dir, source.on_rows
        )  # fmt: skip

    @property
    def fingerprint(self) -> str:
        """The files', and which rows are learnt from."""
        return f"{self._source.fingerprint} but 1 in {self._every}, seed {self._seed}"

    def outline(self) -> dict[str, str]:
        """That of the files."""
        return self._source.outline()

    def tables(self) -> Iterator[Chunk]:
        """The rows that are learnt from."""
        for chunk, held in self._chunks():
            yield Chunk(chunk.table.filter(pa.array(~held)), chunk.where, chunk.first_row)

    def chunks(self) -> Iterator[Chunk]:
        """The same, with what was read at once together."""
        return (chunk for chunk in self.tables() if chunk.table.num_rows)

    def held(self) -> pa.Table:
        """The rows that are held out."""
        return pa.concat_tables(
            [chunk.table.filter(pa.array(held)) for chunk, held in self._chunks()], promote_options="permissive"
        )

    def _chunks(self) -> Iterator[tuple[Chunk, np.ndarray[Any, np.dtype[np.bool_]]]]:
        for number, chunk in enumerate(self._source.chunks()):
            rng = np.random.default_rng((self._seed, number))
            yield chunk, rng.random(chunk.table.num_rows) < 1.0 / self._every
