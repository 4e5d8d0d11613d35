"""Past memory: memory and rate of a training out of core beside one in memory: ``python -m benchmarks scale``.

A folder of Parquet files is made (numbers that interact, categories, noise; or with ``--like FILE`` real rows, drawn
again and again with noise on their numbers), each fit runs in a process of its own, and the anonymous memory of that
process (RssAnon) is read every 20 ms. The fit in memory, whose rate is the measure, has the first files only.
"""

from __future__ import annotations

import json
import multiprocessing
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.memory import watched
from benchmarks.record import write

MOST_ANONYMOUS = 500 * 2**20
"""Bytes beside the model, at most."""
LEAST_RATE = 0.7
"""Of the rate in memory, at least."""
FILE_ROWS = 250_000
FILE_BYTES, GROUP_BYTES = 400e6, 40e6
"""Of a file and of a row group in memory, about: wide tables have fewer rows in each."""
COLUMNS = 24
TRAINING: dict[str, Any] = {"epochs": 2, "n_members": 1, "batch_size": 1_024, "random_state": 0}
FILES_IN_MEMORY = 2
NOISE = 0.05
"""Of a real column's deviation."""


def make(folder: Path, rows: float, gigabytes: float, table_of: Callable[[np.random.Generator, int], pa.Table]) -> None:
    """Files of at most 250,000 rows, until there are so many rows or so much of them."""
    row_bytes = table_of(np.random.default_rng(0), 1_000).nbytes / 1_000
    most, group = min(FILE_ROWS, int(FILE_BYTES / row_bytes)), min(50_000, int(GROUP_BYTES / row_bytes))
    number, size, done = 0, 0, 0
    while done < rows and size < gigabytes * 1e9:
        n, path = int(min(most, rows - done)), folder / f"part{number:05}.parquet"
        pq.write_table(table_of(np.random.default_rng(number), n), path, row_group_size=group)
        number, size, done = number + 1, size + path.stat().st_size, done + n


def made(rng: np.random.Generator, n: int) -> pa.Table:
    """24 numbers, of which some interact, 6 columns of categories, a label."""
    x = rng.normal(size=(n, COLUMNS))
    codes = [rng.integers(0, size, n) for size in (3, 5, 10, 50, 500, 5_000)]
    score = x[:, 0] * x[:, 1] + np.sin(2 * x[:, 2]) + (codes[0] == 1) * x[:, 3] + 0.5 * rng.normal(size=n)
    columns = {f"x{j}": x[:, j] for j in range(COLUMNS)}
    columns |= {f"c{j}": pa.array(code.astype(str)) for j, code in enumerate(codes)}
    columns["label"] = np.where(score > 0.2, "yes", "no")
    return pa.table(columns)


def like(path: Path, target: str) -> Callable[[np.random.Generator, int], pa.Table]:
    """Rows of a real table, drawn with replacement, with noise on the numbers; its target is called label."""
    real = pq.read_table(path)
    real = real.rename_columns(["label" if name == target else name for name in real.column_names])

    def drawn(rng: np.random.Generator, n: int) -> pa.Table:
        table = real.take(pa.array(rng.integers(0, len(real), n)))
        for at, field in enumerate(table.schema):
            if field.name != "label" and (pa.types.is_integer(field.type) or pa.types.is_floating(field.type)):
                cells = table[field.name].cast(pa.float64()).to_numpy()
                noisy = cells + NOISE * np.nanstd(cells) * rng.normal(size=n)
                table = table.set_column(at, field.name, pa.array(noisy))
        return table

    return drawn


