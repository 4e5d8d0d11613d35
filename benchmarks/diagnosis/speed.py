"""What diagnosing costs: ``python -m benchmarks diagnosis-speed [--check]``.

A 784-512-10 network on 10,000 rows, kernels warm, no mend tried: healthy, at a rate that is far too low, at one that is
far too high, and on labels that follow nothing. And what it costs to keep parameters while a network trains
(``diagnose=True``): seconds spent so, of all; and the same fits with and without, taking turns, which noise moves more.
"""

from __future__ import annotations

import statistics
import time
import warnings
from typing import Annotated, Any
from unittest.mock import patch

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

import backlit
from backlit.training.snapshots import Snapshots
from benchmarks.record import write

ROWS, INPUTS, CLASSES = 10_000, 784, 10
PREDICTIONS, SECONDS = 3.0, 2.0
"""A diagnosis takes at most so many predictions of its rows, and so many seconds."""
KEEPING = 0.03
"""What keeping parameters may take of a training's time."""
CASES: dict[str, dict[str, Any]] = {
    "healthy": {"learning_rate_init": 0.001},
    "rate too low": {"learning_rate_init": 1e-7},
    "rate too high": {"learning_rate_init": 1.0},
    "labels shuffled": {"learning_rate_init": 0.001},
}
TRAININGS: dict[str, tuple[tuple[int, ...], int, int]] = {
    "784-512-10, 10,000 rows": ((512,), ROWS, 12),
    "784-512-512-10, 2,000 rows": ((512, 512), 2_000, 16),
    "784-32-10, 1,000 rows": ((32,), 1_000, 64),
}
"""Name -> hidden layers, rows, epochs of the trainings that are watched."""


def pictures(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Rows like pictures of digits: half of the pixels are empty, and each class is a pattern of its own, blurred."""
    rng = np.random.default_rng(seed)
    y = rng.integers(CLASSES, size=ROWS)
    patterns = np.where(rng.random((CLASSES, INPUTS)) < 0.3, rng.random((CLASSES, INPUTS)), 0.0)
    x = patterns[y] * rng.random((ROWS, INPUTS)) + 0.25 * rng.random((ROWS, INPUTS))
    x[:, rng.random(INPUTS) < 0.3] = 0.0
    return x.astype(np.float32), y


def run(
    rounds: Annotated[int, typer.Option(help="of each measurement")] = 5,
    check: Annotated[bool, typer.Option("--check", help="fail where a limit is exceeded")] = False,
) -> None:
    """Time the diagnosis of a 784-512-10 network, and what `diagnose=True` costs a training."""
    warnings.simplefilter("ignore")
    diagnosed, kept = [_diagnosed(name, rounds) for name in CASES], [_kept(name, rounds) for name in TRAININGS]
    table = Table("network", "prediction", "diagnosis", "limit", "first symptom", title=f"seconds, median of {rounds}")
    for row in diagnosed:
        seconds = (f"{row[name]:.3f}" for name in ("prediction", "diagnosis", "limit"))
        table.add_row(row["case"], *seconds, row["seen"])
    costs = Table("training", "epochs", "spent keeping", "whole fit, with / without", title=f"median of {rounds}")
    for row in kept:
        costs.add_row(row["training"], str(row["epochs"]), f"{row['cost']:.3%}", f"{row['whole']:+.1%}")
    for one in (table, costs):
        Console(width=110).print(one)
    write("diagnosis-speed", {"rounds": rounds, "diagnosed": diagnosed, "kept": kept})
    wrong = [row["case"] for row in diagnosed if row["diagnosis"] > row["limit"]]
    wrong += [row["training"] for row in kept if row["cost"] > KEEPING]
    if check and wrong:
        raise SystemExit(f"beyond the limit: {', '.join(wrong)}")


def _diagnosed(name: str, rounds: int) -> dict[str, Any]:
    x, y = pictures()
    if name == "labels shuffled":
        y = np.random.default_rng(1).permutation(y)
    model = backlit.MLPClassifier((512,), max_iter=3, random_state=0, **CASES[name]).fit(x, y)
    seen = backlit.diagnose(model, x, y)  # warm
    times: dict[str, list[float]] = {"prediction": [], "diagnosis": []}
    for _ in range(rounds):
        times["prediction"].append(_seconds(lambda: model.predict(x)))
        times["diagnosis"].append(_seconds(lambda: backlit.diagnose(model, x, y)))
    medians = {way: round(statistics.median(values), 4) for way, values in times.items()}
    first = seen.symptoms[0].name if seen.symptoms else "none"
    return {"case": name, "seen": first, **medians, "limit": PREDICTIONS * medians["prediction"] + SECONDS}


def _kept(name: str, rounds: int) -> dict[str, Any]:
    hidden, rows, epochs = TRAININGS[name]
    x, y = pictures()
    x, y = x[:rows], y[:rows]

    def fit(diagnose: bool) -> float:
        model = backlit.MLPClassifier(hidden, max_iter=epochs, n_iter_no_change=epochs, random_state=0)
        return _seconds(lambda: model.set_params(diagnose=diagnose).fit(x, y))

    fit(True)  # warm
    seconds: dict[bool, list[float]] = {False: [], True: []}
    shares, keep = [], Snapshots.keep
    for _ in range(rounds):
        inside: list[float] = []
        with patch.object(Snapshots, "keep", lambda *given: inside.append(_seconds(lambda: keep(*given)))):  # noqa: B023
            seconds[True].append(fit(True))
        seconds[False].append(fit(False))
        shares.append(sum(inside) / seconds[True][-1])
    whole = statistics.median(seconds[True]) / statistics.median(seconds[False]) - 1
    cost = round(statistics.median(shares), 6)
    return {"training": name, "epochs": epochs, "cost": cost, "whole": round(whole, 4)}


def _seconds(call: Any) -> float:
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin
