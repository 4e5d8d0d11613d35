"""`backlit columns`: how much a saved model leans on each column, or what each contributed to a row's answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from backlit.cli.console import show_table
from backlit.cli.evaluating import targets_of
from backlit.cli.tables import read_for_model
from backlit.estimators.shared.table_input import (
    inputs_of,
    labelled_column,
    located,
    no_row,
    predict_row,
    target_of,
    with_names_of,
)
from backlit.files import ReadOptions
from backlit.interop.networks.opening import model_of


def show_columns(
    path: Path, data: Path, row: int | None, given: str | None, repeats: int, options: ReadOptions
) -> None:
    """Print the columns, the most important first."""
    model = model_of(path)
    target = target_of(model, path, given)
    table = read_for_model(model, data, options, target)
    model = with_names_of(model, table, target)
    if row is not None:
        _show_row(model, table, data, row, target)
        return
    labels = labelled_column(table, data, target)
    with located(data):
        inputs = inputs_of(model, table, target)
        lost = model.importance(inputs, np.asarray(targets_of(model, labels)), repeats=repeats)
        moved = dict(zip(lost.columns, model.importance(inputs).mean.tolist(), strict=True))
    score = "accuracy" if model.task == "classification" else "R^2"
    rows = [(name, f"{mean:.4f}", f"{std:.4f}", f"{moved[name]:.4g}") for name, mean, std in lost.ranked()]
    show_table(f"{data}: {score} lost when a column is shuffled", ("column", "lost", "±", "mean |contribution|"), rows)


def _show_row(model: Any, table: pa.Table, data: Path, row: int, target: str) -> None:
    """Print what each column contributed to one row's answer."""
    if not 0 <= row < table.num_rows:
        raise no_row(row, data, table.num_rows)
    single_row = table.slice(row, 1)
    with located(data):
        inputs = inputs_of(model, single_row, target)
        shares = model.contributions(inputs)
    prediction, likely = predict_row(model, inputs)
    what = f"{prediction:.6g}" if likely is None else f"the logit of {prediction!r}"
    cells = [str(single_row[name][0].as_py()) if name in single_row.column_names else "" for name in shares.columns]
    rows = sorted(zip(shares.columns, cells, shares.values[0].tolist(), strict=True), key=lambda part: -abs(part[2]))
    title = f"row {row}: {what} is {shares.outputs[0]:.6g}, {shares.baseline[0]:.6g} at the baseline; contributions"
    show_table(title, ("column", "cell", "contribution"), [(name, cell, f"{value:.6g}") for name, cell, value in rows])
