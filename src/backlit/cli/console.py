"""The terminal: tables on stdout, a bar of epochs on stderr."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

BAR_WIDTH = 20
"""Columns of a bar: what stands beside it is read in a window of 80."""


def console(*, stderr: bool = False) -> Console:
    """A console that shows text as it is: a column called [red] is no colour."""
    return Console(stderr=stderr, markup=False, emoji=False, highlight=False, soft_wrap=True)


def show_table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table; the first column is names, the others are aligned as numbers."""
    table = Table()
    for position, name in enumerate(head):
        table.add_column(name, justify="right" if position else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    terminal = console()
    terminal.print(title, style="bold")
    terminal.print(table, soft_wrap=False)


class EpochBar:
    """A bar on stderr over the epochs of some networks, from the first on; give it to `fit` as `on_epoch`.

    Until it is told the end it counts up to the epochs that may be run at most. Lines fit in 80 columns; why a training
    ended stands on a line of its own, since it may be long.
    """

    def __init__(self, networks: int) -> None:
        self._networks = networks
        self._console = console(stderr=True)
        columns = (TextColumn("training"), BarColumn(BAR_WIDTH), MofNCompleteColumn(), TextColumn("{task.description}"))
        self._progress = Progress(*columns, TimeRemainingColumn(), console=self._console)
        self._task = self._progress.add_task("", total=None)
        self._count = 0
        self._reason = ""

    def __enter__(self) -> Self:
        return self

    def __call__(self, epoch: Any) -> None:
        """Show one epoch."""
        if not self._count:
            networks = "a network" if self._networks == 1 else f"{self._networks} networks"
            self._console.print(f"training {networks}, of at most {epoch.planned:,} epochs each")
            self._progress.start()
        self._count += 1
        numbers = f"epochs; loss {epoch.loss:.4g}, score {epoch.score:.4g}"
        self._progress.update(self._task, total=epoch.planned * self._networks, advance=1, description=numbers)

    def end(self, reason: str) -> None:
        """The training is done: the bar is full with what was run, and a line says why it ended.

        Parameters
        ----------
        reason : str
            Such as ``no progress of 0 in 10 epochs``.
        """
        self._reason = reason
        self._progress.update(self._task, total=self._count)

    def __exit__(self, *_: object) -> None:
        if self._count:
            self._progress.stop()
            if self._reason:
                self._console.print(f"ended: {self._reason}")
