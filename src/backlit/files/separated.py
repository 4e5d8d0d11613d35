"""Separated text as people have it: the encoding, separator and decimal mark that a file uses."""

from __future__ import annotations

import codecs
import csv
import re
from dataclasses import dataclass

SEPARATORS = (",", ";", "\t", "|")
MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
SAMPLE = 65_536
COMMA_DECIMAL = re.compile(r"[+-]?(\d+|\d{1,3}(\.\d{3})+),\d+")
POINT_DECIMAL = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)\.\d+")
PAIR = re.compile(rb"[\xa1-\xfe][\xa1-\xfe]")
HIGH = re.compile(rb"[\x80-\xff]")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a file of separated text is written."""

    encoding: str
    separator: str
    decimal: str


def decode(data: bytes) -> tuple[bytes, str]:
    """The same text as UTF-8 without a byte order mark, and the encoding that it had.

    UTF-8 is tried first, then cp949 (Korean), then latin-1, which reads anything.

    Examples
    --------
    >>> decode("나이;키".encode("cp949"))[1], decode("größe;länge".encode("latin-1"))[1]
    ('cp949', 'latin-1')
    """
    for mark, encoding in MARKS:
        if data.startswith(mark):
            body = data[len(mark) :]
            return (body if encoding == "utf-8" else body.decode(encoding, "replace").encode()), encoding
    for encoding in ("utf-8", "cp949", "latin-1"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "cp949" and not _looks_korean(data):
            continue
        return (data if encoding == "utf-8" else text.encode()), encoding
    raise AssertionError("latin-1 reads any bytes")


def _looks_korean(data: bytes) -> bool:
    """Whether two of three high bytes stand in pairs: cp949 decodes much Western text too, where most stand alone."""
    return 3 * len(PAIR.findall(data)) > len(HIGH.findall(data))


def sniff(data: bytes, encoding: str, separator: str | None = None) -> Dialect:
    r"""The separator and the decimal mark of UTF-8 text, judged by its first lines.

    The separator is the one that cuts most lines into as many cells as the header, and then into the most cells.
    A decimal comma is only looked for where the comma is not the separator.

    Examples
    --------
    >>> sniff(b"size;price\n1,5;20\n2,25;30\n", "utf-8")
    Dialect(encoding='utf-8', separator=';', decimal=',')
    """
    lines = data[:SAMPLE].decode(errors="ignore").splitlines()
    if len(data) > SAMPLE:
        lines = lines[:-1] or lines  # the last one is cut off
    cut = {mark: _rows(lines, mark) for mark in ([separator] if separator else SEPARATORS)}
    best = max(cut, key=lambda mark: _fitness(cut[mark]))
    return Dialect(encoding, best, "." if best == "," else _decimal(cut[best]))


def _rows(lines: list[str], separator: str) -> list[list[str]]:
    """The lines as rows of cells, quotes respected."""
    try:
        return [row for row in csv.reader(lines, delimiter=separator, skipinitialspace=True) if row]
    except csv.Error:
        return []


def _fitness(rows: list[list[str]]) -> tuple[float, int]:
    """How well a separator fits: the share of rows as wide as the header, then the width."""
    width = len(rows[0]) if rows else 0
    if width < 2:
        return 0.0, 0
    return sum(len(row) == width for row in rows) / len(rows), width


def _decimal(rows: list[list[str]]) -> str:
    """The decimal mark that more cells show."""
    cells = [cell.strip() for row in rows[1:] for cell in row]
    commas = sum(COMMA_DECIMAL.fullmatch(cell) is not None for cell in cells)
    points = sum(POINT_DECIMAL.fullmatch(cell) is not None for cell in cells)
    return "," if commas > points else "."
