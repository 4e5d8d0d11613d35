"""What training learns of one column: its kind, its categories, its blocks and their scaling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from backlit.encoding.cells import is_label, of_column
from backlit.encoding.columns import (
    BLOCKS,
    KINDS,
    LABEL_BLOCKS,
    MAX_COUNTED,
    MISSING,
    UNSEEN,
    Block,
    Column,
    Reading,
    bounded,
)
from backlit.encoding.conversion import to_cells
from backlit.encoding.scaling import LARGEST, LEAST_DIFFERENCE, MOST_EXACT, robust_affine
from backlit.encoding.spelling import merged_spellings
from backlit.encoding.text.judging import TextOptions, TextReading, judge, judge_numbers
from backlit.encoding.text.parsing import without_missing
from backlit.errors import DataError

Affines = list[tuple[float, float]]

FLAGS = np.array([0.0, 1.0])

EMPTY = "every cell is missing"
"""Why a column is left out that has no cell."""

FEWEST_STAND_INS = 3
"""Rows that a number stands in before it may stand for what is missing."""
STAND_IN_SAMPLE = 10_000
"""Rows by which it is judged whether the other numbers vary."""
FAR_SECONDS = 3650 * 86400.0
"""How far a day that stands for none is from all others, at least."""


@dataclass(frozen=True, slots=True)
class Options:
    """How columns are encoded.

    Attributes
    ----------
    max_onehot : int
        Up to how many categories of a column all have an output each.
    scale_onehot : bool
        Whether the outputs of categories are scaled and clipped like numbers.
    steps : int
        How many steps of a piecewise linear encoding a column of numbers has.
    onehot_limit : int
        How many categories have an output each in a column with more than `max_onehot`.
    """

    max_onehot: int = 32
    scale_onehot: bool = True
    steps: int = 0
    onehot_limit: int = 0


@dataclass(frozen=True, slots=True)
class FittedColumn:
    """What was learnt of one column: itself, the scaling of each output, and what a user should know of it."""

    column: Column
    affines: Affines
    notes: tuple[str, ...] = ()


def fit_column(
    name: str, values: object, options: Options, text: TextOptions, reading: TextReading | None = None
) -> FittedColumn:
    """Learn one column.

    Parameters
    ----------
    name : str
        Its name.
    values : one-dimensional
        Its cells, in any form that `to_cells` reads.
    options : Options
        The bounds of one-hot encoding.
    text : TextOptions
        What the user has decided about cells of text.
    reading : TextReading, optional
        What a column of text is, if that was decided before.

    Returns
    -------
    FittedColumn
        The blocks of its column all start at 0: the encoder gives them their offsets.

    Raises
    ------
    DataError
        If the column holds what no kind of column can be.
    """
    with of_column(name) as what:
        cells = to_cells(values, what)
        if cells.null_count == len(cells):
            return with_notes(Column(name, "category", dropped=EMPTY), [], cells, ())
        column, notes, different = judged_column(name, cells, text, reading)
        if KINDS[column.kind].numbers is None:
            column, affines = _fit_labels(column, cells, options)
        else:
            values = column.quantities(cells, what)
            column, affines = _fit_numbers(column, values, options)
            if column.kind == "numeric":
                notes += stand_ins(name, values) + rounded_numbers(name, cells, values)
            elif KINDS[column.kind].parts:
                notes += stand_in_moments(name, cells, values)
        return with_notes(column, affines, cells, (*notes, different) if different and not column.dropped else notes)


def judged_column(
    name: str, cells: pa.Array, text: TextOptions, reading: TextReading | None = None
) -> tuple[Column, tuple[str, ...], str]:
    """A column of which only kind, form and missing texts are known, its notes, and a note if nearly all differs.

    Examples
    --------
    >>> judged_column("cost", pa.array(["$1.50", "$2"]), TextOptions())[0].kind
    'numeric'
    """
    if is_label(cells.type) and not pa.types.is_dictionary(cells.type):
        reading = judge(name, cells, text) if reading is None else reading
        column = Column(name, reading.kind, form=reading.form, missing=reading.missing)
        return column, reading.notes, reading.different
    column = Column(name, kind_of(cells, name), missing=text.markers)
    compact = judge_numbers(name, cells, text) if column.kind == "numeric" else None
    if compact is None:
        return column, (), ""
    return replace(column, kind=compact.kind, form=compact.form), compact.notes, ""


def fit_counted_numbers(
    column: Column, values: NDArray[np.float64], counts: NDArray[np.int64], options: Options
) -> tuple[Column, Affines]:
    """Learn a judged column of quantities from values that stand `counts` times each; NaN is missing.

    Examples
    --------
    >>> column, affines = fit_counted_numbers(
    ...     Column("x", "numeric"), np.array([0.0, 1.0, np.nan]), np.array([9, 1, 2]), Options()
    ... )
    >>> [block.kind for block in column.blocks], affines[0]
    (['numeric', 'missing'], (0.0, 2.0))
    """
    return _fit_numbers(column, values[counts > 0], options, counts[counts > 0])


def fit_counted_labels(
    column: Column, text: pa.Array, counts: NDArray[np.int64], nulls: int, options: Options
) -> tuple[Column, Affines]:
    """Learn a judged column of labels from texts that stand `counts` times each, and so many missing cells.

    Examples
    --------
    >>> texts = pa.array(["b", "a"], pa.large_string())
    >>> fit_counted_labels(Column("x", "category"), texts, np.array([3, 1]), 0, Options())[0].categories
    ('a', 'b')
    """
    return _fit_ranked(column, *_ranked(text, pa.array(counts)), nulls, options)


def with_notes(column: Column, affines: Affines, cells: pa.Array, notes: tuple[str, ...]) -> FittedColumn:
    """A fitted column with its notes; one that is left out has a note with the reason and a cell."""
    if not column.dropped:
        return FittedColumn(column, affines, notes)
    first = next(iter(cells.slice(0, 1_000).drop_null().to_pylist()[:1]), None)
    text = repr(first) if isinstance(first, str) else str(first)
    shown = "" if first is None else f" (such as {text:.60})"
    return FittedColumn(column, affines, (*notes, f"column {column.name!r} is left out: {column.dropped}{shown}"))


def kind_of(cells: pa.Array, name: str) -> str:
    """The kind of a column by its type.

    Examples
    --------
    >>> kind_of(pa.array([1, 2]), "x"), kind_of(pa.array([True]), "x")
    ('numeric', 'boolean')
    """
    for kind, declared in KINDS.items():
        if declared.holds(cells.type):
            return kind
    message = f"column {name!r} holds {cells.type}; convert it to numbers, text or times, or drop it"
    raise DataError(message, column=name)


def stand_ins(name: str, values: NDArray[np.float64]) -> tuple[str, ...]:
    """A sentence about a number far from all others that may stand for what is missing, such as -999.

    Examples
    --------
    >>> stand_ins("x", np.array([-999.0] * 3 + list(range(20))))
    ("-999 in 3 rows of column 'x' is far from all others and read as a number (--missing -999 if it is none)",)
    """
    with np.errstate(invalid="ignore"):
        ends = [float(np.nanmin(values)), float(np.nanmax(values))] if np.isfinite(values).any() else []
    notes = []
    for end in ends:
        digits = f"{end:.0f}"
        if abs(end) > LARGEST or end != int(end) or not (end <= -9 or (len(digits) > 1 and set(digits) == {"9"})):
            continue
        others = values[np.isfinite(values) & (values != end)]
        count = int((values == end).sum())
        if count < FEWEST_STAND_INS or not others.size:
            continue
        low, high = float(others.min()), float(others.max())
        if min(abs(end - low), abs(end - high)) > high - low and len(np.unique(others[:STAND_IN_SAMPLE])) >= 10:
            notes.append(
                f"{digits} in {count:,} rows of column {name!r} is far from all others and read as a number "
                f"(--missing {digits} if it is none)"
            )
    return tuple(notes)


def stand_in_moments(name: str, cells: pa.Array, values: NDArray[np.float64]) -> tuple[str, ...]:
    """The same about a day far from all others, such as 9999-12-31.

    Examples
    --------
    >>> days = ["9999-12-31"] * 3 + [f"2024-01-{day}" for day in range(10, 30)]
    >>> stand_in_moments("x", pa.array(days), np.array([2.5e11] * 3 + list(range(20))))
    ("9999-12-31 in 3 rows of column 'x' is far from all others and read as a date (leave it empty if it is none)",)
    """
    known = values[np.isfinite(values)]
    notes = []
    for end in {float(known.min()), float(known.max())} if known.size else ():
        others = known[known != end]
        count = known.size - others.size
        if count < FEWEST_STAND_INS or not others.size or len(np.unique(others[:STAND_IN_SAMPLE])) < 10:
            continue
        if min(abs(end - others.min()), abs(end - others.max())) > max(others.max() - others.min(), FAR_SECONDS):
            cell = cells[int(np.flatnonzero(values == end)[0])].as_py()
            notes.append(
                f"{cell} in {count:,} rows of column {name!r} is far from all others and read as a date (leave it "
                "empty if it is none)"
            )
    return tuple(notes)


def rounded_numbers(name: str, cells: pa.Array, values: NDArray[np.float64]) -> tuple[str, ...]:
    """A sentence about whole numbers that are so large that different ones are read as the same.

    Examples
    --------
    >>> cells = pa.array([2**53, 2**53 + 1, 5])
    >>> rounded_numbers("x", cells, np.array([2.0**53, 2.0**53, 5.0]))
    ("column 'x' has numbers beyond 2**53, which are rounded: 3 different ones are read as 2",)
    """
    finite = values[np.isfinite(values)]
    if pa.types.is_floating(cells.type) or not finite.size or np.abs(finite).max() < MOST_EXACT:
        return ()
    given, kept = len(cells.unique().drop_null()), len(np.unique(finite))
    if given <= kept:
        return ()
    return (
        f"column {name!r} has numbers beyond 2**53, which are rounded: {given:,} different ones are read as {kept:,}",
    )


def _fit_numbers(
    column: Column, values: NDArray[np.float64], options: Options, counts: NDArray[np.int64] | None = None
) -> tuple[Column, Affines]:
    """Learn a column of numbers, moments or spans; each value stands once unless counted."""
    kind = KINDS[column.kind]
    finite = values[np.isfinite(values)]
    if not finite.size:
        return replace(column, dropped="no cell is a finite number"), []
    low, high = (float(np.clip(end, -LARGEST, LARGEST)) for end in (finite.min(), finite.max()))
    if low == high != finite.max() or 0 < high - low < LEAST_DIFFERENCE:
        return replace(column, dropped="its numbers are too large" if low == high else "its numbers hardly differ"), []
    column = replace(column, low=low, high=high)
    values = bounded(values, low, high)
    reading = Reading(values, np.isnan(values))
    blocks = [Block(column.name, "calendar", 0, 1, (part,)) for part in kind.parts]
    if not blocks:
        blocks = [Block(column.name, "numeric", 0, 1)]
        known = ~reading.missing
        edges = quantile_edges(values[known], options.steps, None if counts is None else counts[known])
        if len(edges) > 2:
            column = replace(column, edges=edges)
            blocks.append(Block(column.name, "steps", 0, len(edges) - 1))
    if reading.missing.any():
        blocks.append(Block(column.name, "missing", 0, 1))
    return _scaled(column, blocks, reading, counts, options)


def quantile_edges(
    values: NDArray[np.float64], steps: int, counts: NDArray[np.int64] | None = None
) -> tuple[float, ...]:
    """Where so many steps with as many values each begin and end; fewer where values repeat.

    Examples
    --------
    >>> quantile_edges(np.arange(9.0), 4), quantile_edges(np.array([0.0, 0.0, 0.0, 1.0]), 4)
    ((0.0, 2.0, 4.0, 6.0, 8.0), (0.0, 1.0))
    """
    if not steps:
        return ()
    parts = np.linspace(0.0, 1.0, steps + 1)
    if counts is None:
        return tuple(np.unique(np.quantile(values, parts, method="nearest")).tolist())
    order = np.argsort(values, kind="stable")
    ends = np.cumsum(counts[order])
    nearest = np.searchsorted(ends, np.rint(parts * (ends[-1] - 1)), side="right")
    return tuple(np.unique(values[order][nearest]).tolist())


def _fit_labels(column: Column, cells: pa.Array, options: Options) -> tuple[Column, Affines]:
    """Learn a column of categories or booleans."""
    what = f"column {column.name!r}"
    text = KINDS[column.kind].labels(without_missing(cells, column.missing, what), what)
    distinct = pc.value_counts(text.drop_null())
    ranked = _ranked(distinct.field("values"), distinct.field("counts"))
    return _fit_ranked(column, *ranked, text.null_count, options)


def _fit_ranked(
    column: Column, categories: list[str], counts: list[int], nulls: int, options: Options
) -> tuple[Column, Affines]:
    """Learn a column from its distinct labels, the most frequent first, and how often each stands in it."""
    labelled = sum(counts)
    if not categories:
        return replace(column, dropped=EMPTY), []
    many = len(categories) > max(2, options.max_onehot)
    if many:
        # A value seen once is no evidence about other rows, so that it counts as one still unseen.
        known = min(sum(count > 1 for count in counts), MAX_COUNTED)
        categories, counts = categories[:known], counts[:known]
    else:
        order = sorted(range(len(categories)), key=categories.__getitem__)
        categories, counts = [categories[i] for i in order], [counts[i] for i in order]
    n_onehot = min(len(categories), options.onehot_limit) if many else len(categories)
    column = replace(column, categories=tuple(categories), counts=tuple(counts), n_onehot=n_onehot)
    codes = np.array([*range(len(counts)), UNSEEN, MISSING])
    seen = np.array([*counts, labelled - sum(counts), nulls])
    reading = Reading(codes, codes == MISSING)
    return _scaled(column, _label_blocks(column, nulls > 0, many), reading, seen, options)


def _ranked(distinct: pa.Array, counts: pa.Array) -> tuple[list[str], list[int]]:
    """The distinct values and their counts, the most frequent first, equal ones by text; spellings of one merged."""
    table = pa.table([distinct, counts], names=["value", "count"])
    table = table.sort_by([("count", "descending"), ("value", "ascending")])
    return merged_spellings(table["value"].to_pylist(), table["count"].to_pylist())


def _label_blocks(column: Column, nulls: bool, many: bool) -> list[Block]:
    """The blocks of a column of categories; those that turn out constant are left out later."""
    name, onehot = column.name, column.categories[: column.n_onehot]
    if len(column.categories) == 2 and not many:
        return [Block(name, "binary", 0, 1, onehot)]
    blocks = [Block(name, "onehot", 0, len(onehot), onehot)] if onehot else []
    if many:
        blocks += [Block(name, "other", 0, 1), Block(name, "frequency", 0, 1)]
    return [*blocks, Block(name, "missing", 0, 1)] if nulls else blocks


def _scaled(
    column: Column, blocks: Sequence[Block], reading: Reading, counts: NDArray[np.int64] | None, options: Options
) -> tuple[Column, Affines]:
    """The column with the blocks that vary, and the scaling of each output."""
    kept: list[Block] = []
    affines: Affines = []
    for block in blocks:
        if block.kind == "onehot":
            assert counts is not None
            fitted = [robust_affine(FLAGS, np.array([counts.sum() - count, count])) for count in counts[: block.width]]
        else:
            raw = BLOCKS[block.kind](column, block, reading)
            known = ~np.isnan(raw[:, 0])
            weights = None if counts is None else counts[known]
            fitted = [robust_affine(raw[known, j], weights) for j in range(block.width)]
        # With one category besides nulls, its output would only repeat the block 'missing'.
        repeats = block.kind == "onehot" and len(column.categories) == 1 and len(blocks) == 2
        if repeats or not any(factor for _, factor in fitted):
            continue
        plain = block.kind in LABEL_BLOCKS and not options.scale_onehot
        affines += [(0.0, 1.0)] * block.width if plain else fitted
        kept.append(block)
    if kept:
        return replace(column, blocks=tuple(kept)), affines
    different = KINDS[column.kind].numbers is None and not column.categories
    return replace(column, dropped="every value is different" if different else "constant"), affines
