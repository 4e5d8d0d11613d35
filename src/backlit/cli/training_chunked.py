"""`backlit train` on data that are read in chunks: learnt from a cache of encoded rows, measured on rows held out."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from backlit.cli.chunked import LearntPart, estimated_rows, source_of
from backlit.cli.console import EpochBar, console
from backlit.cli.evaluating import measure, page_of, show_scores, write_page
from backlit.cli.tables import print_notes
from backlit.cli.together import leads
from backlit.cli.training import FEWEST_TABLE_ROWS, HELD_EVERY, Outputs, save_somewhere
from backlit.encoding import infer_task
from backlit.errors import BacklitError, DataWarning
from backlit.estimators.shared.table_input import labelled_column, located
from backlit.estimators.tabular.classifier import TabularClassifier
from backlit.estimators.tabular.many_rows import recipe_for
from backlit.estimators.tabular.regressor import TabularRegressor
from backlit.files import ReadOptions

MOST_HELD = 50_000
"""Rows held out, about: an error rate of one tenth is then known to a thousandth and a half."""


def train_chunked(
    data: Path, target: str, seed: int, task: str | None, outputs: Outputs, options: ReadOptions, cache: Path | None
) -> None:
    """Train without having all rows in memory; what is written and shown is that of `train_model`."""
    outputs.check(data)
    if outputs.diagnose:
        raise BacklitError("--diagnose needs the rows in memory; leave it out, or diagnose the model on some rows")
    source = source_of(data, options, cache)
    head = next(source.chunks())
    labels = labelled_column(head.table, data, target)
    with located(f"{data}, column {target!r}"):
        task, why = (task, "as --task says") if task else _inferred(labels)
    about = estimated_rows(source, head)
    if about < FEWEST_TABLE_ROWS:
        raise BacklitError(f"{data} is too short to train and measure on; give at least {FEWEST_TABLE_ROWS} rows")
    every = max(HELD_EVERY, -(-about // MOST_HELD))
    terminal = console()
    counted = f"{about:,}" if source.rows is not None else f"about {about:,}"
    terminal.print(f"{data}: {counted} rows, read in chunks; target {target!r}: {task}, {why}")
    terminal.print(f"1 row in {every} is held out (seed {seed})")
    if outputs.resume and outputs.checkpoint is not None and outputs.checkpoint.exists():
        terminal.print(f"Going on from {outputs.checkpoint}")
    rows = LearntPart(source, every, seed)
    model = _fitted(task, rows, about - about // every, target, seed, outputs, options)
    if not leads():
        return
    print_notes(data, model.encoder_.notes)
    kept = rows.held()
    show_scores(f"Held out: {kept.num_rows:,} rows", measure(model, kept, target, kept[target]))
    save_somewhere(model, outputs.model)
    learnt = model.provenance_["data"]["rows"]
    terminal.print(f"Saved {outputs.model}: {len(model.histories_)} networks in one, learnt from {learnt:,} rows")
    terminal.print(f"{source.cache_dir} holds the encoded rows for a next training, and can be deleted")
    if outputs.checkpoint is not None:
        terminal.print(f"{outputs.checkpoint} holds the finished training, and can be deleted")
    if outputs.report is not None:
        title = f"{data.name}: {target}"
        write_page(outputs.report, page_of(model, kept, target, kept[target], title, outputs.lang))


def _inferred(labels: Any) -> tuple[str, str]:
    """The task that suits the first targets, and why."""
    task, reason = infer_task(labels)
    return task, f"since {reason} (--task overrides)"


def _fitted(
    task: str, rows: LearntPart, about: int, target: str, seed: int, outputs: Outputs, options: ReadOptions
) -> Any:
    """A model fitted with a bar on stderr, to about so many rows."""
    kind = TabularClassifier if task == "classification" else TabularRegressor
    missing = None if options.missing is None else list(options.missing)
    model = kind(random_state=seed, missing=missing, day_first=options.day_first, **outputs.keeping)
    with EpochBar(recipe_for(model, about).n_members) as bar, warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)  # printed a line each
        model.fit(rows, target, on_epoch=bar)
        if model.interrupted_:  # a fit keeps its best epoch; a command that is interrupted writes none
            raise KeyboardInterrupt
        bar.end(model.provenance_["stopped"])
    return model
