"""What reading costs: ``python -m benchmarks reading --against COMMIT``: a CSV of 1,000,000 rows x 20 columns.

Twelve columns of decimals (two with empty cells), three of whole numbers, three of words (few, many, with empty cells),
a date and money. Two processes, one of each tree, take turns; reading includes deciding what each column is.
"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import numpy as np
import pyarrow as pa
import pyarrow.csv
import typer
from rich.console import Console

from benchmarks.against import TREE, Worker, checked_out, in_turn
from benchmarks.record import write

MOST = 1.3
"""Ratio of the time of reading, new to old."""


def example(rows: int, seed: int = 0) -> pa.Table:
    """The table that is read.

    Examples
    --------
    >>> example(3).num_columns
    20
    """
    rng = np.random.default_rng(seed)
    columns: dict[str, pa.Array] = {}
    for number in range(12):
        values = rng.normal(scale=10.0 ** (number % 5), size=rows).round(3)
        columns[f"x{number}"] = pa.array(values, mask=rng.random(rows) < (0.1 if number < 2 else 0.0))
    for number in range(3):
        columns[f"n{number}"] = pa.array(rng.integers(0, 10 ** (2 + 2 * number), rows))
    columns["few"] = pa.array(rng.choice(["red", "green", "blue"], rows))
    columns["many"] = pa.array(np.char.add("city ", rng.integers(0, 5_000, rows).astype(str)))
    columns["gaps"] = pa.array(rng.choice(["yes", "no", ""], rows))
    columns["day"] = pa.array(np.datetime64("2015-01-01") + rng.integers(0, 3_000, rows).astype("m8[D]"))
    columns["cost"] = pa.array(np.char.add("$", rng.integers(1, 100_000, rows).astype(str)))
    return pa.table(columns)


def run(
    against: Annotated[str, typer.Option(help="the commit that it is compared with")] = "bc432fe",
    rows: Annotated[int, typer.Option(help="rows of the table")] = 1_000_000,
    pairs: Annotated[int, typer.Option(help="readings of each tree, in turn")] = 5,
    check: Annotated[bool, typer.Option(help="end with status 1 when the limit is missed")] = False,
) -> None:
    """Read a large CSV in two trees, in turn."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        path = Path(folder, "table.csv")
        pyarrow.csv.write_csv(example(rows), path)
        old = stack.enter_context(checked_out(against))
        workers = {"old": stack.enter_context(Worker(old)), "new": stack.enter_context(Worker(TREE))}
        measured = in_turn(workers, pairs, "reading", path=str(path))
        megabytes = path.stat().st_size / 1e6
    Console().print(
        f"{rows:,} rows, {megabytes:.0f} MB: {measured['old']:.2f} s at {against}, {measured['new']:.2f} s now; "
        f"{measured['ratio']:.2f} x, interval {measured['interval'][0]:.2f} to {measured['interval'][1]:.2f}"
    )
    if rows == 1_000_000:
        write("reading", {"against": against, "rows": rows, "pairs": pairs, **measured})
    if check and measured["ratio"] > MOST:
        raise SystemExit(1)
