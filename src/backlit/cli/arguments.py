"""Arguments and options that several commands share."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from backlit.cli.messages import Language

if TYPE_CHECKING:
    from backlit.files import ReadOptions


class Task(StrEnum):
    """Whether a target is a class or a number."""

    classification = "classification"
    regression = "regression"


class Shared(StrEnum):
    """What the processes of a job share out."""

    rows = "rows"
    members = "members"


class Zoom(StrEnum):
    """How far a network's derivation is taken apart."""

    gates = "gates"
    neuron = "neuron"
    layer = "layer"
    batch = "batch"


Data = Annotated[
    Path,
    typer.Argument(metavar="DATA", help="A table: CSV, Parquet, Excel, ... (docs/tabular.md).", show_default=False),
]
Model = Annotated[Path, typer.Argument(metavar="MODEL", help="A file that train wrote.", show_default=False)]
Seed = Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Decides all chance: the split, the start, the order.")]
Target = Annotated[str | None, typer.Option(metavar="COLUMN", help="The labels' column, if the model has not kept it.")]
Lang = Annotated[Language, typer.Option(help="Language of the explanation.")]
ReportLang = Annotated[Language, typer.Option(help="Language of the page.")]

Encoding = Annotated[str | None, typer.Option(metavar="E", help="Of DATA's text, such as cp949; detected if absent.")]
Separator = Annotated[str | None, typer.Option(metavar="C", help="Of DATA's cells, such as ';' or tab.")]
OutOfCore = Annotated[
    bool | None,
    typer.Option(
        "--out-of-core/--in-memory",
        help="Read DATA in chunks, or whole; unless given in chunks if it is a folder, a pattern or too large.",
        show_default=False,
    ),
]
Missing = Annotated[
    list[str] | None,
    typer.Option(metavar="TEXT", help="What is missing besides empty cells; may be repeated; '': nothing else."),
]
Deterministic = Annotated[
    bool, typer.Option("--deterministic", help="Bits that do not depend on the number of MPI ranks; slower.")
]
Spread = Annotated[
    Shared, typer.Option(help="What MPI ranks share out: the rows of each mini-batch, or whole networks (members).")
]
Cache = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", help="Of encoded rows, out of core; beside DATA if absent.", show_default=False),
]
Decimal = Annotated[str | None, typer.Option(metavar="C", help="DATA's decimal mark: . or ,")]


def read_options(
    encoding: str | None,
    separator: str | None,
    decimal: str | None,
    missing: Sequence[str] | None = None,
    day_first: bool | None = None,
) -> ReadOptions:
    """The options of the command line as one object."""
    from backlit.files import ReadOptions

    return ReadOptions(encoding, separator, decimal, missing=tuple(missing or ()) or None, day_first=day_first)
