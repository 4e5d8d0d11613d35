"""What a foreign network does to the columns of a table before its scalers: missing cells filled, categories coded.

An `Entry` is one input of the network and how it comes from one column, as data; a `Preparation` is all of them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.encoding.conversion import is_null
from backlit.encoding.frames import Frame, read_frame
from backlit.errors import BacklitError, DataError

Cell = str | int | float | bool
"""A cell that is there; None stands for a missing one."""

NUMBER, CODE = "number", "code"
KINDS = (NUMBER, CODE)


@dataclass(frozen=True, slots=True)
class Entry:
    """One input of the network, and how it comes from one column.

    Parameters
    ----------
    column : int
        The number of the column.
    kind : {"number", "code"}
        The cell as a number, or the number that a table gives for the cell.
    fill : str, number or None
        What a missing cell counts as; None: it stays missing.
    cells : tuple
        Of a code: the cells that are known, None for a missing one; a number and a text are never the same.
    codes : tuple of float
        The number of each of `cells`.
    unknown : float, optional
        Of a code: the number of any other cell; None: it is refused.
    """

    column: int
    kind: str = NUMBER
    fill: Cell | None = None
    cells: tuple[Cell | None, ...] = ()
    codes: tuple[float, ...] = ()
    unknown: float | None = None

    @property
    def suffix(self) -> str:
        """What follows the column's name in that of the input: ``=red`` of a category that is 1 or 0."""
        ones = [cell for cell, code in zip(self.cells, self.codes, strict=True) if code == 1.0]
        if self.kind == NUMBER or not {*self.codes, self.unknown} <= {0.0, 1.0, None}:
            return ""
        return "=" + "|".join("missing" if cell is None else f"{cell}" for cell in ones[:3]) if ones else "=other"

    def state(self) -> list[Any]:
        """As JSON, which `entry_of` reads back."""
        return [self.column, self.kind, self.fill, list(self.cells), list(self.codes), self.unknown]


def entry_of(state: Sequence[Any]) -> Entry:
    """Read `Entry.state` back, after its schema was checked.

    Raises
    ------
    BacklitError
        If its parts contradict each other.
    """
    column, kind, fill, cells, codes, unknown = state
    if len(cells) != len(codes) or len(set(cells)) != len(cells):
        raise BacklitError(f"input of column {column}: its cells and codes do not fit; save the model again")
    if kind == NUMBER and (isinstance(fill, str) or cells or unknown is not None):
        raise BacklitError(f"input of column {column}: a number has a code; save the model again")
    return Entry(column, kind, fill, tuple(cells), tuple(map(float, codes)), unknown)


@dataclass(frozen=True)
class Preparation:
    """The columns of a table as the inputs of a network.

    Parameters
    ----------
    width : int
        How many columns the table has.
    entries : tuple of Entry
        The inputs, in order.
    """

    width: int
    entries: tuple[Entry, ...]

    @property
    def text_columns(self) -> frozenset[int]:
        """The columns in which text is known."""
        return frozenset(
            entry.column for entry in self.entries if any(isinstance(cell, str) for cell in (*entry.cells, entry.fill))
        )

    def names(self, columns: Sequence[str]) -> list[str]:
        """The names of the inputs: ``age``, ``city=Paris``, ``age=missing``."""
        return [f"{columns[entry.column]}{entry.suffix}" for entry in self.entries]

    def sources(self) -> dict[int, list[int]]:
        """Column -> the inputs that come from it."""
        found: dict[int, list[int]] = {column: [] for column in range(self.width)}
        for number, entry in enumerate(self.entries):
            found[entry.column].append(number)
        return found

    def inputs(self, X: Any, names: Sequence[str] | None = None) -> NDArray[np.float64]:
        """The inputs of some rows.

        Parameters
        ----------
        X : array-like, data frame or sparse matrix, shape (n_rows, width)
        names : sequence of str, optional
            Of the columns; a frame's columns are then found by them.

        Returns
        -------
        ndarray of float64, shape (n_rows, inputs)

        Raises
        ------
        DataError
            If a column is missing, or a cell is of another kind, unknown, infinite, or missing and not filled.

        Examples
        --------
        >>> kept = Preparation(2, (Entry(0, fill=5.0), Entry(1, "code", None, ("no", "yes"), (0.0, 1.0))))
        >>> kept.inputs([[None, "yes"], [2, "no"]]).tolist()
        [[5.0, 1.0], [2.0, 0.0]]
        """
        if isinstance(X, np.ndarray) and X.dtype.kind in "fiub" and X.ndim == 2:
            columns = self._columns_of(X)
            called = list(names or [f"x[{i}]" for i in range(X.shape[1])])
            rows = len(X)
        else:
            frame = read_frame(X)
            called = self._called(frame, names)
            columns, rows = [_Column(frame.columns[name]) for name in called], frame.rows
            called = list(names) if names is not None else called
        inputs = np.empty((rows, len(self.entries)))
        for number, entry in enumerate(self.entries):
            inputs[:, number] = _read(entry, columns[entry.column], f"column {called[entry.column]!r}")
        return inputs

    def _columns_of(self, X: NDArray[Any]) -> list[_Column]:
        if X.shape[1] != self.width:
            raise DataError(f"X has {X.shape[1]} features, but the network is expecting {self.width} features as input")
        return [_Column(X[:, column]) for column in range(self.width)]

    def _called(self, frame: Frame, names: Sequence[str] | None) -> list[str]:
        """The names of the columns in a frame, in the order of the network's."""
        if names is not None and frame.named:
            absent = [name for name in names if name not in frame.columns]
            if absent:
                raise DataError(f"column {absent[0]!r} is missing; add it", column=str(absent[0]))
            return list(names)
        if len(frame.names) != self.width:
            raise DataError(f"X has {len(frame.names)} features, but the network is expecting {self.width}; give those")
        return list(frame.names)