def fit(folder: str, in_memory: bool, answer: Any) -> None:
    """Fit once, and send what it took."""
    import backlit

    stages: dict[str, float] = {}

    def on_rows(done: Any) -> None:
        stages[done.stage.split(" (")[0]] = done.rate

    epochs: list[float] = []
    model = backlit.TabularClassifier(**TRAINING)
    with watched("RssAnon") as peak:
        begin = time.perf_counter()
        if in_memory:
            files = sorted(Path(folder).glob("*.parquet"))[:FILES_IN_MEMORY]
            table = pa.concat_tables([pq.read_table(file) for file in files])
            rows = table.num_rows
            model.fit(
                table.drop_columns(["label"]), table["label"], on_epoch=lambda _: epochs.append(time.perf_counter())
            )
        else:
            source = backlit.out_of_core(folder, on_rows=on_rows)
            rows = source.rows or 0
            model.fit(source, "label", on_epoch=lambda _: epochs.append(time.perf_counter()))
    rate = rows * (len(epochs) - 1) / (epochs[-1] - epochs[0])  # the first epoch compiles, and begins the threads
    score = model.histories_[0].epochs[-1].score
    facts = {"rows": rows, "seconds": time.perf_counter() - begin, "rate": rate, "peak": peak[0]}
    answer.send({**facts, "model": model.theta_.nbytes, "score": score, "stages": stages})


def measured(folder: Path, in_memory: bool) -> dict[str, Any]:
    """A fit in a process of its own."""
    context = multiprocessing.get_context("spawn")
    answer, sender = context.Pipe(duplex=False)
    process = context.Process(target=fit, args=(str(folder), in_memory, sender))
    process.start()
    sender.close()
    facts: dict[str, Any] = answer.recv()
    process.join()
    return facts


def run(
    rows: Annotated[int, typer.Option(help="Of the table, at most.")] = 500_000,
    gigabytes: Annotated[float | None, typer.Option(help="Of Parquet, however many rows that are.")] = None,
    real: Annotated[Path | None, typer.Option("--like", help="A Parquet file of real rows.")] = None,
    target: Annotated[str, typer.Option(help="Its target.")] = "label",
    folder: Annotated[Path | None, typer.Option(help="Where it is made, and kept.")] = None,
    in_memory: Annotated[bool, typer.Option(help="Measure a fit in memory, too.")] = True,
    again: Annotated[bool, typer.Option(help="Measure a fit that finds the cache, too.")] = True,
    check: Annotated[bool, typer.Option(help="Fail where memory or rate miss their limits.")] = False,
    record: Annotated[bool, typer.Option(help="Keep the figures in benchmarks/results.")] = False,
) -> None:
    """Memory and rate out of core."""
    with tempfile.TemporaryDirectory() as temporary:
        data = folder or Path(temporary)
        data.mkdir(exist_ok=True)
        if not any(data.glob("*.parquet")):
            table_of = made if real is None else like(real, target)
            make(data, rows if gigabytes is None else np.inf, gigabytes or np.inf, table_of)
        found = {"out of core": measured(data, False)}
        if again:
            found["out of core, cache there"] = measured(data, False)
        if in_memory:
            found["in memory"] = measured(data, True)
        size = sum(file.stat().st_size for file in data.glob("*.parquet"))
    table = Table(title=f"{found['out of core']['rows']:,} rows, {size / 2**20:,.0f} MB of Parquet")
    for name in ("", "seconds", "rows/s of an epoch", "RssAnon MB", "model MB", "score"):
        table.add_column(name, justify="right" if name else "left")
    for name, facts in found.items():
        cells = (facts["seconds"], facts["rate"], facts["peak"] / 2**20, facts["model"] / 2**20)
        table.add_row(name, *(f"{cell:,.1f}" for cell in cells), f"{facts['score']:.4f}")
    Console().print(table)
    print(json.dumps(found["out of core"]["stages"]))
    if record:
        write("scale", found)
    if check:
        most = MOST_ANONYMOUS + found["out of core"]["model"]
        over = [name for name, facts in found.items() if name != "in memory" and facts["peak"] > most]
        slow = in_memory and found["out of core"]["rate"] < LEAST_RATE * found["in memory"]["rate"]
        if over or slow:
            raise SystemExit(f"memory over the limit: {over}; rate under the limit: {slow}")
