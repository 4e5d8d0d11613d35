"""The cells of an Arrow array as numbers, seconds or text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from backlit.encoding.conversion import as_text, is_text
from backlit.errors import DataError

Numbers = NDArray[np.float64]

SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
DAY = 86_400.0
FIRST = 100
"""Distinct texts that are tried before all of them."""


@contextmanager
def of_column(name: str) -> Iterator[str]:
    """Name a column: yields what it is called in messages, and gives its name to the errors inside.

    Examples
    --------
    >>> with of_column("age") as what:
    ...     numbers(pa.array(["1", "abc"]), what)
    Traceback (most recent call last):
        ...
    backlit.errors.DataError: column 'age': 'abc' in row 1 is not a number; mend the cell or treat the column as text
    """
    try:
        yield f"column {name!r}"
    except DataError as error:
        error.column = name
        raise


def is_number(kind: pa.DataType) -> bool:
    """Whether a type holds integers, floats or decimals."""
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def is_flag(kind: pa.DataType) -> bool:
    """Whether a type holds booleans."""
    return bool(pa.types.is_boolean(kind))


def is_label(kind: pa.DataType) -> bool:
    """Whether a type holds text or categories."""
    return bool(is_text(kind) or pa.types.is_dictionary(kind))


def is_moment(kind: pa.DataType) -> bool:
    """Whether a type holds dates, or date-times without a time zone."""
    return bool(pa.types.is_date(kind) or (pa.types.is_timestamp(kind) and kind.tz is None))


def is_instant(kind: pa.DataType) -> bool:
    """Whether a type holds date-times with a time zone."""
    return bool(pa.types.is_timestamp(kind) and kind.tz is not None)


def is_time(kind: pa.DataType) -> bool:
    """Whether a type holds times of the day."""
    return bool(pa.types.is_time(kind))


def is_duration(kind: pa.DataType) -> bool:
    """Whether a type holds spans of time."""
    return bool(pa.types.is_duration(kind))


LABELS = (is_label, is_number, is_flag, is_moment, is_instant, is_time)
"""The types whose cells can be labels."""


def texts(cells: pa.Array, what: str) -> pa.Array:
    """The cells as trimmed text; an empty one is null, whole floats are written as integers.

    Examples
    --------
    >>> texts(pa.array([1.0, 2.5, None]), "column 'x'").to_pylist()
    ['1', '2.5', None]
    """
    if pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_decode()
    if not (any(test(cells.type) for test in LABELS) or pa.types.is_null(cells.type)):
        raise mismatch(what, cells.type, "labels")
    if pa.types.is_floating(cells.type):
        cells = pc.if_else(pc.is_nan(cells), pa.scalar(None, cells.type), cells)
    try:
        text = as_text(cells)
    except pa.ArrowInvalid:  # bytes that are no text
        row = _first_failing(cells, pa.large_string())
        raise DataError(f"{what}: the bytes in row {row} are no UTF-8 text; convert the column", row=row) from None
    if is_moment(cells.type) or is_instant(cells.type) or is_time(cells.type) or pa.types.is_decimal(cells.type):
        text = without_zeros(text)
    text = pc.utf8_trim_whitespace(text)
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.large_string()), text)


def without_zeros(text: pa.Array) -> pa.Array:
    """Times and decimals without zeros at the end of their fraction, midnight without its hours.

    Examples
    --------
    >>> without_zeros(pa.array(["2024-01-31 00:00:00.000", "2024-01-31 09:30:00.250", "1.50"])).to_pylist()
    ['2024-01-31', '2024-01-31 09:30:00.25', '1.5']
    """
    text = pc.replace_substring_regex(text, r"(\.[0-9]*?)0+(Z?)$", r"\1\2")
    text = pc.replace_substring_regex(text, r"\.(Z?)$", r"\1")
    return pc.replace_substring_regex(text, r"(-[0-9]{2}) 00:00:00$", r"\1")


def flags(cells: pa.Array, what: str) -> pa.Array:
    """The cells as the text ``true`` or ``false``; 1 and 0 are read as such, other text is kept.

    Examples
    --------
    >>> flags(pa.array([1, 0, None]), "column 'x'").to_pylist()
    ['true', 'false', None]
    """
    text = pc.utf8_lower(texts(cells, what))
    for digit, word in (("1", "true"), ("0", "false")):
        text = pc.if_else(pc.equal(text, digit), word, text)
    return text


def numbers(cells: pa.Array, what: str) -> Numbers:
    """The cells as float64, NaN where they are null; text is read as numbers.

    Raises
    ------
    DataError
        If a cell is text that is not a number, naming its row, or the column holds no numbers at all.

    Examples
    --------
    >>> numbers(pa.array(["1", None, "abc"]), "column 'age'")
    Traceback (most recent call last):
        ...
    backlit.errors.DataError: column 'age': 'abc' in row 2 is not a number; mend the cell or treat the column as text
    """
    if is_label(cells.type):
        cells = _parsed(cells, pa.float64(), what, "a number")
    elif not (is_number(cells.type) or is_flag(cells.type) or pa.types.is_null(cells.type)):
        raise mismatch(what, cells.type, "numbers")
    return _float64(cells)


def timestamps(cells: pa.Array, what: str) -> Numbers:
    """Dates and date-times without a zone as seconds since 1970, NaN where they are null.

    Examples
    --------
    >>> timestamps(pa.array(["1970-01-02", None]), "column 'x'")
    array([86400.,    nan])
    """
    if is_label(cells.type):
        cells = _parsed(cells, pa.timestamp("us"), what, "a date as in 2024-12-31")
    elif not (is_moment(cells.type) or pa.types.is_null(cells.type)):
        raise mismatch(what, cells.type, "dates without a time zone")
    if pa.types.is_date(cells.type):
        cells = cells.cast(pa.timestamp("ms"))
    return _seconds(cells)


def instants(cells: pa.Array, what: str) -> Numbers:
    """Date-times of any zone as seconds since 1970 in UTC, NaN where they are null.

    Examples
    --------
    >>> instants(pa.array(["1970-01-02T09:00:00+09:00", None]), "column 'x'")
    array([86400.,    nan])
    """
    if is_label(cells.type):
        cells = _parsed(cells, pa.timestamp("us", "UTC"), what, "a time with its zone as in 2024-12-31T09:00:00Z")
    elif not (is_instant(cells.type) or pa.types.is_null(cells.type)):
        raise mismatch(what, cells.type, "times with a time zone")
    return _seconds(cells)


def times(cells: pa.Array, what: str) -> Numbers:
    """Times of the day as seconds since midnight, NaN where they are null."""
    if not (is_time(cells.type) or pa.types.is_null(cells.type)):
        raise mismatch(what, cells.type, "times of the day")
    return _seconds(cells)


def durations(cells: pa.Array, what: str) -> Numbers:
    """Spans of time in seconds, NaN where they are null; a time of the day is the span since midnight.

    A statistics program writes both alike, so that a file whose spans are all shorter than a day reads as times.

    Examples
    --------
    >>> durations(pa.array([90_000, None], pa.duration("s")), "column 'x'")
    array([90000.,    nan])
    >>> durations(pa.array([3_600, None], pa.time32("s")), "column 'x'")
    array([3600.,   nan])
    """
    if not (is_duration(cells.type) or is_time(cells.type) or pa.types.is_null(cells.type)):
        raise mismatch(what, cells.type, "durations")
    return _seconds(cells)


def reads_as(cells: pa.Array, read: Callable[[pa.Array, str], Numbers]) -> bool:
    """Whether `read` accepts every cell of a text column that is not all null."""
    distinct = texts(cells, "").unique().drop_null()
    if not len(distinct):
        return False
    try:
        for part in (distinct.slice(0, FIRST), distinct):  # most text shows at once that it is not
            read(part, "")
    except DataError:
        return False
    return True


def _parsed(cells: pa.Array, kind: pa.DataType, what: str, expected: str) -> pa.Array:
    """Text parsed as `kind`; the first cell that does not parse is named."""
    text = texts(cells, what)
    try:
        return text.cast(kind)
    except pa.ArrowInvalid:
        row = _first_failing(text, kind)
    shown = text[row].as_py()
    shown = shown if len(shown) <= 40 else shown[:37] + "..."
    message = f"{what}: {shown!r} in row {row} is not {expected}; mend the cell or treat the column as text"
    raise DataError(message, row=row)


def _first_failing(text: pa.Array, kind: pa.DataType) -> int:
    """The first row that does not parse, by halving the rows that must hold it."""
    low, high = 0, len(text)
    while high - low > 1:
        middle = (low + high) // 2
        try:
            text.slice(low, middle - low).cast(kind)
            low = middle
        except pa.ArrowInvalid:
            high = middle
    return low


def mismatch(what: str, kind: pa.DataType, expected: str) -> DataError:
    """The error for a column of a type that does not belong there."""
    return DataError(f"{what} holds {kind} where {expected} are needed; convert it")


def _seconds(cells: pa.Array) -> Numbers:
    """Arrow's counts of some unit, as seconds."""
    if pa.types.is_null(cells.type):
        return _float64(cells)
    counts = cells.cast(pa.int32() if pa.types.is_time32(cells.type) else pa.int64())
    return _float64(counts) * SECONDS[cells.type.unit]


def _float64(cells: pa.Array) -> Numbers:
    """Numbers, flags or nothing, as float64 with NaN for null."""
    if pa.types.is_decimal(cells.type):
        cells = cells.cast(pa.large_string())  # Arrow's own cast is not rounded correctly
    plain = pc.cast(cells, pa.float64(), safe=False)
    return np.asarray(plain.to_numpy(zero_copy_only=False), dtype=np.float64)
