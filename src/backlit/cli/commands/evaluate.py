"""`backlit evaluate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from backlit.cli.arguments import Data, Decimal, Encoding, Model, OutOfCore, ReportLang, Separator, Target, read_options
from backlit.cli.command import Command
from backlit.cli.messages import Language
from backlit.errors import BacklitError


def evaluate(
    model: Model,
    data: Data,
    target: Target = None,
    html: Annotated[
        Path | None, typer.Option(metavar="F", help="Write the scores and their pictures as a page.")
    ] = None,
    lang: ReportLang = Language.en,
    out_of_core: OutOfCore = None,
    encoding: Encoding = None,
    separator: Separator = None,
    decimal: Decimal = None,
) -> None:
    """Score a model on labelled rows."""
    from backlit.cli.chunked import is_chunked
    from backlit.cli.evaluating import evaluate_model
    from backlit.cli.predicting_chunked import evaluate_chunked

    options = read_options(encoding, separator, decimal)
    if is_chunked(data, out_of_core):
        if html is not None:
            raise BacklitError("--html needs the rows in memory; leave it out, or give fewer rows")
        evaluate_chunked(model, data, target, options)
    else:
        evaluate_model(model, data, target, html, lang, options)


COMMAND = Command("evaluate", evaluate, order=3)
