"""The experiments as figures: matplotlib's, from the extra `plot`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from backlit.drawing.figure import COLOURS, empty_figure
from backlit.experiments.slowdown import COSTS, compare_costs
from backlit.experiments.two_models import two_models

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

START_STYLES = ("-", "--", ":", "-.")


def slow_learning_figure(
    starts: Sequence[tuple[float, float]] = ((0.6, 0.9), (2, 2)),
    rate: float = 0.15,
    match: str = "rate",
    epochs: int = 300,
) -> Figure:
    """Both costs from some starts: output, cost, and the factors of the gradient, epoch by epoch.

    Parameters
    ----------
    starts : sequence of (w, b)
    rate, match, epochs
        As in `backlit.experiments.compare_costs`, for each start.

    Returns
    -------
    matplotlib.figure.Figure
        A column for each cost; ``savefig`` writes it, a notebook shows it.

    Raises
    ------
    BacklitError
        As `compare_costs`; a `MissingExtra`, which is an ImportError too, where matplotlib is not installed.

    Examples
    --------
    >>> figure = slow_learning_figure(epochs=50)
    >>> [axes.get_title() for axes in figure.axes[:2]]
    ['quadratic cost', 'cross entropy cost']
    """
    figure = empty_figure(9.0, 7.5)
    rows = (("output",), ("cost",), ("error", "slope", "input", "gradient"))
    grid = figure.subplots(len(rows), len(COSTS), sharex=True, sharey="row", squeeze=False)
    for (w, b), line in zip(starts, _cycled(START_STYLES, len(starts)), strict=True):
        compared = compare_costs(w, b, rate, match, epochs)
        for column, (cost, (used, columns)) in enumerate(compared.items()):
            grid[0][column].set_title(f"{cost.replace('_', ' ')} cost")
            for axes, names in zip(grid[:, column], rows, strict=True):
                _curves(axes, columns, names, line, f"w={w:g}, b={b:g}, rate={used:.3g}")
    for axes, label in zip(grid[:, 0], ("output a", "cost C", "factors of dC/dw"), strict=True):
        axes.set_ylabel(label)
    for axes in grid[0]:
        axes.legend(fontsize="small")
    grid[-1][-1].legend(handles=grid[-1][-1].lines[:4], fontsize="small")
    for axes in grid[-1]:
        axes.set_xlabel("epoch")
    return figure


def two_models_figure() -> Figure:
    """The lecture's two models: one error, two losses, as bars.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    BacklitError
        A `MissingExtra`, which is an ImportError too, where matplotlib is not installed.

    Examples
    --------
    >>> figure = two_models_figure()
    >>> [len(container) for container in figure.axes[0].containers]
    [3, 3]
    """
    figure = empty_figure(6.0, 3.5)
    axes = figure.subplots()
    columns = two_models()
    measures = ("error", "cross_entropy", "squared")
    for number, model in enumerate(columns["model"]):
        heights = [float(columns[measure][number]) for measure in measures]
        bars = axes.bar(np.arange(3) + 0.4 * number - 0.2, heights, 0.36, label=model, color=COLOURS[number])
        axes.bar_label(bars, fmt="%.4f", fontsize="small", padding=2)
    axes.set_xticks(range(3), [measure.replace("_", " ") for measure in measures])
    axes.margins(y=0.15)
    axes.legend()
    return figure


def _curves(axes: Axes, columns: Any, names: Sequence[str], line: str, start: str) -> None:
    """Some columns over the epochs: several are told apart by colour, starts by the line's style."""
    labels = {"error": "a - y", "slope": "σ'(z)", "input": "x", "gradient": "dC/dw"}
    for name, colour in zip(names, _cycled(COLOURS, len(names)), strict=True):
        label = labels.get(name, start)
        axes.plot(columns["epoch"], columns[name], line, color=colour, label=label)


def _cycled(choices: Sequence[str], count: int) -> list[str]:
    return [choices[i % len(choices)] for i in range(count)]
