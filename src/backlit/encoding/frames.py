"""Any table as named columns: pandas, polars, Arrow and whatever narwhals reads, NumPy matrices, lists of rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pyarrow as pa

from backlit.encoding.cells import of_column, to_cells
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
    frame : data frame, ndarray or sparse matrix of shape (n_rows, n_columns), or list of rows
        The columns of a matrix are named ``x[0]``, ``x[1]`` and so on.

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
    read = _read_matrix(frame) if isinstance(frame, np.ndarray | list | tuple) else _read_narwhals(frame)
    if not read.columns:
        raise DataError("the table has no columns; give at least one")
    if not read.rows:
        raise DataError("the table has 0 rows; give at least one")
    return read


def _read_matrix(matrix: Any) -> Frame:
    """A NumPy matrix, or rows of Python objects, which keep their types."""
    if not isinstance(matrix, np.ndarray):
        widths = {len(row) if isinstance(row, list | tuple | np.ndarray) else -1 for row in matrix}
        if len(widths) > 1 or -1 in widths:
            raise DataError("the rows are not lists of one length; give a table with rows and columns")
        matrix = np.array(matrix, dtype=object).reshape(len(matrix), -1) if matrix else np.empty((0, 1))
    if matrix.ndim != 2:
        shape = "x".join(map(str, matrix.shape)) or "a scalar"
        raise DataError(f"the data has {matrix.ndim} dimensions ({shape}); reshape it to rows and columns")
    columns = {f"x[{j}]": matrix[:, j] for j in range(matrix.shape[1])}
    return Frame(columns, matrix.shape[0], named=False)


def _read_narwhals(frame: Any) -> Frame:
    """A frame of any library that narwhals knows; a lazy one is collected."""
    try:
        table = nw.from_native(frame)
        if isinstance(table, nw.LazyFrame):
            table = table.collect()
        series = list(table.iter_columns())
    except nw.exceptions.DuplicateError:
        names = Counter(map(str, getattr(frame, "column_names", getattr(frame, "columns", ()))))
        twice = max(names, key=lambda name: names[name], default="?")
        raise DataError(f"more than one column is named {twice!r}; rename or drop all but one", column=twice) from None
    except TypeError:
        kind = f"{type(frame).__module__}.{type(frame).__qualname__}"
        raise DataError(f"{kind} is not a table; give a data frame or a matrix") from None
    columns = {str(column.name): column for column in series}
    if len(columns) < len(series):
        raise DataError("two column names are the same as text; rename or drop all but one")
    return Frame(columns, table.shape[0], named=True)
