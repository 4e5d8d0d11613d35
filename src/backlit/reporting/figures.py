"""A report as a matplotlib figure (extra `plot`), of the same numbers as the page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from backlit.drawing.figure import COLOURS, empty_figure
from backlit.reporting.numbers import ReportNumbers

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Panel = Callable[["Axes", ReportNumbers], None]

FIGURE_COLUMNS = 15
LABELLED = 12
"""With more classes a matrix has no names at its side."""


def figure(report: ReportNumbers) -> Figure:
    """Curves, predictions, importance and gradient flow of a report, side by side.

    Raises
    ------
    BacklitError
        As an ImportError where matplotlib is not installed.
    """
    panels: list[Panel] = [_curves("loss"), _curves("score")] if report.curves else []
    panels += [_confusion, _calibration] if report.labels else [_predicted, _residuals]
    panels += [_importance, _flow]
    drawn = empty_figure(10.0, 3.4 * (len(panels) // 2))
    grid = drawn.subplots(len(panels) // 2, 2, squeeze=False)
    for axes, panel in zip(grid.ravel(), panels, strict=True):
        panel(axes, report)
    drawn.suptitle(report.title, parse_math=False)
    return drawn


def _curves(what: str) -> Panel:
    def panel(axes: Axes, report: ReportNumbers) -> None:
        for number, curve in enumerate(report.curves):
            values = getattr(curve, what) or ()
            axes.plot(range(1, len(values) + 1), values, color=COLOURS[number % len(COLOURS)], label=str(number + 1))
        _named(axes, {"loss": "loss by member", "score": "validation score by member"}[what], "epoch", "")

    return panel


def _confusion(axes: Axes, report: ReportNumbers) -> None:
    assert report.confusion is not None
    axes.imshow(
        report.confusion / np.maximum(report.confusion.sum(axis=1, keepdims=True), 1), cmap="Blues", vmin=0, vmax=1
    )
    few = len(report.labels) <= LABELLED
    for (i, j), count in np.ndenumerate(report.confusion) if few else ():
        axes.text(j, i, str(count), ha="center", va="center")
    names = _plain(report.labels) if few else []
    axes.set_xticks(range(len(names)), names)
    axes.set_yticks(range(len(names)), names)
    _named(axes, "confusion matrix", "predicted", "true")


def _calibration(axes: Axes, report: ReportNumbers) -> None:
    axes.plot([0, 1], [0, 1], "--", color="0.6")
    axes.plot(
        [part.confidence for part in report.calibration],
        [part.accuracy for part in report.calibration],
        "o-",
        color=COLOURS[0],
    )
    _named(axes, "calibration", "confidence", "accuracy")


def _predicted(axes: Axes, report: ReportNumbers) -> None:
    assert report.truth is not None
    assert report.predictions is not None
    ends = [min(report.truth.min(), report.predictions.min()), max(report.truth.max(), report.predictions.max())]
    axes.plot(ends, ends, "--", color="0.6")
    axes.plot(report.truth, report.predictions, ".", color=COLOURS[0], alpha=0.5)
    _named(axes, "predictions", "true", "predicted")


def _residuals(axes: Axes, report: ReportNumbers) -> None:
    assert report.truth is not None
    assert report.predictions is not None
    axes.hist(report.truth - report.predictions, bins=30, color=COLOURS[0])
    _named(axes, "residuals", "true - predicted", "rows")


def _importance(axes: Axes, report: ReportNumbers) -> None:
    rows = report.importance.ranked()[:FIGURE_COLUMNS][::-1]
    axes.barh(range(len(rows)), [row[1] for row in rows], xerr=[row[2] for row in rows], color=COLOURS[0])
    axes.set_yticks(range(len(rows)), _plain([row[0] for row in rows]))
    _named(axes, "importance", "score lost when shuffled", "")


def _flow(axes: Axes, report: ReportNumbers) -> None:
    layers = [part.layer for part in report.flow]
    axes.semilogy(layers, [part.weight_gradient for part in report.flow], "o-", color=COLOURS[0], label="mean |dC/dw|")
    axes.semilogy(layers, [part.delta for part in report.flow], "s--", color=COLOURS[1], label="mean |delta|")
    axes.set_xticks(layers)
    axes.legend(fontsize="small")
    _named(axes, "gradient flow", "layer", "")


def _named(axes: Axes, title: str, x: str, y: str) -> None:
    axes.set_title(title)
    axes.set_xlabel(x)
    axes.set_ylabel(y)


def _plain(names: Sequence[str]) -> list[str]:
    """Names in which a dollar sign begins no formula."""
    return [name.replace("$", r"\$") for name in names]
