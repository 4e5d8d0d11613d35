"""One column of any origin as an Arrow array: what pandas, polars, NumPy and Arrow give out, by what it means."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import narwhals as nw
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from backlit.errors import DataError

READY_TYPES = {str, bool, int, float, type(None)}
"""Python types that Arrow reads as they are."""

NUMBER_TYPES = {bool, int, float, Decimal, Fraction}

MOMENT_UNITS = {"Y": "D", "M": "D", "W": "D", "D": "D", "h": "s", "m": "s", "s": "s", "ms": "ms", "us": "us"}
SPAN_UNITS = {**MOMENT_UNITS, "W": "s", "D": "s"}
"""NumPy's unit of moments and of spans -> the one that Arrow has; nanoseconds for all others."""


def to_cells(values: object, what: str, *, mixed: bool = True, periods_as_text: bool = False) -> pa.Array:
    """A column as one Arrow array; Python objects of several types become text, or are refused.

    Parameters
    ----------
    values : one-dimensional
        A series of any frame that narwhals reads, an index or an extension array of pandas, a NumPy or Arrow array
        of any byte order and width, or a list.
    what : str
        Its name in errors, such as ``"column 'age'"``.
    mixed : bool, default True
        Whether objects of several types may become text.
    periods_as_text : bool, default False
        Whether a period of pandas is its text, as in ``2020-01``, rather than the moment at which it begins.

    Returns
    -------
    pyarrow.Array
        Text is ``large_string``; categories stay dictionaries; intervals are text; no extension type.

    Raises
    ------
    DataError
        If its cells are of a type that a table of numbers, text and times cannot hold, or mixed when not allowed.

    Examples
    --------
    >>> to_cells([1, "a", None], "column 'x'").to_pylist()
    ['1', 'a', None]
    >>> to_cells(np.array([1, 2], dtype=">i4"), "column 'x'").to_pylist()
    [1, 2]
    """
    return _Conversion(what, mixed, periods_as_text).convert(values)


def is_null(cell: Any) -> bool:
    """None, pandas.NA, NaT, NaN and NumPy's masked cell: what is missing, or does not equal itself."""
    if cell is None or cell is np.ma.masked or type(cell).__name__ in ("NAType", "NaTType"):
        return True
    if isinstance(cell, np.datetime64 | np.timedelta64):
        return bool(np.isnat(cell))
    return isinstance(cell, float | np.floating | Decimal) and cell != cell


def is_text(kind: pa.DataType) -> bool:
    """Whether a type holds text, or bytes that may be text."""
    tests = (
        *(pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view),
        *(pa.types.is_binary, pa.types.is_large_binary, pa.types.is_fixed_size_binary, pa.types.is_binary_view),
    )
    return any(test(kind) for test in tests)


def as_text(cells: pa.Array) -> pa.Array:
    """A text or bytes array as ``large_string``."""
    if pa.types.is_fixed_size_binary(cells.type):
        cells = cells.cast(pa.large_binary())
    return cells.cast(pa.large_string())


def label_of(cell: Any) -> str:
    """The text of a Python object that stands among labels: whole numbers without a fraction, bytes decoded.

    Examples
    --------
    >>> label_of(2.0), label_of(Decimal("2.50")), label_of(b"red"), label_of(True)
    ('2', '2.5', 'red', 'True')
    """
    if isinstance(cell, bytes):
        return cell.decode()
    if isinstance(cell, Decimal) and cell.is_finite():
        text = f"{cell:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    if (
        isinstance(cell, float | np.floating)
        and np.isfinite(cell)
        and float(cell).is_integer()
        and abs(float(cell)) < 2**53
    ):
        return str(int(cell))
    return str(cell)


def native_array(values: NDArray[Any]) -> NDArray[Any]:
    """An array of numbers or times in the byte order, width and unit that Arrow has.

    Examples
    --------
    >>> native_array(np.array([1.5], dtype=">f8")).dtype, native_array(np.array(["2020-01"], dtype="M8[M]")).dtype
    (dtype('float64'), dtype('<M8[D]'))
    """
    dtype: Any = values.dtype
    if dtype.kind == "f" and dtype.itemsize > 8:
        return values.astype(np.float64)
    if dtype.kind in "Mm":
        units = MOMENT_UNITS if dtype.kind == "M" else SPAN_UNITS
        unit = units.get(str(np.datetime_data(dtype)[0]), "ns")
        return values.astype(f"{dtype.kind}8[{unit}]")
    return values if dtype.isnative else values.astype(dtype.newbyteorder("="))


