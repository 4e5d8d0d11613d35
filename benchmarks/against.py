"""This source tree against an older commit of it: ``python -m benchmarks against COMMIT [--check]``.

The commit is checked out beside, in a temporary folder. Ten fixed trainings run in both trees: their parameters are
compared bit by bit (what a later commit changed on purpose, with that commit). Steps of the five benchmark networks,
and pictures of about 2,000 gates through the public ``trace(...).to_svg()``, are timed in two processes that stay alive
and take turns. ``--check`` ends with status 1 when a limit is missed.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.against_worker import CHANGED_ON_PURPOSE, CIRCUITS, TRAININGS
from benchmarks.cases import CASES
from benchmarks.record import write

TREE = Path(__file__).parents[1]
PARTS = ("trainings", "steps", "pictures")
Row = dict[str, Any]

MOST_DIFFERENCE = 1e-6
"""Of parameters, relative to the largest: what another order of roundings makes."""
MOST_STEP = 1.02
"""Ratio of a step's time, new to old, that its interval may not wholly exceed."""
MOST_PICTURE = 0.25
"""Ratio of a picture's time, new to old."""
FEWEST_PAIRS = 15
"""For a record."""


class Worker:
    """A process of one tree that answers a request at a time."""

    def __init__(self, tree: Path) -> None:
        script = str(Path(__file__).with_name("against_worker.py"))
        self._process = subprocess.Popen(
            [sys.executable, "-P", script, str(tree)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __call__(self, work: str, **request: Any) -> Row:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps({"work": work, **request}), file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline()
        if not answer:
            raise SystemExit(f"a worker ended with status {self._process.wait()}")
        content: Row = json.loads(answer)
        return content

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *error: object) -> None:
        self._process.kill()
        self._process.wait()


@contextmanager
def checked_out(commit: str) -> Iterator[Path]:
    """A commit of this repository as files, for a while."""
    git = ["git", "-C", str(TREE), "worktree"]
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder).resolve() / "tree"
        subprocess.run([*git, "add", "--quiet", "--detach", str(tree), commit], check=True)
        try:
            yield tree
        finally:
            subprocess.run([*git, "remove", "--force", str(tree)], check=True)


def run(
    commit: str,
    part: Annotated[str, typer.Option(help="trainings, steps or pictures; all unless given")] = "",
    pairs: Annotated[int, typer.Option(help="of steps, new and old in turn")] = 21,
    rounds: Annotated[int, typer.Option(help="of pictures, new and old in turn")] = 5,
    only: Annotated[str, typer.Option(help="trainings or networks whose name has this in it")] = "",
    check: Annotated[bool, typer.Option(help="end with status 1 when a limit is missed")] = False,
) -> None:
    """Compare parameters, time steps and pictures; print tables, and keep a whole run as JSON."""
    hash_of = ["git", "-C", str(TREE), "rev-parse", "--short"]
    old_commit, new_commit = (
        subprocess.run([*hash_of, name], capture_output=True, text=True, check=True).stdout.strip()
        for name in (commit, "HEAD")
    )
    record: Row = {"old": old_commit, "new": new_commit}
    with ExitStack() as stack:
        old_tree = stack.enter_context(checked_out(commit))
        workers = {"old": stack.enter_context(Worker(old_tree)), "new": stack.enter_context(Worker(TREE))}
        measured = {
            "trainings": lambda: compare_trainings(workers, old_commit, only),
            "steps": lambda: compare_steps(workers, pairs, only),
            "pictures": lambda: compare_pictures(workers, rounds, only),
        }
        for name in [part] if part else PARTS:
            record[name] = measured[name]()
            show(name, record[name])
    if not part and not only and pairs >= FEWEST_PAIRS:  # a part would replace the whole
        write("against", {"pairs": pairs, "rounds": rounds, **record})
    missed = [f"{name}: {row['name']}" for name in PARTS for row in record.get(name, ()) if not row["held"]]
    for line in missed:
        Console().print(f"limit missed: {line}", markup=False)
    if check and missed:
        raise SystemExit(1)


def compare_trainings(workers: dict[str, Worker], old_commit: str, only: str) -> list[Row]:
    """Whether the parameters of both trees are equal to the bit, and how far they are apart if not."""
    rows = []
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        for name in track([name for name in TRAININGS if only in name], "trainings", console=Console(stderr=True)):
            sides, reference = dict(workers), old_commit
            changed = CHANGED_ON_PURPOSE.get(name)
            if changed and not contains(old_commit, changed):
                reference = changed
                sides["old"] = stack.enter_context(Worker(stack.enter_context(checked_out(changed))))
            paths = {side: str(Path(folder, f"{side}.npy")) for side in sides}
            answers = {side: ask("parameters", training=name, path=paths[side]) for side, ask in sides.items()}
            old, new = (np.load(paths[side]) for side in ("old", "new"))
            row = {"name": name, "reference": reference, "epochs": answers["new"]["epochs"]}
            rows.append({**row, **difference(old, new)})
    return rows