def preparation_from(entries: Sequence[Sequence[Any]], width: int) -> Preparation:
    """Read the states of some entries back, after their schema was checked.

    Raises
    ------
    BacklitError
        If they contradict each other.
    """
    made = tuple(map(entry_of, entries))
    if any(entry.column >= width for entry in made):
        raise BacklitError(f"an input comes from a column beyond the {width} of the table; save the model again")
    return Preparation(width, made)


class _Column:
    """The cells of a column, read as they are asked for."""

    def __init__(self, values: Any) -> None:
        self.values = values

    @cached_property
    def plain(self) -> NDArray[np.float64] | None:
        """As numbers, NaN where they are missing; None where some are no numbers."""
        if isinstance(self.values, np.ndarray) and self.values.dtype.kind in "fiub":
            return np.asarray(self.values, np.float64)
        try:
            return np.array([math.nan if cell is None else _number(cell) for cell in self.cells])
        except (TypeError, ValueError):
            return None

    @cached_property
    def cells(self) -> list[Any]:
        """As values of Python, None where they are missing."""
        values = self.values
        as_list = getattr(values, "to_pylist", getattr(values, "to_list", None)) or np.asarray(values).tolist
        return [None if is_null(cell) else cell for cell in as_list()]

    @cached_property
    def distinct(self) -> tuple[dict[Any, int], NDArray[np.int64]]:
        """Each cell that occurs and its number in order of occurrence, and the number of each row's."""
        numbers: dict[Any, int] = {}
        return numbers, np.array([numbers.setdefault(cell, len(numbers)) for cell in self.cells], np.int64)


def _number(cell: Any) -> float:
    """A cell as a number; text that is one, too, as scikit-learn's imputers read it."""
    if isinstance(cell, bytes):
        raise TypeError(cell)
    return float(cell)


def _read(entry: Entry, column: _Column, where: str) -> NDArray[np.float64]:
    if entry.kind == CODE:
        return _coded(entry, column, where)
    numbers = column.plain
    if numbers is None:
        row, cell = next((row, cell) for row, cell in enumerate(column.cells) if not _is_numeric(cell))
        raise DataError(
            f"{where}: row {row} holds {cell!r:.40}, which is no number; this network takes numbers", row=row
        )
    missing = np.isnan(numbers)
    if entry.fill is not None and missing.any():
        numbers = np.where(missing, float(entry.fill), numbers)
    finite = np.isfinite(numbers)
    if not finite.all():
        row = int(np.argmin(finite))
        what = "empty" if np.isnan(numbers[row]) else "infinite"
        raise DataError(
            f"{where}: row {row} is {what}, which this network does not take; give a finite number", row=row
        )
    return numbers


def _is_numeric(cell: Any) -> bool:
    try:
        return cell is None or bool(_number(cell) + 1)
    except (TypeError, ValueError):
        return False


def _coded(entry: Entry, column: _Column, where: str) -> NDArray[np.float64]:
    table: Mapping[Any, float] = dict(zip(entry.cells, entry.codes, strict=True))
    try:
        cells, places = column.distinct
    except TypeError:
        raise DataError(f"{where}: a cell is a list or a mapping; give text, numbers or flags") from None
    codes = np.empty(len(cells))
    for cell, place in cells.items():
        counted = entry.fill if cell is None else cell
        code = table.get(counted, entry.unknown)
        if code is None:
            row = int(np.argmax(places == place))
            known = ", ".join("nothing" if known is None else repr(known) for known in entry.cells[:8])
            what = "is empty" if counted is None else f"holds {counted!r:.40}"
            raise DataError(f"{where}: row {row} {what}, which the network never saw; known are {known}", row=row)
        codes[place] = code
    return codes[places]
