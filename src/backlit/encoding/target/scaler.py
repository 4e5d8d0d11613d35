"""Targets of numbers as standard scores, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from backlit.encoding.cells import Numbers, is_label, numbers
from backlit.encoding.target.cells import TARGET, is_one_dimensional, refuse_nulls, target_columns
from backlit.encoding.target.domain import target_domain_of
from backlit.encoding.text import TextOptions, TextReading, judge
from backlit.encoding.text.parsing import parse, without_missing
from backlit.errors import DataError

COMMON = TextOptions()


@dataclass(frozen=True, eq=False)
class TargetScaler:
    """Numbers as scores, ``(y - mean) / std``, and back.

    Attributes
    ----------
    mean, std : ndarray of shape (n_targets,), float64
        Of the training rows; `std` is 1 for a constant target. For a loss of rates 0 and the mean, for one of
        probabilities 0 and 1 (`TARGET_DOMAINS`).
    one_dimensional : bool
        Whether the target was one column without a second dimension.
    text : TextReading or None
        How cells of text are read, where they are numbers in a form.

    Examples
    --------
    >>> scaler = TargetScaler.fit([1.0, 3.0])
    >>> scaler.scale([1.0, 2.0, 3.0]), scaler.restore(np.array([0.5]))
    (array([-1.,  0.,  1.]), array([2.5]))
    """

    mean: Numbers
    std: Numbers
    one_dimensional: bool
    text: TextReading | None = None

    @classmethod
    def fit(cls, y: object, loss: str = "squared", options: TextOptions = COMMON) -> TargetScaler:
        """Learn mean and standard deviation.

        Parameters
        ----------
        y : array-like or frame of shape (n_rows,) or (n_rows, n_targets)
            Finite numbers.
        loss : str
            The loss of the training: its output gate decides which numbers there may be, and in which unit.
        options : TextOptions
            What the user has decided about cells of text.

        Raises
        ------
        DataError
            If a value is null, infinite, text or outside the domain of the loss, naming its row.
        """
        text = target_reading(y, options)
        values, one_dimensional = target_numbers(y, text)
        domain = target_domain_of(loss)
        domain.check(values, loss)
        with np.errstate(over="ignore", invalid="ignore"):
            mean, std = domain.scale(values)
        if not (np.isfinite(mean).all() and np.isfinite(std).all()):
            raise DataError("the target's numbers are too large for float64; divide them by a constant")
        return cls(mean, std, one_dimensional, text)

    def scale(self, y: object) -> Numbers:
        """Standard scores, float64, of the shape of `y`, all within the range of float32.

        Raises
        ------
        DataError
            As in `fit`, if the number of targets differs, or if a score lies beyond float32, naming its row.
        """
        values, one_dimensional = target_numbers(y, self.text)
        if values.shape[1] != len(self.mean):
            raise DataError(f"there are {values.shape[1]} targets instead of {len(self.mean)}; give the same ones")
        with np.errstate(over="ignore"):
            scaled: Numbers = (values - self.mean) / self.std
            beyond = ~np.isfinite(scaled.astype(np.float32)).all(axis=1)
        if beyond.any():
            row = int(beyond.argmax())
            raise DataError(
                f"the target is {', '.join(f'{value:g}' for value in values[row])} in row {row}, too far from those of "
                "the fit for float32; drop such rows, or fit again with them",
                row=row,
            )
        return scaled[:, 0] if one_dimensional else scaled

    def restore(self, z: NDArray[np.floating[Any]]) -> Numbers:
        """The numbers whose scores these are, float64: of shape (n_rows,) for a one-dimensional target, else 2-D.

        Parameters
        ----------
        z : ndarray of shape (n_rows,) or (n_rows, n_targets)
            Scores.
        """
        restored: Numbers = np.asarray(z, dtype=np.float64).reshape(-1, len(self.mean)) * self.std + self.mean
        return restored[:, 0] if self.one_dimensional else restored

    def to_state(self) -> tuple[dict[str, Any], dict[str, Numbers]]:
        """What was learnt, as JSON and as arrays."""
        return {"one_dimensional": self.one_dimensional}, {"mean": self.mean, "std": self.std}

    @classmethod
    def from_state(
        cls, state: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], text: TextReading | None = None
    ) -> TargetScaler:
        """The scaler whose `to_state` this is; how text is read is kept elsewhere."""
        mean, std = (np.asarray(arrays[name], dtype=np.float64) for name in ("mean", "std"))
        return cls(mean, std, bool(state["one_dimensional"]), text)


def target_reading(y: object, options: TextOptions = COMMON) -> TextReading | None:
    """How a target of text is numbers; None where it is no text, or words.

    Examples
    --------
    >>> target_reading(["$1,284.20", "$290.10"]).notes
    ("column 'y' is read as numbers in $: '$1,284.20' is 1284.2",)
    """
    columns = target_columns(y)
    if len(columns) > 1 or not is_label(columns[0].type) or pa.types.is_dictionary(columns[0].type):
        return None
    reading = judge(str(getattr(y, "name", None) or "y"), columns[0], options)
    return reading if reading.kind == "numeric" else None


def _values(cells: pa.Array, text: TextReading | None) -> Numbers:
    """One column of a target as float64."""
    if text is None or text.form is None or not is_label(cells.type):
        return numbers(cells, TARGET)
    return parse(cells, text.form, text.kind, TARGET)


def known_numbers(cells: pa.Array, text: TextReading) -> pa.Array:
    """A target of text as numbers, without those that are missing."""
    return pa.array(_values(without_missing(cells, text.missing, TARGET).drop_null(), text))


def target_numbers(y: object, text: TextReading | None = None) -> tuple[Numbers, bool]:
    """A target of numbers as float64 of shape (n_rows, n_targets), and whether it was one-dimensional.

    Parameters
    ----------
    y : array-like or frame of shape (n_rows,) or (n_rows, n_targets)
    text : TextReading, optional
        How cells of text are read, if not as plain numbers.

    Raises
    ------
    DataError
        If a value is null, infinite or text, naming the first such row.

    Examples
    --------
    >>> target_numbers([1, None])
    Traceback (most recent call last):
        ...
    backlit.errors.DataError: the target has 1 missing value (null or NaN), the first in row 1; drop or fill ...
    """
    columns = target_columns(y)
    if text is not None:
        columns = [without_missing(cells, text.missing, TARGET) for cells in columns]
    for cells in columns:
        refuse_nulls(cells)
    values = np.column_stack([_values(cells, text) for cells in columns])
    bad = ~np.isfinite(values).all(axis=1)
    if bad.any():
        row = int(bad.argmax())
        raise DataError(f"the target is infinity or NaN in row {row}; drop or fill such rows", row=row)
    return values, is_one_dimensional(y)
