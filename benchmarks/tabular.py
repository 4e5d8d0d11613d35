"""Raw data frames, ours beside its peers on the same splits: ``python -m benchmarks tabular DATA [--check]``.

DATA is a folder of Parquet files with a column ``target``. A split takes at most 8,000 rows to learn from and as many
to measure on, stratified by class. Ours gets the raw frame; a peer the least preparation that it needs to run. Every
fit is a process of its own. Recorded results of peers (a CSV with the columns dataset, model, error, logloss, fit_s, of
split 0) are taken in with ``--recorded``, so that hours of their training need not be repeated; ``--keep`` adds to the
last record, so that the whole is done in parts. ``--check`` ends with an error where a limit is passed (`limits`).
"""

from __future__ import annotations

import csv
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks.calibration import calibration_error
from benchmarks.chart import draw
from benchmarks.limits import BAG, beside_best, passed
from benchmarks.record import RESULTS, read, write
from benchmarks.wrapped import BAGGED, Bagged, Taught

REGRESSION = {"diamonds", "lending_rate", "concrete"}
RANKED = {"nass_cds"}  # nearly all of one class: judged by 1 - AUC
CAP = 8_000
OURS = "backlit"
ALONE = "backlit-one"
"""Ours with one member."""
TAUGHT = "backlit-taught"
"""Ours, which learns from LightGBM's probabilities for rows held out as much as from the labels."""
Row = dict[str, Any]
TABLES = {
    "error (1 - AUC, RMSE in standard deviations) / log loss / ECE / seconds to fit": {
        "error": "{:.4f}", "logloss": "{:.3f}", "ece": "{:.3f}", "fit_s": "{:.1f}",
    },
    "seconds to predict / MiB of the process at most": {"predict_s": "{:.2f}", "peak_mib": "{:,.0f}"},
}  # fmt: skip
"""What is printed, and how."""


