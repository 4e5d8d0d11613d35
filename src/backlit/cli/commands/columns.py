"""`backlit columns`."""

from __future__ import annotations

from typing import Annotated

import typer

from backlit.cli.arguments import Data, Decimal, Encoding, Model, Separator, Target, read_options
from backlit.cli.command import Command


def columns(
    model: Model,
    data: Data,
    row: Annotated[
        int | None, typer.Option(metavar="N", help="One row, counted from 0: what each column contributed to it.")
    ] = None,
    repeats: Annotated[int, typer.Option(min=1, help="How often each column is shuffled.")] = 5,
    target: Target = None,
    encoding: Encoding = None,
    separator: Separator = None,
    decimal: Decimal = None,
) -> None:
    """Show how much a model leans on each column, or what each contributed to one row's answer."""
    from backlit.cli.columns import show_columns

    show_columns(model, data, row, target, repeats, read_options(encoding, separator, decimal))


COMMAND = Command("columns", columns, order=4)
