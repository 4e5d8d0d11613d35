"""`backlit open`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from backlit.cli.arguments import Decimal, Encoding, Lang, Separator, read_options
from backlit.cli.command import Command
from backlit.cli.messages import Language
from backlit.cli.opening import DEFAULT_PORT


def open_(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any that is free.")] = DEFAULT_PORT,
    browser: Annotated[bool, typer.Option(help="Open a browser on it.")] = True,
    model: Annotated[
        list[Path] | None, typer.Option(metavar="F", help="A model to look into; may be repeated.")
    ] = None,
    data: Annotated[list[Path] | None, typer.Option(metavar="F", help="A table; may be repeated.")] = None,
    target: Annotated[str | None, typer.Option(metavar="COLUMN", help="The tables' column to predict.")] = None,
    lang: Lang = Language.en,
    encoding: Encoding = None,
    separator: Separator = None,
    decimal: Decimal = None,
) -> None:
    """Open the local page: circuits, live training, slow learning, your models."""
    from backlit.cli.opening import open_page

    open_page(model or [], data or [], target, port, browser, lang, read_options(encoding, separator, decimal))


COMMAND = Command("open", open_, order=11)
