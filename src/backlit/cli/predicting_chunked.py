"""`backlit predict` and `backlit evaluate` on data that are read in chunks: rows in, rows out."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from backlit.cli.chunked import estimated_rows, source_of
from backlit.cli.evaluating import show_scores, targets_of
from backlit.cli.outputs import check_output
from backlit.cli.predicting import predicted
from backlit.errors import BacklitError
from backlit.estimators.shared.table_input import inputs_of, labelled_column, target_of
from backlit.files import ReadOptions, plain_os_error
from backlit.interop.networks.opening import model_of
from backlit.reporting.scores import codes_of, measured_classes, measured_numbers
from backlit.scale.progress import Progress

MOST_SCORED = 2**24
"""Predicted numbers that scores are computed of, at most: of more rows every second, third, ... is scored."""

SEPARATORS = {".csv": ",", ".tsv": "\t"}


def predict_chunked(path: Path, data: Path, output: Path | None, options: ReadOptions) -> None:
    """Write a prediction for every row, chunk after chunk."""
    if output is not None:
        check_output(output, path, data)
        if output.suffix.lower() not in (*SEPARATORS, ".parquet"):
            raise BacklitError(f"{output} has suffix {output.suffix!r}; use one of .csv, .tsv, .parquet")
    model = model_of(path)
    source = source_of(data, options, model=model)
    progress = Progress("predicting", source.rows, source.on_rows if output is not None else None)
    with _writer(output) as write:
        for chunk in source.chunks():
            with chunk.located():
                write(predicted(model, inputs_of(model, chunk.table)))
            progress.add(chunk.table.num_rows)
    progress.finish()


def evaluate_chunked(path: Path, data: Path, given: str | None, options: ReadOptions) -> None:
    """Score a saved model on all rows, or, where they are too many for the memory, on every so manieth."""
    model = model_of(path)
    target = target_of(model, path, given)
    source = source_of(data, options, model=model)
    is_classifier = model.task == "classification"
    outputs: list[NDArray[Any]] = []
    truths: list[NDArray[Any]] = []
    every = rows = 0
    for chunk in source.chunks():
        if not every:
            labelled_column(chunk.table, data, target)
            width = len(model.classes_) if is_classifier else 1
            every = max(1, -(-estimated_rows(source, chunk) * width // MOST_SCORED))
        table = chunk.table.take(pa.array(np.arange(-rows % every, chunk.table.num_rows, every)))
        rows += chunk.table.num_rows
        if table.num_rows:
            with chunk.located():
                inputs, labels = inputs_of(model, table, target), targets_of(model, table[target])
                outputs.append(model.predict_proba(inputs) if is_classifier else model.predict(inputs))
            truths.append(codes_of(labels, model.classes_.tolist()) if is_classifier else np.array(labels))
    values, truth = np.concatenate(outputs), np.concatenate(truths)
    if is_classifier:
        measured = measured_classes(values, truth, truth, model.classes_.tolist())
    else:
        measured = measured_numbers(values, truth, truth)
    part = "" if every == 1 else f", of which 1 in {every} is scored"
    show_scores(f"{data}: {rows:,} rows{part}", measured)


@contextmanager
def _writer(output: Path | None) -> Iterator[Any]:
    """A function that writes a table; a file has all of them at the end, or is what it was."""
    if output is None:
        yield _Tables(sys.stdout.buffer, ".csv").write
        sys.stdout.buffer.flush()
        return
    part = None
    try:
        with tempfile.NamedTemporaryFile(dir=output.absolute().parent, prefix=".backlit-", delete=False) as part:
            tables = _Tables(part, output.suffix.lower())
            yield tables.write
            tables.close()
        os.replace(part.name, output)
    except BaseException as error:
        if part is not None:
            Path(part.name).unlink(missing_ok=True)
        if isinstance(error, OSError) and error.strerror:
            raise plain_os_error(error, "cannot write", output) from None
        raise


class _Tables:
    """Tables of one schema, one below the other."""

    def __init__(self, sink: Any, suffix: str) -> None:
        self._sink, self._suffix = sink, suffix
        self._writer: Any = None

    def write(self, table: pa.Table) -> None:
        """Add rows."""
        if self._writer is None:
            if self._suffix == ".parquet":
                self._writer = pq.ParquetWriter(self._sink, table.schema, compression="zstd")
            else:
                style = pyarrow.csv.WriteOptions(delimiter=SEPARATORS[self._suffix])
                self._writer = pyarrow.csv.CSVWriter(self._sink, table.schema, write_options=style)
        self._writer.write_table(table)

    def close(self) -> None:
        """Write the end."""
        if self._writer is not None:
            self._writer.close()
