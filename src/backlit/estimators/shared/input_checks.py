"""Tables and targets as the drop-ins take them: times are refused by name, numbers in objects are numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import narwhals as nw
import numpy as np
import pyarrow as pa

from backlit.encoding.cells import is_duration, is_flag, is_instant, is_moment, is_number, is_time, numbers, texts
from backlit.encoding.conversion import is_text
from backlit.encoding.frames import duplicate_column
from backlit.encoding.target import is_one_dimensional, target_columns
from backlit.errors import DataError

TIMES = (dt.date, dt.time, dt.timedelta, np.datetime64, np.timedelta64)
PLAIN_KINDS = "fiubUS"
"""NumPy's kinds of numbers, flags and text, which scikit-learn reads."""

WIDE = (nw.Int128, nw.UInt128)


def checked_rows(X: Any, task: str) -> Any:
    """A table whose columns are no dates, spans, periods, intervals or records; integers of 128 bits become floats.

    Parameters
    ----------
    X : array-like, data frame or sparse matrix
    task : {"classification", "regression"}
        Which estimator of raw frames the message names.

    Raises
    ------
    DataError
        If a column holds times or intervals, naming it, two have one name, or the rows are records.

    Examples
    --------
    >>> checked_rows(np.array([["2020-01-01"]], "M8[D]"), "regression")
    Traceback (most recent call last):
        ...
    backlit.errors.DataError: column 'x[0]' holds times (datetime64[D]), and this model takes numbers; ...
    """
    if hasattr(X, "toarray"):
        return X
    if isinstance(X, np.ndarray):
        _check_array(X, task)
    elif isinstance(X, list | tuple):
        _check_list(X, task)
    else:
        try:
            frame = nw.from_native(X, eager_only=True, pass_through=True)
        except nw.exceptions.DuplicateError:
            raise duplicate_column(X) from None
        if isinstance(frame, nw.DataFrame):
            return _checked_frame(X, frame, task)
    return X


def _check_array(X: np.ndarray[Any, Any], task: str) -> None:
    """Refuse an array of times or records, or one of objects with a column that has times."""
    if X.dtype.names:
        raise DataError("X: records are no matrix of numbers; give pd.DataFrame(records)")
    if X.dtype.kind in "mM":
        raise _refusal("x[0]", f"times ({X.dtype})", task)
    if X.dtype == object and X.ndim == 2:
        for number in range(X.shape[1]):
            _check_objects(f"x[{number}]", X[:, number], task)


def _check_list(X: Any, task: str) -> None:
    """Refuse rows of Python objects with a column that has times."""
    rows = [row for row in X if isinstance(row, list | tuple | np.ndarray)]
    if rows and len(rows) == len(X) and len({len(row) for row in rows}) == 1:
        for number in range(len(rows[0])):
            _check_objects(f"x[{number}]", [row[number] for row in rows], task)
    elif X and isinstance(X[0], np.void) and X[0].dtype.names:
        raise DataError("X: records are no matrix of numbers; give pd.DataFrame(records)")


def _check_objects(name: str, cells: Iterable[Any], task: str) -> None:
    """Refuse a column of Python objects with a time, period or interval among them."""
    for kind in set(map(type, cells)):
        if issubclass(kind, TIMES) or (kind.__module__.partition(".")[0] == "pandas" and kind.__name__ == "Period"):
            raise _refusal(name, f"times ({kind.__name__})", task)
        if kind.__module__.partition(".")[0] == "pandas" and kind.__name__ == "Interval":
            raise _refusal(name, "intervals", task)


def _checked_frame(X: Any, frame: nw.DataFrame[Any], task: str) -> Any:
    """A data frame without times; 128-bit integers as floats."""
    if all(dtype.is_numeric() and dtype not in WIDE for dtype in frame.schema.values()):
        return X  # by the schema alone: of hundreds of columns that is far sooner
    for series in frame.iter_columns():
        if series.dtype.is_numeric() or series.dtype == nw.Boolean:
            continue
        native = series.to_native()
        kind = str(getattr(native, "dtype", getattr(native, "type", series.dtype)))
        if series.dtype.is_temporal():
            raise _refusal(series.name, f"times ({kind})", task)
        if series.dtype in (nw.Object, nw.Unknown):
            if kind.startswith(("interval", "period")):
                raise _refusal(series.name, f"{kind.partition('[')[0]}s ({kind})", task)
            if kind == "object":
                _check_objects(series.name, series.to_list(), task)
        elif series.dtype in (nw.Categorical, nw.Enum) and not _categories_are_plain(native):
            raise _refusal(series.name, f"categories of times or intervals ({kind})", task)
    wide = [name for name, dtype in frame.schema.items() if dtype in WIDE]
    return frame.with_columns(nw.col(*wide).cast(nw.Float64)).to_native() if wide else X