def contains(commit: str, earlier: str) -> bool:
    """Whether a commit has another among its ancestors, or is that one."""
    ask = ["git", "-C", str(TREE), "merge-base", "--is-ancestor", earlier, commit]
    return subprocess.run(ask, check=False).returncode == 0


def difference(old: np.ndarray, new: np.ndarray) -> Row:
    """The largest difference of two vectors of parameters, over the largest parameter.

    Examples
    --------
    >>> difference(np.array([1.0, 2.0]), np.array([1.0, 2.5]))
    {'parameters': 2, 'equal': False, 'difference': 0.25, 'held': False}
    """
    if old.shape != new.shape or old.dtype != new.dtype:
        return {"parameters": new.size, "equal": False, "difference": None, "held": False}
    equal = old.tobytes() == new.tobytes()
    apart = 0.0 if equal else float(np.max(np.abs(old - new)) / np.max(np.abs(old)))
    return {"parameters": new.size, "equal": equal, "difference": apart, "held": apart <= MOST_DIFFERENCE}


def compare_steps(workers: dict[str, Worker], pairs: int, only: str) -> list[Row]:
    """The ratio of a step's time, new to old, network by network."""
    numbers = [number for number, case in enumerate(CASES) if only in case.name]
    rows = []
    for number in track(numbers, "steps", console=Console(stderr=True)):
        row = {"name": CASES[number].name, **in_turn(workers, pairs, "step", case=number)}
        rows.append({**row, "held": row["interval"][0] <= MOST_STEP})
    return rows


def compare_pictures(workers: dict[str, Worker], rounds: int, only: str) -> list[Row]:
    """The ratio of a picture's time, new to old, circuit by circuit."""
    names = [name for name in CIRCUITS if only in name]
    rows = []
    for name in track(names, "pictures", console=Console(stderr=True)):
        row = {"name": name, **in_turn(workers, rounds, "picture", circuit=name)}
        rows.append({**row, "held": row["ratio"] <= MOST_PICTURE})
    return rows


def in_turn(workers: dict[str, Worker], pairs: int, work: str, **request: Any) -> Row:
    """Median times of both trees; the median of the pairs' ratios, with its interval; new and old begin in turn."""
    for ask in workers.values():
        ask(work, **request)  # compiles and imports
    times: dict[str, list[float]] = {"old": [], "new": []}
    for pair in range(pairs):
        for side in ("old", "new") if pair % 2 else ("new", "old"):
            times[side].append(workers[side](work, **request)["time"])
    ratios = [new / old for new, old in zip(times["new"], times["old"], strict=True)]
    medians = {side: float(f"{statistics.median(values):.4g}") for side, values in times.items()}
    return {**medians, "ratio": round(statistics.median(ratios), 4), "interval": median_interval(ratios)}


def median_interval(values: list[float]) -> tuple[float, float]:
    """A 95 % interval of the median, by order statistics: it holds whatever the distribution.

    With fewer than six values it is their whole range, and holds with less.

    Examples
    --------
    >>> median_interval([float(value) for value in range(15)])
    (3.0, 11.0)
    """
    from scipy.stats import binom

    ordered, rank = sorted(values), max(int(binom.ppf(0.025, len(values), 0.5)), 1)
    return round(ordered[rank - 1], 4), round(ordered[-rank], 4)


def show(part: str, rows: list[Row]) -> None:
    """The table of a part."""
    if part == "trainings":
        head = ("training", "reference", "parameters", "epochs", "largest difference")
        table = Table(*head, title="parameters, new against old")
        for row in rows:
            apart = "equal to the bit" if row["equal"] else "another shape or type"
            if not row["equal"] and row["difference"] is not None:
                apart = f"{row['difference']:.1e}"
            table.add_row(row["name"], row["reference"], f"{row['parameters']:,}", str(row["epochs"]), apart)
    else:
        unit = "microseconds a step" if part == "steps" else "seconds of to_svg"
        table = Table("name", "old", "new", "new / old", "95 % interval", title=unit)
        for row in rows:
            interval = "{:.3f} to {:.3f}".format(*row["interval"])
            table.add_row(row["name"], str(row["old"]), str(row["new"]), f"{row['ratio']:.3f}", interval)
    Console(width=120).print(table)
