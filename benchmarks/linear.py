"""Cost per epoch and peak memory from 1,000 to 1,000,000 rows: ``python -m benchmarks linear``.

Each size is trained in a process of its own, so that its peak memory is its own. The bound: the data, 6 times the
parameters, the activations of a mini-batch, and 64 MB, above what the process needs to train 1,000 rows' first step.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
import warnings
from itertools import pairwise

from rich.console import Console
from rich.table import Table

from benchmarks.record import write

SIZES = (1_000, 10_000, 100_000, 1_000_000)
WIDTHS, BATCH = (64, 100, 10), 200
EPOCHS, ROWS = 3, 300_000  # epochs that are timed, or as many as pass so many rows
FLOAT = 4
SPARE = 64 * 2**20


def bound(rows: int) -> int:
    """Bytes that a training may need above the process itself."""
    data = rows * (WIDTHS[0] + 1) * FLOAT
    parameters = sum((before + 1) * after for before, after in pairwise(WIDTHS)) * FLOAT
    return data + 6 * parameters + BATCH * sum(WIDTHS) * FLOAT + SPARE


def peak() -> int:
    """The most memory that this process has had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def one(rows: int) -> None:
    """Train one size and print what it took; the data are made in place, so that making them needs no more."""
    import numpy as np

    from backlit import MLPClassifier

    warnings.simplefilter("ignore")
    rng = np.random.default_rng(0)

    def fit(x: np.ndarray, y: np.ndarray, epochs: int) -> float:
        model = MLPClassifier(WIDTHS[1:-1], batch_size=BATCH, max_iter=epochs, n_iter_no_change=np.inf, random_state=0)
        start = time.perf_counter()
        model.fit(x, y)
        return time.perf_counter() - start

    small = rng.random((1000, WIDTHS[0]), np.float32)
    fit(small, np.arange(1000) % WIDTHS[-1], 1)  # compiles
    before = peak()
    x = rng.random((rows, WIDTHS[0]), np.float32)
    y = rng.integers(0, WIDTHS[-1], rows, dtype=np.int32)
    epochs = max(EPOCHS, ROWS // rows)
    long, short = fit(x, y, 1 + epochs), fit(x, y, 1)
    print(json.dumps({"rows": rows, "epoch": (long - short) / epochs, "fit": short, "memory": peak() - before}))


def run() -> None:
    heads = ("rows", "ms an epoch", "ns a row and epoch", "one epoch's fit, ms", "peak memory, MB", "bound, MB")
    table = Table(*heads, title=f"{'-'.join(map(str, WIDTHS))}, batch {BATCH}, Adam, float32")
    measured = []
    for rows in SIZES:
        command = [sys.executable, "-m", "benchmarks", "linear-one", str(rows)]
        row = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        row["bound"] = bound(rows)
        measured.append(row)
        table.add_row(
            f"{rows:,}",
            f"{row['epoch'] * 1e3:,.1f}",
            f"{row['epoch'] / rows * 1e9:,.0f}",
            f"{row['fit'] * 1e3:,.1f}",
            f"{row['memory'] / 2**20:,.0f}",
            f"{row['bound'] / 2**20:,.0f}",
        )
    Console(width=120).print(table)
    write("linear", {"widths": WIDTHS, "batch": BATCH, "rows": measured})
