"""What one prediction costs beside its arithmetic, and scikit-learn's: ``python -m benchmarks predict [--rounds N]``.

The arithmetic is the network's in NumPy: products, biases, relu, softmax.
"""

from __future__ import annotations

import statistics
import warnings
from collections.abc import Callable
from functools import partial
from itertools import pairwise

import numpy as np
import sklearn.neural_network
from rich.console import Console
from rich.table import Table

import backlit
from benchmarks.cases import CASES, Case
from benchmarks.record import write
from benchmarks.timing import let_others_sleep, microseconds

ROWS = (1, 1024)
WORK = 2e8
"""Multiplications of a measurement: as many calls as make so many, from 3 to 400."""


def arithmetic(case: Case) -> Callable[[np.ndarray], np.ndarray]:
    """The network's own operations, one NumPy call each."""
    layers = case.weights()

    def outputs(rows: np.ndarray) -> np.ndarray:
        a = rows
        for number, (w, b) in enumerate(layers, 1):
            a = a @ w + b
            if number < len(layers):
                a = np.maximum(a, 0.0)
        a = np.exp(a - a.max(axis=1, keepdims=True))
        return a / a.sum(axis=1, keepdims=True)

    return outputs


def fitted(case: Case, kind: type) -> object:
    """A model of this shape; how well it learnt does not matter."""
    x, y = case.data()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return kind(case.widths[1:-1], max_iter=1, batch_size=case.batch, random_state=0).fit(x[:4096], y[:4096])


def measure(case: Case, rounds: int) -> dict[int, dict[str, float]]:
    """Median microseconds a call by number of rows and way; the ways take turns."""
    ours, theirs = fitted(case, backlit.MLPClassifier), fitted(case, sklearn.neural_network.MLPClassifier)
    ways = {
        "arithmetic": arithmetic(case),
        "predictor": ours.predictor("predict_proba"),
        "predict": ours.predict,
        "scikit-learn": theirs.predict,
    }
    medians = {}
    for count in ROWS:
        rows = np.ascontiguousarray(np.resize(case.data()[0], (count, case.widths[0])))
        products = count * sum(before * after for before, after in pairwise(case.widths))
        calls = int(min(400, max(3, WORK // products)))
        times: dict[str, list[float]] = {way: [] for way in ways}
        for _ in range(rounds):
            for way, call in ways.items():
                predict = partial(call, rows)
                let_others_sleep(predict)
                times[way].append(microseconds(predict, calls))
        medians[count] = {way: statistics.median(values) for way, values in times.items()}
    return medians


def run(rounds: int = 15) -> None:
    heads = ("network", "rows", "arithmetic", "predictor", "over it", "predict", "scikit-learn", "ratio")
    table = Table(
        *heads, title=f"microseconds a prediction (float32), median of {rounds}; ratio: scikit-learn / predict"
    )
    rows = []
    for case in CASES:
        for count, times in measure(case, rounds).items():
            cells = [f"{times[way]:,.1f}" for way in ("arithmetic", "predictor")]
            over = f"{times['predictor'] - times['arithmetic']:,.1f}"
            last = [f"{times[way]:,.1f}" for way in ("predict", "scikit-learn")]
            table.add_row(case.name, str(count), *cells, over, *last, f"{times['scikit-learn'] / times['predict']:.1f}")
            rows.append({"network": case.name, "rows": count, "microseconds": times})
    Console(width=110).print(table)
    write("predict", {"rounds": rounds, "rows": rows})
