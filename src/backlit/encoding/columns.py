"""The kinds of columns, as data: which cells each kind holds, how they are read, and which blocks they become."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from backlit.encoding import cells as read
from backlit.encoding.cells import of_column
from backlit.encoding.scaling import LARGEST
from backlit.encoding.spelling import NUMBER, UNMATCHED, matched
from backlit.encoding.text.date_form import DateForm
from backlit.encoding.text.judging import Form
from backlit.encoding.text.parsing import parse, without_missing

Numbers = NDArray[np.float64]

MISSING, UNSEEN = -1, -2
"""The codes of a null and of a category that training did not see."""

MAX_COUNTED = 10_000
"""Categories whose counts are kept; rarer ones count as unseen, so that a model file stays small."""


@dataclass(frozen=True, slots=True)
class Block:
    """Neighbouring outputs that come from one column in one way.

    `kind` is one of `BLOCKS`: ``numeric`` (the column itself), ``straight`` (the same, not clipped), ``steps`` (how far
    each step from one of the column's quantiles to the next is climbed, 0 to 1), ``calendar`` (a position in time,
    `categories` names it), ``binary`` (-1 for the first of two categories, +1 for the second), ``onehot`` (an output
    for each of `categories`), ``other`` (1 for a category that ``onehot`` has no output for), ``frequency`` (log of 1 +
    how often the category was seen in training), ``missing`` (1 for a null).
    """

    column: str
    kind: str
    start: int
    width: int
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """What training saw of one column; `dropped` is the reason why it has no outputs, and is empty if it has some."""

    name: str
    kind: str
    blocks: tuple[Block, ...] = ()
    dropped: str = ""
    low: float = 0.0
    """What minus infinity is read as: the least finite number seen."""
    high: float = 0.0
    """What infinity is read as: the largest finite number seen."""
    edges: tuple[float, ...] = ()
    """Where the steps of a column of numbers begin and end: quantiles of what was seen."""
    categories: tuple[str, ...] = ()
    """The values that have a code, which is their index here."""
    counts: tuple[int, ...] = ()
    """How often each of them was seen."""
    n_onehot: int = 0
    """How many of them, from the first, have an output each."""
    missing: tuple[str, ...] = ()
    """The texts that are missing, besides the empty one."""
    form: Form | None = None
    """How cells of text are written; None for words, plain numbers and ISO dates."""

    def read(self, cells: pa.Array) -> Reading:
        """The column's cells as its kind reads them.

        Raises
        ------
        DataError
            If a cell is not of the column's kind, naming column and row.
        """
        kind = KINDS[self.kind]
        with of_column(self.name) as what:
            if kind.numbers is not None:
                values = bounded(self.quantities(cells, what), self.low, self.high)
                return Reading(values, np.isnan(values))
            text = kind.labels(without_missing(cells, self.missing, what), what)
            reading = coded(text, self.categories, complete=not any(block.kind == "other" for block in self.blocks))
            return replace(reading, note=unseen_note(self, cells, text, reading))

    def quantities(self, cells: pa.Array, what: str) -> Numbers:
        """The cells of a column of numbers or times as float64, NaN where they are missing; infinities stay."""
        reader = KINDS[self.kind].numbers
        assert reader is not None
        cells = without_missing(cells, self.missing, what)
        if self.form is not None and (read.is_label(cells.type) or _is_compact(self.form, cells)):
            return parse(cells, self.form, self.kind, what)
        return without_stand_ins(reader(cells, what), self.missing)


def without_stand_ins(values: Numbers, missing: tuple[str, ...]) -> Numbers:
    """Numbers with those that the user calls missing as NaN.

    Examples
    --------
    >>> without_stand_ins(np.array([-999.0, 1.0]), ("NA", "-999"))
    array([nan,  1.])
    """
    absent = [float(text) for text in missing if NUMBER.fullmatch(text)]
    return np.where(np.isin(values, absent), np.nan, values) if absent else values


def _is_compact(form: Form, cells: pa.Array) -> bool:
    """Whether these are numbers whose digits are a date."""
    return isinstance(form, DateForm) and form.layout == "digits" and read.is_number(cells.type)


@dataclass(frozen=True, slots=True)
class Reading:
    """A column's cells as numbers (NaN is missing) or as codes of its categories, and which are missing.

    `note` is a sentence where cells are given and not one of them is a category that training saw.
    """

    values: NDArray[Any]
    missing: NDArray[np.bool_]
    note: str = ""

    def rows(self, part: slice) -> Reading:
        """Some of the rows."""
        return Reading(self.values[part], self.missing[part])


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of column: the Arrow types that make it one in training, and the reader of its cells."""

    holds: Callable[[pa.DataType], bool]
    numbers: Callable[[pa.Array, str], Numbers] | None
    labels: Callable[[pa.Array, str], pa.Array] = read.texts
    parts: tuple[str, ...] = ()


