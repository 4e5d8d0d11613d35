"""What `against` runs in each of two source trees, in a process of its own; not imported, and started with ``-P``.

``python -P against_worker.py TREE``: reads a request a line (JSON) from its standard input, and answers each with a
line (JSON). Public names that were renamed are looked up in the signature, so that older trees answer as well.
"""

from __future__ import annotations

import inspect
import json
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Data = tuple[Any, Any]

OLD_NAMES = {
    "periodic_features": "waves",
    "parametric_activation": "blend",
    "regularization_decay": "fading",
    "ema_decay": "weight_average",
}
"""Parameters of the estimators, and what they were called until commit bc432fe."""
OLD_INITIALIZERS = {"lsuv": "unit_sums"}
GATES = 2_000
CHUNK = 0.05
"""Seconds of training that are timed at a stretch, at least; the best of three stretches is the answer."""


def digits(precision: str, rows: int = 600) -> Data:
    from sklearn.datasets import load_digits

    X, y = load_digits(return_X_y=True)
    return X[:rows].astype(precision) / 16.0, y[:rows]


def diabetes(precision: str) -> Data:
    from sklearn.datasets import load_diabetes

    X, y = load_diabetes(return_X_y=True)
    return (X * 20.0).astype(precision), ((y - y.mean()) / y.std()).astype(precision)


def invented(numbers: bool, rows: int = 800) -> Data:
    """A frame with numbers, gaps, and categories, and a target that depends on them."""
    import pandas as pd

    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(rows, 4)), columns=list("abcd"))
    frame.loc[rng.random(rows) < 0.1, "b"] = np.nan
    frame["kind"] = rng.choice(["red", "green", "blue"], rows)
    frame["place"] = rng.choice([f"p{number}" for number in range(12)], rows)
    score = np.sin(2.0 * frame["a"]) + (frame["kind"] == "red") * frame["c"] + 0.3 * rng.normal(size=rows)
    return frame, score.to_numpy() if numbers else np.digitize(score, [-0.5, 0.5]).astype(str)


TRAININGS: dict[str, tuple[str, Callable[[], Data], dict[str, Any]]] = {
    "classifier, adam, dropout, float32, 1 thread": (
        "MLPClassifier", lambda: digits("float32"),
        {"hidden_layer_sizes": (64,), "dropout": 0.2, "label_smoothing": 0.1, "max_iter": 12, "n_jobs": 1},
    ),
    "classifier, sgd, adaptive rate, early stopping, float64, 1 thread": (
        "MLPClassifier", lambda: digits("float64"),
        {"hidden_layer_sizes": (32, 16), "activation": "tanh", "solver": "sgd", "learning_rate": "adaptive",
         "learning_rate_init": 0.05, "early_stopping": True, "max_iter": 60, "n_iter_no_change": 2, "n_jobs": 1},
    ),
    "classifier, muon, float32, 2 threads": (
        "MLPClassifier", lambda: digits("float32"),
        {"hidden_layer_sizes": (256, 256), "solver": "muon", "batch_size": 128, "max_iter": 6, "n_jobs": 2},
    ),
    "classifier, adamw, mean of parameters, one cycle, float32, 2 threads": (
        "MLPClassifier", lambda: digits("float32"),
        {"hidden_layer_sizes": (256, 128), "solver": "adamw", "learning_rate": "one_cycle", "ema_decay": 0.95,
         "weight_decay": 0.05, "dropout": 0.1, "regularization_decay": True, "batch_size": 128, "max_iter": 8,
         "n_jobs": 2},
    ),
    "regressor, periodic embedding, parametric activation, float64, 2 threads": (
        "MLPRegressor", lambda: diabetes("float64"),
        {"hidden_layer_sizes": (128, 128), "activation": "selu", "periodic_features": 10,
         "parametric_activation": True, "batch_size": 128, "max_iter": 8, "n_jobs": 2},
    ),
    "regressor, periodic embedding, unit variance, sgd, float32, 1 thread": (
        "MLPRegressor", lambda: diabetes("float32"),
        {"hidden_layer_sizes": (32, 32), "activation": "mish", "periodic_features": 10, "init": "lsuv",
         "solver": "sgd", "learning_rate": "invscaling", "max_iter": 15, "n_jobs": 1},
    ),
    "regressor, lbfgs, float64": (
        "MLPRegressor", lambda: diabetes("float64"),
        {"hidden_layer_sizes": (20,), "activation": "logistic", "solver": "lbfgs", "max_iter": 40},
    ),
    "tabular classifier, 2 threads": (
        "TabularClassifier", lambda: invented(numbers=False), {"epochs": 20, "n_jobs": 2},
    ),
    "tabular classifier, weighted classes, 1 thread": (
        "TabularClassifier", lambda: invented(numbers=False),
        {"epochs": 16, "n_members": 1, "class_weight": "balanced", "n_jobs": 1},
    ),
    "tabular regressor, 1 member, 2 threads": (
        "TabularRegressor", lambda: invented(numbers=True), {"epochs": 20, "n_members": 1, "n_jobs": 2},
    ),
}  # fmt: skip
"""Name -> estimator, data, parameters: every layer, precision, regularizer and number of threads at least once."""

CHANGED_ON_PURPOSE = {  # a tree stands beside a classifier's network
    "tabular classifier, 2 threads": "d841dde",
    "tabular classifier, weighted classes, 1 thread": "d841dde",
}
"""Training -> the commit that changed what is computed: older ones are no reference for its parameters, this one is."""


