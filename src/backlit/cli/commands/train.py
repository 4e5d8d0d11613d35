"""`backlit train`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from backlit.cli.arguments import Data, Decimal, Encoding, ReportLang, Seed, Separator, Task, read_options
from backlit.cli.command import Command
from backlit.cli.messages import Language


def train(
    data: Data,
    target: Annotated[str, typer.Option(metavar="COLUMN", help="The column to predict.", show_default=False)],
    model: Annotated[
        Path | None,
        typer.Option(metavar="OUT", help="Where the model goes; DATA's name with .backlit, in this folder, if absent."),
    ] = None,
    seed: Seed = 0,
    task: Annotated[Task | None, typer.Option(help="Inferred from the target if absent.", show_default=False)] = None,
    report: Annotated[
        Path | None, typer.Option(metavar="HTML", help="Write curves, scores and importance as a page.")
    ] = None,
    lang: ReportLang = Language.en,
    encoding: Encoding = None,
    separator: Separator = None,
    decimal: Decimal = None,
    missing: Annotated[
        list[str] | None,
        typer.Option(metavar="TEXT", help="What is missing besides empty cells; may be repeated; '': nothing else."),
    ] = None,
    day_first: Annotated[
        bool | None, typer.Option("--day-first/--month-first", help="Of dates such as 05/03/2024 alone.")
    ] = None,
) -> None:
    """Train a network on a table, measure it on held-out rows, save it."""
    from backlit.cli.training import train_model

    options = replace(
        read_options(encoding, separator, decimal), missing=tuple(missing) if missing else None, day_first=day_first
    )
    train_model(data, target, model, seed, task, report, lang, options)


COMMAND = Command("train", train, order=1)
