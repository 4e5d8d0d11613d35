"""`backlit evaluate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from backlit.cli.arguments import Data, Decimal, Encoding, Model, ReportLang, Separator, Target, read_options
from backlit.cli.command import Command
from backlit.cli.messages import Language


def evaluate(
    model: Model,
    data: Data,
    target: Target = None,
    html: Annotated[
        Path | None, typer.Option(metavar="F", help="Write the scores and their pictures as a page.")
    ] = None,
    lang: ReportLang = Language.en,
    encoding: Encoding = None,
    separator: Separator = None,
    decimal: Decimal = None,
) -> None:
    """Score a model on labelled rows."""
    from backlit.cli.evaluating import evaluate_model

    evaluate_model(model, data, target, html, lang, read_options(encoding, separator, decimal))


COMMAND = Command("evaluate", evaluate, order=3)