def _categories_are_plain(native: Any) -> bool:
    """Whether categories of pandas are numbers or text."""
    categories = getattr(getattr(native, "cat", None), "categories", None)
    dtype = getattr(categories, "dtype", None)
    return not str(dtype).startswith(("interval", "period", "datetime", "timedelta"))


def _refusal(name: str, what: str, task: str) -> DataError:
    """The error for a column of another kind than numbers."""
    tabular = "TabularClassifier" if task == "classification" else "TabularRegressor"
    return DataError(
        f"column {name!r} holds {what}, and this model takes numbers; take {tabular}, or convert the column",
        column=name,
    )


def checked_target(y: Any, task: str) -> Any:
    """A target as scikit-learn takes it: numbers, flags and labels that stand in objects or extension arrays as such.

    Raises
    ------
    DataError
        If numbers are needed and the target holds times, or labels are of no one type.

    Examples
    --------
    >>> checked_target(np.array([1, 2.5], dtype=object), "regression")
    array([1. , 2.5])
    >>> checked_target(np.array([True, False], dtype=object), "classification")
    array([ True, False])
    """
    if y is None or hasattr(y, "toarray"):
        return y
    kind = _kind_of(y)
    if kind == "S" and task == "classification":
        return np.asarray(y).astype(str)
    if kind in "mM" and task == "regression":
        raise _target_refusal("times")
    if kind not in "OV" or not hasattr(y, "__len__") or not len(y):
        return y
    if task == "regression" and _is_of_periods(y):
        raise _target_refusal("periods")
    columns = target_columns(y)
    if task == "regression":
        for cells in columns:
            if any(holds(cells.type) for holds in (is_moment, is_instant, is_time, is_duration)):
                raise _target_refusal(f"times ({cells.type})")
        if not all(is_number(cells.type) or is_flag(cells.type) or pa.types.is_null(cells.type) for cells in columns):
            return y
        values = [numbers(cells, "y") for cells in columns]
        return values[0] if is_one_dimensional(y) else np.column_stack(values)
    return _labels(columns[0], y) if len(columns) == 1 else y


def _is_of_periods(y: Any) -> bool:
    """Whether a target holds periods of pandas, as its dtype or as objects."""
    return str(getattr(y, "dtype", "")).startswith("period") or any(type(value).__name__ == "Period" for value in y)


def _kind_of(y: Any) -> str:
    """NumPy's kind of a target, O where it is none that NumPy has."""
    if isinstance(y, np.ndarray):
        return str(y.dtype.kind)
    try:
        return str(np.asarray(y).dtype.kind)
    except Exception:  # a library's own refusal, such as of integers of 128 bits
        return "O"


def _labels(cells: pa.Array, y: Any) -> Any:
    """Labels in objects as an array of their type; text, and what has nulls, is left to scikit-learn."""
    if cells.null_count or (is_text(cells.type) and _kind_of(y) == "O" and all(isinstance(label, str) for label in y)):
        return y
    if pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_decode()
    if is_flag(cells.type):
        return np.array(cells.to_pylist(), dtype=bool)
    if is_number(cells.type):
        values = numbers(cells, "y")
        whole = np.array_equal(values, np.floor(values)) and not pa.types.is_floating(cells.type)
        return values.astype(np.int64) if whole and np.abs(values).max() < 2**53 else values
    if any(holds(cells.type) for holds in (is_moment, is_instant, is_time, is_duration)):
        return y
    return np.array(texts(cells, "y").to_pylist())


def _target_refusal(what: str) -> DataError:
    """The error for a target that is no number."""
    return DataError(f"y: the target holds {what}, and a regression needs numbers; convert it")