def load(path: Path, split: int) -> tuple[Any, Any, Any, Any]:
    import pandas as pd
    from sklearn.model_selection import train_test_split

    frame = pd.read_parquet(path)
    X, y = frame.drop(columns="target"), frame["target"]
    numbers = path.stem in REGRESSION
    y = y.astype(float) if numbers else y.astype(str)
    held = min(CAP, len(X) // 4)
    return tuple(
        train_test_split(
            X, y, train_size=min(CAP, len(X) - held), test_size=held, random_state=split,
            stratify=None if numbers else y,
        )
    )  # fmt: skip


def model_of(peer: str, X: Any, numbers: bool, split: int, options: Row) -> tuple[Any, str]:
    """The peer, and the form in which it takes a frame."""
    if peer in (OURS, ALONE):
        import backlit
        import backlit.engine.network  # as the peers' libraries are imported: before the clock starts

        options = _chosen_parts(dict(options)) | ({"n_members": 1} if peer == ALONE else {})
        return (backlit.TabularRegressor if numbers else backlit.TabularClassifier)(random_state=split, **options), ""
    if peer == TAUGHT:
        student, _ = model_of(OURS, X, numbers, split, options)
        teacher, form = model_of("lightgbm", X, numbers, split, {})
        return Taught(teacher, student, lambda frame: in_form(form, frame, frame[:0])[0], labels=0.5), ""
    if peer.endswith(BAG):
        _, form = model_of(peer.removesuffix(BAG), X, numbers, split, options)
        made = lambda number: model_of(peer.removesuffix(BAG), X, numbers, BAGGED * split + number, options)[0]  # noqa: E731
        return Bagged(made, numbers), form
    if peer == "sklearn-mlp":
        from sklearn.neural_network import MLPClassifier, MLPRegressor

        return _prepared(X, (MLPRegressor if numbers else MLPClassifier)(random_state=split)), ""
    if peer == "linear":
        from sklearn.linear_model import LogisticRegression, RidgeCV

        return _prepared(X, RidgeCV(np.logspace(-3, 3, 13)) if numbers else LogisticRegression(max_iter=2_000)), ""
    if peer == "hist-gb":
        from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

        kind = HistGradientBoostingRegressor if numbers else HistGradientBoostingClassifier
        return kind(random_state=split, categorical_features="from_dtype"), "categories"
    if peer == "lightgbm":
        from lightgbm import LGBMClassifier, LGBMRegressor

        return (LGBMRegressor if numbers else LGBMClassifier)(random_state=split, verbose=-1, n_jobs=2), "categories"
    if peer == "catboost":
        from catboost import CatBoostClassifier, CatBoostRegressor

        kind = CatBoostRegressor if numbers else CatBoostClassifier
        labels = [name for name in X if not _is_number(X[name])]
        files = {"allow_writing_files": False}
        return kind(random_state=split, verbose=0, thread_count=2, cat_features=labels, **files), "categories"
    import pytabkit

    name = {"realmlp-td": "RealMLP_TD", "realmlp-td-s": "RealMLP_TD_S"}[peer]
    kind = getattr(pytabkit, name + ("_Regressor" if numbers else "_Classifier"))
    return kind(random_state=split, device="cpu", n_threads=2, verbosity=0), "filled categories"


PEERS = (
    OURS,
    ALONE,
    TAUGHT,
    "linear",
    "sklearn-mlp",
    "hist-gb",
    "lightgbm",
    "catboost",
    "lightgbm-bag",
    "catboost-bag",
    "realmlp-td",
    "realmlp-td-s",
)


def _chosen_parts(options: Row) -> Row:
    """Options of the estimator; those of the recipe are put into the recipe, to see what a part of it is worth."""
    from dataclasses import fields, replace

    from backlit.estimators.tabular import recipe as recipes

    parts = {
        name: options.pop(name) for name in list(options) if name in {field.name for field in fields(recipes.Recipe)}
    }
    recipes.RECIPES = {task: replace(recipe, **parts) for task, recipe in recipes.RECIPES.items()}
    return options


def _is_number(column: Any) -> bool:
    import pandas as pd

    return bool(pd.api.types.is_numeric_dtype(column) and column.dtype != bool)


def _prepared(X: Any, estimator: Any) -> Any:
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

    numbers = [name for name in X if _is_number(X[name])]
    labels = [name for name in X if name not in numbers]
    text = FunctionTransformer(lambda part: part.astype(object).where(part.notna(), "missing").astype(str))
    codes = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    scaled = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    columns = ColumnTransformer([("numbers", scaled, numbers), ("labels", make_pipeline(text, codes), labels)])
    return make_pipeline(columns, estimator)


def in_form(form: str, learn: Any, held: Any) -> tuple[Any, Any]:
    import pandas as pd

    if not form:
        return learn.copy(), held.copy()
    both = pd.concat([learn, held])
    for name in both:
        if _is_number(both[name]):
            both[name] = both[name].astype("float32")
            if form.startswith("filled"):
                both[name] = both[name].fillna(both[name].median() if both[name].notna().any() else 0)
        else:
            both[name] = both[name].astype(object).where(both[name].notna(), "missing").astype(str).astype("category")
    return both.iloc[: len(learn)], both.iloc[len(learn) :]


def measure_one(path: Path, peer: str, split: int, options: Row) -> Row:
    """One fit, in this process."""
    from sklearn.metrics import log_loss, roc_auc_score

    numbers = path.stem in REGRESSION
    learn, held, y, truth = load(path, split)
    model, form = model_of(peer, learn, numbers, split, options)
    learn, held = in_form(form, learn, held)
    start = time.perf_counter()
    model.fit(learn, y.to_numpy())
    fitted = time.perf_counter()
    predicted = np.asarray(model.predict(held)).ravel()
    ended = time.perf_counter()
    entropy = calibration = None
    if numbers:
        error = np.sqrt(np.mean((predicted.astype(float) - truth.to_numpy()) ** 2)) / truth.std()
    else:
        shares, classes = model.predict_proba(held), [str(label) for label in model.classes_]
        entropy = float(log_loss(truth, np.clip(shares, 1e-7, 1.0), labels=classes))
        hits = predicted.astype(str) == truth.to_numpy()
        error, calibration = 1.0 - hits.mean(), round(calibration_error(np.asarray(shares), hits), 5)
        if path.stem in RANKED:
            error = 1.0 - roc_auc_score(truth == classes[1], shares[:, 1])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {"dataset": path.stem, "model": peer, "split": split, "error": round(float(error), 5), "logloss": entropy,
            "ece": calibration, "fit_s": round(fitted - start, 2), "predict_s": round(ended - fitted, 3),
            "peak_mib": peak}  # fmt: skip


def one(path: Path, peer: str, split: int, options: str = "{}") -> None:
    """A single fit, printed as JSON; `run` starts these."""
    print(json.dumps(measure_one(path, peer, split, json.loads(options))))


def run(
    data: Path,
    sets: Annotated[str, typer.Option(help="names, with commas; all unless given")] = "",
    splits: int = 3,
    first: Annotated[int, typer.Option(help="the first split: choices are made on 10 to 12")] = 0,
    peers: Annotated[str, typer.Option(help="with commas")] = OURS,
    recorded: Annotated[Path | None, typer.Option(help="results of peers, a CSV")] = None,
    options: Annotated[str, typer.Option(help="ours, as JSON, such as '{\"n_members\": 1}'")] = "{}",
    keep: Annotated[bool, typer.Option(help="keep what the record of that name has beside these fits")] = False,
    check: Annotated[bool, typer.Option(help="end with an error where a limit is passed")] = False,
    name: Annotated[str, typer.Option(help="of the JSON in results/")] = "tabular",
) -> None:
    """Fit everything, print the table and what the comparison comes to, keep both as JSON and a chart."""
    console = Console(width=150)
    paths = [path for path in sorted(data.glob("*.parquet")) if not sets or path.stem in sets.split(",")]
    numbers = range(first, first + splits)
    jobs = [(path, peer, split) for split in numbers for path in paths for peer in peers.split(",")]
    rows = _recorded(recorded, {path.stem for path in paths}, set(peers.split(","))) if recorded else []
    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("fits", total=len(jobs))
        for path, peer, split in jobs:
            progress.update(task, description=f"{path.stem}, {peer}, split {split}")
            words = [sys.executable, "-m", "benchmarks", "tabular-one", str(path), peer, str(split)]
            done = subprocess.run([*words, "--options", options], capture_output=True, text=True, check=False)
            if done.returncode:
                console.print(f"{path.stem}, {peer}: {done.stderr.strip().splitlines()[-1]}", markup=False)
            else:
                rows.append(json.loads(done.stdout.splitlines()[-1]))
            progress.advance(task)
    if keep and (RESULTS / f"{name}.json").exists():
        fitted = {(row["dataset"], row["model"], row["split"]) for row in rows}
        earlier = read(name)["rows"]
        rows += [row for row in earlier if (row["dataset"], row["model"], row["split"]) not in fitted]
    comparison = compared(rows)
    _show(console, rows, comparison)
    found = beside_best(rows, OURS)
    for dataset, (ratio, low, peer) in sorted(found.items(), key=lambda pair: -pair[1][0]):
        console.print(f"{dataset}: {ratio:.3f} times {peer}'s error, at least {low:.3f}", markup=False)
    write(name, {"options": json.loads(options), "splits": splits, "rows": rows, "compared": comparison})
    _chart(rows, RESULTS / f"{name}.png")
    if check:
        late = passed(found)
        for line in late:
            console.print(f"a limit is passed: {line}", markup=False)
        raise typer.Exit(bool(late or not found))


def _recorded(path: Path, sets: set[str], ours: set[str]) -> list[Row]:
    with path.open(newline="") as lines:
        return [
            {"dataset": row["dataset"], "model": row["model"], "split": 0, "error": float(row["error"]),
             "logloss": float(row["logloss"]) if row["logloss"] else None, "fit_s": float(row["fit_s"]),
             "predict_s": float(row["predict_s"]), "recorded": True}
            for row in csv.DictReader(lines)
            if row["dataset"] in sets and row["model"] not in ours and row["error"]
        ]  # fmt: skip


def means(rows: list[Row], what: str, splits: Iterable[int] | None = None) -> dict[tuple[str, str], float]:
    """(set, model) -> the mean over the splits."""
    values_of: dict[tuple[str, str], list[float]] = {}
    for row in rows:
        if row.get(what) is not None and (splits is None or row["split"] in splits):
            values_of.setdefault((row["dataset"], row["model"]), []).append(row[what])
    return {key: float(np.mean(values)) for key, values in values_of.items()}


def compared(rows: list[Row]) -> Row:
    """What the comparison comes to; beside a peer's splits of a set stand the same ones of ours."""
    models = sorted({row["model"] for row in rows} - {OURS})
    comparison: Row = {}
    for peer in models:
        theirs = {(row["dataset"], row["split"]) for row in rows if row["model"] == peer}
        splits = {split for _, split in theirs}
        shared = [row for row in rows if (row["dataset"], row["split"]) in theirs]
        measured = {what: means(shared, what) for what in ("error", "logloss", "fit_s")}
        sets = [name for name, model in measured["error"] if model == peer and (name, OURS) in measured["error"]]
        if not sets:
            continue
        ratio = {
            what: [values[name, OURS] / max(values[name, peer], 1e-9) for name in sets if (name, peer) in values]
            for what, values in measured.items()
        }
        comparison[peer] = {
            "sets": len(sets),
            "splits": len(splits),
            "error at most": sum(value <= 1.0 for value in ratio["error"]),
            "error ratio, geometric mean": _mean_ratio(ratio["error"]),
            "worst error ratio": round(max(ratio["error"]), 3),
            "log loss lower": f"{sum(value < 1.0 for value in ratio['logloss'])} of {len(ratio['logloss'])}",
            "fit time ratio, geometric mean": _mean_ratio(ratio["fit_s"]),
        }
    comparison["mean rank"] = _ranks(rows, ("hist-gb", "lightgbm", "catboost"))
    return comparison


def _mean_ratio(ratios: list[float]) -> float:
    return round(float(np.exp(np.mean(np.log(ratios)))), 3) if ratios else float("nan")


def _ranks(rows: list[Row], peers: tuple[str, ...]) -> dict[str, float]:
    """The mean rank by error among ours and some peers, on the sets and splits on which all of them have a result."""
    from scipy.stats import rankdata

    models = [OURS, *peers]
    splits = {key: {r["split"] for r in rows if (r["dataset"], r["model"]) == key} for key in means(rows, "error")}
    ranks = []
    for name in sorted({name for name, _ in splits}):
        common = set.intersection(*(splits.get((name, model), set()) for model in models))
        if common:
            error = means(rows, "error", common)
            ranks.append(rankdata([error[name, model] for model in models]))
    if not ranks:
        return {}
    mean = np.mean(ranks, axis=0)
    return {model: round(float(rank), 2) for model, rank in zip(models, mean, strict=True)} | {"sets": len(ranks)}


def _show(console: Console, rows: list[Row], comparison: Row) -> None:
    models = [peer for peer in PEERS if any(row["model"] == peer for row in rows)]
    for title, columns in TABLES.items():
        measured = {what: means(rows, what) for what in columns}
        table = Table("set", *models, title=title)
        for name in sorted({row["dataset"] for row in rows}):
            cells = (
                [
                    form.format(measured[what][name, model])
                    for what, form in columns.items()
                    if (name, model) in measured[what]
                ]
                for model in models
            )
            table.add_row(name, *(" / ".join(parts) or "-" for parts in cells))
        console.print(table)
    for peer, values in comparison.items():
        console.print(f"{peer}: " + ", ".join(f"{what} {value}" for what, value in values.items()), markup=False)


def _chart(rows: list[Row], path: Path) -> None:
    """Each model's error over ours, set by set."""
    error = means(rows, "error", {0})
    names = sorted({name for name, model in error if model == OURS})
    peers = {
        model: {name: error[name, model] / error[name, OURS] for name in names if (name, model) in error}
        for model in PEERS
        if not model.startswith(OURS) and not model.endswith(BAG) and model != "linear"
    }
    draw(names, peers, "error, one split,", path)
