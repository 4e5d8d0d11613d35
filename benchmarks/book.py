"""The networks of Nielsen's book on MNIST, trained with our estimators: ``python -m benchmarks book DATA``.

DATA is a folder with ``mnist.parquet`` (784 pixel columns and ``target``; the first 60,000 rows are the training
part). As in the book: 50,000 rows to learn from, 10,000 to validate, 10,000 to test; pixels divided by 255.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from backlit import MLPClassifier
from benchmarks.record import write

QUADRATIC = {"loss": "quadratic", "output_activation": "logistic", "init": "normal"}
ENTROPY = {"output_activation": "logistic", "init": "normal"}
NETS: list[tuple[str, tuple[int, ...], int, float, float, dict[str, Any], str, float, int]] = [
    # name, hidden, epochs, eta, lambda, what else, measured on,
    # the book's accuracy in %, how many seeds (many where runs differ much)
    ("784-30-10 quadratic", (30,), 30, 3.0, 0.0, QUADRATIC, "test", 95.42, 10),
    ("784-100-10 quadratic", (100,), 30, 3.0, 0.0, QUADRATIC, "test", 96.59, 10),
    ("784-100-10 cross entropy", (100,), 30, 0.5, 0.0, ENTROPY, "test", 96.82, 3),
    ("784-100-10 cross entropy", (100,), 30, 0.5, 5.0, ENTROPY, "validation", 97.92, 3),
    ("784-100-10 cross entropy, tuned", (100,), 60, 0.1, 5.0, ENTROPY, "validation", 98.04, 3),
    ("784-100-10 softmax, log likelihood", (100,), 60, 0.1, 5.0, {"init": "scaled_normal"}, "test", 97.80, 3),
]
BATCH, LEARN, TRAIN = 10, 50_000, 60_000


def parts(folder: Path) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    table = pq.read_table(folder / "mnist.parquet")
    y = table["target"].to_numpy()
    x = np.column_stack([table[name].to_numpy() for name in table.column_names if name != "target"])
    x = (x / 255.0).astype(np.float32)
    cuts = {"learn": slice(0, LEARN), "validation": slice(LEARN, TRAIN), "test": slice(TRAIN, None)}
    return {name: (x[cut], y[cut]) for name, cut in cuts.items()}


def run(data: Path, only: str = "") -> None:
    split = parts(data)
    x, y = split["learn"]
    title = "best epoch's accuracy in %, by seed from 0"
    table = Table(
        "network", "eta", "lambda", "epochs", "measured on", "book", "best of seeds", "each seed", title=title
    )
    rows = []
    with Progress(transient=True) as progress:
        for name, hidden, epochs, eta, decay, more, on, book, seeds in NETS:
            if only not in name:
                continue
            start = time.perf_counter()
            task = progress.add_task(name, total=epochs * seeds)
            best = []
            for seed in range(seeds):
                model = MLPClassifier(
                    hidden,
                    activation="logistic",
                    solver="sgd",
                    momentum=0.0,
                    batch_size=BATCH,
                    learning_rate_init=eta,
                    alpha=decay * BATCH / LEARN,  # the book divides lambda by all rows, scikit-learn by a batch's
                    random_state=seed,
                    **more,
                )
                scores = []
                for _ in range(epochs):
                    model.partial_fit(x, y, classes=None if scores else np.arange(10))
                    scores.append(100.0 * model.score(*split[on]))
                    progress.advance(task)
                best.append(round(max(scores), 2))
            seconds = time.perf_counter() - start
            each = " ".join(f"{score:.2f}" for score in best)
            table.add_row(*map(str, (name, eta, decay, epochs, on, book, max(best), each)))
            rows.append({"network": name, "eta": eta, "lambda": decay, "epochs": epochs, "on": on, "book": book,
                         "best_by_seed": best, "seconds": round(seconds, 1)})  # fmt: skip
    Console(width=140).print(table)
    if not only:
        write("book", {"rows": rows})
