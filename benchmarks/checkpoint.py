"""What a checkpoint costs: the part of a fit's time that is spent on it: ``python -m benchmarks checkpoint``."""

from __future__ import annotations

import os
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

import backlit
from backlit.estimators.mlp import fit as mlp
from backlit.estimators.shared.checkpoint import FitCheckpoint, TrainingCheckpoint
from backlit.estimators.tabular import fit as tabular
from benchmarks.record import write

MOST = 0.01
"""Of a training, at most."""


def rows(n: int, columns: int) -> tuple[np.ndarray, np.ndarray]:
    X = np.random.default_rng(0).normal(size=(n, columns)).astype(np.float32)
    return X, (X[:, 0] + X[:, 1] ** 2 > 1).astype(int)


def fits(seconds: float) -> dict[str, tuple[Any, tuple[np.ndarray, np.ndarray]]]:
    """Trainings of tens of seconds, written every so many seconds: short epochs, members, many parameters, L-BFGS."""
    often = {"checkpoint_seconds": seconds, "random_state": 0}
    whole = {"tol": 0.0, "n_iter_no_change": 10**6, **often}
    return {
        "one neuron, epochs of 30 us": (backlit.MLPClassifier((1,), max_iter=100_000, **whole), rows(40, 3)),
        "784-512-10": (backlit.MLPClassifier((512,), max_iter=100, **whole), rows(10_000, 784)),
        "4 members of raw frames": (backlit.TabularClassifier(**often), rows(3_000, 20)),
        "L-BFGS": (backlit.MLPClassifier((100,), solver="lbfgs", max_iter=1_000, tol=0.0, **often), rows(60_000, 20)),
    }


class Clock:
    """Adds up the seconds within some functions, in all threads."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*arguments: Any, **named: Any) -> Any:
            begin = time.perf_counter()
            try:
                return function(*arguments, **named)
            finally:
                self.seconds += time.perf_counter() - begin

        return timed


def run(seconds: float = 1.0, only: str = "") -> None:
    """Fit each with a checkpoint, with a clock around all that it does but to count epochs until it is time."""
    warnings.simplefilter("ignore")
    clock = Clock()
    for name in ("begin", "_write_or_warn"):
        setattr(FitCheckpoint, name, clock.around(getattr(FitCheckpoint, name)))
    for name in ("resume", "_kept"):
        setattr(TrainingCheckpoint, name, clock.around(getattr(TrainingCheckpoint, name)))
    for module in (mlp, tabular):
        module.identity = clock.around(module.identity)  # type: ignore[attr-defined]
    table = Table("fit", "seconds", "of them checkpoints, %", "file, kB", title=f"written every {seconds:g} s")
    kept = {}
    for name, (model, (X, y)) in fits(seconds).items():
        if only and only not in name:
            continue
        path = Path(tempfile.mkdtemp()) / "c"
        clock.seconds = 0.0
        begin = time.perf_counter()
        model.set_params(checkpoint=path).fit(X, y)
        whole = time.perf_counter() - begin
        part = clock.seconds / whole
        kept[name] = {"seconds": round(whole, 2), "part": round(part, 5), "bytes": os.path.getsize(path)}
        table.add_row(name, f"{whole:.1f}", f"{100 * part:.2f}", f"{os.path.getsize(path) / 1e3:,.0f}")
    Console().print(table)
    if not only:
        write("checkpoint", {"every": seconds, "most": MOST, "fits": kept})
    over = [name for name, figures in kept.items() if figures["part"] > MOST]
    if over:
        raise SystemExit(f"over {100 * MOST:g} %: {', '.join(over)}")