def bounded(values: Numbers, low: float, high: float) -> Numbers:
    """The values with the infinities, and what is as good as infinite, replaced; NaN stays."""
    if np.isinf(values).any():
        values = np.select([values == np.inf, values == -np.inf], [high, low], values)
    clipped: Numbers = np.clip(values, -LARGEST, LARGEST)
    return clipped


def coded(text: pa.Array, categories: tuple[str, ...], *, complete: bool = True) -> Reading:
    """Text as indices into `categories`, else `MISSING` or `UNSEEN`; see `spelling.matched`."""
    codes = matched(text, categories, complete=complete)
    missing = pc.is_null(text).to_numpy(zero_copy_only=False)
    codes[codes == UNMATCHED] = UNSEEN
    codes[missing] = MISSING
    return Reading(codes, missing)


SHOWN_CATEGORIES = 3
"""How many of the categories seen in training a warning shows."""


def unseen_note(column: Column, cells: pa.Array, text: pa.Array, reading: Reading) -> str:
    """A sentence where cells are given and not one is a category that training saw; times there are an error."""
    unseen = np.flatnonzero(reading.values == UNSEEN)
    if not (len(unseen) and column.categories) or len(unseen) < len(text) - int(reading.missing.sum()):
        return ""
    if not any(holds(cells.type) for holds in (read.is_label, read.is_number, read.is_flag)):
        raise read.mismatch(f"column {column.name!r}", cells.type, "labels")
    row = int(unseen[0])
    seen = ", ".join(repr(category) for category in column.categories[:SHOWN_CATEGORIES])
    seen += ", ..." if len(column.categories) > SHOWN_CATEGORIES else ""
    return (
        f"column {column.name!r}: no cell is a category that training saw, such as {text[row].as_py()!r} in row {row}; "
        f"seen were {seen}; spell them as in training"
    )


def _days(seconds: Numbers) -> NDArray[np.datetime64]:
    """Seconds since 1970 as calendar days; the caller puts no NaN in."""
    return np.floor(seconds / read.DAY).astype(np.int64).astype("datetime64[D]")


def _cyclic(position: Callable[[Numbers], Numbers], function: Callable[[Numbers], Numbers], x: Numbers) -> Numbers:
    """Cyclic encoding: sine or cosine of a position in a cycle, which is given as a fraction of the cycle."""
    return function(2 * np.pi * position(x))


def _year(seconds: Numbers) -> Numbers:
    """The calendar year."""
    return _days(seconds).astype("datetime64[Y]").astype(np.float64) + 1970


def _month(seconds: Numbers) -> Numbers:
    """The month as a fraction of the year."""
    return _days(seconds).astype("datetime64[M]").astype(np.int64) % 12 / 12.0


def _weekday(seconds: Numbers) -> Numbers:
    """The day as a fraction of the week, Monday first (1970 began on a Thursday)."""
    return (_days(seconds).astype(np.int64) + 3) % 7 / 7.0


def _hour(seconds: Numbers) -> Numbers:
    """The time as a fraction of the day."""
    return seconds % read.DAY / read.DAY


CYCLES = {"month": _month, "weekday": _weekday, "hour": _hour}
CYCLIC: dict[str, Callable[[Numbers], Numbers]] = {"sin": np.sin, "cos": np.cos}

PARTS: dict[str, Callable[[Numbers], Numbers]] = {
    "seconds": lambda seconds: seconds,
    "year": _year,
    **{
        f"{cycle} {name}": partial(_cyclic, position, function)
        for cycle, position in CYCLES.items()
        for name, function in CYCLIC.items()
    },
}
"""What a moment becomes: each part is a function of its seconds. A part that is constant is left out."""

