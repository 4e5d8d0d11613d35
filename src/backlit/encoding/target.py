"""The target column: which task it asks for, classes as codes, numbers as standard scores and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from backlit.declared.losses import natural_gate
from backlit.encoding.cells import is_flag, is_label, is_number, numbers, to_cells
from backlit.encoding.frames import read_frame
from backlit.errors import BacklitError

Numbers = NDArray[np.float64]

MAX_CLASSES = 20
ROWS_PER_CLASS = 5
TARGET = "the target"


class InferredTask(NamedTuple):
    """The task that a target asks for, and why."""

    task: Literal["classification", "regression"]
    reason: str


def infer_task(y: object) -> InferredTask:
    """Tell classification from regression by the target.

    Text, booleans and categories are classes. Whole numbers are classes if there are at most 20 distinct ones and
    five times as many rows (two distinct ones always are). All else is regression.

    Parameters
    ----------
    y : one-dimensional, or a table of several targets
        The target.

    Returns
    -------
    InferredTask
        ``(task, reason)``.

    Raises
    ------
    BacklitError
        If the target is empty, all null, or of a type that is neither.

    Examples
    --------
    >>> infer_task(["cat", "dog", "cat"])
    InferredTask(task='classification', reason='the target is text')
    >>> infer_task([0.5, 1.25, 3.0]).task
    'regression'
    """
    columns = _target_columns(y)
    if len(columns) > 1:
        return InferredTask("regression", f"there are {len(columns)} targets")
    cells = columns[0]
    for holds, said in ((is_label, "text"), (is_flag, "true or false")):
        if holds(cells.type):
            said = "a category" if pa.types.is_dictionary(cells.type) else said
            return InferredTask("classification", f"the target is {said}")
    values = numbers(cells, TARGET)
    known = values[np.isfinite(values)]
    if not known.size:
        raise BacklitError("the target has no finite number; take another column")
    if not np.array_equal(known, np.floor(known)):
        return InferredTask("regression", "the target has fractions")
    distinct = len(np.unique(known))
    if distinct > MAX_CLASSES:
        return InferredTask("regression", f"the target has {distinct} distinct whole numbers")
    if distinct > 2 and distinct * ROWS_PER_CLASS > known.size:
        return InferredTask("regression", f"the target has {distinct} distinct whole numbers in {known.size} rows")
    return InferredTask("classification", f"the target has only {distinct} distinct whole numbers")


def encode_classes(y: object) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """The classes of a target, sorted, and the place of each row's class among them.

    Parameters
    ----------
    y : one-dimensional
        Text, booleans, integers, whole floats or categories, of any library.

    Returns
    -------
    classes : ndarray of shape (n_classes,)
        Of the labels' own type; text as Python strings (dtype object) unless `y` is a NumPy array of text.
    codes : ndarray of shape (n_rows,), int64
        ``classes[codes]`` is `y`.

    Raises
    ------
    BacklitError
        If a label is null or a fraction, if there are several target columns, or fewer than two classes.

    Examples
    --------
    >>> classes, codes = encode_classes(["yes", "no", "yes"])
    >>> classes.tolist(), codes.tolist()
    (['no', 'yes'], [1, 0, 1])
    """
    columns = _target_columns(y)
    if len(columns) > 1:
        raise BacklitError(f"there are {len(columns)} target columns; give one column of classes")
    cells = columns[0]
    _refuse_nulls(cells)
    labels, codes = _labels(cells)
    if isinstance(y, np.ndarray) and y.dtype.kind in "USiufb":
        labels = labels.astype(y.dtype)
    order = np.argsort(labels, kind="stable")
    if len(order) < 2:
        raise BacklitError(f"the target has one class only ({labels[0]!s}); give rows of at least two classes")
    places = np.empty(len(order), dtype=np.int64)
    places[order] = np.arange(len(order))
    return labels[order], places[codes]


def has_several_targets(y: object) -> bool:
    """Whether there is more than one column of targets.

    Examples
    --------
    >>> has_several_targets([0, 1]), has_several_targets([[0, 1], [1, 1]])
    (False, True)
    """
    return len(_target_columns(y)) > 1


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
    BacklitError
        If a cell is neither yes nor no.

    Examples
    --------
    >>> encode_labels([[True, False], [True, True]])[1].tolist()
    [[1, 0], [1, 1]]
    """
    indicators = []
    for number, cells in enumerate(_target_columns(y)):
        _refuse_nulls(cells)
        values = np.array(cells.to_pylist(), dtype=object)
        for row, value in enumerate(values):
            if not (isinstance(value, bool | int | float) and value in (0, 1)):
                raise BacklitError(
                    f"target column {number}, row {row}: {value!r} is neither 0 nor 1; several columns of targets are "
                    "labels that a row has or has not: give 0 and 1, or one column of classes"
                )
        indicators.append(values.astype(np.int64))
    names = getattr(y, "columns", getattr(y, "column_names", None))
    labels = np.arange(len(indicators)) if names is None else np.array([str(name) for name in names], dtype=object)
    return labels, np.stack(indicators, axis=1)


