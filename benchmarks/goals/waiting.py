"""What this tree takes where people wait, over an older commit: raw frames, and the first fit of a machine."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from backlit.engine.prepared import target_here
from benchmarks.against import TREE, Worker, checked_out, in_turn

FRAMES = ("adult", "lending_rate", "diamonds")
"""Parquet files of the folder of data."""
FIRST_FITS = {
    "iris": """
from sklearn.datasets import load_iris
X, y = load_iris(return_X_y=True)
start = time.perf_counter()
backlit.MLPClassifier((16,), max_iter=20, random_state=0).fit(X, y).predict(X)
""",
    "raw frame": """
import numpy as np, pandas as pd
rng = np.random.default_rng(0)
frame = pd.DataFrame({"a": rng.normal(size=400), "b": rng.choice(["x", "y", "z"], 400)})
start = time.perf_counter()
backlit.TabularClassifier(epochs=4, random_state=0).fit(frame, frame["a"] > 0).predict(frame)
""",
}
"""What a process without a cache of kernels does."""
_AROUND = "import sys, time, warnings\nwarnings.simplefilter('ignore')\nimport backlit\n{}\n"
_AROUND += "print(time.perf_counter() - start)"


def frames(old: Path, data: Path, pairs: int) -> list[dict[str, Any]]:
    """The ratio of the time to predict 8,000 rows of each set."""
    with ExitStack() as stack:
        workers = {side: stack.enter_context(Worker(tree)) for side, tree in (("old", old), ("new", TREE))}
        return [
            {"name": f"{name}, 8,000 rows", **in_turn(workers, pairs, "frame", path=str(data / f"{name}.parquet"))}
            for name in FRAMES
        ]


def first_fits(old: Path, pairs: int) -> list[dict[str, Any]]:
    """The ratio of the time of a first fit and prediction; each with an empty cache, one after the other.

    The new tree has the kernels that a wheel of it brings; the old one's wheel has none.
    """
    target = target_here()
    if target:  # as `make build` does before it packs a wheel
        prepare = [sys.executable, "-m", "backlit.cli.preparing", target.name]
        subprocess.run(prepare, env={**os.environ, "PYTHONPATH": str(TREE / "src")}, check=True)
    rows = []
    for name, code in FIRST_FITS.items():
        times: dict[str, list[float]] = {"old": [], "new": []}
        for pair in range(pairs):
            for side, tree in (("old", old), ("new", TREE))[:: 1 if pair % 2 else -1]:
                times[side].append(_first(tree, code))
        medians = {side: round(statistics.median(values), 2) for side, values in times.items()}
        ratio = statistics.median(new / old for new, old in zip(times["new"], times["old"], strict=True))
        rows.append({"name": f"first fit, {name}", **medians, "ratio": round(ratio, 3)})
    return rows


def _first(tree: Path, code: str) -> float:
    """Seconds of a first fit in a new process."""
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "BACKLIT_CACHE_DIR": cache, "PYTHONPATH": str(tree / "src")}
        done = subprocess.run(
            [sys.executable, "-P", "-c", _AROUND.format(code)], env=environment, capture_output=True, text=True,
            check=True,
        )  # fmt: skip
        return float(done.stdout)


def run(commit: str, data: Path | None, pairs: int) -> list[dict[str, Any]]:
    """Frames, if there are data, and first fits; shown as a table."""
    with checked_out(commit) as old:
        rows = [*(frames(old, data, pairs) if data else ()), *first_fits(old, pairs)]
    table = Table("what", "old", "new", "new / old", title="seconds")
    for row in rows:
        table.add_row(row["name"], f"{row['old']:.3g}", f"{row['new']:.3g}", f"{row['ratio']:.2f}")
    Console(width=100).print(table)
    return rows
