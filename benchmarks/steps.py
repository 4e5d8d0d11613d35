"""Time of a training step, peers interleaved in one run: ``python -m benchmarks steps [--rounds N] [--only NAME]``."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from importlib import import_module

from rich.console import Console
from rich.table import Table

from benchmarks.cases import CASES, Case
from benchmarks.record import write
from benchmarks.timing import microseconds, settle

PEERS = {
    "backlit": ("ours", "prepare"),
    "jax": ("jaxed", "prepare"),
    "torch": ("pytorch", "prepare"),
    "torch.compile": ("pytorch", "prepare_compiled"),
    "scikit-learn": ("scikit", "prepare"),
    "products alone": ("limit", "prepare"),
}
RIVALS = ("jax", "torch", "torch.compile")


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
            settle(epoch)
            times[peer].append(microseconds(epoch, 1) / case.steps)
    return {peer: statistics.median(values) for peer, values in times.items()}


def run(rounds: int = 9, only: str = "", gate: str = "relu", peers: str = "") -> None:
    chosen = peers.split(",") if peers else list(PEERS)
    console = Console()
    table = Table(title=f"microseconds a training step (Adam, float32, {gate}), median of {rounds} rounds")
    table.add_column("network, batch")
    for peer in chosen:
        table.add_column(peer, justify="right")
    table.add_column("best rival / ours", justify="right")
    table.add_column("scikit-learn / ours", justify="right")
    rows = []
    for case in CASES:
        case = Case(case.widths, case.batch, case.rows, gate)
        if only and only not in case.name:
            continue
        found = measure(case, chosen, rounds)
        ours = found.get("backlit", float("nan"))
        rival = min((found[name] for name in RIVALS if name in found), default=float("nan"))
        cells = [f"{found[peer]:,.1f}" if peer in found else "–" for peer in chosen]
        slow = found.get("scikit-learn", float("nan"))
        table.add_row(f"{case.name}, {case.batch}", *cells, f"{rival / ours:.2f}", f"{slow / ours:.1f}")
        rows.append({"network": case.name, "batch": case.batch, "microseconds": found})
    console.print(table)
    if not only and not peers:  # a part of the table would replace the whole
        write(f"steps_{gate}", {"rounds": rounds, "rows": rows})
