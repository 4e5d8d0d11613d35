"""What a fit must know of targets before it encodes them: the classes and their numbers, or a sample of numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from backlit.encoding.conversion import to_cells
from backlit.encoding.target.cells import TARGET, refuse_nulls
from backlit.errors import DataError

SAMPLED = 2**20
"""Targets that mean and deviation are computed of, at most: the mean then errs by a thousandth of a deviation."""

MOST_CLASSES = 10_000


@dataclass
class ClassCounts:
    """The labels that occur, and in how many rows."""

    counts: dict[Any, int] = field(default_factory=dict)
    _type: Any = None

    def add(self, column: pa.ChunkedArray) -> None:
        """Count further labels.

        Raises
        ------
        DataError
            If one is missing, or there are more than `MOST_CLASSES` classes.
        """
        cells = to_cells(column, TARGET, mixed=False, periods_as_text=True)
        cells = cells.dictionary_decode() if pa.types.is_dictionary(cells.type) else cells
        refuse_nulls(cells)
        self._type = self._type or cells.type
        counted = pc.value_counts(cells)
        for label, count in zip(counted.field("values").to_pylist(), counted.field("counts").to_pylist(), strict=True):
            self.counts[label] = self.counts.get(label, 0) + count
        if len(self.counts) > MOST_CLASSES:
            raise DataError(f"the target has more than {MOST_CLASSES:,} classes; give another, or fit a regressor")

    def cells(self) -> pa.Array:
        """Each label once."""
        return pa.array(list(self.counts), self._type)


@dataclass
class TargetSample:
    """Targets of rows drawn without replacement: those whose random numbers are the least (a bottom-k sample)."""

    size: int = SAMPLED
    _cells: list[pa.Array] = field(default_factory=list)
    _keys: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    _rng: np.random.Generator = field(default_factory=lambda: np.random.Generator(np.random.Philox(0)))

    def add(self, column: pa.ChunkedArray) -> None:
        """See further targets.

        Raises
        ------
        DataError
            If one is missing.
        """
        cells = to_cells(column, TARGET, mixed=False)
        refuse_nulls(cells)
        self._cells.append(cells)
        self._keys = np.concatenate([self._keys, self._rng.random(len(cells))])
        if len(self._keys) > 2 * self.size:
            self._cut()

    def cells(self) -> pa.Array:
        """The sample, in the order of the rows."""
        if len(self._keys) > self.size:
            self._cut()
        return pa.concat_arrays([part.cast(self._cells[0].type) for part in self._cells])

    def _cut(self) -> None:
        kept = np.sort(np.argpartition(self._keys, self.size)[: self.size])
        cells = pa.concat_arrays([part.cast(self._cells[0].type) for part in self._cells])
        self._cells, self._keys = [cells.take(pa.array(kept))], self._keys[kept]
