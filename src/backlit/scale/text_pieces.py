"""Delimited text in pieces: each is read as the file's beginning was, by the reader of whole files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from backlit.encoding.text.table import note_of
from backlit.errors import BacklitError, DataError
from backlit.files import ReadOptions
from backlit.files.delimited import decode, excel_separator
from backlit.files.delimited_rows import header_of, parse_delimited
from backlit.files.format_kind import Source as FileToRead
from backlit.files.shape import is_text

PIECE = 8 * 2**20
"""Bytes that are read at once."""


class TextPieces:
    """The rows of a file of delimited text, 8 MB at a time; types and dialect are those of the first piece.

    Attributes
    ----------
    rows : None
        How many rows there are is not known before the end.
    bytes : int
        Of the file, times three: text of numbers takes less on the disk than in memory.
    """

    rows: int | None = None

    def __init__(self, path: Path, options: ReadOptions, as_text: frozenset[str] = frozenset()) -> None:
        self.path, self._options = path, options
        self.bytes = 3 * path.stat().st_size
        first = next(self._pieces(), b"")
        try:
            decoded = decode(first, options.encoding, options.like)
        except BacklitError as error:
            raise error.located(str(path)) from None
        if decoded.encoding.startswith("utf-16"):
            raise DataError(f"{path} is UTF-16, which is not read in pieces; save it as UTF-8", path=path)
        self._encoding = decoded.encoding
        table = self._parsed(first, options, as_text)
        note = note_of(table)
        self._style = replace(options, encoding="utf-8", separator=note["separator"], decimal=note["decimal"])
        self._as_text = as_text | {field.name for field in table.schema if is_text(field.type)}
        _, body = excel_separator(decoded.body)
        self._head = body[: header_of(path, body, note["separator"]).start]
        self.schema = _with_floats(table.schema)
        dialect = f"{note['encoding']}, separated by {note['separator']!r}, with the decimal mark {note['decimal']!r}"
        plain = (note["encoding"], note["separator"], note["decimal"]) == ("utf-8", ",", ".")
        self.notes: tuple[str, ...] = () if plain else (f"{path}: read as {dialect}",)

    def tables(self) -> Iterator[pa.Table]:
        """All rows, piece by piece."""
        for number, piece in enumerate(self._pieces()):
            if number == 0:
                yield self._parsed(piece, self._options, self._as_text)
                continue
            text = self._head + decode(piece, self._encoding).body
            if piece.strip():
                yield self._parsed(text, self._style, self._as_text)

    def _parsed(self, data: bytes, options: ReadOptions, as_text: frozenset[str]) -> pa.Table:
        """The rows of a piece, by the reader of whole files."""
        source = FileToRead(self.path, as_text, options)
        source.__dict__["data"] = data  # in the place of all bytes of the file
        table = parse_delimited(source)
        return table.replace_schema_metadata(table.schema.metadata)

    def _pieces(self) -> Iterator[bytes]:
        """The bytes of the file, cut after lines; a quoted line end is no end of a line."""
        piece = rest = b""
        with self.path.open("rb") as file:
            while block := file.read(PIECE):
                rest += block
                end = _last_line_end(rest)
                if end and piece:
                    yield piece
                piece, rest = (rest[:end], rest[end:]) if end else (piece, rest)
        if piece + rest:
            yield piece + rest  # the last line may have no end


def _last_line_end(data: bytes) -> int:
    r"""After the last line end outside quotes.

    Examples
    --------
    >>> _last_line_end(b'1,2\n3,"a\nb'), _last_line_end(b"1,2")
    (4, 0)
    """
    end = data.rfind(b"\n") + 1
    quotes = data.count(b'"', 0, end)
    while end and quotes % 2:
        before = data.rfind(b"\n", 0, end - 1) + 1
        quotes -= data.count(b'"', before, end)
        end = before
    return end


def _with_floats(schema: pa.Schema) -> pa.Schema:
    """Whole numbers at the beginning of a file may be fractions later."""
    fields = [field.with_type(pa.float64()) if pa.types.is_integer(field.type) else field for field in schema]
    return pa.schema(fields, schema.metadata)
