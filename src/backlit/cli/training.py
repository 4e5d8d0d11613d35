"""`backlit train`: a table in, a model out, measured on held-out rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from backlit.cli.console import EpochBar, console
from backlit.cli.evaluating import measure, page_of, show_scores, write_page
from backlit.cli.outputs import check_output
from backlit.cli.tables import read_with_note
from backlit.encoding import encode_classes, infer_task
from backlit.encoding.target import target_numbers
from backlit.errors import BacklitError
from backlit.estimators.shared.table_input import labelled_column, located
from backlit.estimators.tabular.classifier import TabularClassifier
from backlit.estimators.tabular.regressor import TabularRegressor
from backlit.files import ReadOptions

Rows = NDArray[np.int64]

HELD_EVERY = 5
"""One row in five is held out."""

FEWEST_TABLE_ROWS = 10
"""Enough to learn from, to choose the best epoch by, and to measure on."""


def train_model(
    data: Path,
    target: str,
    out: Path | None,
    seed: int,
    task: str | None,
    report: Path | None,
    lang: str,
    options: ReadOptions,
) -> None:
    """Train on four fifths of the rows, print the scores on the rest, save the model, and optionally a report."""
    table = read_with_note(data, options)
    labels = labelled_column(table, data, target)
    out = Path(f"{data.stem}.backlit") if out is None else out
    check_output(out, data)
    if report is not None:
        check_output(report, data, out)
        if report.absolute() == out.absolute():
            raise BacklitError(f"{report} is where the model goes; write the report to another file")
    if table.num_rows < FEWEST_TABLE_ROWS:
        raise BacklitError(f"{data} is too short to train and measure on; give at least {FEWEST_TABLE_ROWS} rows")
    with located(f"{data}, column {target!r}"):
        task, why = (task, "as --task says") if task else _inferred(labels)
        groups = _groups(labels, task)

    learn, held = split(groups, seed)
    terminal = console()
    terminal.print(f"{data}: {table.num_rows:,} rows; target {target!r}: {task}, {why}")
    terminal.print(f"Learning from {len(learn):,} rows; {len(held):,} are held out (seed {seed})")
    with located(data):
        model = _fitted(task, table.take(learn), target, seed)
    kept, known = table.take(held), labels.take(pa.array(learn))
    show_scores(f"Held out: {len(held):,} rows", measure(model, kept, target, known))
    model.save(out)
    terminal.print(f"Saved {out}: {len(model.histories_)} networks in one, learnt from the {len(learn):,} rows")
    if report is not None:
        write_page(report, page_of(model, kept, target, known, f"{data.name}: {target}", lang))


def split(groups: Rows, seed: int) -> tuple[Rows, Rows]:
    """Rows to learn from and rows held out, one in five of every group, and no group's only row.

    Parameters
    ----------
    groups : ndarray of int, shape (n_rows,)
        The class of each row, or zeros.
    seed : int

    Returns
    -------
    learn, held : ndarrays of row numbers, ascending

    Examples
    --------
    >>> learn, held = split(np.array([0] * 10 + [1] * 5), seed=0)
    >>> int((held < 10).sum()), int((held >= 10).sum())
    (2, 1)
    """
    shuffled = np.random.default_rng(seed).permutation(len(groups))
    several = shuffled[np.bincount(groups)[groups[shuffled]] > 1]
    by_group = several[np.argsort(groups[several], kind="stable")]
    held = np.sort(by_group[HELD_EVERY // 2 :: HELD_EVERY])
    return np.setdiff1d(np.arange(len(groups)), held), held


def _inferred(labels: pa.ChunkedArray) -> tuple[str, str]:
    """The task that suits a target, and why."""
    task, reason = infer_task(labels)
    return task, f"since {reason} (--task overrides)"


def _groups(labels: pa.ChunkedArray, task: str) -> Rows:
    """What every part of the split has its share of; a bad label is reported here, with its row in the file."""
    if task == "classification":
        return encode_classes(labels)[1]
    target_numbers(labels)
    return np.zeros(len(labels), dtype=np.int64)


def _fitted(task: str, table: pa.Table, target: str, seed: int) -> Any:
    """A model fitted with a bar on stderr."""
    kind = TabularClassifier if task == "classification" else TabularRegressor
    model = kind(random_state=seed)
    with EpochBar(model.members) as bar:
        model.fit(table.drop_columns([target]), table[target], on_epoch=bar)
    if model.interrupted_:  # a fit keeps its best epoch; a command that is interrupted writes none
        raise KeyboardInterrupt
    model.target_name_ = target
    return model
