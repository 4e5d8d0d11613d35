"""One column of any origin as an Arrow array, and its cells as numbers, seconds or text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import narwhals as nw
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

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


def to_cells(values: object, what: str, *, mixed: bool = True) -> pa.Array:
    """A column as one Arrow array; Python objects of several types become text, or are refused.

    Parameters
    ----------
    values : one-dimensional
        A series of any frame that narwhals reads, a NumPy or Arrow array, or a list.
    what : str
        Its name in errors, such as ``"column 'age'"``.
    mixed : bool, default True
        Whether objects of several types may become text.

    Returns
    -------
    pyarrow.Array
        Text is ``large_string``; categories stay dictionaries.

    Raises
    ------
    DataError
        If its cells are of a type that a table of numbers, text and times cannot hold, or mixed when not allowed.

    Examples
    --------
    >>> to_cells([1, "a", None], "column 'x'").to_pylist()
    ['1', 'a', None]
    """
    array = _arrow(values, what, mixed)
    return _converted(lambda: _joined(array), what)


def _joined(array: Any) -> pa.Array:
    """Chunks as one array, extensions as what they store, text as ``large_string``."""
    if isinstance(array, pa.ChunkedArray):
        if pa.types.is_dictionary(array.type):
            array = array.unify_dictionaries()
        elif _is_text(array.type):
            array = array.cast(pa.large_string())  # before joining: a string array ends at 2 GiB
        array = array.combine_chunks()
    if isinstance(array, pa.ExtensionArray):
        array = array.storage
    return array.cast(pa.large_string()) if _is_text(array.type) else array


def _arrow(values: Any, what: str, mixed: bool) -> Any:
    """The Arrow array, or chunks of it, behind some values."""
    if isinstance(values, pa.Array | pa.ChunkedArray):
        return values
    if isinstance(values, np.ndarray) and values.dtype != object:
        return _converted(lambda: pa.array(values), what)
    if not isinstance(values, np.ndarray | list | tuple | nw.Series):
        values = list(values) if isinstance(values, Sequence) else _series(values, what)
    if isinstance(values, nw.Series) and values.dtype != nw.Object:
        return _converted(partial(_from_series, values), what)
    cells = list(values.to_list() if isinstance(values, nw.Series) else values)
    if len({cell.tzinfo is None for cell in cells if isinstance(cell, dt.datetime) and not _is_null(cell)}) > 1:
        raise DataError(f"{what} mixes times with and without a time zone; give all of them one")
    types = {type(cell) for cell in cells if not _is_null(cell)}
    if bool in types and types - {bool} and types <= {bool, int, float}:
        # flags among numbers are numbers; Arrow's own answer depends on which of them comes first
        cells = [float(cell) if isinstance(cell, bool) else cell for cell in cells]
    try:
        return pa.array(cells, from_pandas=True)
    except (pa.ArrowException, OverflowError, ValueError, TypeError):
        if mixed:
            return pa.array([None if _is_null(cell) else str(cell) for cell in cells], pa.large_string())
    kinds = ", ".join(sorted({type(cell).__name__ for cell in cells if not _is_null(cell)}))
    raise DataError(f"{what} mixes values that are no one type ({kinds}); make all of them text or numbers")


def _series(values: Any, what: str) -> nw.Series[Any]:
    """A column of any library that narwhals knows."""
    try:
        return nw.from_native(values, series_only=True)
    except TypeError:
        kind = f"{type(values).__module__}.{type(values).__qualname__}"
        raise DataError(f"{what} is a {kind}, which is no column; give a series, an array or a list") from None


def _from_series(series: nw.Series[Any]) -> Any:
    """A series as Arrow; one that Arrow does not know, such as a sparse one of pandas, through NumPy."""
    try:
        return series.to_arrow()
    except (pa.ArrowException, TypeError):
        return pa.array(np.asarray(series.to_native()))


def _converted(convert: Callable[[], Any], what: str) -> Any:
    """What `convert` returns; its failure as an error of ours."""
    try:
        return convert()
    except (pa.ArrowException, TypeError, ValueError, NotImplementedError) as error:
        why = " ".join(str(error).split())
        raise DataError(f"{what} cannot be read ({why}); convert it to numbers, text or times") from None


def _is_null(cell: Any) -> bool:
    """None, pandas.NA, NaT and NaN: what is missing, or does not equal itself."""
    return cell is None or type(cell).__name__ in ("NAType", "NaTType") or (isinstance(cell, float) and cell != cell)


def is_number(kind: pa.DataType) -> bool:
    """Whether a type holds integers, floats or decimals."""
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def is_flag(kind: pa.DataType) -> bool:
    """Whether a type holds booleans."""
    return bool(pa.types.is_boolean(kind))


def is_label(kind: pa.DataType) -> bool:
    """Whether a type holds text or categories."""
    return bool(_is_text(kind) or pa.types.is_dictionary(kind))


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


def _is_text(kind: pa.DataType) -> bool:
    """Whether a type holds text, or bytes that may be text."""
    tests = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view, pa.types.is_binary)
    return any(test(kind) for test in tests) or bool(pa.types.is_large_binary(kind))


def texts(cells: pa.Array, what: str) -> pa.Array:
    """The cells as trimmed text; an empty one is null, whole floats are written as integers.

    Examples
    --------
    >>> texts(pa.array([1.0, 2.5, None]), "column 'x'").to_pylist()
    ['1', '2.5', None]
    """
    if pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_decode()
    elif not (any(test(cells.type) for test in (is_label, is_number, is_flag)) or pa.types.is_null(cells.type)):
        raise _mismatch(what, cells.type, "labels")
    if pa.types.is_floating(cells.type):
        cells = pc.if_else(pc.is_nan(cells), pa.scalar(None, cells.type), cells)
    text = pc.utf8_trim_whitespace(_converted(lambda: cells.cast(pa.large_string()), what))
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.large_string()), text)


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
        raise _mismatch(what, cells.type, "numbers")
    return _float64(cells)


def moments(cells: pa.Array, what: str) -> Numbers:
    """Dates and date-times without a zone as seconds since 1970, NaN where they are null.

    Examples
    --------
    >>> moments(pa.array(["1970-01-02", None]), "column 'x'")
    array([86400.,    nan])
    """
    if is_label(cells.type):
        cells = _parsed(cells, pa.timestamp("us"), what, "a date as in 2024-12-31")
    elif not (is_moment(cells.type) or pa.types.is_null(cells.type)):
        raise _mismatch(what, cells.type, "dates without a time zone")
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
        raise _mismatch(what, cells.type, "times with a time zone")
    return _seconds(cells)


def times(cells: pa.Array, what: str) -> Numbers:
    """Times of the day as seconds since midnight, NaN where they are null."""
    if not (is_time(cells.type) or pa.types.is_null(cells.type)):
        raise _mismatch(what, cells.type, "times of the day")
    return _seconds(cells)


def durations(cells: pa.Array, what: str) -> Numbers:
    """Spans of time in seconds, NaN where they are null."""
    if not (is_duration(cells.type) or pa.types.is_null(cells.type)):
        raise _mismatch(what, cells.type, "durations")
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


def _mismatch(what: str, kind: pa.DataType, expected: str) -> DataError:
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
    plain = pc.cast(cells, pa.float64(), safe=False)
    return np.asarray(plain.to_numpy(zero_copy_only=False), dtype=np.float64)
