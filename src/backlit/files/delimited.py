"""Delimited text as people have it: the encoding, separator and decimal mark that a file uses."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass

from backlit.encoding.text import FileStyle
from backlit.encoding.text.units import to_ascii_table
from backlit.errors import DataError, ParameterError
from backlit.files.header import Row, common_width, header_position, split_lines, split_rows

SEPARATORS = (",", ";", "\t", "|")
DECIMALS = (".", ",")
SEPARATOR_NAMES = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "bar": "|", "space": " "}
"""Names of separators that are hard to write in a shell."""

BOMS = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")
)  # fmt: skip
NON_ASCII = re.compile(rb"[\x80-\xff]")
HANGUL = re.compile(rb"[\xb0-\xc8][\xa1-\xfe]")
KANA = re.compile(rb"\x82[\x9f-\xf1]|\x83[\x40-\x96]")
ENCODINGS: Mapping[str, tuple[re.Pattern[bytes], float] | None] = {
    "utf-8": None, "cp949": (HANGUL, 0.6), "cp932": (KANA, 0.2), "cp1252": None, "latin-1": None
}  # fmt: skip
"""What is tried in this order where no byte order mark decides, and which part of the bytes beyond ASCII must be the
encoding's common letters: Korean and Japanese encodings read much Western text too, as characters that nobody writes.
The last one reads anything."""

SAMPLED_BYTES = 65_536
"""Bytes at the beginning of a file by which its dialect is judged."""

DAMAGED = 4
"""Text with this many whole UTF-8 characters beyond ASCII for each broken one is UTF-8 that was damaged."""

THOUSANDS_SPACES = " '\u2019\u00a0\u202f\u2009\u2007"
"""What may separate thousands besides the mark that is not the decimal one."""

EXCEL_LINE = re.compile(rb"sep=([^\r\n])\r?\n", re.IGNORECASE)
"""A first line that gives Excel the separator."""

MINUS = "\u2212\u2010-\u2014\ufe63\uff0d\u2796"
PLUS = "\uff0b\ufe62\u2795"
"""Signs of Unicode besides those of ASCII."""

AFFIX = r"(?:[^\d\s.,+-][^\d.,+-]{0,5})?"
"""A currency, unit or percent sign that a number may have before or after it."""

SPACED_QUOTES = r'"(?:[^"]|"")*"|(?P<gap>(?:\A|%b|\n)[ \t]+(?="))'
"""What is quoted, or spaces before a quote."""

GROUPED = r"[1-9]\d{{0,2}}(?:[{separator}]\d{{3}})+"


@dataclass(frozen=True, slots=True)
class ReadOptions:
    r"""How a file of delimited text is written; what is None is inferred from the file.

    Attributes
    ----------
    encoding : str, optional
        The name of an encoding that Python knows.
    separator : str, optional
        One character, or a name such as ``tab`` (`SEPARATOR_NAMES`).
    decimal : str, optional
        The decimal mark, ``.`` or ``,``.
    missing : tuple of str, optional
        All texts that stand for what is missing, besides the empty cell.
    day_first : bool, optional
        Whether dates have the day before the month where the cells do not show it.
    like : FileStyle, optional
        How another file of the kind was written: what this one does not show itself is read as there.

    Raises
    ------
    ParameterError
        If there is no such encoding, the separator is no character, or the decimal mark is neither ``.`` nor ``,``.

    Examples
    --------
    >>> ReadOptions(separator="tab")
    ReadOptions(encoding=None, separator='\t', decimal=None, missing=None, day_first=None, like=None)
    """

    encoding: str | None = None
    separator: str | None = None
    decimal: str | None = None
    missing: tuple[str, ...] | None = None
    day_first: bool | None = None
    like: FileStyle | None = None

    def __post_init__(self) -> None:
        if self.encoding is not None:
            try:
                "".encode(self.encoding)
            except (LookupError, ValueError):
                message = f"encoding: {self.encoding!r} is not known; give one such as utf-8 or cp949"
                raise ParameterError(message, parameter="encoding") from None
        if self.separator is not None:
            mark = SEPARATOR_NAMES.get(self.separator, self.separator)
            if len(mark) != 1 or not mark.isascii() or mark.isalnum() or mark in '"\r\n\0':
                message = f"separator: {self.separator!r} cannot be one; give one character, such as ; or tab"
                raise ParameterError(message, parameter="separator")
            object.__setattr__(self, "separator", mark)
        if self.decimal is not None and self.decimal not in DECIMALS:
            raise ParameterError(f"decimal: {self.decimal!r} is no decimal mark; give . or ,", parameter="decimal")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a file of delimited text is written; `clear` is False where no cell showed the decimal mark beyond doubt."""

    separator: str
    decimal: str
    clear: bool = True


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text as UTF-8 without a byte order mark, the encoding that it had, and whether that was a guess."""

    body: bytes
    encoding: str
    guessed: bool = False


def decode(data: bytes, encoding: str | None = None, like: FileStyle | None = None) -> Decoded:
    """The same text as UTF-8.

    A byte order mark decides; without one UTF-8 is tried first, which other text hardly ever is. All else is a guess:
    cp949 (Korean) or cp932 (Japanese) if it then is mostly Hangul or kana, cp1252 (Western), and latin-1, which reads
    anything. UTF-16 without a mark is recognised by its zero bytes.

    Parameters
    ----------
    data : bytes
        The content of a file.
    encoding : str, optional
        Its encoding, if it is known.
    like : FileStyle, optional
        How another file of the kind was written.

    Returns
    -------
    Decoded

    Raises
    ------
    DataError
        If the text is not of the encoding that is given or marked, or is UTF-8 with broken characters.

    Examples
    --------
    >>> [decode(word.encode(code)).encoding for word, code in (("나이", "cp949"), ("größe", "latin-1"))]
    ['cp949', 'cp1252']
    """
    for mark, marked in BOMS:
        if data.startswith(mark) and encoding is None:
            return Decoded(_decode_strictly(data[len(mark) :], marked), marked)
    if encoding is not None:
        return Decoded(_decode_strictly(data, encoding).removeprefix(codecs.BOM_UTF8), encoding)
    utf16 = _utf16_without_mark(data)
    guess = utf16 or next(name for name, common in ENCODINGS.items() if _is_plausible(data, name, common))
    if (
        like is not None
        and not utf16
        and guess not in ("utf-8", like.encoding)
        and _is_plausible(data, like.encoding, None)
    ):
        return Decoded(_decode_strictly(data, like.encoding), like.encoding)
    if guess != "utf-8" and b"\0" not in data and _is_damaged_utf8(data):
        guess = "utf-8"  # so that the error below names the row
    return Decoded(_decode_strictly(data, guess), guess, guessed=not utf16 and guess != "utf-8")


def _decode_strictly(data: bytes, encoding: str) -> bytes:
    """The text as UTF-8; a byte that does not belong is named by its line and its character in the line."""
    try:
        return data if encoding == "utf-8" and data.isascii() else data.decode(encoding).encode()
    except UnicodeError as error:
        before = data[: getattr(error, "start", 0)].decode(encoding, "replace")
        line, character = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise DataError(
            f"line {line}: character {character} is not {encoding} text; "
            "mend it, or give the right encoding (--encoding)"
        ) from None


def _is_plausible(data: bytes, encoding: str, common: tuple[re.Pattern[bytes], float] | None) -> bool:
    """Whether the bytes can be of an encoding, and mostly are its common letters."""
    try:
        data.decode(encoding)
    except UnicodeError:
        return False
    if common is None:
        return True
    letters, fraction = common
    count = sum(len(NON_ASCII.findall(letter)) for letter in letters.findall(data))
    return count >= fraction * len(NON_ASCII.findall(data))


def _utf16_without_mark(data: bytes) -> str | None:
    """UTF-16 without a mark: ASCII in it, such as separators and line ends, has zero bytes on one side only."""
    head = data[:SAMPLED_BYTES]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if len(data) % 2 or b"\0" not in head or 10 * min(even, odd) > max(even, odd) or 10 * max(even, odd) < len(head):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _is_damaged_utf8(data: bytes) -> bool:
    """Whether this is UTF-8 but for a few broken characters, which another encoding would turn into nonsense."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    whole = sum(not character.isascii() for character in text) - broken
    return whole >= DAMAGED * max(1, broken)


