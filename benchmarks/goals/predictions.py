"""`predict_proba` beside ONNX Runtime's `session.run` of the same network, with one thread and with all."""

from __future__ import annotations

import os
import statistics
import time
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

import backlit
from benchmarks.cases import Case
from benchmarks.timing import let_others_sleep, microseconds

NETWORKS = tuple(
    Case(widths, 32, 1024) for widths in ((4, 16, 3), (64, 100, 10), (784, 512, 10), (32, 256, 256, 256, 3))
)
ROWS = (1, 1_024, 4_096)
CALLS_TAKE = 0.02
"""Seconds of a measurement, about."""
CLOSE = 1e-5
"""How far two libraries' probabilities may be apart."""
Predict = Callable[[np.ndarray], np.ndarray]


def fitted(case: Case) -> Any:
    """A model of this shape; how well it learnt does not matter."""
    x, y = case.data()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return backlit.MLPClassifier(case.widths[1:-1], max_iter=1, batch_size=case.batch, random_state=0).fit(x, y)


def session_of(model: Any, threads: int) -> Predict:
    """The same network in ONNX Runtime: products with their biases, relu, softmax, and no other output."""
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    nodes, arrays, name = [], [], "X"
    layers = list(zip(model.coefs_, model.intercepts_, strict=True))
    for number, (w, b) in enumerate(layers, 1):
        arrays += [numpy_helper.from_array(np.ascontiguousarray(a), f"{k}{number}") for k, a in (("w", w), ("b", b))]
        gate = "Relu" if number < len(layers) else "Softmax"
        nodes += [helper.make_node("Gemm", [name, f"w{number}", f"b{number}"], [f"z{number}"])]
        name = f"a{number}"
        nodes += [helper.make_node(gate, [f"z{number}"], [name])]
    ends = [
        helper.make_tensor_value_info(end, TensorProto.FLOAT, ["N", width])
        for end, width in (("X", model.n_features_in_), (name, model.n_outputs_))
    ]
    graph = helper.make_graph(nodes, "network", ends[:1], ends[1:], arrays)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(made.SerializeToString(), options, providers=["CPUExecutionProvider"])

    def predict(rows: np.ndarray) -> np.ndarray:
        outputs: np.ndarray = session.run([name], {"X": rows})[0]
        return outputs

    return predict


def ways_of(model: Any) -> dict[str, Predict]:
    """Every way to the probabilities by its name."""
    ways = {"ours": model.predict_proba, "predictor": model.predictor("predict_proba")}
    return ways | {f"ONNX Runtime, {n}": session_of(model, n) for n in sorted({1, os.cpu_count() or 1})}


def measure(case: Case, rounds: int) -> list[dict[str, Any]]:
    """Median microseconds of a call by each way, for each number of rows; the ways take turns."""
    ways, results = ways_of(fitted(case)), []
    for count in ROWS:
        rows = np.ascontiguousarray(np.resize(case.data()[0], (count, case.widths[0])))
        outputs = [call(rows) for call in ways.values()]
        assert all(np.abs(other - outputs[0]).max() < CLOSE for other in outputs), case.name
        times: dict[str, list[float]] = {way: [] for way in ways}
        for _ in range(rounds):
            for way, call in ways.items():
                predict = partial(call, rows)
                let_others_sleep(predict)
                start = time.perf_counter()
                predict()
                predict()
                calls = max(3, min(1000, round(2 * CALLS_TAKE / (time.perf_counter() - start))))
                times[way].append(microseconds(predict, calls))
        medians = {way: round(statistics.median(values), 2) for way, values in times.items()}
        theirs = min(value for way, value in medians.items() if way.startswith("ONNX"))
        ratios = {"ratio": round(theirs / medians["ours"], 3), "predictor": round(theirs / medians["predictor"], 3)}
        results.append({"network": case.name, "rows": count, "microseconds": medians, **ratios})
    return results


def run(rounds: int) -> list[dict[str, Any]]:
    """All networks, shown as a table."""
    results = [row for case in NETWORKS for row in measure(case, rounds)]
    ways = list(results[0]["microseconds"])
    table = Table("network", "rows", *ways, "theirs / ours", "theirs / predictor", title="microseconds a prediction")
    for row in results:
        cells = [f"{row['microseconds'][way]:,.1f}" for way in ways]
        table.add_row(row["network"], f"{row['rows']:,}", *cells, f"{row['ratio']:.2f}", f"{row['predictor']:.2f}")
    Console(width=120).print(table)
    return results
