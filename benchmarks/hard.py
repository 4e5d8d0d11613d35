"""Ours beside its peers where rows to answer differ from those learnt from: ``python -m benchmarks hard [--check]``.

New groups, a later time, other inputs (see `hard_made`). Ours is fitted as it comes, and once more with what it may be
told (``groups=``, ``ordered=True``). ``--check`` ends with an error where ours, as it comes, collapses: has more error
than one answer for all rows, or more than `COLLAPSE` times the least error of boosting.
"""

from __future__ import annotations

import time
import warnings
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.hard_made import HARD_TABLES, HardTable
from benchmarks.record import write
from benchmarks.tabular import OURS, in_form, model_of

TOLD = "backlit, told"
CONSTANT = "constant"
"""One answer for all rows: the mean, or the most frequent class."""
BOOSTING = ("hist-gb", "lightgbm", "catboost")
MODELS = (OURS, TOLD, "linear", *BOOSTING, CONSTANT)
COLLAPSE = 1.1
"""Times the least error of boosting."""
Row = dict[str, Any]


def measure(hard: HardTable, name: str) -> Row:
    """One fit, its error and, of classes, its log loss."""
    from sklearn.dummy import DummyClassifier, DummyRegressor
    from sklearn.metrics import log_loss

    warnings.simplefilter("ignore")  # of peers that have not converged, and of categories that are new
    frame, target, told = hard.make()
    numbers = target.dtype.kind == "f"
    peer = OURS if name == TOLD else name
    if peer != OURS:  # which alone takes dates
        frame = frame.assign(**{at: frame[at].astype("int64") / 1e9 for at in frame if frame[at].dtype.kind == "M"})
    if name == CONSTANT:
        model, form = (DummyRegressor() if numbers else DummyClassifier(strategy="prior")), ""
    else:
        model, form = model_of(peer, frame, numbers, 0, {"ordered": True} if name == TOLD and "ordered" in told else {})
    learn, held = in_form(form, frame[: hard.learnt], frame[hard.learnt :])
    truth = target[hard.learnt :]
    start = time.perf_counter()
    model.fit(learn, target[: hard.learnt], **({"groups": told["groups"]} if name == TOLD and "groups" in told else {}))
    row: Row = {"split": hard.split, "table": hard.name, "model": name, "fit_s": round(time.perf_counter() - start, 1)}
    predicted = np.asarray(model.predict(held)).ravel()
    if numbers:
        return row | {"error": float(np.sqrt(np.mean((predicted.astype(float) - truth) ** 2)) / truth.std())}
    shares = np.clip(model.predict_proba(held), 1e-7, 1.0)
    entropy = float(log_loss(truth, shares, labels=[str(label) for label in model.classes_]))
    return row | {"error": float((predicted.astype(str) != truth).mean()), "logloss": entropy}


def collapsed(rows: list[Row]) -> list[str]:
    """A line for each table on which ours, as it comes, is far behind."""
    lines = []
    error = {(row["table"], row["model"]): row["error"] for row in rows}
    for table in dict.fromkeys(row["table"] for row in rows):
        best = min((error[table, peer], peer) for peer in BOOSTING if (table, peer) in error)
        for limit, (least, peer) in ((COLLAPSE, best), (1.0, (error[table, CONSTANT], CONSTANT))):
            if error[table, OURS] > limit * least:
                lines.append(f"{table}: {error[table, OURS] / least:.3f} times {peer}'s error")
    return lines


def run(
    only: Annotated[str, typer.Option(help="tables whose name has this in it")] = "",
    check: Annotated[bool, typer.Option(help="end with an error where ours collapses")] = False,
) -> None:
    """Fit everything, print the table, keep it as JSON."""
    console = Console(width=150)
    jobs = [(hard, name) for hard in HARD_TABLES if only in hard.name for name in MODELS]
    rows = []
    for hard, name in track(jobs, "fits", console=Console(stderr=True)):
        try:
            rows.append(measure(hard, name))
        except ImportError as error:
            console.print(f"{name}: {error}", markup=False)
    shown = Table("rows differ in", "table", *MODELS, title="error (RMSE in standard deviations) / log loss / seconds")
    cells = {(row["table"], row["model"]): row for row in rows}
    for hard in dict.fromkeys(hard for hard, _ in jobs):
        texts = []
        for name in MODELS:
            row = cells.get((hard.name, name), {})
            parts = [f"{row[what]:{form}}" for what, form in FORMS.items() if what in row]
            texts.append(" / ".join(parts) or "-")
        shown.add_row(hard.split, hard.name, *texts)
    console.print(shown)
    if not only:  # a part of the tables would replace the whole
        write("hard", {"rows": rows})
    if check:
        late = collapsed(rows)
        for line in late:
            console.print(f"collapsed: {line}", markup=False)
        raise typer.Exit(bool(late))


FORMS = {"error": ".4f", "logloss": ".3f", "fit_s": ".1f"}