def excel_separator(body: bytes) -> tuple[str | None, bytes]:
    r"""The separator in a first line for Excel, and the text without that line.

    Examples
    --------
    >>> excel_separator(b"sep=;\na;b\n")
    (';', b'a;b\n')
    """
    line = EXCEL_LINE.match(body)
    return (line[1].decode(), body[line.end() :]) if line else (None, body)


def sniff(
    data: bytes, separator: str | None = None, decimal: str | None = None, like: FileStyle | None = None
) -> Dialect:
    r"""The separator and the decimal mark of UTF-8 text, judged by its first lines.

    The separator is the one that cuts most lines into one number of cells, and then into the most cells; for a
    single column of numbers, one that does not occur in it. The decimal mark is the one that more cells show beyond
    doubt; ``1,234`` shows nothing. Where no cell shows one it is the point.

    Parameters
    ----------
    data : bytes
        The text.
    separator, decimal : str, optional
        What is known already.
    like : FileStyle, optional
        How another file of the kind was written: it decides where the lines do not.

    Returns
    -------
    Dialect

    Examples
    --------
    >>> sniff(b"size;price\n1,5;20\n2,25;30\n")
    Dialect(separator=';', decimal=',', clear=True)
    >>> sniff(b"size;price\n1,234;20\n")
    Dialect(separator=';', decimal='.', clear=False)
    """
    lines = first_lines(data)
    likely = () if like is None else (like.separator,)
    marks = (
        [separator] if separator else dict.fromkeys((*likely, *SEPARATORS))
    )  # of equally good ones the first is taken
    rows = {mark: split_rows(lines, mark) for mark in marks}
    best = max(rows, key=lambda mark: _regularity(rows[mark]))
    if not separator and _regularity(rows[best])[1] < 2:
        best = _separator_of_one_column([line.rstrip("\r\n") for line in lines], best)
    if decimal is not None:
        return Dialect(best, decimal)
    cells = [cell.strip().translate(to_ascii_table()) for row in split_rows(lines, best)[1:] for cell in row.cells]
    points, commas = (_unambiguous(cells, mark) for mark in DECIMALS)
    if points == commas and like is not None:
        return Dialect(best, like.decimal)
    return Dialect(best, "," if commas > points else ".", points != commas)


