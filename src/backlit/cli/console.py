"""The terminal: tables on stdout, a bar of epochs on stderr."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table


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

    Until it is told the end it counts up to the epochs that may be run at most.
    """

    def __init__(self, networks: int) -> None:
        self._networks = networks
        self._progress = Progress(
            TextColumn("training"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.description}"),
            TimeRemainingColumn(),
            console=console(stderr=True),
        )
        self._of = "epochs" if networks == 1 else f"epochs of {networks} networks"
        self._task = self._progress.add_task("", total=None)
        self._count = 0
        self._shown = False

    def __enter__(self) -> Self:
        return self

    def __call__(self, epoch: Any) -> None:
        """Show one epoch."""
        if not self._shown:
            self._progress.start()
            self._shown = True
        self._count += 1
        numbers = f"loss {epoch.loss:.4f}, validation score {epoch.score:.4f}"
        most = epoch.planned * self._networks
        self._progress.update(self._task, total=most, advance=1, description=f"{self._of} at most; {numbers}")

    def end(self, reason: str) -> None:
        """The training is done: the bar is full with what was run, and says why it ended.

        Parameters
        ----------
        reason : str
            Such as ``no progress of 0 in 10 epochs``.
        """
        self._progress.update(self._task, total=self._count, description=f"{self._of}; ended: {reason}")

    def __exit__(self, *_: object) -> None:
        if self._shown:
            self._progress.stop()
