"""`backlit import`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from backlit.cli.command import Command


def import_model(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A network of another tool.", show_default=False)],
    model: Annotated[Path, typer.Option(metavar="OUT", help="The model file to write.", show_default=False)],
    classes: Annotated[
        str | None, typer.Option(metavar="A,B,...", help="The labels, in the order of the outputs.")
    ] = None,
    output: Annotated[
        str | None, typer.Option(metavar="GATE", help="The gate behind the last layer: softmax, sigmoid, ...")
    ] = None,
    activation: Annotated[
        str | None, typer.Option(metavar="NAME", help="The activation of hidden layers, or A,B,...: of .safetensors.")
    ] = None,
    names: Annotated[str | None, typer.Option(metavar="A,B,...", help="Names of the columns.")] = None,
) -> None:
    """Read a network that another tool trained, and keep it as a model."""
    from backlit.cli.importing import import_file

    import_file(file, model, classes, output, activation, names)


COMMAND = Command("import", import_model, order=7)
