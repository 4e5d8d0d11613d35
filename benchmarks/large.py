"""Many rows on one machine, beside LightGBM at its defaults: ``python -m benchmarks large [DATA] [--report]``.

A made table of 30 columns (`large_made`), and with DATA a real one made larger: rows of a Parquet file drawn again with
noise on their numbers (`scale.like`). Each fit is a process of its own, in turns; 50,000 rows are held out. Limits: an
error of at most LightGBM's, in at most 5 times its time, with at most twice the encoded rows and 500 MB.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from benchmarks.large_made import make
from benchmarks.memory import held, watched
from benchmarks.record import DOCS, RESULTS, read, write, write_block
from benchmarks.scale import like

HELD = 50_000
MODELS = ("backlit", "lightgbm")
TIMES, MEGABYTES = 5.0, 500
"""Of LightGBM's seconds to fit, and beside twice the encoded rows."""
REAL, TARGET = "real, drawn again with noise", "target"
Table = tuple[Any, Any]
TASKS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "made, two classes": ("made", lambda score: (score > np.median(score)).astype(int)),
    "made, a number": ("made", lambda score: score),
    REAL: ("real", lambda target: target),
}
"""Name -> which table, and what of its target is learnt."""


def table(kind: str, rows: int, data: str) -> Table:
    """A frame and its target."""
    if kind == "made":
        return make(rows)
    frame = like(Path(data), TARGET)(np.random.default_rng(0), rows).to_pandas()
    for name in frame.select_dtypes(exclude="number").columns.drop("label"):
        frame[name] = frame[name].astype("category")  # what LightGBM takes
    return frame.drop(columns="label"), np.asarray(frame["label"])


def model_of(name: str, numbers: bool) -> Any:
    """A model at its defaults."""
    if name == "lightgbm":
        from lightgbm import LGBMClassifier, LGBMRegressor

        return (LGBMRegressor if numbers else LGBMClassifier)(random_state=0, verbose=-1)
    import backlit
    import backlit.engine.network  # as the peer's library is imported: before the clock starts

    return (backlit.TabularRegressor if numbers else backlit.TabularClassifier)(random_state=0)


def one(task: str, model: str, rows: int, data: Annotated[str, typer.Argument()] = "") -> None:
    """Fit once, in this process, and print what came of it."""
    kind, target_of = TASKS[task]
    frame, given = table(kind, rows + HELD, data)
    y, numbers = target_of(given), task == "made, a number"
    fitted, before = model_of(model, numbers), held("VmRSS")
    with watched("VmRSS") as peak:
        begin = time.perf_counter()
        fitted.fit(frame[:rows], y[:rows])
        seconds = time.perf_counter() - begin
    answers, truth = fitted.predict(frame[rows:]), y[rows:]
    error = np.sqrt(np.mean((answers - truth) ** 2)) / truth.std() if numbers else np.mean(answers != truth)
    width = getattr(getattr(fitted, "encoder_", None), "n_outputs", 0)
    facts = {"error": float(error), "seconds": seconds, "megabytes": (peak[0] - before) / 2**20}
    print(json.dumps({**facts, "encoded": width * rows * 4 / 2**20}))


def run(
    data: Annotated[Path | None, typer.Argument(help="A Parquet file of real rows, its target called target.")] = None,
    sizes: Annotated[str, typer.Option(help="Numbers of rows, with commas.")] = "100000,1000000",
    rounds: Annotated[int, typer.Option(help="Of each fit, in turns.")] = 1,
    check: Annotated[bool, typer.Option(help="Fail where a limit is passed.")] = False,
    report: Annotated[bool, typer.Option(help="Write docs/scale.md's table from what was kept.")] = False,
) -> None:
    """Many rows on one machine, beside LightGBM."""
    if report:
        write_block(DOCS / "scale.md", "large", report_of(read("large")))
        return
    kept = read("large").get("found", {}) if (RESULTS / "large.json").exists() else {}
    tasks = [name for name, (kind, _) in TASKS.items() if kind == "made" or data is not None]
    for task, rows in [(task, int(rows)) for rows in sizes.split(",") for task in tasks]:
        fits: dict[str, list[dict[str, float]]] = {model: [] for model in MODELS}
        for number in range(rounds):
            for model in MODELS[:: 1 if number % 2 else -1]:
                command = [sys.executable, "-m", "benchmarks", "large-one", task, model, str(rows), str(data or "")]
                done = subprocess.run(command, capture_output=True, text=True, check=True)
                fits[model].append(json.loads(done.stdout.splitlines()[-1]))
                print(task, f"{rows:,}", model, fits[model][-1], flush=True)
        kept[f"{task}: {rows:,} rows"] = {
            model: {key: float(np.median([fit[key] for fit in of])) for key in of[0]} for model, of in fits.items()
        }
        write("large", {"rounds": rounds, "found": kept})
    print(report_of(read("large")))
    if check and (over := [name for name, of in kept.items() if passed(of)]):
        raise SystemExit(f"a limit is passed: {'; '.join(over)}")


def passed(of: dict[str, dict[str, float]]) -> list[str]:
    """The limits that a fit of ours passes."""
    ours, peer = of["backlit"], of["lightgbm"]
    limits = {
        "error": ours["error"] / peer["error"] > 1,
        "seconds": ours["seconds"] > TIMES * peer["seconds"],
        "memory": ours["megabytes"] > 2 * ours["encoded"] + MEGABYTES,
    }
    return [name for name, over in limits.items() if over]


def report_of(content: dict[str, Any]) -> str:
    """The table, and how it was made."""
    rows = ["| table | error | LightGBM's | fit | LightGBM's | memory | twice the encoded rows + 500 MB |"]
    rows += ["|---|--:|--:|--:|--:|--:|--:|"]
    for name, of in content["found"].items():
        ours, peer = of["backlit"], of["lightgbm"]
        errors = f"{ours['error']:.4f} | {peer['error']:.4f}"
        seconds = f"{ours['seconds']:.0f} s | {peer['seconds']:.1f} s"
        memory = f"{ours['megabytes']:,.0f} MB | {2 * ours['encoded'] + MEGABYTES:,.0f} MB"
        rows.append(f"| {name} | {errors} | {seconds} | {memory} |")
    given = " DATA/adult.parquet" if any(name.startswith(REAL) for name in content["found"]) else ""
    said = f"`python -m benchmarks large{given}`, {content['rounds']} of each in turns;"
    return "\n".join([*rows, "", f"{said} {content['date']}, a {content['machine']['kind']}."])
