"""What diagnosing costs: ``python -m benchmarks diagnosis-speed [--check]``.

A 784-512-10 network on 10,000 rows, kernels warm, no mend tried: healthy, at a rate that is far too low, at one that is
far too high, and on labels that follow nothing. And what it costs to keep parameters while a network trains
(``diagnose=True``): seconds of the processor spent so, of all; and the same fits with it, without it, and without it
once more, taking turns: the sum over epochs of the least that each took. The two without tell how far noise moves it.
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
from benchmarks.record import read, write

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
    rounds: Annotated[int, typer.Option(help="of each diagnosis; 0: the last record of them stays")] = 5,
    fits: Annotated[int, typer.Option(help="of each training, three ways; 0: the last record of them stays")] = 12,
    check: Annotated[bool, typer.Option("--check", help="fail where a limit is exceeded")] = False,
) -> None:
    """Time the diagnosis of a 784-512-10 network, and what `diagnose=True` costs a training."""
    warnings.simplefilter("ignore")
    last = read("diagnosis-speed")
    diagnosed = [_diagnosed(name, rounds) for name in CASES] if rounds else last["diagnosed"]
    kept = [_kept(name, fits) for name in TRAININGS] if fits else last["kept"]
    rounds = rounds or last["rounds"]
    table = Table("network", "prediction", "diagnosis", "limit", "first symptom", title=f"seconds, median of {rounds}")
    for row in diagnosed:
        seconds = (f"{row[name]:.3f}" for name in ("prediction", "diagnosis", "limit"))
        table.add_row(row["case"], *seconds, row["seen"])
    costs = Table("training", "epochs", "fits", "spent keeping", "whole fit, with / without", "two without")
    for row in kept:
        numbers = f"{row['cost']:.3%}", f"{row['whole']:+.2%}", f"{row.get('noise', np.nan):.2%}"
        costs.add_row(row["training"], str(row["epochs"]), str(row.get("rounds", "-")), *numbers)
    for one in (table, costs):
        Console(width=110).print(one)
    write("diagnosis-speed", {"rounds": rounds, "diagnosed": diagnosed, "kept": kept})
    wrong = [row["case"] for row in diagnosed if row["diagnosis"] > row["limit"]]
    wrong += [row["training"] for row in kept if max(row["cost"], row["whole"] - row.get("noise", np.inf)) > KEEPING]
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
    """What `diagnose=True` costs a training: seconds inside `keep`, and each epoch's least of many fits, in turns."""
    hidden, rows, epochs = TRAININGS[name]
    x, y = pictures()
    x, y = x[:rows], y[:rows]

    def fit(diagnose: bool) -> list[float]:
        """Seconds of the processor, of all threads, of each epoch of a fit; the first one's with all before it."""
        model = backlit.MLPClassifier(hidden, max_iter=epochs, n_iter_no_change=epochs, random_state=0)
        ends = [time.process_time()]
        model.set_params(diagnose=diagnose).fit(x, y, on_epoch=lambda epoch: ends.append(time.process_time()))
        return np.diff(ends).tolist()

    fit(True)  # warm
    taken: dict[str, list[list[float]]] = {"with": [], "without": [], "without again": []}
    shares, keep = [], Snapshots.keep
    for number in range(rounds):
        for way in list(taken)[:: 1 if number % 2 else -1]:
            inside: list[float] = []
            with patch.object(Snapshots, "keep", lambda *given: inside.append(_processor(lambda: keep(*given)))):  # noqa: B023
                taken[way].append(fit(way == "with"))
            shares += [sum(inside) / sum(taken[way][-1])] if way == "with" else []
    least = {way: float(np.min(given, axis=0).sum()) for way, given in taken.items()}
    both = min(least["without"], least["without again"])
    return {
        "training": name,
        "epochs": epochs,
        "rounds": rounds,
        "cost": round(statistics.median(shares), 6),
        "whole": round(least["with"] / both - 1, 4),
        "noise": round(abs(least["without"] / least["without again"] - 1), 4),
    }


def _seconds(call: Any) -> float:
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


def _processor(call: Any) -> float:
    begin = time.process_time()
    call()
    return time.process_time() - begin
