"""Separated text as people have it: the encoding, separator and decimal mark that a file uses."""

from __future__ import annotations

import codecs
import csv
import re
from dataclasses import dataclass

from backlit.errors import BacklitError

SEPARATORS = (",", ";", "\t", "|")
DECIMALS = (".", ",")
SPELLED = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "bar": "|", "space": " "}
"""Separators that a shell makes hard to write."""

MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
ENCODINGS = ("utf-8", "cp949", "cp1252", "latin-1")
"""What is tried in this order where no byte order mark says it; the last one reads anything."""

SAMPLE = 65_536
DAMAGED = 4
"""Text with this many whole UTF-8 characters beyond ASCII for each broken one is UTF-8 that was damaged."""

SPACES = " '\u2019\u00a0\u202f"
"""What stands between thousands beside the mark that is not the decimal one."""

PAIR = re.compile(rb"[\xa1-\xfe][\xa1-\xfe]")
HIGH = re.compile(rb"[\x80-\xff]")
GROUPED = r"[1-9]\d{{0,2}}(?:[{marks}]\d{{3}})+"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user says of a file of separated text; what is None is found out.

    Raises
    ------
    BacklitError
        If there is no such encoding, the separator is no character, or the decimal mark is neither ``.`` nor ``,``.
    """

    encoding: str | None = None
    separator: str | None = None
    decimal: str | None = None

    def __post_init__(self) -> None:
        if self.encoding is not None:
            try:
                "".encode(self.encoding)
            except (LookupError, ValueError):
                raise BacklitError(
                    f"encoding: {self.encoding!r} is not known; give one such as utf-8 or cp949"
                ) from None
        if self.separator is not None:
            mark = SPELLED.get(self.separator, self.separator)
            if len(mark) != 1 or not mark.isascii() or mark.isalnum() or mark in '"\r\n\0':
                raise BacklitError(f"separator: {self.separator!r} cannot be one; give one character, such as ; or tab")
            object.__setattr__(self, "separator", mark)
        if self.decimal is not None and self.decimal not in DECIMALS:
            raise BacklitError(f"decimal: {self.decimal!r} is no decimal mark; give . or ,")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a file of separated text is written; `certain` is False where the decimal mark was a guess."""

    encoding: str
    separator: str
    decimal: str
    certain: bool = True


def decode(data: bytes, encoding: str | None = None) -> tuple[bytes, str]:
    """The same text as UTF-8 without a byte order mark, and the encoding that it had.

    A byte order mark decides; without one UTF-8 is tried first, then cp949 (Korean), cp1252 (Western), and latin-1,
    which reads anything. UTF-16 without a mark shows itself by its zero bytes.

    Raises
    ------
    BacklitError
        If the text is not of the encoding that is given or marked, or is UTF-8 with broken characters.

    Examples
    --------
    >>> decode("나이;키".encode("cp949"))[1], decode("größe;länge".encode("latin-1"))[1]
    ('cp949', 'cp1252')
    """
    for mark, marked in MARKS:
        if data.startswith(mark) and encoding is None:
            return _strictly(data[len(mark) :], marked), marked
    if encoding is not None:
        return _strictly(data, encoding).removeprefix(codecs.BOM_UTF8), encoding
    found = _wide(data) or next(name for name in ENCODINGS if _fits(data, name))
    if found != "utf-8" and b"\0" not in data and _is_damaged(data):
        found = "utf-8"  # so that the error below names the row
    return _strictly(data, found), found


def _strictly(data: bytes, encoding: str) -> bytes:
    """The text as UTF-8; a byte that does not belong is named by its line."""
    try:
        return data if encoding == "utf-8" and data.isascii() else data.decode(encoding).encode()
    except UnicodeError as error:
        line = data[: getattr(error, "start", 0)].count(b"\n") + 1
        raise BacklitError(f"line {line} is not {encoding} text; mend it, or give the right encoding") from None


def _fits(data: bytes, encoding: str) -> bool:
    """Whether the bytes can be of an encoding, and look like it."""
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return encoding != "cp949" or _looks_korean(data)


def _wide(data: bytes) -> str | None:
    """UTF-16 without a mark: ASCII in it, such as separators and line ends, has zero bytes on one side only."""
    head = data[:SAMPLE]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if len(data) % 2 or b"\0" not in head or 10 * min(even, odd) > max(even, odd) or 10 * max(even, odd) < len(head):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _is_damaged(data: bytes) -> bool:
    """Whether this is UTF-8 but for a few broken characters, which another encoding would turn into nonsense."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    whole = sum(not character.isascii() for character in text) - broken
    return whole >= DAMAGED * max(1, broken)


def _looks_korean(data: bytes) -> bool:
    """Whether two of three high bytes stand in pairs: cp949 decodes much Western text too, where most stand alone."""
    return 3 * len(PAIR.findall(data)) > len(HIGH.findall(data))


def sniff(data: bytes, encoding: str, separator: str | None = None, decimal: str | None = None) -> Dialect:
    r"""The separator and the decimal mark of UTF-8 text, judged by its first lines.

    The separator is the one that cuts most lines into as many cells as the header, and then into the most cells.
    The decimal mark is the one that more cells show beyond doubt; ``1,234`` shows nothing. Where no cell shows one it
    is the point.

    Examples
    --------
    >>> sniff(b"size;price\n1,5;20\n2,25;30\n", "utf-8")
    Dialect(encoding='utf-8', separator=';', decimal=',', certain=True)
    >>> sniff(b"size;price\n1,234;20\n", "utf-8")
    Dialect(encoding='utf-8', separator=';', decimal='.', certain=False)
    """
    lines = data[:SAMPLE].decode(errors="ignore").splitlines()
    if len(data) > SAMPLE:
        lines = lines[:-1] or lines  # the last one is cut off
    cut = {mark: _rows(lines, mark) for mark in ([separator] if separator else SEPARATORS)}
    best = max(cut, key=lambda mark: _fitness(cut[mark]))
    if decimal is not None:
        return Dialect(encoding, best, decimal)
    cells = [cell.strip() for row in cut[best][1:] for cell in row]
    points, commas = (_shown(cells, mark) for mark in DECIMALS)
    doubtful = not points and not commas and any(_is_doubtful(cell, best) for cell in cells)
    return Dialect(encoding, best, "," if commas > points else ".", not doubtful)


def number_pattern(decimal: str) -> str:
    r"""The regular expression of a number with this decimal mark, thousands grouped or not.

    Examples
    --------
    >>> bool(re.fullmatch(number_pattern(","), "1.234,5")), bool(re.fullmatch(number_pattern("."), "1.234,5"))
    (True, False)
    """
    whole = "|".join(GROUPED.format(marks=mark) for mark in grouping_marks(decimal))
    return rf"[+-]?(?:\d+|{whole})(?:[{decimal}]\d*)?(?:[eE][+-]?\d+)?"


def grouping_marks(decimal: str) -> tuple[str, ...]:
    """What may stand between thousands where this is the decimal mark."""
    return ("." if decimal == "," else ",", *SPACES)


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


def _shown(cells: list[str], decimal: str) -> int:
    """How many cells are numbers with this decimal mark and not with the other one."""
    own, other = (re.compile(number_pattern(mark)) for mark in (decimal, "." if decimal == "," else ","))
    return sum(own.fullmatch(cell) is not None and other.fullmatch(cell) is None for cell in cells)


def _is_doubtful(cell: str, separator: str) -> bool:
    """Whether a cell is one number by one mark and another by the other: 1,234; and 1.234 where commas do not separate.

    Who separates by commas writes decimal points.
    """
    marks = "," if separator == "," else ".,"
    return re.fullmatch(rf"[+-]?[1-9]\d{{0,2}}[{marks}]\d{{3}}", cell) is not None
