"""Different labels and how often each stands in a column, in bounded memory."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

MOST = 2**17
"""Different labels that are kept: the rarest are dropped where there are more."""


@dataclass
class CategoryCounts:
    """How often each text was seen; exact up to `most` different ones.

    Where there are more, the half that was seen least is dropped, and each count is too low by at most `dropped`.

    Examples
    --------
    >>> counts = CategoryCounts()
    >>> counts.add(pa.array(["a", None, "b", "a"], pa.large_string()))
    >>> counts.table().to_pylist(), counts.nulls
    ([{'label': 'a', 'count': 2}, {'label': 'b', 'count': 1}], 1)
    """

    most: int = MOST
    nulls: int = 0
    dropped: int = 0
    _parts: list[pa.Table] = field(default_factory=list)
    _kept: int = 0  # labels of the first part, in which all are different

    def add(self, text: pa.Array) -> None:
        """Count some cells; a null is none."""
        self.nulls += text.null_count
        counted = pc.value_counts(text.drop_null())
        self._append(
            pa.table([counted.field("values").cast(pa.large_string()), counted.field("counts")], ["label", "count"])
        )

    def merge(self, other: CategoryCounts) -> None:
        """Add the counts of others; what they dropped adds up."""
        self.nulls += other.nulls
        self.dropped += other.dropped
        self._append(other.table())

    def table(self) -> pa.Table:
        """The labels and their counts, in the order of the labels."""
        if not self._parts:
            return pa.table({"label": pa.array([], pa.large_string()), "count": pa.array([], pa.int64())})
        summed = pa.concat_tables(self._parts).group_by("label").aggregate([("count", "sum")])
        summed = summed.rename_columns(["label", "count"]).sort_by("label").combine_chunks()
        if summed.num_rows > self.most:
            counts = summed["count"].to_numpy()
            least = int(np.partition(counts, len(counts) - self.most // 2)[len(counts) - self.most // 2])
            kept = counts > least
            self.dropped += least
            summed = summed.filter(pa.array(kept))
        self._parts, self._kept = [summed], summed.num_rows
        return summed

    def _append(self, part: pa.Table) -> None:
        self._parts.append(part)
        if sum(table.num_rows for table in self._parts) > max(2 * self._kept, self.most):
            self.table()
