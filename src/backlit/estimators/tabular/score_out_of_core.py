"""Scores of a fitted model on rows that are read in chunks: what each chunk adds to the sums of all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from backlit.encoding.cells import numbers
from backlit.encoding.conversion import to_cells
from backlit.encoding.target.cells import TARGET, refuse_nulls
from backlit.errors import BacklitError, DataError
from backlit.scale import Source, out_of_core

Numbers = NDArray[np.float64]


def accuracy_in_chunks(score: Callable[..., float], X: Any, y: Any, sample_weight: Any) -> float:
    """The mean of the chunks' accuracies, each by the weight of its rows.

    Parameters
    ----------
    score : callable
        The accuracy of a table's rows: table, labels, weights.
    X : source
    y, sample_weight : str
        Columns; the second may be None.
    """
    right = mass = 0.0
    for table, labels, weights in labelled_chunks(X, y, sample_weight):
        total = float(weights.sum())
        if total > 0.0:
            right, mass = right + total * score(table, labels, weights), mass + total
    return right / mass if mass > 0.0 else float("nan")


def determination_in_chunks(
    truth: Callable[[Any], Numbers], predict: Callable[[Any], Numbers], X: Any, y: Any, sample_weight: Any
) -> float:
    """The coefficient of determination of one target: squares about the mean are merged chunk by chunk.

    The update is that of Chan, Golub and LeVeque (1979), 'Updating formulae and a pairwise algorithm for computing
    sample variances'.
    """
    mass = mean = about = left = 0.0
    for table, targets, weights in labelled_chunks(X, y, sample_weight):
        known = np.asarray(truth(targets), np.float64).reshape(len(weights))
        total = float(weights.sum())
        if total == 0.0:
            continue
        left += float(weights @ (known - predict(table).reshape(len(weights))) ** 2)
        here = float(weights @ known) / total
        about += float(weights @ (known - here) ** 2) + (here - mean) ** 2 * mass * total / (mass + total)
        mean, mass = mean + (here - mean) * total / (mass + total), mass + total
    if about == 0.0:
        return 1.0 if left == 0.0 else 0.0
    return 1.0 - left / about


def labelled_chunks(X: Any, y: Any, sample_weight: Any) -> Iterator[tuple[pa.Table, pa.ChunkedArray, Numbers]]:
    """A source's chunks with their targets and weights.

    Raises
    ------
    BacklitError
        If target or weight are no names of columns.
    """
    for name, value in (("y", y), ("sample_weight", sample_weight)):
        if not (isinstance(value, str) or (name == "sample_weight" and value is None)):
            raise BacklitError(f"{name}: X is read in chunks, so it is the name of a column; give it as text")
    source: Source = out_of_core(X)
    for name in (y, sample_weight):
        if name is not None and name not in source.schema.names:
            raise DataError(f"{source.name} has no column {name!r}", column=name)
    source.read_once()
    for chunk in source.chunks():
        with chunk.located():
            table = chunk.table
            refuse_nulls(to_cells(table[y], TARGET, mixed=False))
            weights = np.ones(len(table)) if sample_weight is None else row_weights(table[sample_weight])
            yield table.drop_columns([name for name in (y, sample_weight) if name is not None]), table[y], weights


def row_weights(column: pa.ChunkedArray) -> NDArray[np.float64]:
    """Some rows' weights, finite and at least 0.

    Raises
    ------
    DataError
        Naming the row.
    """
    weights = numbers(to_cells(column, "sample_weight"), "sample_weight")
    bad = ~(np.isfinite(weights) & (weights >= 0.0))
    if bad.any():
        row = int(bad.argmax())
        raise DataError(f"sample_weight is {weights[row]:g} in row {row}; give finite numbers of at least 0", row=row)
    return weights
