"""`backlit diagnose`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from backlit.cli.arguments import Data, Decimal, Encoding, Lang, Model, Separator, Target, read_options
from backlit.cli.command import Command
from backlit.cli.messages import Language


def diagnose(
    model: Model,
    data: Data,
    target: Target = None,
    validation: Annotated[
        Path | None, typer.Option(metavar="DATA", help="Rows that were not learnt from; DATA are those that were.")
    ] = None,
    try_mend: Annotated[bool, typer.Option(help="Train briefly with and without the first symptom's mend.")] = False,
    html: Annotated[Path | None, typer.Option(metavar="F", help="Write the diagnosis as a page.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the diagnosis as JSON.")] = False,
    lang: Lang = Language.en,
    encoding: Encoding = None,
    separator: Separator = None,
    decimal: Decimal = None,
) -> None:
    """Say why a model does not learn: symptoms with evidence, most likely cause first, and the change that mends it."""
    from backlit.cli.diagnosing import Output, diagnose_model

    output = Output(try_mend, html, json, lang)
    diagnose_model(model, data, target, validation, output, read_options(encoding, separator, decimal))


COMMAND = Command("diagnose", diagnose, order=7)