def parameters_of(training: str, path: str) -> dict[str, Any]:
    """Train, and save the vector of all parameters."""
    import backlit

    kind, data, settings = TRAININGS[training]
    estimator = getattr(backlit, kind)
    accepted = inspect.signature(estimator).parameters
    settings = {name if name in accepted else OLD_NAMES[name]: value for name, value in settings.items()}
    if "waves" in accepted and "init" in settings:
        settings["init"] = OLD_INITIALIZERS.get(settings["init"], settings["init"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that so few epochs have not converged
        model = estimator(random_state=0, **settings).fit(*data())
    np.save(path, model.theta_ if hasattr(model, "theta_") else model.flat_)
    return {"epochs": int(np.max(model.n_iter_))}


_epochs: dict[int, tuple[Callable[[], None], int]] = {}


def step_time(case: int) -> dict[str, Any]:
    """Microseconds of a training step of one of the benchmark networks."""
    from benchmarks.cases import CASES
    from benchmarks.peers.ours import prepare

    if case not in _epochs:
        epoch = prepare(CASES[case])
        epoch()  # compiles
        epoch()
        start = time.perf_counter()
        epoch()
        _epochs[case] = epoch, max(1, round(CHUNK / (time.perf_counter() - start)))
    epoch, count = _epochs[case]
    epoch()  # wakes the threads
    times = []
    for _ in range(3):
        start = time.perf_counter()
        for _ in range(count):
            epoch()
        times.append(time.perf_counter() - start)
    return {"name": CASES[case].name, "time": min(times) / count / CASES[case].steps * 1e6}


def tree(**inputs: Any) -> Any:
    """A sum of squares, added in pairs."""
    row = [wire * wire for wire in inputs.values()]
    while len(row) > 1:
        row = [a + b for a, b in zip(row[::2], row[1::2], strict=True)]
    return row[0]


def chain(x: Any) -> Any:
    """Horner's rule: every other gate reads x."""
    total = x
    for power in range(GATES // 2):
        total = total * x * 0.5 + 1.0 / (power + 1) if power % 2 else total * x
    return total


CIRCUITS: dict[str, tuple[Callable[..., Any], dict[str, float]]] = {
    "tree": (tree, {f"x{number}": 1.0 for number in range(2 ** (GATES // 2).bit_length())}),
    "chain": (chain, {"x": 0.5}),
}


def picture_time(circuit: str) -> dict[str, Any]:
    """Seconds of a picture through the public way, and of the trace before it."""
    import backlit

    function, inputs = CIRCUITS[circuit]
    start = time.perf_counter()
    traced = backlit.trace(function, **inputs)
    recorded = time.perf_counter()
    svg = traced.to_svg()
    return {"trace": recorded - start, "time": time.perf_counter() - recorded, "characters": len(svg)}


def reading_time(path: str) -> dict[str, Any]:
    """Seconds of reading a table and deciding what its columns are."""
    from backlit.files import read_table

    start = time.perf_counter()
    table = read_table(path)
    return {"time": time.perf_counter() - start, "rows": table.num_rows}


LOADINGS = 50
"""Readings of a small file that are timed one by one; the quickest is the answer."""
_model_files: dict[str, str] = {}


def loading_time(network: str) -> dict[str, Any]:
    """Milliseconds of loading a model of twelve columns: of the network that is the default, or of a small one."""
    import backlit

    if network not in _model_files:
        frame, y = invented(numbers=False, rows=300)
        frame = frame.assign(**{f"n{number}": frame["a"] ** 2 * (number + 1) for number in range(6)})
        sizes = {"hidden_layer_sizes": (32, 32)} if network == "small" else {}
        model = backlit.TabularClassifier(**sizes, epochs=2, random_state=0).fit(frame, y)
        _model_files[network] = str(Path(tempfile.mkdtemp()) / "model.backlit")
        model.save(_model_files[network])
    path, times = _model_files[network], []
    for _ in range(LOADINGS):
        start = time.perf_counter()
        backlit.load(path)
        times.append(time.perf_counter() - start)
    return {"time": 1e3 * min(times), "bytes": Path(path).stat().st_size}


FRAME_ROWS = 8_000
_models: dict[str, tuple[Any, Any]] = {}


def frame_time(path: str) -> dict[str, Any]:
    """Seconds to predict the first rows of a Parquet file, as pandas reads it, by a model of two epochs."""
    import pandas as pd

    import backlit

    if path not in _models:
        frame = pd.read_parquet(path)
        target = frame.pop("target")
        numbers = target.dtype.kind in "fi" and target.nunique() > 30
        kind = backlit.TabularRegressor if numbers else backlit.TabularClassifier
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = kind(epochs=2, random_state=0).fit(frame[:2_000], target[:2_000])
        _models[path] = model, frame[:FRAME_ROWS]
    model, frame = _models[path]
    times = []
    for _ in range(3):
        start = time.perf_counter()
        model.predict(frame)
        times.append(time.perf_counter() - start)
    return {"name": Path(path).stem, "time": min(times)}


WORKS: dict[str, Callable[..., dict[str, Any]]] = {
    "parameters": parameters_of,
    "step": step_time,
    "picture": picture_time,
    "reading": reading_time,
    "frame": frame_time,
    "loading": loading_time,
}

if __name__ == "__main__":
    sys.path[:0] = [str(Path(sys.argv[1]) / "src"), sys.argv[1]]
    import backlit

    assert Path(backlit.__file__).is_relative_to(Path(sys.argv[1]).resolve()), backlit.__file__
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps(WORKS[request.pop("work")](**request)), flush=True)
