"""A target as Arrow columns, and the checks that every target passes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from backlit.encoding.cells import of_column
from backlit.encoding.conversion import is_text, to_cells
from backlit.encoding.frames import read_frame
from backlit.errors import DataError

TARGET = "the target"
"""Its name in messages."""


def target_columns(y: Any) -> list[pa.Array]:
    """The target as Arrow columns: one, or several of a table."""
    if y is None:
        raise DataError("a fit requires y to be passed, but the target y is None")
    if hasattr(y, "__array__") and not hasattr(y, "__len__"):
        y = np.asarray(y)
    shape = getattr(y, "shape", None)
    is_records = isinstance(y, np.ndarray) and y.dtype.names is not None
    if isinstance(y, pa.Table) or is_records or (shape is not None and len(shape) == 2) or is_rows(y):
        table = read_frame(y)
        columns = [_table_cells(name, table.columns[name]) for name in table.names]
    else:
        if isinstance(y, np.ndarray) and y.ndim != 1:
            raise DataError(f"the target has {y.ndim} dimensions; give one value for each row")
        if isinstance(y, str | bytes) or not hasattr(y, "__len__"):
            raise DataError(f"the target is a {type(y).__name__}; give a column with one value for each row")
        columns = [to_cells(y, TARGET, mixed=False, periods_as_text=True)]
    if not len(columns[0]):
        raise DataError("the target has 0 rows; give at least two")
    return columns


def _table_cells(name: str, values: Any) -> pa.Array:
    """One column of a table of targets."""
    with of_column(name) as what:
        return to_cells(values, what, periods_as_text=True)


def has_several_targets(y: object) -> bool:
    """Whether there is more than one column of targets.

    Examples
    --------
    >>> has_several_targets([0, 1]), has_several_targets([[0, 1], [1, 1]])
    (False, True)
    """
    return len(target_columns(y)) > 1


def is_rows(y: object) -> bool:
    """Whether this is a list of rows."""
    return isinstance(y, list | tuple) and len(y) > 0 and isinstance(y[0], list | tuple | np.ndarray)


def is_one_dimensional(y: object) -> bool:
    """Whether a target is one column without a second dimension."""
    return len(getattr(y, "shape", (0,))) == 1 and not isinstance(y, pa.Table) and not is_rows(y)


def refuse_missing(y: Any, missing: tuple[str, ...] | None) -> None:
    """Refuse a target with texts that the user calls missing; the message counts them and names the first row.

    Examples
    --------
    >>> refuse_missing(["a", "?"], ("?",))
    Traceback (most recent call last):
        ...
    backlit.errors.DataError: the target has 1 missing value ('?'), the first in row 1; drop or fill such rows
    """
    for cells in target_columns(y) if missing else ():
        if not is_text(cells.type):
            continue
        absent = pc.is_in(pc.utf8_trim_whitespace(cells), value_set=pa.array(missing, pa.large_string()))
        row = pc.index(absent, True).as_py()
        if row >= 0:
            count = pc.sum(absent).as_py()
            what = "1 missing value" if count == 1 else f"{count} missing values"
            text = cells[row].as_py()
            raise DataError(
                f"the target has {what} ({text!r}), the first in row {row}; drop or fill such rows", row=row
            )


def refuse_nulls(cells: pa.Array) -> None:
    """Refuse a target with nulls or NaN; the message counts them and names the first row."""
    if pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_decode()
    missing = pc.is_null(cells, nan_is_null=pa.types.is_floating(cells.type)).to_numpy(zero_copy_only=False)
    if missing.any():
        count, row = int(missing.sum()), int(missing.argmax())
        what = "1 missing value (null or NaN)" if count == 1 else f"{count} missing values (null or NaN)"
        raise DataError(f"the target has {what}, the first in row {row}; drop or fill such rows", row=row)
