"""Several ranks: what a step and a sum take with 1, 2 and 4, and what follows for many: ``python -m benchmarks ranks``.

Each number of ranks is a job of its own under `mpirun`, one thread a rank; the jobs are interleaved, and medians of
rounds are taken. A model of the cost is fitted to them, and continued to 1,000 ranks under assumptions that are said.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.record import write

WIDTHS = ("64-64", "256-256-256", "512-512-512")
MEASURED = "256-256-256"
LEAST_GAIN = 1.7
"""Of 2 ranks with one thread each over one, on 32-256-256-256-2 at a batch of 1,024."""
BATCH = 1_024
NETWORKS = {"10 Gbit/s Ethernet": (30e-6, 1.1e9), "100 Gbit/s InfiniBand": (2e-6, 11e9)}
"""Seconds of a message, bytes a second: assumed, not measured."""
RANKS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 1_000)


def one(ranks: int, widths: str) -> dict[str, Any]:
    """A job of so many ranks."""
    launcher = Path(sys.executable).with_name("mpirun")
    command = [] if ranks == 1 else [str(launcher), "-n", str(ranks)]
    worker = str(Path(__file__).with_name("ranks_worker.py"))
    done = subprocess.run(
        [*command, sys.executable, worker, widths], capture_output=True, text=True, env=dict(os.environ), check=True
    )
    facts: dict[str, Any] = json.loads(done.stdout)
    return facts


def measured(rounds: int, numbers: tuple[int, ...], widths: tuple[str, ...]) -> dict[str, dict[int, dict[str, float]]]:
    """Medians over rounds: network -> ranks -> seconds of a step and of a sum."""
    found: dict[str, dict[int, list[dict[str, Any]]]] = {name: {n: [] for n in numbers} for name in widths}
    for _ in range(rounds):
        for name in widths:
            for number in numbers:
                found[name][number].append(one(number, name))
    return {
        name: {
            number: {key: median(facts[key] for facts in jobs) for key in jobs[0]} for number, jobs in by_number.items()
        }
        for name, by_number in found.items()
    }


def fitted(found: dict[str, dict[int, dict[str, float]]]) -> dict[str, float]:
    """Of 2 ranks here: a sum's seconds, and its bytes a second; what a step takes that more ranks do not share."""
    sizes = np.array([by[2]["parameters"] * 4 for by in found.values()])
    sums = np.array([by[2]["sum"] for by in found.values()])
    slope, latency = np.polyfit(sizes, sums, 1)
    alone = {name: 2 * by[2]["step"] - 2 * by[2]["sum"] - by[1]["step"] for name, by in found.items()}
    return {"latency": max(float(latency), 0.0), "bandwidth": 1 / float(slope), "not shared": alone[MEASURED]}


def step_of(ranks: int, alone: float, kept: float, size: float, latency: float, bandwidth: float) -> float:
    """Seconds of a step: work that is shared, work that each does, and a sum that goes round a ring or a tree."""
    if ranks == 1:
        return alone
    hops = 2 * math.ceil(math.log2(ranks))
    return (alone - kept) / ranks + kept + hops * latency + 2 * (ranks - 1) / ranks * size / bandwidth


def run(
    rounds: Annotated[int, typer.Option(help="Of all jobs, interleaved.")] = 3,
    most: Annotated[int, typer.Option(help="Ranks, at most.")] = 4,
    only: Annotated[str | None, typer.Option(help="One network's widths.")] = None,
    check: Annotated[bool, typer.Option(help="Fail where 2 ranks gain less than they should.")] = False,
    record: Annotated[bool, typer.Option(help="Keep the figures in benchmarks/results.")] = False,
) -> None:
    """What a step takes with 1, 2 and 4 ranks, and a model of what it takes with many."""
    numbers = tuple(n for n in (1, 2, 4) if n <= most)
    found = measured(rounds, numbers, WIDTHS if only is None else (only,))
    table = Table(title=f"batch {BATCH:,}, one thread a rank, {os.cpu_count()} processors")
    for name in ("network", "ranks", "step ms", "gain", "sum ms", "MB", "deterministic ms"):
        table.add_column(name, justify="left" if name == "network" else "right")
    for name, by in found.items():
        for number, facts in by.items():
            gain = by[1]["step"] / facts["step"]
            cells = (f"{facts['step'] * 1e3:.2f}", f"{gain:.2f}", f"{facts['sum'] * 1e3:.2f}")
            mega, exact = facts["parameters"] * 4 / 1e6, facts["deterministic step"] * 1e3
            table.add_row(f"32-{name}-2", str(number), *cells, f"{mega:.2f}", f"{exact:.2f}")
    console = Console()
    console.print(table)
    facts: dict[str, Any] = {"measured": found}
    if len(found) > 1:
        facts["model"] = fitted(found)
        console.print(extrapolated(found, facts["model"]))
    if record:
        write("ranks", facts)
    gain = found[MEASURED][1]["step"] / found[MEASURED][2]["step"] if MEASURED in found else LEAST_GAIN
    if check and gain < LEAST_GAIN:
        raise SystemExit(f"2 ranks gain {gain:.2f}, less than {LEAST_GAIN}")


def extrapolated(found: dict[str, dict[int, dict[str, float]]], model: dict[str, float]) -> Table:
    """The model's gain of many ranks, on networks that are assumed."""
    here = f"{model['latency'] * 1e6:.0f} us and {model['bandwidth'] / 1e9:.1f} GB/s a sum"
    table = Table(title=f"gain by the model; here {here}, {model['not shared'] * 1e3:.2f} ms of a step not shared")
    for name in ("network", "joined by", "batch", *map(str, RANKS)):
        table.add_column(name, justify="right" if name in map(str, RANKS) else "left")
    for name, by in found.items():
        alone, size = by[1]["step"], by[1]["parameters"] * 4
        kept = min(max(model["not shared"], 0.0) * size / (found[MEASURED][1]["parameters"] * 4), 0.5 * alone)
        for joined, (latency, bandwidth) in NETWORKS.items():
            fixed = [alone / step_of(n, alone, kept, size, latency, bandwidth) for n in RANKS]
            work = alone - kept
            grown = [
                n * alone / (step_of(n, alone, kept, size, latency, bandwidth) + work * (1 - 1 / n)) for n in RANKS
            ]
            table.add_row(f"32-{name}-2", joined, "1,024 in all", *(f"{gain:.3g}" for gain in fixed))
            table.add_row("", "", "1,024 a rank", *(f"{gain:.3g}" for gain in grown))
    return table
