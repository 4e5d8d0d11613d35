"""Time of a training step, peers interleaved in one run: ``python -m benchmarks steps [--rounds N] [--only NAME]``.

``--variant dropout`` times another form of the networks, ``python -m benchmarks variants`` all of them.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.cases import CASES, VARIANTS, Case
from benchmarks.chart import draw
from benchmarks.record import read, write
from benchmarks.timing import let_others_sleep, microseconds

PEERS = {
    "backlit": ("ours", "prepare"),
    "jax": ("jaxed", "prepare"),
    "torch": ("pytorch", "prepare"),
    "torch.compile": ("pytorch", "prepare_compiled"),
    "scikit-learn": ("scikit", "prepare"),
    "products alone": ("limit", "prepare"),
}
RIVALS = ("jax", "torch", "torch.compile")
PLAIN = next(iter(VARIANTS))
CHART = Path(__file__).parents[1] / "docs" / "pictures" / "steps.svg"
Row = dict[str, Any]


def measure(case: Case, peers: list[str], rounds: int) -> dict[str, float]:
    """Median microseconds a step of each peer; the peers take turns, epoch by epoch."""
    epochs: dict[str, Callable[[], None]] = {}
    for peer in peers:
        module, function = PEERS[peer]
        try:
            epoch = getattr(import_module(f"benchmarks.peers.{module}"), function)(case)
        except ImportError as error:
            Console(stderr=True).print(f"{peer} is left out: {error}")
            continue
        if epoch:
            epoch()  # compiles, allocates
            epoch()
            epochs[peer] = epoch
    times: dict[str, list[float]] = {peer: [] for peer in epochs}
    for _ in range(rounds):
        for peer, epoch in epochs.items():
            let_others_sleep(epoch)
            times[peer].append(microseconds(epoch, 1) / case.steps)
    return {peer: statistics.median(values) for peer, values in times.items()}


def run(rounds: int = 9, only: str = "", variant: str = PLAIN, peers: str = "") -> None:
    """Time the networks in one variant: relu, tanh, sigmoid, gelu, dropout, weights (of samples), float64."""
    chosen = peers.split(",") if peers else list(PEERS)
    console = Console()
    table = Table(title=f"microseconds a training step (Adam, {variant}), median of {rounds} rounds")
    table.add_column("network, batch")
    for peer in chosen:
        table.add_column(peer, justify="right")
    table.add_column("best rival / ours", justify="right")
    table.add_column("scikit-learn / ours", justify="right")
    rows: list[Row] = []
    for case in CASES:
        case = replace(case, **VARIANTS[variant])
        if only and only not in case.name:
            continue
        times = measure(case, chosen, rounds)
        cells = [f"{times[peer]:,.1f}" if peer in times else "–" for peer in chosen]
        rows.append({"network": case.name, "batch": case.batch, "microseconds": times})
        slow = f"{times['scikit-learn'] / times['backlit']:.1f}" if {"scikit-learn", "backlit"} <= times.keys() else "–"
        table.add_row(f"{case.name}, {case.batch}", *cells, f"{rival(times):.2f}", slow)
    console.print(table)
    if not only and not peers:  # a part of the table would replace the whole
        write(f"steps_{variant}", {"rounds": rounds, "rows": rows})
        if variant == PLAIN:
            _chart(rows)


def variants(rounds: int = 3) -> None:
    """Time every variant but relu, each in a process of its own; then all of them, as they were last timed."""
    for variant in VARIANTS:
        if variant == PLAIN:
            continue
        command = [sys.executable, "-m", "benchmarks", "steps", "--rounds", str(rounds), "--variant", variant]
        subprocess.run(command, check=True)
    kept = {variant: read(f"steps_{variant}")["rows"] for variant in VARIANTS}
    table = Table(title="best rival's step / ours (our step / our step with relu)")
    table.add_column("network, batch")
    for variant in VARIANTS:
        table.add_column(variant, justify="right")
    for number, plain in enumerate(kept[PLAIN]):
        cells = [
            f"{rival(times):.2f} ({times['backlit'] / plain['microseconds']['backlit']:.2f})"
            for times in (rows[number]["microseconds"] for rows in kept.values())
        ]
        table.add_row(f"{plain['network']}, {plain['batch']}", *cells)
    Console().print(table)


def rival(times: dict[str, float]) -> float:
    """The best rival's time over ours."""
    best = min((times[name] for name in RIVALS if name in times), default=float("nan"))
    return best / times.get("backlit", float("nan"))


def _chart(rows: list[Row]) -> None:
    """Each peer's time over ours, network by network."""
    times = {f"{row['network']}, {row['batch']}": row["microseconds"] for row in rows}
    ratios = {
        peer: {name: row[peer] / row["backlit"] for name, row in times.items() if peer in row}
        for peer in list(PEERS)[1:]
    }
    draw(list(times), ratios, "time of a training step", CHART)
