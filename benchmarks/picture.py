"""How long a picture takes: circuits of about 2,000 gates laid out and written: ``python -m benchmarks picture``."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable

from rich.console import Console
from rich.table import Table

from backlit.declared.gates import GATES
from backlit.drawing import Circuit, arrange, to_svg
from backlit.tracing.trace import Trace, trace
from benchmarks.record import write

GATE_COUNT = 2_000


def network() -> Trace:
    """A fitted classifier, every addition and multiplication a gate."""
    import numpy as np

    from backlit import MLPClassifier

    X = np.random.default_rng(0).normal(size=(64, 20))
    model = MLPClassifier((26, 16), max_iter=200, solver="lbfgs", random_state=0).fit(X, X[:, 0] > 0)
    return trace(model, x=X[0], y=True, zoom="gates")


def tree() -> Trace:
    """A sum of products, folded in pairs: wide and eleven columns deep."""

    def summed(**inputs: object) -> object:
        row = [wire * wire for wire in inputs.values()]  # type: ignore[operator]
        while len(row) > 1:
            row = [a + b for a, b in zip(row[::2], row[1::2], strict=True)]
        return row[0]

    return trace(summed, **{f"x{i}": 1.0 for i in range(GATE_COUNT // 2 + 24)})


def chain() -> Trace:
    """Horner's rule: x is read by every other gate, along the whole picture."""

    def horner(x: object) -> object:
        total = x
        for power in range(GATE_COUNT // 2):
            total = total * x * 0.5 + 1.0 / (power + 1) if power % 2 else total * x  # type: ignore[operator]
        return total

    return trace(horner, x=0.5)


def tangle() -> Trace:
    """Gates at random over what the last sixty gates made."""

    def tangled(**inputs: object) -> object:
        rng, wires = random.Random(0), list(inputs.values())
        for number in range(GATE_COUNT):
            a, b = rng.choice(wires[-60:]), rng.choice(wires[-60:])
            wires.append(GATES["tanh"](a + b) if number % 2 else GATES["tanh"](a))  # type: ignore[operator]
        return GATES["sum"](*wires[-60:])

    return trace(tangled, **{f"x{i}": float(i) for i in range(60)})


CIRCUITS: dict[str, Callable[[], Trace]] = {"network": network, "tree": tree, "chain": chain, "tangle": tangle}


def run(rounds: int = 7, only: str = "") -> None:
    """Measure the layout alone, and layout and SVG: on the wall's clock, and the processor's time of it."""
    table = Table("circuit", "gates", "boxes", "columns", "layout, s", "layout and SVG, s", "processor, s", "SVG, MB")
    table.title = f"medians of {rounds}"
    kept = {}
    for name, make in CIRCUITS.items():
        if only and only != name:
            continue
        traced = make()
        drawn = traced.circuit(tables=False)
        (layout, _), (whole, processor) = _medians(arrange, drawn, rounds), _medians(to_svg, drawn, rounds)
        columns = len({placement.x for placement in arrange(drawn).placements.values()})
        gates, size = len(traced.graph.gates), len(to_svg(drawn)) / 1e6
        counts = {"gates": gates, "boxes": len(drawn.boxes), "columns": columns}
        kept[name] = {**counts, "layout": layout, "whole": whole, "processor": processor}
        seconds = [f"{time:.2f}" for time in (layout, whole, processor)]
        table.add_row(name, *map(str, counts.values()), *seconds, f"{size:.1f}")
    Console().print(table)
    if not only:
        write("picture", {"rounds": rounds, "seconds": kept})


def _medians(work: Callable[[Circuit], object], drawn: Circuit, rounds: int) -> tuple[float, float]:
    """Seconds on the wall's clock, and of the processor."""
    wall, processor = [], []
    for _ in range(rounds):
        start, begun = time.perf_counter(), time.process_time()
        work(drawn)
        wall.append(time.perf_counter() - start)
        processor.append(time.process_time() - begun)
    return round(statistics.median(wall), 3), round(statistics.median(processor), 3)
