"""Rows of probabilities as a target: what a teacher says of each class, or how often each was the answer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from backlit.encoding.cells import numbers
from backlit.encoding.target.cells import TARGET, refuse_nulls, target_columns
from backlit.errors import DataError

ROUNDING_OF_SUMS = 1e-6
"""How far a row's sum may be from 1: float32 rounds to less for any number of classes."""


def class_probabilities(y: object, certain: bool = False) -> NDArray[np.float64] | None:
    """A target's rows as probabilities of classes; None where they are none.

    Several columns of floats are probabilities if any value lies strictly between 0 and 1; columns of 0 and 1 alone are
    labels that a row has or has not.

    Parameters
    ----------
    y : data frame or array, shape (n_rows, n_classes)
    certain : bool
        Whether columns of 0 and 1 alone are probabilities too, as where a fit has had others.

    Returns
    -------
    ndarray of float64, shape (n_rows, n_classes), or None
        Each row divided by its sum.

    Raises
    ------
    DataError
        If a value is missing or outside 0 to 1, or a row's sum is further from 1 than rounding.

    Examples
    --------
    >>> class_probabilities(np.array([[0.25, 0.75], [1.0, 0.0]])).tolist()
    [[0.25, 0.75], [1.0, 0.0]]
    >>> class_probabilities(np.array([[0.0, 1.0], [1.0, 0.0]])) is None
    True
    """
    columns = target_columns(y)
    if len(columns) < 2 or not all(pa.types.is_floating(cells.type) for cells in columns):
        return None
    values = np.stack([numbers(cells, TARGET) for cells in columns], axis=1)
    if not (certain or ((values > 0.0) & (values < 1.0)).any()):
        return None
    for cells in columns:
        refuse_nulls(cells)
    outside = (values < 0.0) | (values > 1.0)
    if outside.any():
        row, column = (int(i) for i in np.argwhere(outside)[0])
        raise DataError(
            f"the target is {values[row, column]:g} in row {row}, column {column}; probabilities are from 0 to 1",
            row=row,
        )
    sums = values.sum(axis=1)
    astray = np.abs(sums - 1.0) > ROUNDING_OF_SUMS
    if astray.any():
        row = int(astray.argmax())
        raise DataError(
            f"the target's probabilities sum to {sums[row]:.7g} in row {row}; divide each row by its sum", row=row
        )
    return np.asarray(values / sums[:, None])


def classes_of_columns(y: Any, classes: Any, count: int) -> NDArray[Any]:
    """The labels of columns of probabilities, in their order: those given, a frame's names, or numbers from 0.

    Raises
    ------
    DataError
        If there are not as many labels as columns, or one stands twice.

    Examples
    --------
    >>> classes_of_columns(np.zeros((1, 2)), ["no", "yes"], 2).tolist()
    ['no', 'yes']
    """
    names = getattr(y, "columns", getattr(y, "column_names", None)) if classes is None else classes
    labels = np.arange(count) if names is None else np.asarray(names)
    labels = labels.astype(object) if labels.dtype.kind == "U" and not isinstance(names, np.ndarray) else labels
    if labels.shape != (count,):
        raise DataError(f"classes: {labels.size} labels for {count} columns of probabilities; give one for each")
    if len(set(labels.tolist())) < count:
        raise DataError(f"classes: a label stands twice among {labels.tolist()}; each column is another class")
    return labels
