"""Text cells as numbers or seconds, by the form that their column had at the fit."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from backlit.encoding.cells import is_label, texts
from backlit.encoding.text.date_form import DateForm
from backlit.encoding.text.judging import PLAIN, Form, shown
from backlit.errors import DataError


def without_missing(cells: pa.Array, missing: tuple[str, ...], what: str) -> pa.Array:
    """Cells of text with those that are missing as null; other cells as they are.

    Examples
    --------
    >>> without_missing(pa.array(["1", " - "]), ("-",), "column 'x'").to_pylist()
    ['1', None]
    """
    if not missing or not is_label(cells.type):
        return cells
    text = texts(cells, what)
    null = pc.is_in(text, value_set=pa.array(missing, pa.large_string()))
    return pc.if_else(null, pa.scalar(None, pa.large_string()), text)


def parse(cells: pa.Array, form: Form, kind: str, what: str) -> NDArray[np.float64]:
    """Text as numbers, or as seconds, NaN where it is null; what is plain (``1.5``, ``2024-12-31``) is read as well.

    Parameters
    ----------
    cells : pyarrow.Array
        Text.
    form : NumberForm, DateForm or MeasureForm
    kind : str
        The kind of column.
    what : str
        The column's name in errors.

    Returns
    -------
    ndarray of float64, shape (n,)

    Raises
    ------
    DataError
        If a cell has another form, naming its row.

    Examples
    --------
    >>> parse(pa.array(["31/12/2024", "soon"]), DateForm("numeric", "dmy"), "datetime", "column 'day'")
    Traceback (most recent call last):
        ...
    backlit.errors.DataError: column 'day': 'soon' in row 1 is not a date d/m/Y as at the fit; mend the cell or ...
    """
    encoded = texts(cells, what).dictionary_encode()
    distinct, codes = encoded.dictionary, pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)
    values, readable = form.read(distinct)
    rest = np.flatnonzero(~readable)
    if rest.size and kind in PLAIN:
        with suppress(DataError):  # the first of them is named below
            values[rest], readable[rest] = PLAIN[kind](distinct.take(pa.array(rest)), what), True
    failing = ~np.append(readable, True)[codes]
    if failing.any():
        row = int(failing.argmax())
        expected = f"{'a date' if isinstance(form, DateForm) else 'a number'} {form.words}".strip()
        raise DataError(
            f"{what}: {shown(distinct[int(codes[row])].as_py())} in row {row} is not {expected} as at the fit; "
            "mend the cell or train again",
            row=row,
        )
    parsed: NDArray[np.float64] = np.append(values, np.nan)[codes]
    return parsed
