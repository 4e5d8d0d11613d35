"""`backlit evaluate`, and the table of scores that `train` shows as well."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from backlit.cli.console import show_table
from backlit.cli.scores import Score, class_scores, codes_of, number_scores
from backlit.estimators.loading import load
from backlit.estimators.reading import inputs_of, labelled_column, labels_of, located, read_rows, target_of
from backlit.tabular.target import target_numbers


def evaluate_model(path: Path, data: Path, given: str | None) -> None:
    """Score a saved model on the rows of a table; the baseline knows how these rows are distributed."""
    model = load(path)
    target = target_of(model, path, given)
    table = read_rows(model, data, target)
    column = labelled_column(table, data, target)
    with located(data):
        found = scores(model, table, target, column)
    show_scores(f"{data}: {table.num_rows:,} rows", hasattr(model, "classes_"), found)


def scores(model: Any, table: pa.Table, target: str, learnt: pa.ChunkedArray) -> list[Score]:
    """The model's scores on a table beside those of a baseline that knows the targets in `learnt`."""
    rows = inputs_of(model, table, target)
    if hasattr(model, "classes_"):
        classes = model.classes_.tolist()
        known = codes_of(labels_of(model, learnt), classes)
        frequencies = np.bincount(known, minlength=len(classes)) / len(known)
        return class_scores(model.predict_proba(rows), codes_of(labels_of(model, table[target]), classes), frequencies)
    truth, _ = target_numbers(table[target])
    reference, _ = target_numbers(learnt)
    return number_scores(model.predict(rows), truth.ravel(), float(reference.mean()))


def show_scores(title: str, classifies: bool, found: list[Score]) -> None:
    """Print the scores beside the baseline's."""
    baseline = "class frequencies" if classifies else "mean"
    rows = [(score.measure, f"{score.model:.4f}", f"{score.baseline:.4f}") for score in found]
    show_table(title, ("", "model", baseline), rows)
