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

from benchmarks.record import DOCS, read, write, write_block

WIDTHS = ("64-64", "256-256-256", "512-512-512")
MEASURED = "256-256-256"
LEAST_GAIN = 1.7
"""Of 2 ranks with one thread each over one, on 32-256-256-256-2 at a batch of 1,024."""
BATCH = 1_024
NETWORKS = {"10 Gbit/s Ethernet": (30e-6, 1.1e9), "100 Gbit/s InfiniBand": (2e-6, 11e9)}
"""Seconds of a message, bytes a second: assumed, not measured."""
RANKS = (2, 4, 8, 16, 32, 64, 256, 1_000)


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
    report: Annotated[bool, typer.Option(help="Write docs/scale.md's tables from what was kept.")] = False,
) -> None:
    """What a step takes with 1, 2 and 4 ranks, and a model of what it takes with many."""
    if report:
        write_block(DOCS / "scale.md", "ranks", tables(read("ranks")))
        return
    numbers = tuple(n for n in (1, 2, 4) if n <= most)
    found = measured(rounds, numbers, WIDTHS if only is None else (only,))
    facts: dict[str, Any] = {"rounds": rounds, "measured": found}
    if len(found) > 1:
        facts["model"] = fitted(found)
    print(tables(facts))
    if record:
        write("ranks", facts)
    gain = found[MEASURED][1]["step"] / found[MEASURED][2]["step"] if MEASURED in found else LEAST_GAIN
    if check and gain < LEAST_GAIN:
        raise SystemExit(f"2 ranks gain {gain:.2f}, less than {LEAST_GAIN}")


def tables(facts: dict[str, Any]) -> str:
    """What was measured, and what the model makes of it, as a page shows them."""
    rows = ["| network | ranks | step | gain | sum | gradient | `--deterministic` |", "|---|--:|--:|--:|--:|--:|--:|"]
    for name, by in facts["measured"].items():
        by = {int(number): of for number, of in by.items()}  # a record's keys are text
        for number, of in by.items():
            cells = f"{of['step'] * 1e3:.2f} ms", f"{by[1]['step'] / of['step']:.2f}", f"{of['sum'] * 1e3:.2f} ms"
            sizes = f"{of['parameters'] * 4 / 1e6:.2f} MB", f"{of['deterministic step'] * 1e3:.2f} ms"
            rows.append(f"| 32-{name}-2 | {number} | " + " | ".join((*cells, *sizes)) + " |")
    if "date" in facts:
        said = f"{facts['rounds']} of each job in turns; {facts['date']}, a {facts['machine']['kind']}"
        rows += ["", f"`python -m benchmarks ranks --record`, one thread a rank, batch {BATCH:,},\n{said}."]
    return "\n".join([*rows, "", *extrapolated(facts)] if "model" in facts else rows)


def extrapolated(facts: dict[str, Any]) -> list[str]:
    """The model's gain of many ranks, on networks that are assumed."""
    model = facts["model"]
    here = f"{model['latency'] * 1e6:.0f} us and {model['bandwidth'] / 1e9:.1f} GB/s a sum"
    shared = f"{max(model['not shared'], 0.0) * 1e3:.2f} ms of a step of 32-{MEASURED}-2 not shared"
    rows = [f"Fitted here: {here}, {shared}.\nWhat so many ranks gain by the model:", ""]
    rows += [
        "| network | joined by | batch |" + "".join(f" {n:,} |" for n in RANKS),
        "|---|---|---|" + "--:|" * len(RANKS),
    ]
    found = {name: {int(number): of for number, of in by.items()} for name, by in facts["measured"].items()}
    for name, by in found.items():
        alone, size = by[1]["step"], by[1]["parameters"] * 4
        kept = min(max(model["not shared"], 0.0) * size / (found[MEASURED][1]["parameters"] * 4), 0.5 * alone)
        for joined, (latency, bandwidth) in NETWORKS.items():
            steps = {n: step_of(n, alone, kept, size, latency, bandwidth) for n in RANKS}
            fixed = [alone / step for step in steps.values()]
            grown = [n * alone / (step + (alone - kept) * (1 - 1 / n)) for n, step in steps.items()]
            for batch, gains in (("1,024 in all", fixed), ("1,024 a rank", grown)):
                rows.append(f"| 32-{name}-2 | {joined} | {batch} |" + "".join(f" {gain:.3g} |" for gain in gains))
    return rows
