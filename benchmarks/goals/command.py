"""The rows of the table of goals, as ratios, side by side in one run: ``python -m benchmarks goals [--part NAME]``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.goals import predictions, waiting
from benchmarks.record import write


def run(
    part: Annotated[str, typer.Option(help="predictions or waiting; all unless given")] = "",
    against: Annotated[str, typer.Option(help="the older commit that frames and first fits are compared with")] = "",
    data: Annotated[Path | None, typer.Option(help="folder of Parquet files with a column target")] = None,
    rounds: Annotated[int, typer.Option(help="of each measurement, all ways in turn")] = 7,
    runs: Annotated[int, typer.Option(help="of the whole, one after the other")] = 1,
) -> None:
    """Measure, print tables, and keep each part as JSON."""
    parts = {"predictions": lambda: predictions.run(rounds)}
    if against:
        parts["waiting"] = lambda: waiting.run(against, data, rounds)
    for name in [part] if part else parts:
        results: list[Any] = [parts[name]() for _ in range(runs)]
        write(f"goals_{name}", {"rounds": rounds, "against": against, "runs": results})
