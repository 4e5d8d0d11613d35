"""`backlit train`: a table in, a model out, measured on held-out rows."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from backlit.cli.console import EpochBar, console
from backlit.cli.evaluating import measure, page_of, show_scores, write_page
from backlit.cli.outputs import check_output
from backlit.cli.tables import print_notes, read_with_note, with_target_numbers
from backlit.cli.together import leads
from backlit.diagnosis import Diagnosis, diagnose
from backlit.encoding import encode_classes, infer_task
from backlit.encoding.conversion import to_cells
from backlit.encoding.target import target_numbers
from backlit.encoding.text import TextReading, readings_of
from backlit.encoding.text.parsing import without_missing
from backlit.encoding.text.table import note_of
from backlit.errors import BacklitError, DataError, DataWarning
from backlit.estimators.shared.table_input import inputs_of, labelled_column, labels_of, located
from backlit.estimators.tabular.classifier import TabularClassifier
from backlit.estimators.tabular.many_rows import recipe_for
from backlit.estimators.tabular.regressor import TabularRegressor
from backlit.files import ReadOptions, write_whole
from backlit.files.shape import counts_rows, without_totals

Rows = NDArray[np.int64]

HELD_EVERY = 5
"""One row in five is held out."""

MOST_UNIQUE_CLASSES = 20
"""Up to so many classes are never too many for their rows."""

MODEL_BYTES, REPORT_BYTES = 2**22, 2**18
"""What a model or a checkpoint, and a report, take of a disk, about."""

FEWEST_TABLE_ROWS = 10
"""Enough to learn from, to choose the best epoch by, and to measure on."""


@dataclass(frozen=True, slots=True)
class Outputs:
    """What a training writes and says: the model, perhaps a report, a checkpoint to be resumed, a diagnosis."""

    model: Path
    report: Path | None
    lang: str
    keeping: Mapping[str, Any]  # parameters of the estimator
    resume: bool
    diagnosis: Path | None

    @property
    def diagnose(self) -> bool:
        """Whether a diagnosis was asked for."""
        return bool(self.keeping["diagnose"])

    @property
    def checkpoint(self) -> Path | None:
        """Where the progress is kept."""
        path: Path | None = self.keeping["checkpoint"]
        return path

    def check(self, data: Path) -> None:
        """Refuse what cannot be written, and what would be lost, before the work is done; the leader does that."""
        if not leads():
            return
        known = [data]
        written = {
            "model": (self.model, MODEL_BYTES),
            "report": (self.report, REPORT_BYTES),
            "checkpoint": (self.checkpoint, MODEL_BYTES),
            "diagnosis": (self.diagnosis, REPORT_BYTES),
        }
        if self.diagnosis is not None and self.diagnosis.suffix not in (".html", ".json"):
            raise BacklitError(f"--diagnosis: {self.diagnosis} is neither a page nor data; end it in .html or .json")
        for what, (path, size) in written.items():
            if path is not None:
                check_output(path, *known, size=size)
                if any(path.absolute() == other.absolute() for other in known[1:]):
                    raise BacklitError(f"{path} is where another output goes; write the {what} to another file")
                known.append(path)
        if self.resume and self.checkpoint is None:
            raise BacklitError("--resume goes on from a checkpoint; name it with --checkpoint FILE")
        if self.checkpoint is not None and self.checkpoint.exists() and not self.resume:
            raise BacklitError(
                f"{self.checkpoint} is a checkpoint already; add --resume to go on from it, or name another file"
            )


def train_model(data: Path, target: str, seed: int, task: str | None, outputs: Outputs, options: ReadOptions) -> None:
    """Train on four fifths of the rows, print the scores on the rest, save the model, and optionally a report."""
    outputs.check(data)
    table, left_out = without_totals(read_with_note(data, options))
    print_notes(data, (*left_out, *_row_counters(table, target)))
    labelled_column(table, data, target)
    with located(data):
        table, reading = read_target(table, target, task)
    labels = table[target]
    if table.num_rows < FEWEST_TABLE_ROWS:
        raise BacklitError(f"{data} is too short to train and measure on; give at least {FEWEST_TABLE_ROWS} rows")
    with located(f"{data}, column {target!r}"):
        task, why = (task, "as --task says") if task else _inferred(labels)
        groups = _groups(labels, task)
        if task == "classification":
            refuse_unique_classes(labels, groups)

    learn, held = split(groups, seed)
    terminal = console()
    terminal.print(f"{data}: {table.num_rows:,} rows; target {target!r}: {task}, {why}")
    terminal.print(f"Learning from {len(learn):,} rows; {len(held):,} are held out (seed {seed})")
    if outputs.resume and outputs.checkpoint is not None and outputs.checkpoint.exists():
        terminal.print(f"Going on from {outputs.checkpoint}")
    with located(data):
        model = _fitted(task, table.take(learn), target, seed, outputs.keeping)
    if not leads():
        return
    before = {note for part in readings_of(table).values() for note in part.notes}
    print_notes(data, [note for note in model.encoder_.notes if note not in before])
    if reading is not None:
        model.encoder_ = replace(model.encoder_, notes=(*model.encoder_.notes, *reading.notes), target=reading)
    kept, known = table.take(held), labels.take(pa.array(learn))
    show_scores(f"Held out: {len(held):,} rows", measure(model, kept, target, known))
    save_somewhere(model, outputs.model)
    terminal.print(
        f"Saved {outputs.model}: {len(model.histories_)} networks in one, learnt from the {len(learn):,} rows"
    )
    if outputs.checkpoint is not None:
        terminal.print(f"{outputs.checkpoint} holds the finished training, and can be deleted")
    if outputs.diagnose:
        with located(data):
            parts = [
                (inputs_of(model, part, target), labels_of(model, part[target])) for part in (table.take(learn), kept)
            ]
            show_diagnosis(diagnose(model, *parts[0], *parts[1]), outputs)
    if outputs.report is not None:
        write_page(outputs.report, page_of(model, kept, target, known, f"{data.name}: {target}", outputs.lang))


def show_diagnosis(seen: Diagnosis, outputs: Outputs) -> None:
    """Print a diagnosis, and write it to the file that was asked for, as a page or as data."""
    print("\n" + seen.to_text(outputs.lang))
    if outputs.diagnosis is not None:
        as_data = outputs.diagnosis.suffix == ".json"
        write_whole(outputs.diagnosis, (seen.to_json() if as_data else seen.to_html(outputs.lang)).encode())
        console().print(f"Wrote {outputs.diagnosis}")


def save_somewhere(model: Any, path: Path) -> None:
    """Save a model; where that cannot be, in another folder, so that it is not lost.

    Raises
    ------
    OSError
        If the model is not where it was to be; the message names the file that it is in.
    """
    try:
        model.save(path)
    except OSError as error:
        for folder in (Path.cwd(), Path.home(), Path(tempfile.gettempdir())):
            other = free_name(folder, path.name)
            try:
                model.save(other)
            except OSError:
                continue
            raise OSError(f"{error}; the trained model is in {other}") from None
        raise


def free_name(folder: Path, name: str) -> Path:
    """A file in a folder that is not there yet, called by a name, or by the name with a number.

    Examples
    --------
    >>> free_name(Path("/no/such/folder"), "m.backlit").name
    'm.backlit'
    """
    path, number = folder / name, 2
    while path.exists():
        path, number = folder / f"{Path(name).stem}-{number}{Path(name).suffix}", number + 1
    return path


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


def read_target(table: pa.Table, target: str, task: str | None) -> tuple[pa.Table, TextReading | None]:
    """The table with a target of text as numbers where it is numbers, and how it was read.

    Parameters
    ----------
    table : pyarrow.Table
        As `read_table` returned it.
    target : str
    task : str or None
        What the user says; classes stay text.

    Returns
    -------
    table : pyarrow.Table
    reading : TextReading or None
        None where the target stays what it is.
    """
    reading = readings_of(table).get(target)
    if reading is None:
        return table, None
    if reading.kind == "numeric" and task != "classification":
        return with_target_numbers(table, target, reading), reading
    if reading.kind == "category" and reading.missing:
        cells = without_missing(to_cells(table[target], "the target"), reading.missing, "the target")
        table = table.set_column(table.column_names.index(target), target, pa.chunked_array([cells]))
    return table, None


def refuse_unique_classes(labels: pa.ChunkedArray, codes: Rows) -> None:
    """Refuse a target whose classes are different in nearly every row, before anything is learnt.

    Raises
    ------
    DataError
        Naming a class and its row.
    """
    classes = int(codes.max()) + 1
    if classes > max(MOST_UNIQUE_CLASSES, len(codes) / 2):
        raise DataError(
            f"the target has {classes} classes in {len(codes)} rows, such as {str(labels[0].as_py())!r} in row 0: "
            "nearly every row has one of its own; give another target, or numbers for a regression",
            row=0,
        )


def _row_counters(table: pa.Table, target: str) -> list[str]:
    """A sentence about each column that counts the rows."""
    return [
        f"column {name!r} counts the rows and is learnt from; if it is no property of a row, leave it out"
        for name in table.column_names
        if name != target and counts_rows(table[name])
    ]


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


def _fitted(task: str, table: pa.Table, target: str, seed: int, keeping: Mapping[str, Any]) -> Any:
    """A model fitted with a bar on stderr."""
    kind = TabularClassifier if task == "classification" else TabularRegressor
    model = kind(random_state=seed, **keeping)
    with EpochBar(recipe_for(model, table.num_rows).n_members) as bar, warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)  # printed a line each
        weights = note_of(table).get("weights")
        rows = table.drop_columns([target] if weights is None else [target, weights])
        model.fit(rows, table[target], None if weights is None else table[weights], on_epoch=bar)
        if model.interrupted_:  # a fit keeps its best epoch; a command that is interrupted writes none
            raise KeyboardInterrupt
        bar.end(model.provenance_["stopped"])
    model.target_name_ = target
    return model