def first_lines(data: bytes) -> list[str]:
    """The lines by which a dialect is judged, with their ends."""
    lines = split_lines(data[:SAMPLED_BYTES].decode(errors="ignore"))
    return lines[:-1] or lines if len(data) > SAMPLED_BYTES else lines  # the last one is cut off


def without_spaced_quotes(data: bytes, separator: str) -> bytes:
    r"""Text whose quotes begin right after the separator; nothing that is quoted changes.

    Examples
    --------
    >>> without_spaced_quotes(b'"a", "b, ""c"", "\n "d", 1\n', ",")
    b'"a","b, ""c"", "\n"d", 1\n'
    """
    mark = separator.encode()
    spaced = [mark + b' "', mark + b'\t"', b'\n "']
    head = data[:SAMPLED_BYTES]
    if separator in " \t" or not (head.startswith(b' "') or any(start in head for start in spaced)):
        return data
    pattern = re.compile(SPACED_QUOTES.encode().replace(b"%b", re.escape(mark)))
    return pattern.sub(lambda match: match[0] if match["gap"] is None else match["gap"].rstrip(b" \t"), data)


def number_pattern(decimal: str) -> str:
    r"""The regular expression of a number with this decimal mark, with or without thousands separators.

    Examples
    --------
    >>> bool(re.fullmatch(number_pattern(","), "1.234,5")), bool(re.fullmatch(number_pattern("."), "1.234,5"))
    (True, False)
    """
    whole = "|".join(GROUPED.format(separator=separator) for separator in thousands_separators(decimal))
    return rf"[+{PLUS}{MINUS}-]?(?:\d+|{whole})(?:[{decimal}]\d*)?(?:[eE][+-]?\d+)?"


def thousands_separators(decimal: str) -> tuple[str, ...]:
    """What may separate thousands where this is the decimal mark."""
    return (other_decimal_mark(decimal), *THOUSANDS_SPACES)


def other_decimal_mark(decimal: str) -> str:
    """The decimal mark that this one is not."""
    return DECIMALS[1 - DECIMALS.index(decimal)]


def _regularity(rows: list[Row]) -> tuple[float, int]:
    """How well a separator cuts: the fraction of rows as wide as most of them, then the width."""
    width = common_width(rows)
    if width < 2 or header_position(rows) is None:
        return 0.0, 0
    return sum(len(row.cells) == width for row in rows) / len(rows), width


def _unambiguous(cells: list[str], decimal: str) -> int:
    """How many cells are numbers with this decimal mark and not with the other one."""
    marks = (decimal, other_decimal_mark(decimal))
    number, other_number = (re.compile(rf"{AFFIX}\s?{number_pattern(mark)}\s?{AFFIX}") for mark in marks)
    return sum(number.fullmatch(cell) is not None and other_number.fullmatch(cell) is None for cell in cells)


def _separator_of_one_column(lines: list[str], default: str) -> str:
    """A separator that is not in the text, where the header is one name and every line one number."""
    number = re.compile("|".join(number_pattern(mark) for mark in DECIMALS))
    whole = all(number.fullmatch(line.strip()) for line in lines[1:] if line.strip())
    return next((mark for mark in SEPARATORS if whole and not any(mark in line for line in lines)), default)
