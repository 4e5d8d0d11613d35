"""`backlit evaluate`, and the table of scores that `train` shows as well."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from backlit.cli.console import console, show_table
from backlit.cli.outputs import check_output
from backlit.cli.tables import print_notes, read_for_model
from backlit.encoding.target import target_numbers
from backlit.estimators.shared.table_input import (
    inputs_of,
    labelled_column,
    labels_of,
    located,
    target_of,
    with_names_of,
)
from backlit.files import ReadOptions, write_whole
from backlit.files.shape import without_totals
from backlit.interop.networks.opening import model_of
from backlit.reporting import report
from backlit.reporting.scores import Measured, codes_of, measured_classes, measured_numbers


def evaluate_model(
    path: Path, data: Path, given: str | None, html: Path | None, lang: str, options: ReadOptions
) -> None:
    """Score a saved model on the rows of a table; the baseline knows how these rows are distributed."""
    if html is not None:
        check_output(html, path, data)
    model = model_of(path)
    target = target_of(model, path, given)
    table, left_out = without_totals(read_for_model(model, data, options, target))
    print_notes(data, left_out)
    model = with_names_of(model, table, target)
    column = labelled_column(table, data, target)
    with located(data):
        measured = measure(model, table, target, column)
        page = None if html is None else page_of(model, table, target, column, f"{path.name}: {data.name}", lang)
    show_scores(f"{data}: {table.num_rows:,} rows", measured)
    if html is not None and page is not None:
        write_page(html, page)


def measure(model: Any, table: pa.Table, target: str, learnt: pa.ChunkedArray) -> Measured:
    """The model's scores on a table beside those of a baseline that knows the targets in `learnt`."""
    rows, truth, known = inputs_of(model, table, target), targets_of(model, table[target]), targets_of(model, learnt)
    if model.task == "classification":
        labels = model.classes_.tolist()
        return measured_classes(model.predict_proba(rows), codes_of(truth, labels), codes_of(known, labels), labels)
    return measured_numbers(model.predict(rows), np.array(truth), np.array(known))


def page_of(model: Any, table: pa.Table, target: str, learnt: pa.ChunkedArray, title: str, lang: str) -> str:
    """The report of a model on a table."""
    truth, known = targets_of(model, table[target]), targets_of(model, learnt)
    return report(model, inputs_of(model, table, target), truth, learnt=known, title=title).to_html(lang)


def write_page(output: Path, page: str) -> None:
    """Write a page whole, and say so."""
    write_whole(output, page.encode())
    console().print(f"Wrote {output}")


def targets_of(model: Any, column: pa.ChunkedArray) -> list[Any]:
    """A column of targets as the model knows them."""
    if model.task == "classification":
        return labels_of(model, column)
    return list(target_numbers(column)[0].ravel().tolist())


def show_scores(title: str, measured: Measured) -> None:
    """Print the scores beside the baseline's, then those of each class."""
    baseline = "class frequencies" if measured.classes else "mean"
    rows = [(score.measure, _shown(score.model), _shown(score.baseline)) for score in measured.scores]
    show_table(title, ("", "model", baseline), rows)
    if measured.classes:
        by_label = [
            (part.label, *map(_shown, (part.precision, part.recall, part.f1)), f"{part.rows:,}")
            for part in measured.classes
        ]
        show_table("Classes", ("class", "precision", "recall", "F1", "rows"), by_label)


def _shown(value: float) -> str:
    return f"{value:.4f}"
