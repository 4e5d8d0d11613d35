"""The ranges of columns in an ARFF, as Weka's MultilayerPerceptron scales them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.errors import BacklitError
from backlit.files.delimited import ReadOptions
from backlit.files.format_kind import Source
from backlit.files.formats.arff import Declared, declared, nominal_values

MOST_BYTES_OF_TABLE = 2**30
MOST_VALUES = 12
"""Of a column of codes, so many are named."""

NUMERIC = ("numeric", "real", "integer")


@dataclass(frozen=True, eq=False, slots=True)
class Ranges:
    """The middle and half the range of each column, shape (width,), and of the target; what codes mean."""

    middles: NDArray[np.float64]
    halves: NDArray[np.float64]
    target: tuple[float, float]
    codes: Sequence[str]


def ranges_of(path: Path, columns: Sequence[str], classes: Sequence[str]) -> Ranges:
    """The ranges of a network's columns in the table that it was trained on.

    Raises
    ------
    BacklitError
        If the table lacks a column, or does not have these classes.
    """
    if path.stat().st_size > MOST_BYTES_OF_TABLE:
        raise BacklitError(f"{path.name}: it has more than {MOST_BYTES_OF_TABLE:,} bytes; give a smaller table")
    arff = declared(Source.of(path, frozenset(), ReadOptions()))
    target = _target(arff, columns, classes, path.name)
    rows = [row for row in arff.rows if row[target] is not None]  # Weka trains without the others
    origins = [_column(arff, name, path.name) for name in columns]
    middles, halves = np.array([_range(arff, rows, *origin, path.name) for origin in origins], np.float64).T
    codes = []
    for name, (number, value) in zip(columns, origins, strict=True):
        values = nominal_values(arff.kinds[number])
        if value is None and values:
            meant = ", ".join(f"{code} for {label}" for code, label in enumerate(values[:MOST_VALUES]))
            codes.append(f"column {name} is {meant}{', ...' if len(values) > MOST_VALUES else ''}")
    of_target = (0.0, 1.0) if classes else _range(arff, rows, target, None, path.name)
    return Ranges(middles, halves, of_target, codes)


def _column(arff: Declared, name: str, table: str) -> tuple[int, str | None]:
    """The attribute of a column, and the value that it is 1 for, where it is one of several."""
    if name in arff.names:
        return arff.names.index(name), None
    for number, (attribute, kind) in enumerate(zip(arff.names, arff.kinds, strict=True)):
        if name.startswith(f"{attribute}=") and name[len(attribute) + 1 :] in nominal_values(kind):
            return number, name[len(attribute) + 1 :]
    raise BacklitError(f"{table}: it has no column {name!r}; put the table the network was trained on there")


def _target(arff: Declared, columns: Sequence[str], classes: Sequence[str], table: str) -> int:
    """The attribute that no column is of, with the classes, or numeric where there are none."""
    used = {_column(arff, name, table)[0] for name in columns}
    fitting = [
        number
        for number, kind in enumerate(arff.kinds)
        if number not in used
        and (nominal_values(kind) == list(classes) if classes else kind.split()[0].lower() in NUMERIC)
    ]
    if len(fitting) != 1:
        what = f"with the classes {', '.join(classes)}" if classes else "of numbers"
        raise BacklitError(f"{table}: {len(fitting)} attributes {what[:80]} could be the target; leave one there")
    return fitting[0]


def _range(
    arff: Declared, rows: Sequence[Sequence[Any]], number: int, value: str | None, table: str
) -> tuple[float, float]:
    """The middle and half the range of an attribute; nominal ones count as 0 and 1, or as codes."""
    cells = [row[number] for row in rows if row[number] is not None]
    codes = {name: float(code) for code, name in enumerate(nominal_values(arff.kinds[number]))}
    try:
        if value is not None:
            numbers = [float(cell == value) for cell in cells]
        else:
            numbers = [codes[cell] if codes else float(cell) for cell in cells]
        low, high = min(numbers), max(numbers)
    except (ValueError, KeyError):
        raise BacklitError(f"{table}: {arff.names[number]!r} lacks cells of its kind; mend the table") from None
    return (high + low) / 2, (high - low) / 2
