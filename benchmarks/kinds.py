"""Ours beside its peers on made tables of five kinds: ``python -m benchmarks kinds [--only WORDS] [--check]``.

The kinds are those on which an earlier version was far behind (see `kinds_made`). Every fit is in this process, one
after the other; 20,000 rows are measured on. ``--check`` ends with an error where ours has more than 1.05 times the
least error of the peers. ``--keep`` adds to the last record, whose rows stay unless they are measured again: so that
only ours is fitted anew, or the whole is done in parts.
"""

from __future__ import annotations

import json
import time
import warnings
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.calibration import calibration_error
from benchmarks.kinds_made import KINDS, MADE_TABLES, MadeTable
from benchmarks.limits import LIMIT
from benchmarks.record import RESULTS, write
from benchmarks.tabular import OURS, in_form, model_of

PEERS = ("linear", "sklearn-mlp", "hist-gb", "lightgbm", "catboost")
Row = dict[str, Any]


def measure(made: MadeTable, peer: str, options: Row) -> Row:
    """One fit and its errors."""
    from sklearn.metrics import log_loss, roc_auc_score

    warnings.simplefilter("ignore")  # of peers that have not converged
    frame, target = made.make()
    numbers = target.dtype.kind == "f"
    model, form = model_of(peer, frame, numbers, 0, options)
    learn, held = in_form(form, frame[: made.learnt], frame[made.learnt :])
    truth = target[made.learnt :]
    start = time.perf_counter()
    model.fit(learn, target[: made.learnt])
    row: Row = {"kind": made.kind, "table": made.name, "model": peer, "fit_s": round(time.perf_counter() - start, 1)}
    predicted = np.asarray(model.predict(held)).ravel()
    if numbers:
        return row | {"error": float(np.sqrt(np.mean((predicted.astype(float) - truth) ** 2)) / truth.std())}
    shares, classes = model.predict_proba(held), [str(label) for label in model.classes_]
    hits = predicted.astype(str) == truth
    error = 1.0 - (roc_auc_score(truth == classes[1], shares[:, 1]) if made.ranked else hits.mean())
    known = np.isin(truth, classes)  # a rare class may be missing among the rows that are learnt from
    entropy = float(log_loss(truth[known], np.clip(shares[known], 1e-7, 1.0), labels=classes))
    return row | {"error": float(error), "logloss": entropy, "ece": calibration_error(np.asarray(shares), hits)}


def ratios(rows: list[Row]) -> dict[str, tuple[float, str]]:
    """Of each table that ours and a peer have: ours over the least error of a peer, and that peer."""
    error = {(row["table"], row["model"]): row["error"] for row in rows}
    found = {}
    for table in dict.fromkeys(row["table"] for row in rows):
        peers = {model: value for (name, model), value in error.items() if name == table and model in PEERS}
        if peers and (table, OURS) in error:
            best = min(peers, key=peers.__getitem__)
            found[table] = (error[table, OURS] / max(peers[best], 1e-9), best)
    return found


def run(
    peers: Annotated[str, typer.Option(help="with commas")] = ",".join((OURS, *PEERS)),
    only: Annotated[str, typer.Option(help="a kind, or tables whose name has this in it; several with commas")] = "",
    options: Annotated[str, typer.Option(help="ours, as JSON, such as '{\"n_members\": 1}'")] = "{}",
    keep: Annotated[bool, typer.Option(help="keep what the record of that name has beside these fits")] = False,
    check: Annotated[bool, typer.Option(help="end with an error where a limit is passed")] = False,
    name: Annotated[str, typer.Option(help="of the JSON in results/")] = "kinds",
) -> None:
    """Fit everything, print the table and the ratios, keep both as JSON."""
    console = Console(width=150)
    words = only.split(",")
    tables = [made for made in MADE_TABLES if any(word == made.kind or word in made.name for word in words)]
    names = peers.split(",")
    jobs = [(made, peer) for made in tables for peer in names]
    rows = []
    for made, peer in track(jobs, "fits", console=Console(stderr=True)):
        try:
            rows.append(measure(made, peer, json.loads(options)))
        except ImportError as error:
            console.print(f"{peer}: {error}", markup=False)
    record = RESULTS / f"{name}.json"
    earlier = json.loads(record.read_text("utf-8"))["rows"] if keep and record.exists() else []
    fitted = {(row["table"], row["model"]) for row in rows}
    rows += [row for row in earlier if (row["table"], row["model"]) not in fitted]
    found = ratios(rows)
    show(console, rows, found)
    if keep or not only:  # a part of the tables would replace the whole
        write(name, {"options": json.loads(options), "rows": rows, "ratios": found})
    if check:
        late = [f"{table}: {ratio:.3f} times {peer}'s" for table, (ratio, peer) in found.items() if ratio > LIMIT]
        for line in late:
            console.print(f"more than {LIMIT}: {line}", markup=False)
        raise typer.Exit(bool(late or not found))


def show(console: Console, rows: list[Row], found: dict[str, tuple[float, str]]) -> None:
    """Error / log loss / calibration error / seconds, and ours over the best peer's error; worst table first."""
    models = list(dict.fromkeys(row["model"] for row in rows))
    titles = "error (1 - AUC of rare ones, RMSE in standard deviations) / log loss / ECE / seconds to fit"
    shown = Table("kind", "table", *models, "ratio", title=titles)
    cells = {(row["table"], row["model"]): row for row in rows}
    kind_of = {row["table"]: row["kind"] for row in rows}
    for table in sorted(kind_of, key=lambda name: -found.get(name, (0.0, ""))[0]):
        ratio, best = found.get(table, (float("nan"), ""))
        texts = []
        for model in models:
            row = cells.get((table, model), {})
            parts = [f"{row[what]:{form}}" for what, form in FORMS.items() if what in row]
            texts.append(" / ".join(parts) or "-")
        shown.add_row(kind_of[table], table, *texts, f"{ratio:.3f} {best}")
    console.print(shown)
    for kind in KINDS:
        of_kind = [found[table][0] for table in found if kind_of[table] == kind]
        if of_kind:
            console.print(f"{kind}: geometric mean {np.exp(np.mean(np.log(of_kind))):.3f}, worst {max(of_kind):.3f}")


FORMS = {"error": ".4f", "logloss": ".3f", "ece": ".3f", "fit_s": ".1f"}
