"""One pass over a source learns how its rows become numbers: a summary of each column, and of the targets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from backlit.encoding import Column, FrameEncoder
from backlit.encoding.cells import of_column
from backlit.encoding.columns import KINDS
from backlit.encoding.conversion import to_cells
from backlit.encoding.fitting import (
    EMPTY,
    FittedColumn,
    Options,
    fit_counted_labels,
    fit_counted_numbers,
    judged_column,
    stand_ins,
    with_notes,
)
from backlit.encoding.fitting_table import encoder_of, options_for_rows
from backlit.encoding.text import TextOptions
from backlit.encoding.text.parsing import without_missing
from backlit.errors import DataError
from backlit.scale.categories import CategoryCounts
from backlit.scale.progress import Progress
from backlit.scale.quantiles import CAPACITY, QuantileSketch
from backlit.scale.reading_ahead import read_ahead
from backlit.scale.source import Chunk, Source

SKETCHED_VALUES = 2**17
"""Values of a level in the sketches of all columns together; with many columns each has less, and errs more."""

LEAST_CAPACITY = 256

HEAD_ROWS = 1_000
"""First rows of a column that are kept, for what its notes show."""


@dataclass
class ColumnSummary:
    """What is known of one column: what it is, by the first rows; and what stands in it, by all so far."""

    column: Column
    notes: tuple[str, ...]
    different: str
    head: pa.Array
    capacity: int
    missing: int = 0
    infinite: NDArray[np.int64] = field(default_factory=lambda: np.zeros(2, np.int64))  # how many below, above all
    numbers: QuantileSketch = field(default_factory=QuantileSketch)
    labels: CategoryCounts = field(default_factory=CategoryCounts)

    @classmethod
    def of(cls, name: str, cells: pa.Array, text: TextOptions, capacity: int) -> ColumnSummary:
        """Decide by the first rows what a column is."""
        cells = _without_null_type(cells)
        with of_column(name) as what:
            column, notes, different = judged_column(name, cells, text)
            if column.kind == "numeric":
                notes += stand_ins(name, column.quantities(cells, what))
        head = cells.take(pa.array(range(min(len(cells), HEAD_ROWS))))  # a slice would keep the whole chunk in memory
        return cls(column, notes, different, head, capacity, numbers=QuantileSketch(capacity))

    def add(self, cells: pa.Array) -> None:
        """See further cells."""
        cells = _without_null_type(cells)
        with of_column(self.column.name) as what:
            kind = KINDS[self.column.kind]
            if kind.numbers is None:
                self.labels.add(kind.labels(without_missing(cells, self.column.missing, what), what))
                return
            values = self.column.quantities(cells, what)
            finite = np.isfinite(values)
            self.missing += int(np.isnan(values).sum())
            self.infinite += [int((values == end).sum()) for end in (-np.inf, np.inf)]
            self.numbers.add(values[finite])

    def fitted(self, options: Options) -> FittedColumn:
        """What the encoder does with the column."""
        column = self.column
        if KINDS[column.kind].numbers is None:
            table, nulls = self.labels.table(), self.labels.nulls
            if not table.num_rows:
                return with_notes(replace(column, dropped=EMPTY), [], self.head, ())
            counts = table["count"].to_numpy()
            column, affines = fit_counted_labels(column, table["label"].combine_chunks(), counts, nulls, options)
        else:
            if not self.numbers.rows and not self.infinite.any():
                return with_notes(replace(column, dropped=EMPTY), [], self.head, ())
            column, affines = fit_counted_numbers(column, *self._points(), options)
        notes = (*self.notes, self.different) if self.different and not column.dropped else self.notes
        return with_notes(column, affines, self.head, notes)

    def _points(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """All values with their counts, the least and the largest among them, which a sketch may have lost."""
        values, counts = self.numbers.points()
        ends = [self.numbers.low, self.numbers.high] if self.numbers.rows else []
        values = np.concatenate([values, ends, [-np.inf, np.inf, np.nan]])
        return values, np.concatenate([counts, [0] * len(ends), self.infinite, [self.missing]]).astype(np.int64)


@dataclass
class Summaries:
    """Every column's summary, and how many rows they are of."""

    columns: list[ColumnSummary]
    rows: int = 0

    @property
    def error(self) -> float:
        """By which part of the rows a quantile of a column may be off, at most."""
        return max((summary.numbers.error for summary in self.columns), default=0.0)

    def encoder(self, text: TextOptions, steps: int) -> FrameEncoder:
        """The encoder of all rows so far."""
        numbers = sum(summary.column.kind == "numeric" for summary in self.columns)
        by_name = {summary.column.name: summary for summary in self.columns}
        options = options_for_rows(self.rows, numbers, steps=steps)
        return encoder_of(list(by_name), lambda name, options: by_name[name].fitted(options), options, text)


def learn(source: Source, left_out: Sequence[str], text: TextOptions, observe: Callable[[Chunk], None]) -> Summaries:
    """See all rows once.

    Parameters
    ----------
    source : Source
    left_out : sequence of str
        Columns that are not learnt from: target and weights.
    text : TextOptions
        What the user has decided about cells of text.
    observe : callable
        Gets each chunk, to learn the targets of it.

    Returns
    -------
    Summaries

    Raises
    ------
    DataError
        If a cell does not fit its column, naming file, row and column, or there is no row.
    """
    names = [name for name in source.schema.names if name not in left_out]
    progress = Progress("learning columns", source.rows, source.on_rows)
    chunks = read_ahead(source.chunks())
    first = next(chunks, None)
    if first is None:
        raise DataError(f"{source.name} has no rows; give at least one")
    if not names:
        raise DataError(f"{source.name} has no column besides the target; give one to learn from")
    capacity = int(np.clip(SKETCHED_VALUES // len(names), LEAST_CAPACITY, CAPACITY))
    with first.located():
        summaries = Summaries([ColumnSummary.of(name, _cells(first, name), text, capacity) for name in names])
    for chunk in _all(first, chunks):
        with chunk.located():
            for summary in summaries.columns:
                summary.add(_cells(chunk, summary.column.name))
            observe(chunk)
        summaries.rows += chunk.table.num_rows
        progress.add(chunk.table.num_rows)
    progress.finish()
    return summaries


def _all(first: Chunk, rest: Iterator[Chunk]) -> Iterator[Chunk]:
    return chain([first], rest)


def _cells(chunk: Chunk, name: str) -> pa.Array:
    """One column of a chunk."""
    with of_column(name) as what:
        return to_cells(chunk.table[name], what)


def _without_null_type(cells: Any) -> Any:
    """A column of nothing as text of which all is missing."""
    return cells.cast(pa.large_string()) if pa.types.is_null(cells.type) else cells