def _labels(cells: pa.Array) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """The distinct labels in any order, and the place of each row's among them."""
    if pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_decode()
    if pa.types.is_floating(cells.type) or pa.types.is_decimal(cells.type):
        _refuse_fractions(numbers(cells, TARGET))
    elif not (is_label(cells.type) or is_flag(cells.type) or is_number(cells.type)):
        raise BacklitError(f"the target holds {cells.type}; give text, whole numbers or true and false as classes")
    coded = cells.dictionary_encode()
    labels = coded.dictionary.to_numpy(zero_copy_only=False)
    return labels, coded.indices.to_numpy(zero_copy_only=False).astype(np.int64)


def _target_columns(y: Any) -> list[pa.Array]:
    """The target as Arrow columns: one, or several of a table."""
    shape = getattr(y, "shape", None)
    if isinstance(y, pa.Table) or (shape is not None and len(shape) == 2) or _is_rows(y):
        table = read_frame(y)
        columns = [table.cells(name) for name in table.names]
    else:
        if isinstance(y, np.ndarray) and y.ndim != 1:
            raise BacklitError(f"the target has {y.ndim} dimensions; give one value for each row")
        if isinstance(y, str | bytes) or not hasattr(y, "__len__"):
            raise BacklitError(f"the target is a {type(y).__name__}; give a column with one value for each row")
        columns = [to_cells(y, TARGET, mixed=False)]
    if not len(columns[0]):
        raise BacklitError("the target has 0 rows; give at least two")
    return columns


def _is_rows(y: object) -> bool:
    """Whether this is a list of rows."""
    return isinstance(y, list | tuple) and len(y) > 0 and isinstance(y[0], list | tuple | np.ndarray)


def _refuse_nulls(cells: pa.Array) -> None:
    """Refuse a target with nulls or NaN, saying how many and where the first is."""
    if pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_decode()
    missing = pc.is_null(cells, nan_is_null=pa.types.is_floating(cells.type)).to_numpy(zero_copy_only=False)
    if missing.any():
        count, row = int(missing.sum()), int(missing.argmax())
        said = "1 missing value (null or NaN)" if count == 1 else f"{count} missing values (null or NaN)"
        raise BacklitError(f"the target has {said}, the first in row {row}; drop or fill such rows")


def _refuse_fractions(values: Numbers) -> None:
    """Refuse floats that are no labels."""
    infinite = np.isinf(values)
    if infinite.any():
        raise BacklitError(f"the target is infinity in row {int(infinite.argmax())}; drop or fill such rows")
    fractions = values != np.floor(values)
    if fractions.any():
        row = int(fractions.argmax())
        raise BacklitError(
            f"the target is {values[row]:g} in row {row}, which is no class (Unknown label type: continuous); "
            "use a regressor"
        )


@dataclass(frozen=True, slots=True)
class TargetDomain:
    """The numbers that an output gate can say, how targets are brought there, and how near its ends it is kept.

    `scale` gives center and unit of each column of targets.
    """

    low: float
    high: float
    scale: Callable[[Numbers], tuple[Numbers, Numbers]]
    margin: float = 0.0

    def check(self, values: Numbers, loss: str) -> None:
        """Refuse targets that the gate cannot say, naming the first row.

        Raises
        ------
        BacklitError
        """
        outside = ((values < self.low) | (values > self.high)).any(axis=1)
        if outside.any():
            row = int(outside.argmax())
            wanted = "at least 0" if self.high == np.inf else f"from {self.low:g} to {self.high:g}"
            raise BacklitError(
                f"the target is {', '.join(f'{value:g}' for value in values[row])} in row {row}; "
                f"loss {loss!r} needs numbers {wanted}, so take another loss"
            )
        if self.low == 0.0 and self.high == np.inf and not (values.sum(axis=0) > 0).all():
            raise BacklitError(f"the target is 0 in all rows; loss {loss!r} needs one above 0")


def _standard(values: Numbers) -> tuple[Numbers, Numbers]:
    """Mean and standard deviation; of a constant the constant and 1, since rounding may leave a tiny deviation."""
    mean, std = values.mean(axis=0), values.std(axis=0)
    constant = (values.max(axis=0) == values.min(axis=0)) | (std == 0)
    return np.where(constant, values[0], mean), np.where(constant, 1.0, std)


def _of_mean(values: Numbers) -> tuple[Numbers, Numbers]:
    """Zero, and the mean: a rate stays a rate."""
    return np.zeros(values.shape[1]), values.mean(axis=0)


def _unchanged(values: Numbers) -> tuple[Numbers, Numbers]:
    """Zero and one."""
    return np.zeros(values.shape[1]), np.ones(values.shape[1])


