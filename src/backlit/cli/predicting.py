"""`backlit predict`: a model and a table in, a table of predictions out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv

from backlit.cli.outputs import check_output
from backlit.cli.tables import read_for_model
from backlit.estimators.shared.table_input import inputs_of, located
from backlit.files import ReadOptions, write_table
from backlit.interop.networks.opening import model_of


def predict_table(path: Path, data: Path, output: Path | None, options: ReadOptions) -> None:
    """Write a prediction for every row, to a file or as CSV to stdout."""
    if output is not None:
        check_output(output, path, data)
    model = model_of(path)
    table = read_for_model(model, data, options)
    with located(data):
        predictions = predicted(model, inputs_of(model, table))
    if output is None:
        pyarrow.csv.write_csv(predictions, sys.stdout.buffer)
    else:
        write_table(predictions, output)


def predicted(model: Any, rows: Any) -> pa.Table:
    """A table with `prediction`, and for classifiers `probability_<class>`.

    Of several predictions a row each has a column: `quantile_<level>`, or `prediction_<number>` from 0.
    """
    predictions = model.predict(rows)
    if model.task == "regression" and predictions.ndim == 2:
        levels = getattr(model, "quantile_levels", ())
        names = [f"quantile_{level:g}" for level in levels] or [f"prediction_{i}" for i in range(predictions.shape[1])]
        return pa.table({name: pa.array(predictions[:, number]) for number, name in enumerate(names)})
    columns = {"prediction": pa.array(predictions)}
    if model.task == "classification":
        probabilities = model.predict_proba(rows)
        for column, label in enumerate(model.classes_.tolist()):
            columns[f"probability_{label}"] = pa.array(probabilities[:, column])
    return pa.table(columns)
