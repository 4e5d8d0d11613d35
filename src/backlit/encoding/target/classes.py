"""Classes as codes: one class a row, or several labels a row."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from backlit.encoding.cells import Numbers, is_flag, is_label, is_number, numbers, texts
from backlit.encoding.conversion import label_of
from backlit.encoding.spelling import UNMATCHED, matched
from backlit.encoding.target.cells import TARGET, refuse_nulls, target_columns
from backlit.errors import DataError


def encode_classes(y: object) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """The classes of a target, sorted, and the index of each row's class among them.

    Parameters
    ----------
    y : one-dimensional
        Text, booleans, integers, whole floats or categories, of any library.

    Returns
    -------
    classes : ndarray of shape (n_classes,)
        Of the labels' own type; text as Python strings (dtype object) unless `y` is a NumPy array of text
        or bytes.
    codes : ndarray of shape (n_rows,), int64
        ``classes[codes]`` is `y`.

    Raises
    ------
    DataError
        If a label is null or a fraction, if there are several target columns, or fewer than two classes.

    Examples
    --------
    >>> classes, codes = encode_classes(["yes", "no", "yes"])
    >>> classes.tolist(), codes.tolist()
    (['no', 'yes'], [1, 0, 1])
    """
    columns = target_columns(y)
    if len(columns) > 1:
        raise DataError(f"there are {len(columns)} target columns; give one column of classes")
    labels, codes = _labels(columns[0])
    if isinstance(y, np.ndarray) and y.dtype.kind in "USiufb":
        labels = labels.astype(str if y.dtype.kind == "S" else y.dtype.newbyteorder("="))
    order = np.argsort(labels, kind="stable")
    if len(order) < 2:
        raise DataError(f"the target has one class only ({labels[0]!s}); give rows of at least two classes")
    ranks = np.empty(len(order), dtype=np.int64)
    ranks[order] = np.arange(len(order))
    return labels[order], ranks[codes]


def encode_labels(y: object) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Several labels a row: a column for each, yes or no.

    Parameters
    ----------
    y : data frame or array, shape (n_rows, n_labels)
        Booleans, or numbers 0 and 1.

    Returns
    -------
    names : ndarray, shape (n_labels,)
        Of a frame's columns; else whole numbers from 0.
    indicators : ndarray of int64, shape (n_rows, n_labels)
        1 where a row has the label.

    Raises
    ------
    DataError
        If a cell is neither yes nor no.

    Examples
    --------
    >>> encode_labels([[True, False], [True, True]])[1].tolist()
    [[1, 0], [1, 1]]
    """
    indicators = []
    for number, cells in enumerate(target_columns(y)):
        refuse_nulls(cells)
        values = np.array(cells.to_pylist(), dtype=object)
        for row, value in enumerate(values):
            if not (isinstance(value, bool | int | float | Decimal) and value in (0, 1)):
                raise DataError(
                    f"target column {number}, row {row}: {value!r} is neither 0 nor 1; several columns of targets are "
                    "labels that a row has or has not: give 0 and 1, or one column of classes",
                    row=row,
                )
        indicators.append(values.astype(np.int64))
    names = getattr(y, "columns", getattr(y, "column_names", None))
    labels = np.arange(len(indicators)) if names is None else np.array([str(name) for name in names], dtype=object)
    return labels, np.stack(indicators, axis=1)


def codes_among(y: object, classes: NDArray[Any]) -> NDArray[np.int64]:
    """The index of each row's label among the classes of a fit, in any spelling or type; -1 where it is none of them.

    Raises
    ------
    DataError
        If a label is null or a fraction, or there are several target columns.

    Examples
    --------
    >>> codes_among([1.0, 2.0, 3.0], np.array([1, 2])).tolist()
    [0, 1, -1]
    >>> codes_among(np.array(["True", "False"]), np.array([False, True])).tolist()
    [1, 0]
    """
    columns = target_columns(y)
    if len(columns) > 1:
        raise DataError(f"there are {len(columns)} target columns; give one column of classes")
    labels, codes = _labels(columns[0])
    places = {label: place for place, label in enumerate(classes.tolist())}
    exact = np.array([places.get(label, UNMATCHED) for label in labels.tolist()], dtype=np.int64)
    if (exact == UNMATCHED).any():
        text = pa.array([label_of(label) for label in labels.tolist()], pa.large_string())
        known = [label_of(label) for label in classes.tolist()]
        exact = np.where(exact == UNMATCHED, matched(text, known, complete=True), exact)
    return exact[codes]


def label_in_row(y: object, row: int) -> Any:
    """The label in a row of a target, as Python's object.

    Examples
    --------
    >>> label_in_row(np.array(["a", "b"]), 1)
    'b'
    """
    return target_columns(y)[0][row].as_py()


def labels_as_fitted(y: object, classes: NDArray[Any]) -> Any:
    """The labels of a target in the spelling and type of the classes; those that are none of them as they are.

    Examples
    --------
    >>> labels_as_fitted(np.array([1.0, 2.0]), np.array(["1", "2"], dtype=object)).tolist()
    ['1', '2']
    """
    codes = codes_among(y, classes)
    if (codes >= 0).all():
        return classes[codes]
    known = classes[np.maximum(codes, 0)].astype(object)
    known[codes < 0] = [label_in_row(y, int(row)) for row in np.flatnonzero(codes < 0)]
    return known if classes.dtype == object else np.array(known.tolist())


def _labels(cells: pa.Array) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """The distinct labels in any order, and the index of each row's among them."""
    refuse_nulls(cells)
    if pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_decode()
    if pa.types.is_floating(cells.type) or pa.types.is_decimal(cells.type):
        _refuse_fractions(numbers(cells, TARGET))
        if pa.types.is_decimal(cells.type):
            cells = _whole(cells)
    elif not (is_label(cells.type) or is_flag(cells.type) or is_number(cells.type)):
        raise DataError(f"the target holds {cells.type}; give text, whole numbers or true and false as classes")
    coded = cells.dictionary_encode()
    labels = coded.dictionary.to_numpy(zero_copy_only=False)
    return labels, coded.indices.to_numpy(zero_copy_only=False).astype(np.int64)


def _whole(cells: pa.Array) -> pa.Array:
    """Whole decimals as integers, or as text where they are too wide for 64 bits."""
    try:
        return cells.cast(pa.int64())
    except pa.ArrowInvalid:
        return texts(cells, TARGET)


def _refuse_fractions(values: Numbers) -> None:
    """Refuse floats that are no labels."""
    infinite = np.isinf(values)
    if infinite.any():
        row = int(infinite.argmax())
        raise DataError(f"the target is infinity in row {row}; drop or fill such rows", row=row)
    fractions = values != np.floor(values)
    if fractions.any():
        row = int(fractions.argmax())
        raise DataError(
            f"the target is {values[row]:g} in row {row}, which is no class (Unknown label type: continuous); "
            "use a regressor",
            row=row,
        )
