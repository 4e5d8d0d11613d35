"""The rows of the table of goals, as ratios, side by side in one run: ``python -m benchmarks goals [--part NAME]``."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from benchmarks.goals import predictions
from benchmarks.record import write


def run(
    part: Annotated[str, typer.Option(help="predictions; all unless given")] = "",
    rounds: Annotated[int, typer.Option(help="of each measurement, all ways in turn")] = 7,
    runs: Annotated[int, typer.Option(help="of the whole, one after the other")] = 1,
) -> None:
    """Measure, print tables, and keep each part as JSON."""
    parts = {"predictions": lambda: predictions.run(rounds)}
    for name in [part] if part else parts:
        results: list[Any] = [parts[name]() for _ in range(runs)]
        write(f"goals_{name}", {"rounds": rounds, "runs": results})
