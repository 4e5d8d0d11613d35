"""The commands: their arguments and their help. What they do is in the files they import when they are called."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from backlit.cli.opening import PORT

if TYPE_CHECKING:
    from backlit.files import ReadOptions

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Neural networks whose gradients you can see: train on tables, trace every chain rule.",
)


class Task(StrEnum):
    """What a target asks for."""

    classification = "classification"
    regression = "regression"


class Language(StrEnum):
    """What explanations are written in."""

    en = "en"
    ko = "ko"


class Zoom(StrEnum):
    """How far a network's derivation is taken apart."""

    gates = "gates"
    neuron = "neuron"
    layer = "layer"
    batch = "batch"


Data = Annotated[Path, typer.Argument(metavar="DATA", help="A table: CSV, TSV or Parquet.", show_default=False)]
Model = Annotated[Path, typer.Argument(metavar="MODEL", help="A file that train wrote.", show_default=False)]
Seed = Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Decides all chance: the split, the start, the order.")]
Target = Annotated[str | None, typer.Option(metavar="COLUMN", help="The labels' column, if the model has not kept it.")]
Lang = Annotated[Language, typer.Option(help="Language of the explanation.")]
ReportLang = Annotated[Language, typer.Option(help="Language of the page.")]

Encoding = Annotated[str | None, typer.Option(metavar="E", help="Of DATA's text, such as cp949; found out if absent.")]
Separator = Annotated[str | None, typer.Option(metavar="C", help="Of DATA's cells, such as ';' or tab.")]
Decimal = Annotated[str | None, typer.Option(metavar="C", help="DATA's decimal mark: . or ,")]


def _read_options(encoding: str | None, separator: str | None, decimal: str | None) -> ReadOptions:
    """How the user says that a table is written."""
    from backlit.files import ReadOptions

    return ReadOptions(encoding, separator, decimal)


def _print_version(wanted: bool) -> None:
    """Print the version and end."""
    if wanted:
        from backlit import __version__

        print(f"backlit {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def backlit(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Without a command: the help."""
    if context.invoked_subcommand is None:
        print(context.get_help())


@app.command()
def train(
    data: Data,
    target: Annotated[str, typer.Option(metavar="COLUMN", help="The column to predict.", show_default=False)],
    model: Annotated[
        Path | None,
        typer.Option(metavar="OUT", help="Where the model goes; DATA's name with .backlit, in this folder, if absent."),
    ] = None,
    seed: Seed = 0,
    task: Annotated[Task | None, typer.Option(help="FitMonitor by the target if absent.", show_default=False)] = None,
    report: Annotated[
        Path | None, typer.Option(metavar="HTML", help="Write curves, scores and importance as a page.")
    ] = None,
    lang: ReportLang = Language.en,
    encoding: Encoding = None,
    separator: Separator = None,
    decimal: Decimal = None,
) -> None:
    """Train a network on a table, measure it on held-out rows, save it."""
    from backlit.cli.training import train_model

    train_model(data, target, model, seed, task, report, lang, _read_options(encoding, separator, decimal))


@app.command()
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

    predict_table(model, data, output, _read_options(encoding, separator, decimal))


@app.command()
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

    evaluate_model(model, data, target, html, lang, _read_options(encoding, separator, decimal))


@app.command()
def columns(
    model: Model,
    data: Data,
    row: Annotated[
        int | None, typer.Option(metavar="N", help="One row, counted from 0: what each column contributed to it.")
    ] = None,
    repeats: Annotated[int, typer.Option(min=1, help="How often each column is shuffled.")] = 5,
    target: Target = None,
    encoding: Encoding = None,
    separator: Separator = None,
    decimal: Decimal = None,
) -> None:
    """Show how much a model leans on each column, or what each contributed to one row's answer."""
    from backlit.cli.columns import show_columns

    show_columns(model, data, row, target, repeats, _read_options(encoding, separator, decimal))


# Unknown options are passed on, so that a formula may begin with a minus.
@app.command(context_settings={"ignore_unknown_options": True})
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
    """Show every value and every gradient of a formula, beside central differences."""
    from backlit.cli.tracing import trace_formula

    trace_formula(expression, values or [], svg, html, latex, lang)


@app.command()
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
        _read_options(encoding, separator, decimal),
    )


@app.command(context_settings={"ignore_unknown_options": True})
def quiz(
    expression: Annotated[str, typer.Argument(metavar="EXPRESSION", show_default=False, help='Such as "(x + y) * z".')],
    values: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME=VALUE...", show_default=False, help="Drawn by the seed where they are absent."),
    ] = None,
    seed: Seed = 0,
    lang: Lang = Language.en,
) -> None:
    """Ask for the gradients of a formula one by one, and say which mistake a wrong answer is."""
    from backlit.cli.quizzing import ask_gradients

    ask_gradients(expression, values or [], seed, lang)


@app.command()
def worksheet(
    output: Annotated[Path, typer.Option(metavar="F", help="The page to print.", show_default=False)],
    count: Annotated[int, typer.Option(help="How many problems.")] = 10,
    seed: Seed = 0,
    level: Annotated[int, typer.Option(help="1: no forks. 2: forks. 3: quotients and curves too.")] = 1,
    lang: Lang = Language.en,
) -> None:
    """Write a sheet of circuits with blanked gradients, and its answers on a last page."""
    from backlit.cli.quizzing import write_worksheet

    write_worksheet(output, count, seed, level, lang)


@app.command()
def warmup() -> None:
    """Compile the engine's kernels now rather than in the first training, such as for a container image."""
    from backlit.cli.warmup import warm_up

    warm_up()


@app.command("open")
def open_(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any that is free.")] = PORT,
    browser: Annotated[bool, typer.Option(help="Open a browser on it.")] = True,
    model: Annotated[
        list[Path] | None, typer.Option(metavar="F", help="A model to look into; may be repeated.")
    ] = None,
    data: Annotated[list[Path] | None, typer.Option(metavar="F", help="A table; may be repeated.")] = None,
    target: Annotated[str | None, typer.Option(metavar="COLUMN", help="The tables' column to predict.")] = None,
    lang: Lang = Language.en,
    encoding: Encoding = None,
    separator: Separator = None,
    decimal: Decimal = None,
) -> None:
    """Open the local page: circuits, live training, slow learning, your models."""
    from backlit.cli.opening import open_page

    open_page(model or [], data or [], target, port, browser, lang, _read_options(encoding, separator, decimal))
