"""`backlit export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from backlit.cli.arguments import Model
from backlit.cli.command import Command


def export(
    model: Model,
    output: Annotated[Path, typer.Argument(metavar="FILE.onnx", help="The ONNX file to write.", show_default=False)],
) -> None:
    """Write a model as ONNX, its encoder included, to predict without Backlit."""
    from backlit.cli.exporting import export_model

    export_model(model, output)


COMMAND = Command("export", export, order=7)
