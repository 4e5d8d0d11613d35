"""Tables drawn at random, of kinds that the real sets lack: ``python -m benchmarks invented [--peers NAMES]``.

Columns of many categories, and few informative columns among many of noise. 8,000 rows (of noise 2,000) to learn
from, fits side by side in one process; accuracy, or R^2 of numbers. Ours has its default of four members.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.record import write
from benchmarks.tabular import OURS, in_form, model_of

Made = tuple[Any, np.ndarray, int]
"""Columns, target, and how many rows are learnt from; the others are measured on."""


def categories(levels: int, steepness: float, numbers: bool) -> Callable[[], Made]:
    """A column of so many categories, frequent as ``rank ** -steepness``: each has its own level and slope."""

    def make() -> Made:
        import pandas as pd

        rng, rows = np.random.default_rng(levels), 12_000
        shares = 1.0 / np.arange(1, levels + 1) ** steepness
        level = rng.choice(levels, rows, p=shares / shares.sum())
        height, slope = rng.normal(size=(2, levels))
        frame = pd.DataFrame(rng.normal(size=(rows, 5)), columns=list("abcde"))
        frame["level"] = [f"L{number}" for number in level]
        frame["kind"] = rng.choice(list("xyz"), rows)
        score = height[level] + (0.7 + 0.5 * slope[level]) * frame["a"] + 0.5 * np.sin(2 * frame["c"])
        score = (score + 0.3 * (frame["kind"] == "x")).to_numpy()
        if numbers:
            return frame, score + 0.5 * rng.normal(size=rows), 8_000
        return frame, np.where(1 / (1 + np.exp(-2 * score)) > rng.random(rows), "yes", "no"), 8_000

    return make


def mostly_noise(labels: bool) -> Callable[[], Made]:
    """Few of many columns are informative: 4 of 60 letters, or 5 of 150 numbers."""

    def make() -> Made:
        import pandas as pd

        rng, rows = np.random.default_rng(int(labels)), 4_000
        if labels:
            frame = pd.DataFrame(rng.choice(list("acgt"), (rows, 60))).rename(columns="at{}".format)
            is_site = (frame["at30"] == "g") & (frame["at31"] == "t") | (frame["at28"] == "a") & (frame["at29"] == "g")
            return frame, np.where(is_site ^ (rng.random(rows) < 0.02), "site", "none"), 2_000
        frame = pd.DataFrame(rng.normal(size=(rows, 150))).rename(columns="c{}".format)
        score = np.sin(3 * frame["c0"]) + frame["c1"] * frame["c2"] + 0.5 * frame["c3"] ** 2 - frame["c4"]
        return frame, np.where(score + 0.3 * rng.normal(size=rows) > 0.3, "high", "low"), 2_000

    return make


CASES: dict[str, Callable[[], Made]] = {
    "100 categories, equally frequent": categories(100, 0.0, numbers=False),
    "500 categories, some rare": categories(500, 1.0, numbers=False),
    "600 categories, equally frequent, numbers": categories(600, 0.0, numbers=True),
    "2,000 categories, most rare, numbers": categories(2_000, 0.8, numbers=True),
    "4 of 60 letters tell": mostly_noise(labels=True),
    "5 of 150 numbers tell": mostly_noise(labels=False),
}


def run(
    peers: Annotated[str, typer.Option(help="with commas")] = f"{OURS},lightgbm,catboost,realmlp-td",
    only: Annotated[str, typer.Option(help="tables whose name has this in it")] = "",
    options: Annotated[str, typer.Option(help="ours, as JSON, such as '{\"input_scaling\": false}'")] = "{}",
    name: Annotated[str, typer.Option(help="of the JSON in results/")] = "invented",
) -> None:
    """Fit every peer on every table, print a table, keep it as JSON."""
    rows = []
    cases = {case: make for case, make in CASES.items() if only in case}
    for case, make in track(cases.items(), "tables", console=Console(stderr=True)):
        frame, target, learnt = make()
        for peer in peers.split(","):
            numbers = target.dtype.kind == "f"
            model, form = model_of(peer, frame, numbers, 0, json.loads(options))
            learn, held = in_form(form, frame[:learnt], frame[learnt:])
            start = time.perf_counter()
            model.fit(learn, target[:learnt])
            seconds = time.perf_counter() - start
            predicted = np.asarray(model.predict(held)).ravel()
            truth = target[learnt:]
            error = np.mean((predicted - truth) ** 2) / truth.var() if numbers else np.mean(predicted != truth)
            rows.append({"case": case, "peer": peer, "score": round(1 - float(error), 4), "fit_s": round(seconds, 1)})
    names = peers.split(",")
    table = Table("table", *names, title="accuracy, or R^2 of numbers / seconds to fit")
    for case in cases:
        cells = {row["peer"]: f"{row['score']:.3f} / {row['fit_s']:.1f}" for row in rows if row["case"] == case}
        table.add_row(case, *(cells[peer] for peer in names))
    Console(width=140).print(table)
    if not only:  # a part of the table would replace the whole
        write(name, {"options": json.loads(options), "rows": rows})
