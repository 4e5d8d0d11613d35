"""`backlit predict`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from backlit.cli.arguments import Data, Decimal, Encoding, Model, Separator, read_options
from backlit.cli.command import Command


def predict(
    model: Model,
    data: Data,
    output: Annotated[
        Path | None, typer.Option(metavar="OUT", help="CSV, TSV or Parquet; CSV on stdout if absent.")
    ] = None,
    encoding: Encoding = None,
    separator: Separator = None,
    decimal: Decimal = None,
) -> None:
    """Predict every row of a table."""
    from backlit.cli.predicting import predict_table

    predict_table(model, data, output, read_options(encoding, separator, decimal))


COMMAND = Command("predict", predict, order=2)
