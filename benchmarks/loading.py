"""What loading a model costs: ``python -m benchmarks loading --against COMMIT``, for a default network and a small one.

Two processes, one of each tree, take turns; each loads the file that it saved itself. A small file shows what checking
the header costs, a file of the default network what a user waits for.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import Annotated

import typer
from rich.console import Console

from benchmarks.against import TREE, Worker, checked_out, in_turn
from benchmarks.record import write

MOST = 1.2
"""Ratio of the time of loading, new to old."""
NETWORKS = ("default", "small")


def run(
    against: Annotated[str, typer.Option(help="the commit that it is compared with")] = "bc432fe",
    pairs: Annotated[int, typer.Option(help="of times, new and old in turn")] = 9,
    check: Annotated[bool, typer.Option(help="end with status 1 when the limit is missed")] = False,
) -> None:
    """Load two models in two trees, in turn."""
    with ExitStack() as stack:
        old = stack.enter_context(checked_out(against))
        workers = {"old": stack.enter_context(Worker(old)), "new": stack.enter_context(Worker(TREE))}
        measured = {name: in_turn(workers, pairs, "loading", network=name) for name in NETWORKS}
    for name, row in measured.items():
        Console().print(
            f"{name} network: {row['old']:.2f} ms at {against}, {row['new']:.2f} ms now; {row['ratio']:.2f} x, "
            f"interval {row['interval'][0]:.2f} to {row['interval'][1]:.2f}"
        )
    write("loading", {"against": against, "pairs": pairs, **measured})
    if check and any(row["ratio"] > MOST for row in measured.values()):
        raise SystemExit(1)
