"""Any table as named columns: pandas, polars, Arrow and whatever narwhals reads, NumPy matrices, lists of rows."""

from __future__ import annotations

import importlib
import importlib.util
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pyarrow as pa

from backlit.encoding.cells import of_column
from backlit.encoding.conversion import to_cells
from backlit.encoding.extension_types import registered
from backlit.errors import DataError


@dataclass(frozen=True)
class Frame:
    """A table as columns by name; `named` is False where the names were made up, as those of a matrix."""

    columns: Mapping[str, Any]
    rows: int
    named: bool

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(self.columns)

    def cells(self, name: str) -> pa.Array:
        """One column as an Arrow array."""
        with of_column(name) as what:
            return to_cells(self.columns[name], what)


def read_frame(frame: object) -> Frame:
    """Read a table of any kind without copying its columns.

    Parameters
    ----------
    frame : data frame, ndarray or sparse matrix of shape (n_rows, n_columns), records, or list of rows
        The columns of a matrix are named ``x[0]``, ``x[1]`` and so on; those of records by their fields.

    Returns
    -------
    Frame
        With at least one row and one column.

    Raises
    ------
    DataError
        If it is not a table, has no rows or no columns, or two columns have one name.

    Examples
    --------
    >>> read_frame(np.zeros((3, 2))).names
    ('x[0]', 'x[1]')
    """
    if hasattr(frame, "toarray"):  # a sparse matrix
        frame = frame.toarray()
    if isinstance(frame, list | tuple) and len(frame) and isinstance(frame[0], np.void) and frame[0].dtype.names:
        frame = np.array(list(frame), dtype=frame[0].dtype)  # a list of records
    if isinstance(frame, np.ndarray) and frame.dtype.names and frame.ndim == 1:
        read = Frame({name: frame[name] for name in frame.dtype.names}, len(frame), named=True)
    elif isinstance(frame, np.ndarray | list | tuple):
        read = _read_matrix(frame)
    else:
        if isinstance(frame, pa.RecordBatch):
            frame = pa.Table.from_batches([frame])
        if len(getattr(frame, "shape", (0, 0))) == 2 and hasattr(frame, "__array__") and not hasattr(frame, "columns"):
            read = _read_matrix(np.asarray(frame))  # of another library of arrays
        elif isinstance(frame, pa.Table):
            read = _read_arrow(as_written(frame))
        else:
            read = _read_narwhals(frame)
    if not read.columns:
        raise DataError(
            f"the table has no columns: 0 feature(s) (shape=({read.rows}, 0)) while a minimum of 1 is required."
        )
    if not read.rows:
        raise DataError("the table has 0 rows; give at least one")
    return read


def _read_matrix(matrix: Any) -> Frame:
    """A NumPy matrix, or rows of Python objects, which keep their types."""
    if not isinstance(matrix, np.ndarray):
        if matrix and isinstance(matrix[0], Mapping):
            raise DataError("the rows are mappings; give a data frame (DataFrame(...) makes one of them)")
        widths = {len(row) if isinstance(row, list | tuple | np.ndarray) else -1 for row in matrix}
        if len(widths) > 1 or -1 in widths:
            raise DataError("the rows are not lists of one length; give a table with rows and columns")
        matrix = np.array(matrix, dtype=object).reshape(len(matrix), -1) if matrix else np.empty((0, 1))
    matrix = np.asanyarray(matrix) if isinstance(matrix, np.ma.MaskedArray) else np.asarray(matrix)  # np.matrix
    if matrix.ndim != 2:
        shape = "x".join(map(str, matrix.shape)) or "a scalar"
        raise DataError(f"the data has {matrix.ndim} dimensions ({shape}). Reshape your data to rows and columns")
    columns = {f"x[{j}]": matrix[:, j] for j in range(matrix.shape[1])}
    return Frame(columns, matrix.shape[0], named=False)


def as_written(table: pa.Table) -> pa.Table:
    """A table of Arrow with what its schema notes: extension types by name, and the categories of pandas.

    Parquet keeps text that was categorical as such, but of numbers only a note of pandas says it.

    Raises
    ------
    DataError
        If a column is of an extension type that is not known, naming it.
    """
    noted = {b"pandas.period", b"pandas.interval"} & {
        (field.metadata or {}).get(b"ARROW:extension:name") for field in table.schema
    }
    if noted and importlib.util.find_spec("pandas"):
        pandas = importlib.import_module("pandas")
        pa.array(pandas.Series(pandas.PeriodIndex([], freq="D")))  # registers its types with Arrow
    categorical = _noted_categories(table.schema.metadata or {})
    for number, field in enumerate(table.schema):
        column = registered(table.column(number), field)
        if field.name in categorical and not pa.types.is_dictionary(column.type):
            column = column.dictionary_encode()
        if column.type != field.type:
            table = table.set_column(number, pa.field(field.name, column.type), column)
    return table


def _noted_categories(metadata: Mapping[bytes, bytes]) -> set[str]:
    """The columns that were categorical in pandas, by the note that it leaves in a schema."""
    try:
        columns = json.loads(metadata.get(b"pandas", b"{}")).get("columns", [])
        return {str(column["field_name"]) for column in columns if column["pandas_type"] == "categorical"}
    except (ValueError, KeyError, TypeError, AttributeError):  # another program's note
        return set()


def duplicate_column(frame: Any) -> DataError:
    """The error for a frame in which a name stands for several columns."""
    names = Counter(map(str, getattr(frame, "column_names", getattr(frame, "columns", ()))))
    twice = max(names, key=lambda name: names[name], default="?")
    return DataError(f"more than one column is named {twice!r}; rename or drop all but one", column=twice)


def _read_arrow(table: pa.Table) -> Frame:
    """A table of Arrow, whose columns need no library between: of hundreds that would take longer than their cells."""
    columns = dict(zip(table.column_names, table.columns, strict=True))
    if len(columns) < table.num_columns:
        raise duplicate_column(table)
    return Frame(columns, table.num_rows, named=True)


def _read_narwhals(frame: Any) -> Frame:
    """A frame of any library that narwhals knows; a lazy one is collected."""
    try:
        table = nw.from_native(frame)
        if isinstance(table, nw.LazyFrame):
            table = table.collect()
        series = list(table.iter_columns())
    except nw.exceptions.DuplicateError:
        raise duplicate_column(frame) from None
    except TypeError:
        kind = f"{type(frame).__module__}.{type(frame).__qualname__}"
        hint = " (DataFrame(...) makes one of it)" if isinstance(frame, Mapping) else ""
        raise DataError(f"{kind} is not a table; give a data frame or a matrix{hint}") from None
    columns = {str(column.name): column for column in series}
    if len(columns) < len(series):
        raise DataError("two column names are the same as text; rename or drop all but one")
    return Frame(columns, table.shape[0], named=True)
