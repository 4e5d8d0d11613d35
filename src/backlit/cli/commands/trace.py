"""`backlit trace`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from backlit.cli.arguments import Lang
from backlit.cli.command import Command
from backlit.cli.messages import Language


def trace(
    expression: Annotated[str, typer.Argument(metavar="EXPRESSION", show_default=False, help='Such as "(x + y) * z".')],
    values: Annotated[
        list[str] | None, typer.Argument(metavar="NAME=VALUE...", show_default=False, help="Such as x=-2 y=5 z=-4.")
    ] = None,
    svg: Annotated[Path | None, typer.Option(metavar="F", help="Write the circuit as a picture.")] = None,
    html: Annotated[Path | None, typer.Option(metavar="F", help="Write the circuit as a page.")] = None,
    latex: Annotated[bool, typer.Option("--latex", help="Print LaTeX instead of text.")] = False,
    lang: Lang = Language.en,
) -> None:
    """Show every value and every gradient of a formula, with central differences for comparison.

    The exit status is 0 where all agree, 1 where one disagrees, 3 where rounding leaves nothing to compare.
    """
    from backlit.cli.tracing import trace_formula

    trace_formula(expression, values or [], svg, html, latex, lang)


COMMAND = Command("trace", trace, order=5, unknown_options=True)
