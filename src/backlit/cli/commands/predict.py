"""`backlit predict`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from backlit.cli.arguments import Data, Decimal, Encoding, Model, OutOfCore, Separator, read_options
from backlit.cli.command import Command


def predict(
    model: Model,
    data: Data,
    output: Annotated[
        Path | None, typer.Option(metavar="OUT", help="CSV, TSV or Parquet; CSV on stdout if absent.")
    ] = None,
    out_of_core: OutOfCore = None,
    encoding: Encoding = None,
    separator: Separator = None,
    decimal: Decimal = None,
) -> None:
    """Predict every row of a table."""
    from backlit.cli.chunked import is_chunked
    from backlit.cli.predicting import predict_table
    from backlit.cli.predicting_chunked import predict_chunked

    predict = predict_chunked if is_chunked(data, out_of_core) else predict_table
    predict(model, data, output, read_options(encoding, separator, decimal))


COMMAND = Command("predict", predict, order=2)
