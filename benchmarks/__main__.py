"""``python -m benchmarks``: all parts; ``python -m benchmarks steps --help``: one of them."""

from __future__ import annotations

import typer

from benchmarks import (
    against,
    book,
    checkpoint,
    export,
    gates,
    hard,
    invented,
    kinds,
    large,
    linear,
    live,
    loading,
    mnist,
    networks,
    page,
    picture,
    predict,
    ranks,
    reading,
    scale,
    steps,
    tabular,
    wide,
)
from benchmarks.diagnosis import command as diagnosis
from benchmarks.diagnosis import speed as diagnosis_speed
from benchmarks.goals import command as goals

app = typer.Typer(help="Backlit beside its peers, interleaved in one run; medians and ratios.")
app.command("against")(against.run)
app.command("steps")(steps.run)
app.command("variants")(steps.variants)
app.command("gates")(gates.run)
app.command("predict")(predict.run)
app.command("linear")(linear.run)
app.command("linear-one", hidden=True)(linear.one)
app.command("picture")(picture.run)
app.command("importing")(networks.run)
app.command("page")(page.run)
app.command("live")(live.run)
app.command("wide")(wide.run)
app.command("checkpoint")(checkpoint.run)
app.command("loading")(loading.run)
app.command("reading")(reading.run)
app.command("book")(book.run)
app.command("mnist")(mnist.run)
app.command("invented")(invented.run)
app.command("goals")(goals.run)
app.command("hard")(hard.run)
app.command("kinds")(kinds.run)
app.command("export")(export.run)
app.command("diagnosis")(diagnosis.run)
app.command("diagnosis-speed")(diagnosis_speed.run)
app.command("ranks")(ranks.run)
app.command("scale")(scale.run)
app.command("large")(large.run)
app.command("large-one", hidden=True)(large.one)
app.command("tabular")(tabular.run)
app.command("tabular-one", hidden=True)(tabular.one)


@app.callback(invoke_without_command=True)
def everything(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        gates.run()
        steps.run()


if __name__ == "__main__":
    app()
