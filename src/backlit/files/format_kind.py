"""What a format of tables is: its names, its signature, and its reader."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyarrow as pa

from backlit.errors import DataError
from backlit.files.atomic import read_whole
from backlit.files.delimited import ReadOptions

HEAD = 512
"""Bytes at the beginning of a file that show its format."""


@dataclass(frozen=True)
class Source:
    """A file that holds a table, and how it is to be read.

    Attributes
    ----------
    path : Path
    as_text : frozenset of str
        Columns that are kept as written.
    options : ReadOptions
    table : str or None
        Which sheet of a workbook, or table of a database.
    """

    path: Path
    as_text: frozenset[str]
    options: ReadOptions
    table: str | None = None

    @classmethod
    def of(cls, path: str | os.PathLike[str], as_text: frozenset[str], options: ReadOptions) -> Source:
        """The source that a path names; what follows a ``#`` after the name of a file is the table in it.

        Examples
        --------
        >>> source = Source.of("book.xlsx#Sheet 2", frozenset(), ReadOptions())
        >>> source.path.name, source.table
        ('book.xlsx', 'Sheet 2')
        """
        file, mark, table = os.fspath(path).partition("#")
        if not mark or Path(path).exists():
            return cls(Path(path), as_text, options)
        return cls(Path(file), as_text, options, table)

    @cached_property
    def data(self) -> bytes:
        """All bytes of the file."""
        return read_whole(self.path)

    @cached_property
    def head(self) -> bytes:
        """Its first bytes."""
        with self.path.open("rb") as file:
            return file.read(HEAD)


@dataclass(frozen=True, slots=True)
class Format:
    """A format of tables.

    Attributes
    ----------
    name : str
        As people call it.
    suffixes : tuple of str
        The ends of its files' names, in small letters.
    read : callable
        The table of a source; what a user should know is in the schema's metadata (`noted`).
    signature : callable or None
        Whether the first bytes of a file are of this format, whatever its name; None for text, which shows nothing.
    has_tables : bool
        Whether a file may hold several tables, of which ``file#name`` names one.
    """

    name: str
    suffixes: tuple[str, ...]
    read: Callable[[Source], pa.Table]
    signature: Callable[[bytes], bool] | None = None
    has_tables: bool = False


def begins(*starts: bytes) -> Callable[[bytes], bool]:
    """Whether a file begins with one of some bytes.

    Examples
    --------
    >>> begins(b"PAR1")(b"PAR1...")
    True
    """
    return lambda head: head.startswith(starts)


def chosen_part(source: Source, parts: list[str], what: str, *, first: bool) -> tuple[str, tuple[str, ...]]:
    """Which of a file's tables is read, and a sentence where there were others.

    Parameters
    ----------
    source : Source
    parts : list of str
        The names of its tables.
    what : str
        What one is called: a sheet, a table.
    first : bool
        Whether the first is read where the user names none.

    Raises
    ------
    DataError
        If there is none, none of the name that the user gave, or several where `first` is False.
    """
    names = ", ".join(map(repr, parts[:10]))
    example = f"{source.path}#{parts[-1] if parts else ''}"
    if not parts:
        raise DataError(f"{source.path} has no {what}; give a file with rows", path=source.path)
    if source.table is not None:
        if source.table not in parts:
            raise DataError(f"{source.path} has no {what} {source.table!r}; it has {names}", path=source.path)
        return source.table, ()
    if len(parts) == 1:
        return parts[0], ()
    if not first:
        message = f"{source.path} has {len(parts)} {what}s ({names}); name one, as in {example!r}"
        raise DataError(message, path=source.path)
    return parts[0], (f"{what} {parts[0]!r} is read of {names} ({example!r} reads another)",)


def check_names(path: Path, names: list[str]) -> None:
    """Refuse two columns of one name."""
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        message = f"{path} has more than one column {twice[0]!r}; rename or drop all but one"
        raise DataError(message, column=twice[0], path=path)


def one_line(error: BaseException) -> str:
    """An error's message in one line."""
    return " ".join(str(error).split()).rstrip(".") or type(error).__name__
