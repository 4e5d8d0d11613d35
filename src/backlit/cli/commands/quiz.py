"""`backlit quiz`."""

from __future__ import annotations

from typing import Annotated

import typer

from backlit.cli.arguments import Lang, Seed
from backlit.cli.command import Command
from backlit.cli.messages import Language


def quiz(
    expression: Annotated[str, typer.Argument(metavar="EXPRESSION", show_default=False, help='Such as "(x + y) * z".')],
    values: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME=VALUE...", show_default=False, help="Drawn by the seed where they are absent."),
    ] = None,
    seed: Seed = 0,
    lang: Lang = Language.en,
) -> None:
    """Ask for the gradients of a formula one by one, and name the mistake behind a wrong answer."""
    from backlit.cli.quizzing import ask_gradients

    ask_gradients(expression, values or [], seed, lang)


COMMAND = Command("quiz", quiz, order=8, unknown_options=True)