TARGET_DOMAINS: Mapping[str, TargetDomain] = {
    "identity": TargetDomain(-np.inf, np.inf, _standard),
    "exp": TargetDomain(0.0, np.inf, _of_mean, margin=1e-30),
    "sigmoid": TargetDomain(0.0, 1.0, _unchanged, margin=1e-7),
}
"""Output gate of a regression -> what it can say."""


def target_domain_of(loss: str) -> TargetDomain:
    """What the output gate can say that belongs to a loss.

    Raises
    ------
    BacklitError
        If the loss is one of classes.
    """
    gate = natural_gate(loss)
    if gate not in TARGET_DOMAINS:
        raise BacklitError(f"loss: {loss!r} is for classes; take a classifier, or a loss of numbers such as 'squared'")
    return TARGET_DOMAINS[gate]


@dataclass(frozen=True, eq=False)
class TargetScaler:
    """Numbers as scores, ``(y - mean) / std``, and back.

    Attributes
    ----------
    mean, std : ndarray of shape (n_targets,), float64
        Of the training rows; `std` is 1 for a constant target. For a loss of rates 0 and the mean, for one of
        probabilities 0 and 1 (`TARGET_DOMAINS`).
    flat : bool
        Whether the target was one column without a second dimension.

    Examples
    --------
    >>> scaler = TargetScaler.fit([1.0, 3.0])
    >>> scaler.scale([1.0, 2.0, 3.0]), scaler.restore(np.array([0.5]))
    (array([-1.,  0.,  1.]), array([2.5]))
    """

    mean: Numbers
    std: Numbers
    flat: bool

    @classmethod
    def fit(cls, y: object, loss: str = "squared") -> TargetScaler:
        """Learn mean and standard deviation.

        Parameters
        ----------
        y : array-like or frame of shape (n_rows,) or (n_rows, n_targets)
            Finite numbers.
        loss : str
            What will be trained on: its output gate says which numbers there may be, and in which unit.

        Raises
        ------
        BacklitError
            If a value is null, infinite, text or out of the loss's reach, naming its row.
        """
        values, flat = target_numbers(y)
        reach = target_domain_of(loss)
        reach.check(values, loss)
        with np.errstate(over="ignore", invalid="ignore"):
            mean, std = reach.scale(values)
        if not (np.isfinite(mean).all() and np.isfinite(std).all()):
            raise BacklitError("the target's numbers are too large for float64; divide them by a constant")
        return cls(mean, std, flat)

    def scale(self, y: object) -> Numbers:
        """Standard scores, float64, of the shape of `y`.

        Raises
        ------
        BacklitError
            As in `fit`, or if the number of targets differs.
        """
        values, flat = target_numbers(y)
        if values.shape[1] != len(self.mean):
            raise BacklitError(f"there are {values.shape[1]} targets instead of {len(self.mean)}; give the same ones")
        scaled: Numbers = (values - self.mean) / self.std
        return scaled[:, 0] if flat else scaled

    def restore(self, z: NDArray[np.floating[Any]]) -> Numbers:
        """The numbers whose scores these are, float64: of shape (n_rows,) for a flat target, else 2-D.

        Parameters
        ----------
        z : ndarray of shape (n_rows,) or (n_rows, n_targets)
            Scores.
        """
        restored: Numbers = np.asarray(z, dtype=np.float64).reshape(-1, len(self.mean)) * self.std + self.mean
        return restored[:, 0] if self.flat else restored

    def to_state(self) -> tuple[dict[str, Any], dict[str, Numbers]]:
        """What was learnt, as JSON and as arrays."""
        return {"flat": self.flat}, {"mean": self.mean, "std": self.std}

    @classmethod
    def from_state(cls, state: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> TargetScaler:
        """The scaler whose `to_state` this is."""
        mean, std = (np.asarray(arrays[name], dtype=np.float64) for name in ("mean", "std"))
        return cls(mean, std, bool(state["flat"]))


def target_numbers(y: object) -> tuple[Numbers, bool]:
    """A target of numbers as float64 of shape (n_rows, n_targets), and whether it was one-dimensional.

    Raises
    ------
    BacklitError
        If a value is null, infinite or text, naming the first such row.

    Examples
    --------
    >>> target_numbers([1, None])
    Traceback (most recent call last):
        ...
    backlit.errors.BacklitError: the target has 1 missing value (null or NaN), the first in row 1; drop or fill ...
    """
    columns = _target_columns(y)
    for cells in columns:
        _refuse_nulls(cells)
    values = np.column_stack([numbers(cells, TARGET) for cells in columns])
    bad = ~np.isfinite(values).all(axis=1)
    if bad.any():
        raise BacklitError(f"the target is infinity or NaN in row {int(bad.argmax())}; drop or fill such rows")
    flat = len(getattr(y, "shape", (0,))) == 1 and not isinstance(y, pa.Table) and not _is_rows(y)
    return values, flat
