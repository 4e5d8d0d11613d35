"""`backlit worksheet`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from backlit.cli.arguments import Lang, Seed
from backlit.cli.command import Command
from backlit.cli.messages import Language


def worksheet(
    output: Annotated[
        Path,
        typer.Option(metavar="F", help="The page to print; .xml for Moodle, .zip for QTI 2.1.", show_default=False),
    ],
    count: Annotated[int, typer.Option(help="How many problems.")] = 10,
    seed: Seed = 0,
    level: Annotated[int, typer.Option(help="1: no forks. 2: forks. 3: quotients and curves too.")] = 1,
    variants: Annotated[int, typer.Option(help="How many seeds, from --seed on (.xml, .zip).")] = 1,
    lang: Lang = Language.en,
) -> None:
    """Write a sheet of circuits with blanked gradients, and its answers on a last page."""
    from backlit.cli.quizzing import write_worksheet

    write_worksheet(output, count, seed, level, lang, variants)


COMMAND = Command("worksheet", worksheet, order=9)
