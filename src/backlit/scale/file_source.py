"""Rows of files: Parquet by row groups, delimited text by pieces that end with a line."""

from __future__ import annotations

import glob
import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from backlit.encoding.frames import as_written
from backlit.errors import DamagedFile, DataError
from backlit.files import ReadOptions, plain_os_error
from backlit.files.format_kind import one_line
from backlit.files.formats import SUFFIXES
from backlit.files.formats.parquet import INDEX
from backlit.scale.source import Chunk, Source, aligned, chunk_rows
from backlit.scale.text_pieces import TextPieces

CACHE_FOLDER = "_backlit_cache"
"""Beside the files; what begins with _ or . is no data of a folder, as Arrow, Spark and Hive have it."""

LARGE_GROUP = 64 * 2**20
"""Bytes of a row group from which a user is told that it is read whole."""

PATTERN = frozenset("*?[")


def expanded(data: Any) -> list[Path]:
    """The files that a path, a folder or a pattern names, in the order of their names.

    Raises
    ------
    DataError
        If there is none.
    """
    if not isinstance(data, str | os.PathLike):
        return [path for part in data for path in expanded(part)]
    path = Path(data)
    if path.is_dir():
        files = [
            file
            for file in sorted(path.rglob("*"))
            if file.is_file()
            and file.suffix.lower() in SUFFIXES
            and not any(part.startswith(("_", ".")) for part in file.relative_to(path).parts)
        ]
    elif PATTERN & set(str(path)) and not path.exists():
        files = sorted(Path(name) for name in glob.glob(str(path), recursive=True) if Path(name).is_file())
    else:
        return [path]
    if not files:
        raise DataError(f"{data}: no file of a table is there; mend the path or the pattern", path=str(data))
    return files


def names_several(data: str | os.PathLike[str]) -> bool:
    """Whether a path is a folder or a pattern.

    Examples
    --------
    >>> names_several("data/*.parquet"), names_several("a.csv")
    (True, False)
    """
    path = Path(data)
    return path.is_dir() or (bool(PATTERN & set(str(path))) and not path.exists())


class FileSource(Source):
    """The rows of some files, one file after the other.

    Parameters
    ----------
    paths : sequence of Path
    options : ReadOptions
        Of delimited text.
    as_text : frozenset of str
        Its columns that are kept as written.
    """

    def __init__(self, paths: Sequence[Path], options: ReadOptions, as_text: frozenset[str] = frozenset()) -> None:
        self.paths, self.options, self.as_text = list(paths), options, as_text
        self.name = str(paths[0]) if len(paths) == 1 else f"{paths[0].parent} ({len(paths):,} files)"
        self.cache_dir = paths[0].parent / CACHE_FOLDER
        self._files = [_file_of(path, options, as_text) for path in self.paths]
        known = [file.rows for file in self._files]
        self.rows = None if None in known else sum(rows or 0 for rows in known)
        filled = [file for file in self._files if file.rows != 0]
        if not filled:
            raise DataError(f"{self.name} has no rows; give a file with rows", path=str(paths[0]))
        self.schema = filled[0].schema
        self.notes = tuple(note for file in self._files for note in file.notes)
        for file in filled:  # what is wrong with a later file is known before the work
            if file.schema is not None and isinstance(file, ParquetRows):
                self._check(file)

    def _check(self, file: ParquetRows) -> None:
        aligned(Chunk(file.schema.empty_table(), str(file.path), 0), self.schema, self.name)

    @property
    def bytes(self) -> int:
        """What all rows take in memory, about."""
        return sum(file.bytes for file in self._files)

    @property
    def fingerprint(self) -> str | None:
        """Of names, sizes and times of the files, and of how they are read."""
        digest = hashlib.blake2b(repr((self.options, sorted(self.as_text))).encode(), digest_size=16)
        for path in self.paths:
            status = path.stat()
            digest.update(f"\n{path.absolute()} {status.st_size} {status.st_mtime_ns}".encode())
        return digest.hexdigest()

    def outline(self) -> dict[str, str]:
        """Names and sizes of the files."""
        return {path.name: f"a file of {path.stat().st_size:,} bytes" for path in self.paths} | super().outline()

    def tables(self) -> Iterator[Chunk]:
        """All rows, file after file."""
        for file in self._files:
            first = 0
            for table in file.tables():
                yield Chunk(table, str(file.path), first)
                first += table.num_rows


def _file_of(path: Path, options: ReadOptions, as_text: frozenset[str]) -> ParquetRows | TextPieces:
    """A file by its first bytes, or its name."""
    try:
        with path.open("rb") as file:
            head = file.read(4)
    except OSError as error:
        raise plain_os_error(error, "cannot read", path) from None
    if not head:
        raise DataError(f"{path} is empty; write it again or leave it out", path=path)
    if head == b"PAR1":
        return ParquetRows(path)
    kind = SUFFIXES.get(path.suffix.lower())
    if path.suffix.lower() in (".parquet", ".pq"):
        raise DamagedFile(f"{path} is not a whole Parquet file; take a fresh copy", path=path)
    if kind is None or kind.name not in ("CSV", "TSV"):
        what = "no table that is known" if kind is None else kind.name
        raise DataError(f"{path} is {what}; Parquet and delimited text are read in chunks: convert it", path=path)
    return TextPieces(path, options, as_text)


class ParquetRows:
    """The rows of a Parquet file, read by row groups.

    Attributes
    ----------
    rows, bytes : int
        As the file's foot says it; bytes without compression.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with pq.ParquetFile(path) as file:
                self._groups = file.metadata.num_row_groups
                schema, self.rows = file.schema_arrow, file.metadata.num_rows
                sizes = [file.metadata.row_group(group).total_byte_size for group in range(self._groups)]
        except (pa.ArrowException, OSError) as error:
            raise DamagedFile(
                f"{path} is not a whole Parquet file: {one_line(error)}; take a fresh copy", path=path
            ) from None
        self._names = [name for name in schema.names if not INDEX.fullmatch(name)]
        self.schema = as_written(
            pa.schema([schema.field(name) for name in self._names], schema.metadata).empty_table()
        ).schema
        self.bytes, largest = sum(sizes), max(sizes, default=0)
        self.notes: tuple[str, ...] = ()
        if not self.rows:
            self.notes = (f"{path} has no rows and is left out",)
        elif largest > LARGE_GROUP:
            megabytes = f"{largest / 2**20:,.0f} MB"
            self.notes = (
                f"{path} has row groups of {megabytes}, which take more memory; write groups of 64 MB at most",
            )

    def tables(self) -> Iterator[pa.Table]:
        """All rows, a row group after the other, so many at a time."""
        if not self.rows:
            return
        with pq.ParquetFile(self.path, buffer_size=2**20, pre_buffer=False, page_checksum_verification=True) as file:
            for group in range(self._groups):
                try:
                    for batch in file.iter_batches(chunk_rows(len(self._names)), [group], self._names):
                        yield as_written(pa.Table.from_batches([batch]))
                except (pa.ArrowException, OSError) as error:
                    message = f"{self.path}: row group {group} of {self._groups} cannot be read: {one_line(error)}"
                    raise DamagedFile(f"{message}; take a fresh copy, or leave the file out", path=self.path) from None