KINDS: dict[str, Kind] = {
    "numeric": Kind(read.is_number, read.numbers),
    "boolean": Kind(read.is_flag, None, read.flags),
    "category": Kind(read.is_label, None),
    "datetime": Kind(read.is_moment, read.timestamps, parts=tuple(PARTS)),
    "instant": Kind(read.is_instant, read.instants, parts=tuple(PARTS)),
    "time": Kind(read.is_time, read.times, parts=("seconds", "hour sin", "hour cos")),
    "duration": Kind(read.is_duration, read.durations),
}


def _numeric(column: Column, block: Block, reading: Reading) -> Numbers:
    """The numbers themselves."""
    return reading.values[:, None]


def _steps(column: Column, block: Block, reading: Reading) -> Numbers:
    """How far each step is climbed: 'piecewise linear encoding' of Gorishniy et al. 2022."""
    edges = np.array(column.edges)
    with np.errstate(over="ignore"):  # far above a step it is climbed
        climbed: Numbers = np.clip((reading.values[:, None] - edges[:-1]) / np.diff(edges), 0.0, 1.0)
    return climbed


def _calendar(column: Column, block: Block, reading: Reading) -> Numbers:
    """One part of a moment."""
    part = PARTS[block.categories[0]](np.where(reading.missing, 0.0, reading.values))
    return np.where(reading.missing, np.nan, part)[:, None]


def _binary(column: Column, block: Block, reading: Reading) -> Numbers:
    """-1, +1, and 0 for what is missing or unseen."""
    signs: Numbers = np.where(reading.values < 0, 0.0, 2.0 * reading.values - 1.0)
    return signs[:, None]


def _onehot(column: Column, block: Block, reading: Reading) -> Numbers:
    """1 in the output of the category, 0 elsewhere."""
    indicators: Numbers = (reading.values[:, None] == np.arange(block.width)).astype(np.float64)
    return indicators


def _other(column: Column, block: Block, reading: Reading) -> Numbers:
    """1 where there is a category, but none of those with an output each."""
    rest: Numbers = ((reading.values >= column.n_onehot) | (reading.values == UNSEEN)).astype(np.float64)
    return rest[:, None]


def _frequency(column: Column, block: Block, reading: Reading) -> Numbers:
    """log(1 + how often the category was seen); the codes of unseen and missing reach the last two entries."""
    logs: Numbers = np.array([*np.log1p(column.counts), 0.0, np.nan])[reading.values]
    return logs[:, None]


def _missing(column: Column, block: Block, reading: Reading) -> Numbers:
    """1 where the cell is null."""
    return reading.missing.astype(np.float64)[:, None]


BLOCKS: dict[str, Callable[[Column, Block, Reading], Numbers]] = {
    "numeric": _numeric,
    "straight": _numeric,
    "steps": _steps,
    "calendar": _calendar,
    "binary": _binary,
    "onehot": _onehot,
    "other": _other,
    "frequency": _frequency,
    "missing": _missing,
}
"""The raw outputs of each kind of block, of shape (n_rows, width), before scaling; NaN is scaled to 0."""

QUANTITIES = frozenset({"numeric", "calendar"})
"""The blocks whose values have an order and distances."""

STRAIGHT_BLOCKS = frozenset({"straight"})
"""Blocks that are scaled and not clipped, for what goes on in a straight line; they stand behind all others."""

LABEL_BLOCKS = frozenset({"binary", "onehot", "other", "missing"})
"""Blocks of zeros and ones, which are scaled only where the options say so."""

OUTPUT_NAMES: dict[str, Callable[[Block], list[str]]] = {
    "numeric": lambda block: [block.column],
    "straight": lambda block: [f"{block.column} unclipped"],
    "steps": lambda block: [f"{block.column} step {number}" for number in range(1, block.width + 1)],
    "calendar": lambda block: [f"{block.column} {block.categories[0]}"],
    "binary": lambda block: [f"{block.column}={block.categories[1]}"],
    "onehot": lambda block: [f"{block.column}={category}" for category in block.categories],
    "other": lambda block: [f"{block.column} is other"],
    "frequency": lambda block: [f"{block.column} frequency"],
    "missing": lambda block: [f"{block.column} is missing"],
}
"""The names of a block's outputs."""
