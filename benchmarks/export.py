"""The ONNX export on real tables: ``python -m benchmarks export DATA``.

DATA is a folder of Parquet files with a column ``target``. A model of each set is trained as in ``tabular``, written,
and run by onnxruntime beside ours: on the rows that were held out, and on the same rows with nulls, unseen categories
and infinities put in. Sets of numbers alone are done by MLP* as well. With ``--sets`` the rows of these sets replace
what was kept of them, so that a long run can be done in parts.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.record import read, write
from benchmarks.tabular import REGRESSION, load

Row = dict[str, Any]
CLOSE = 1e-5
"""How far a probability may be off, and a number by its size."""

COLUMNS = ("set", "model", "rows", "largest difference", "of damaged rows", "labels that differ", "KiB", "export s",
           "run s", "ours s")  # fmt: skip


def fed(session: Any, frame: Any) -> dict[str, Any]:
    """A frame as the inputs of a session: text with '' for null, or float64."""
    if [value.name for value in session.get_inputs()] == ["X"]:
        dtype = np.float32 if session.get_inputs()[0].type == "tensor(float)" else np.float64
        return {"X": np.asarray(frame, dtype)}
    inputs = {}
    for value in session.get_inputs():
        cells = frame[value.name]
        if value.type == "tensor(string)":
            column = cells.astype(object).where(cells.notna(), "").astype(str).to_numpy(dtype=object)
        else:
            column = cells.astype(np.float64).to_numpy()
        inputs[value.name] = column[:, None]
    return inputs


def damaged(frame: Any, encoder: Any, seed: int = 0) -> Any:
    """The frame with nulls, unseen categories and infinities in a tenth of the cells each."""
    rng, frame = np.random.default_rng(seed), frame.copy()
    for learnt in encoder.columns:
        name, number = learnt.name, learnt.kind == "numeric"
        kind = rng.integers(0, 10, len(frame))
        column = frame[name].astype(np.float64 if number else object).to_numpy().copy()
        column[kind == 0] = np.nan if number else None
        column[kind == 1] = np.inf if number else "never seen"
        column[kind == 2] = -np.inf if number else " "
        frame[name] = column
    return frame


def compared(model: Any, session: Any, frame: Any) -> tuple[float, int, float, float]:
    """The largest difference, labels that differ though no two are close, and the seconds of both."""
    feed = fed(session, frame)
    start = time.perf_counter()
    outputs = session.run(None, feed)
    ran = time.perf_counter()
    ours = model.predict(frame) if model.task == "regression" else model.predict_proba(frame)
    ended = time.perf_counter()
    if model.task == "regression":
        scale = np.maximum(np.abs(ours), 1.0)
        return float((np.abs(outputs[0] - ours) / scale).max()), 0, ran - start, ended - ran
    top = np.sort(ours, axis=1)
    differ = (outputs[0] != model.predict(frame)) & (top[:, -1] - top[:, -2] > CLOSE)
    return float(np.abs(outputs[1] - ours).max()), int(differ.sum()), ran - start, ended - ran


def measured(model: Any, name: str, held: Any, truths: tuple[Any, ...]) -> Row:
    """Export one fitted model and compare it with itself."""
    import onnxruntime

    import backlit

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        start = time.perf_counter()
        backlit.to_onnx(model, path)
        exported = time.perf_counter() - start
        size = path.stat().st_size // 1024
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    results = [compared(model, session, frame) for frame in (held, *truths)]
    differences, labels = [result[0] for result in results], sum(result[1] for result in results)
    return {
        "set": name, "model": type(model).__name__, "rows": len(held), "largest difference": differences[0],
        "of damaged rows": differences[1] if truths else None, "labels that differ": labels, "KiB": size,
        "export s": round(exported, 2), "run s": round(results[0][2], 3), "ours s": round(results[0][3], 3),
    }  # fmt: skip


def models(path: Path, options: Row) -> Iterator[tuple[Any, Any, tuple[Any, ...]]]:
    """Fitted models of a set, with rows to compare on."""
    import backlit

    numbers = path.stem in REGRESSION
    learn, held, y, _ = load(path, 0)
    model = (backlit.TabularRegressor if numbers else backlit.TabularClassifier)(random_state=0, **options)
    model.fit(learn, y.to_numpy())
    yield model, held, (damaged(held, model.encoder_),)
    if all(dtype.kind in "fiu" for dtype in learn.dtypes) and not held.isna().any(axis=None):
        for dtype in (np.float32, np.float64):
            rows = np.asarray(learn, dtype)
            center, unit = rows.mean(axis=0), rows.std(axis=0) + dtype(1e-3)
            mlp = (backlit.MLPRegressor if numbers else backlit.MLPClassifier)(max_iter=20, tol=0.0, random_state=0)
            mlp = mlp.fit((rows - center) / unit, y.to_numpy())
            yield mlp, (np.asarray(held, dtype) - center) / unit, ()


def run(
    data: Path,
    sets: Annotated[str, typer.Option(help="names, with commas; all unless given")] = "",
    epochs: Annotated[int, typer.Option(help="of the tabular models; the recipe's unless given")] = 0,
) -> None:
    """Export a model of each set, print the table, and keep it as JSON."""
    import warnings

    warnings.simplefilter("ignore")  # of damaged rows, and of few epochs
    console, of_recipe = Console(width=150), epochs or "the recipe's"
    before = read("export") if sets else {"epochs": of_recipe, "rows": []}
    if before["epochs"] != of_recipe:
        raise SystemExit(f"what was kept is of {before['epochs']} epochs; run all sets, or with those")
    rows: list[Row] = before["rows"]
    table = Table(*COLUMNS)
    for path in sorted(data.glob("*.parquet")):
        if sets and path.stem not in sets.split(","):
            continue
        rows = [row for row in rows if row["set"] != path.stem]
        for model, held, more in models(path, {"epochs": epochs} if epochs else {}):
            rows.append(measured(model, path.stem, held, more))
            table.add_row(*(f"{cell:.2g}" if isinstance(cell, float) else str(cell) for cell in rows[-1].values()))
            rows.sort(key=lambda row: row["set"])
            write("export", {"epochs": of_recipe, "rows": rows})  # each set takes minutes
    console.print(table)