@dataclass(frozen=True, slots=True)
class _Conversion:
    """One column on its way to Arrow: its name in messages, and what may be made of its cells."""

    what: str
    mixed: bool
    periods_as_text: bool

    def convert(self, values: Any) -> pa.Array:
        """The column as one array of a type that `cells` can read."""
        array = self._arrow(nw.to_native(values, pass_through=True))
        return self._guarded(lambda: self._joined(array))

    def _guarded(self, convert: Callable[[], Any]) -> Any:
        """What `convert` returns; its failure as an error of ours."""
        try:
            return convert()
        except DataError:
            raise
        except (pa.ArrowException, TypeError, ValueError, NotImplementedError, OverflowError) as error:
            why = " ".join(str(error).split())
            raise DataError(f"{self.what} cannot be read ({why}); convert it to numbers, text or times") from None

    def _arrow(self, values: Any) -> Any:
        """The Arrow array, or chunks of it, behind some values."""
        if isinstance(values, pa.Array | pa.ChunkedArray):
            return values
        if isinstance(values, np.ndarray):
            return self._guarded(lambda: self._from_numpy(values, from_pandas=False))
        if _is_of_pandas(values):
            return self._guarded(lambda: self._from_pandas(values))
        if isinstance(values, Sequence):
            return self._guarded(lambda: self._from_objects(list(values)))
        return self._from_library(values)

    def _from_numpy(self, values: NDArray[Any], *, from_pandas: bool) -> Any:
        """An array of any dtype; of pandas NaN is null."""
        if values.ndim != 1:
            raise DataError(f"{self.what} has {values.ndim} dimensions; give one value for each row")
        if values.dtype == object or values.dtype.kind == "T":
            return self._from_objects(list(values))
        if values.dtype.names or values.dtype.kind in "Vc":
            kind = "Complex data not supported" if values.dtype.kind == "c" else f"records, {values.dtype}"
            raise DataError(f"{self.what} cannot be read ({kind}); give each part as a column of its own")
        return pa.array(native_array(values), from_pandas=from_pandas or None)

    def _from_pandas(self, values: Any) -> Any:
        """A series, an index or an extension array of pandas."""
        pandas = sys.modules["pandas"]
        if isinstance(values, pandas.MultiIndex | pandas.DataFrame):
            kind = type(values).__name__
            raise DataError(f"{self.what} is a {kind} of pandas, which is several columns; give one of them")
        if not isinstance(values, pandas.Series):
            values = pandas.Series(values)
        dtype = values.dtype
        if isinstance(dtype, pandas.CategoricalDtype):
            return self._from_categories(values.cat.codes.to_numpy(), values.cat.categories)
        if isinstance(dtype, pandas.PeriodDtype):
            return self._labels(values) if self.periods_as_text else pa.Array.from_pandas(values.dt.to_timestamp())
        if isinstance(dtype, pandas.IntervalDtype):
            return self._labels(values)
        if isinstance(dtype, pandas.SparseDtype):
            return self._from_numpy(np.asarray(values), from_pandas=True)
        if isinstance(dtype, np.dtype) and (dtype.kind in "OcV" or not dtype.isnative or dtype.itemsize > 8):
            return self._from_numpy(values.to_numpy(), from_pandas=True)
        return pa.Array.from_pandas(values)

    def _from_categories(self, codes: NDArray[Any], categories: Any) -> pa.Array:
        """Categories as a dictionary, whatever they are; labels among numbers are text."""
        dictionary = _Conversion(self.what, True, self.periods_as_text).convert(categories)
        mixed = set(map(type, categories)) if str(getattr(categories, "dtype", "")) == "object" else set()
        if str in mixed and mixed & {int, float, np.int64, np.float64}:
            # numbers of which some have a label, as Stata and SPSS have them: text, that is judged as a whole
            return dictionary.take(pa.array(codes.astype(np.int64), mask=codes < 0))
        return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), dictionary)

    def _from_library(self, values: Any) -> Any:
        """A column of another library: one that narwhals knows, or that offers Arrow's or NumPy's interface."""
        try:
            series = nw.from_native(values, series_only=True)
        except TypeError:
            if hasattr(values, "__arrow_c_stream__"):
                return self._guarded(lambda: pa.chunked_array(values))
            if hasattr(values, "__arrow_c_array__"):
                return self._guarded(lambda: pa.array(values))
            if hasattr(values, "__array__"):
                return self._guarded(lambda: self._from_numpy(np.asarray(values), from_pandas=False))
            raise self._no_column(values) from None
        if series.dtype == nw.Object:
            return self._guarded(lambda: self._from_objects(series.to_list()))
        try:
            return series.to_arrow()
        except (pa.ArrowException, TypeError, ValueError):  # such as integers of 128 bits
            return self._guarded(lambda: self._from_objects(series.to_list()))

    def _no_column(self, values: Any) -> DataError:
        kind = f"{type(values).__module__}.{type(values).__qualname__}"
        return DataError(f"{self.what} is a {kind}, which is no column; give a series, an array or a list")

    def _labels(self, cells: Iterable[Any]) -> pa.Array:
        """Cells as their text."""
        return pa.array([None if is_null(cell) else label_of(cell) for cell in cells], pa.large_string())

    def _from_objects(self, cells: list[Any]) -> Any:
        """Python objects."""
        types = set(map(type, cells))
        if not types <= READY_TYPES:
            cells = [None if is_null(cell) else self._plain(cell) for cell in cells]
            types = set(map(type, cells))
        types -= {type(None)}
        if float in types and not types <= NUMBER_TYPES:  # NaN is no number among other objects
            cells = [None if is_null(cell) else cell for cell in cells]
            types = set(map(type, cells)) - {type(None)}
        if bool in types and types - {bool} and types <= NUMBER_TYPES:
            # flags among numbers are numbers; Arrow's own answer depends on which of them comes first
            cells = [float(cell) if isinstance(cell, bool) else cell for cell in cells]
        return self._of_one_type(cells, types)

    def _plain(self, cell: Any) -> Any:
        """An object of NumPy or pandas as the Python object that Arrow reads, by what it means."""
        if isinstance(cell, np.datetime64 | np.timedelta64):
            return cell
        if isinstance(cell, np.bool_ | np.integer | np.str_ | np.bytes_):
            return cell.item()
        if isinstance(cell, np.floating):
            return float(cell)
        name = type(cell).__name__
        if type(cell).__module__.partition(".")[0] == "pandas" and name in ("Period", "Interval"):
            return cell.to_timestamp() if name == "Period" and not self.periods_as_text else str(cell)
        return cell

    def _of_one_type(self, cells: list[Any], types: set[type]) -> Any:
        """Objects that are numbers, times or text in several types as one of them; else text, or refused."""
        if types and types <= {np.datetime64}:
            return pa.array(native_array(np.array(["NaT" if cell is None else cell for cell in cells], "M8")))
        if types and types <= {np.timedelta64}:
            return pa.array(native_array(np.array(["NaT" if cell is None else cell for cell in cells], "m8")))
        if {np.datetime64, np.timedelta64} & types:
            cells = [_python_time(cell) for cell in cells]
            types = set(map(type, cells)) - {type(None)}
        if types and all(issubclass(kind, dt.date) for kind in types):
            cells = self._moments(cells, types)
        if types == {dt.time, dt.timedelta}:  # a workbook's spans: those of less than a day are read as times
            cells = [_since_midnight(cell) if isinstance(cell, dt.time) else cell for cell in cells]
        if types == {bytes, str}:
            cells = [label_of(cell) if isinstance(cell, bytes) else cell for cell in cells]
        try:
            return pa.array(cells, from_pandas=True)
        except (pa.ArrowException, OverflowError, ValueError, TypeError):
            if types <= NUMBER_TYPES:
                return self._wide_numbers(cells)
            if self.mixed:
                return self._labels(cells)
        kinds = ", ".join(sorted({type(cell).__name__ for cell in cells if not is_null(cell)}))
        raise DataError(f"{self.what} mixes values that are no one type ({kinds}); make all of them text or numbers")

    def _moments(self, cells: list[Any], types: set[type]) -> list[Any]:
        """Dates among date-times as their midnight; clocks with and without a zone are not mixed."""
        moments = [cell for cell in cells if isinstance(cell, dt.datetime)]
        if len(moments) and any(not issubclass(kind, dt.datetime) for kind in types):
            cells = [
                dt.datetime(cell.year, cell.month, cell.day) if cell and not isinstance(cell, dt.datetime) else cell
                for cell in cells
            ]
            moments = [cell for cell in cells if isinstance(cell, dt.datetime)]
        if len({cell.tzinfo is None for cell in moments}) > 1:
            raise DataError(f"{self.what} mixes times with and without a time zone; give all of them one")
        return cells

    def _wide_numbers(self, cells: list[Any]) -> pa.Array:
        """Numbers that are too wide for 64 bits, or of several types: whole ones exactly, else as floats."""
        if all(cell is None or isinstance(cell, int) for cell in cells):
            for kind in (pa.decimal128(38, 0), pa.decimal256(76, 0)):
                try:
                    return pa.array([None if cell is None else Decimal(cell) for cell in cells], kind)
                except (pa.ArrowException, ValueError):
                    continue
        floats = []
        for row, cell in enumerate(cells):
            try:
                floats.append(None if is_null(cell) else float(cell))
            except OverflowError:
                raise DataError(f"{self.what}: the number in row {row} is too large for float64", row=row) from None
        return pa.array(floats, pa.float64())

    def _joined(self, array: Any) -> pa.Array:
        """Chunks as one array, extension types by what they mean, text as ``large_string``."""
        kind = array.type
        if pa.types.is_run_end_encoded(kind):
            return self.convert(pc.run_end_decode(array))
        if isinstance(array, pa.ChunkedArray):
            if _has_extension(kind):
                array = pa.chunked_array([self._by_meaning(chunk) for chunk in array.chunks] or [pa.array([])])
            if pa.types.is_dictionary(array.type):
                array = array.unify_dictionaries()
            elif is_text(array.type):
                array = pa.chunked_array([as_text(chunk) for chunk in array.chunks], pa.large_string())
            array = array.combine_chunks()  # text was cast before: a string array ends at 2 GiB
        elif _has_extension(kind):
            array = self._by_meaning(array)
        small = pa.types.is_float16(array.type)  # Arrow has no comparisons for it
        return array.cast(pa.float32()) if small else as_text(array) if is_text(array.type) else array

    def _by_meaning(self, array: Any) -> pa.Array:
        """An array of an extension type, or a dictionary of one, as the type that it means.

        Raises
        ------
        DataError
            If the type is not known, naming it.
        """
        if pa.types.is_dictionary(array.type):
            return pa.DictionaryArray.from_arrays(array.indices, self.convert(self._by_meaning(array.dictionary)))
        if not isinstance(array.type, pa.BaseExtensionType):
            return array
        name = array.type.extension_name
        if name == "arrow.bool8":
            return array.cast(pa.bool_())
        if name == "arrow.uuid":
            return self._labels(array.to_pylist())
        if name == "arrow.json":
            return array.storage
        if name in ("pandas.period", "pandas.interval"):
            return self.convert(array.to_pandas())
        raise DataError(f"{self.what} holds the extension type {name}; convert it to numbers, text or times")


def _is_of_pandas(values: Any) -> bool:
    """Whether this is a series, an index, an extension array or a frame of pandas."""
    pandas = sys.modules.get("pandas")
    if pandas is None:
        return False
    kinds = (pandas.Series, pandas.Index, pandas.DataFrame, pandas.api.extensions.ExtensionArray)
    return isinstance(values, kinds)


def _has_extension(kind: pa.DataType) -> bool:
    """Whether a type is an extension, or a dictionary of one."""
    inner = kind.value_type if pa.types.is_dictionary(kind) else kind
    return isinstance(inner, pa.BaseExtensionType)


def _python_time(cell: Any) -> Any:
    """A moment or span of NumPy among others as Python's."""
    return cell.astype("M8[us]").item() if isinstance(cell, np.datetime64) else _python_span(cell)


def _since_midnight(time: dt.time) -> dt.timedelta:
    """A time of the day as the span from midnight to it."""
    return dt.timedelta(hours=time.hour, minutes=time.minute, seconds=time.second, microseconds=time.microsecond)


def _python_span(cell: Any) -> Any:
    return cell.astype("m8[us]").item() if isinstance(cell, np.timedelta64) else cell
