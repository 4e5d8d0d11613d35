"""`backlit train`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from backlit.cli.arguments import (
    Cache,
    Data,
    Decimal,
    Deterministic,
    Encoding,
    Missing,
    OutOfCore,
    ReportLang,
    Seed,
    Separator,
    Shared,
    Spread,
    Task,
    read_options,
)
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
    checkpoint: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep the training's progress in a file.", show_default=False)
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on from the checkpoint, if there is one; afresh if not.")
    ] = False,
    checkpoint_seconds: Annotated[
        float, typer.Option(min=0.0, metavar="S", help="Between two writings of it, at least.")
    ] = 5.0,
    checkpoint_epochs: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Write it after each N epochs, too.", show_default=False)
    ] = None,
    diagnose: Annotated[
        bool, typer.Option("--diagnose", help="Say afterwards what keeps the network from learning, if anything does.")
    ] = False,
    deterministic: Deterministic = False,
    spread: Spread = Shared.rows,
    diagnosis: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the same as a page (.html) or as data (.json), too.")
    ] = None,
    out_of_core: OutOfCore = None,
    cache: Cache = None,
    encoding: Encoding = None,
    separator: Separator = None,
    decimal: Decimal = None,
    missing: Missing = None,
    day_first: Annotated[
        bool | None, typer.Option("--day-first/--month-first", help="Of dates such as 05/03/2024 alone.")
    ] = None,
) -> None:
    """Train a network on a table, measure it on held-out rows, save it."""
    from backlit.cli.chunked import is_chunked
    from backlit.cli.together import together
    from backlit.cli.training import Outputs, train_model
    from backlit.cli.training_chunked import train_chunked

    written = read_options(encoding, separator, decimal, missing, day_first)
    keeping = {
        "checkpoint": checkpoint, "checkpoint_seconds": checkpoint_seconds, "checkpoint_epochs": checkpoint_epochs,
        "diagnose": diagnose or diagnosis is not None,
    }  # fmt: skip
    outputs = Outputs(model or Path(f"{default_name(data)}.backlit"), report, lang, keeping, resume, diagnosis)
    with together(deterministic, spread.value):
        if is_chunked(data, out_of_core):
            train_chunked(data, target, seed, task, outputs, written, cache)
        else:
            train_model(data, target, seed, task, outputs, written)


def default_name(data: Path) -> str:
    """What a model is called after its data: the file's name without suffix, a folder's, a pattern's folder's.

    Examples
    --------
    >>> default_name(Path("sales.csv")), default_name(Path("data/*.parquet"))
    ('sales', 'data')
    """
    return data.stem if "*" not in data.name else data.parent.name or "model"


COMMAND = Command("train", train, order=1)
