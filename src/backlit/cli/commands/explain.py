"""`backlit explain`."""

from __future__ import annotations

from typing import Annotated

import typer

from backlit.cli.arguments import Data, Decimal, Encoding, Lang, Model, Separator, Target, Zoom, read_options
from backlit.cli.command import Command
from backlit.cli.messages import Language


def explain(
    model: Model,
    data: Data,
    row: Annotated[
        str, typer.Option(metavar="N", help="The sample, counted from 0, or several: 0:8.", show_default=False)
    ],
    weight: Annotated[
        str | None, typer.Option(metavar="L,I,J", help="Layer, input, neuron of one weight, such as 1,0,0.")
    ] = None,
    zoom: Annotated[
        Zoom | None, typer.Option(help="How far the chain is taken apart.", show_default="neuron, or batch")
    ] = None,
    target: Target = None,
    lang: Lang = Language.en,
    encoding: Encoding = None,
    separator: Separator = None,
    decimal: Decimal = None,
) -> None:
    """Show why a weight would move on a sample, or on several: the chain rule of its gradient."""
    from backlit.cli.explaining import explain_rows

    explain_rows(
        model,
        data,
        row,
        weight,
        zoom.value if zoom else None,
        target,
        lang,
        read_options(encoding, separator, decimal),
    )


COMMAND = Command("explain", explain, order=6)
