"""Pictures of a report as SVG without scripts or inline styles; the page's style sheet colours their classes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from html import escape
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from backlit.drawing.measure import printable

WIDTH, HEIGHT = 360, 250
LEFT, RIGHT, TOP, BOTTOM = 56, 14, 14, 42
SERIES = 6
"""Colours that the style sheet has; lines with the same colour differ in their dashes."""

LABEL = 20
"""Characters of a name on a picture; tables have it whole."""

Floats = Sequence[float]
Scale = Callable[[float], float]


class Line(NamedTuple):
    """One series, with a marked point if `mark` is an index into it."""

    name: str
    x: Floats
    y: Floats
    mark: int | None = None


class Whisker(NamedTuple):
    """A value and how far it varies."""

    name: str
    value: float
    spread: float = 0.0


def text(name: str, most: int = LABEL) -> str:
    """A name of the data as it may stand in a picture."""
    return escape(printable(name, most))


def ticks(low: float, high: float, count: int = 5) -> list[float]:
    """Round numbers from `low` to `high`: 1, 2 or 5 times a power of ten apart.

    Examples
    --------
    >>> ticks(0.0, 1.0), ticks(3.0, 3.0)
    ([0.0, 0.2, 0.4, 0.6, 0.8, 1.0], [3.0])
    """
    if not high > low:
        return [low]
    rough = (high - low) / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = next((factor * power for factor in (1, 2, 5) if factor * power >= rough * 0.999), 10 * power)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [float(f"{k * step:.12g}") for k in range(first, last + 1)]


def curves(title: str, lines: Sequence[Line], x_label: str, y_label: str, described: str) -> str:
    """Lines over epochs; what is not finite breaks a line."""
    xs = _finite(value for line in lines for value in line.x)
    ys = _finite(value for line in lines for value in line.y)
    (x_of, x_ticks), (y_of, y_ticks) = _across(*_span(xs, 0.0)), _upward(*_span(ys, 0.05))
    parts = _axes(x_of, x_ticks, y_of, y_ticks, x_label, y_label)
    for number, line in enumerate(lines):
        parts.append(f'<path class="line s{number % SERIES}" d="{_path(line, x_of, y_of)}"/>')
    for number, line in enumerate(lines):
        if line.mark is not None and math.isfinite(line.y[line.mark]):
            x, y = x_of(line.x[line.mark]), y_of(line.y[line.mark])
            parts.append(f'<circle class="ring s{number % SERIES}" cx="{x:.1f}" cy="{y:.1f}" r="4"/>')
    return _svg(title, described, parts)


def cloud(title: str, x: Floats, y: Floats, x_label: str, y_label: str, described: str) -> str:
    """Points about the diagonal, both axes alike."""
    low, high = _span(_finite([*x, *y]), 0.03)
    (x_of, x_ticks), (y_of, y_ticks) = _across(low, high), _upward(low, high)
    parts = _axes(x_of, x_ticks, y_of, y_ticks, x_label, y_label)
    parts.append(_diagonal(x_of, y_of, low, high))
    parts += [
        f'<circle class="dot" cx="{x_of(a):.1f}" cy="{y_of(b):.1f}" r="2.4"/>'
        for a, b in zip(x, y, strict=True)
        if math.isfinite(a) and math.isfinite(b)
    ]
    return _svg(title, described, parts)


def histogram(title: str, counts: Sequence[int], edges: Floats, x_label: str, y_label: str, described: str) -> str:
    """Counts as touching bars, with a line at 0."""
    (x_of, x_ticks), (y_of, y_ticks) = _across(edges[0], edges[-1]), _upward(0.0, max(counts) * 1.05)
    parts = _axes(x_of, x_ticks, y_of, y_ticks, x_label, y_label)
    for count, left, right in zip(counts, edges[:-1], edges[1:], strict=True):
        parts.append(_box("bar", x_of(left), y_of(count), x_of(right) - x_of(left) - 1, y_of(0) - y_of(count)))
    if edges[0] < 0 < edges[-1]:
        parts.append(f'<path class="diagonal" d="M{x_of(0):.1f} {TOP}V{HEIGHT - BOTTOM}"/>')
    return _svg(title, described, parts)


def reliability(title: str, bins: Sequence[tuple[float, float, int, float, float]], labels: tuple[str, str]) -> str:
    """A bar to the accuracy of each bin, a dot at its (confidence, accuracy), and the diagonal."""
    (x_of, x_ticks), (y_of, y_ticks) = _across(0.0, 1.0), _upward(0.0, 1.0)
    parts = _axes(x_of, x_ticks, y_of, y_ticks, *labels)
    most = max((rows for _, _, rows, _, _ in bins), default=1)
    for low, high, _, _, accuracy in bins:
        parts.append(_box("bar pale", x_of(low), y_of(accuracy), x_of(high) - x_of(low) - 1, y_of(0) - y_of(accuracy)))
    parts.append(_diagonal(x_of, y_of, 0.0, 1.0))
    for _, _, rows, confidence, accuracy in bins:  # a dot's area is the bin's share of the rows
        radius = 2.5 + 5 * math.sqrt(rows / most)
        parts.append(
            f'<circle class="ring s1" cx="{x_of(confidence):.1f}" cy="{y_of(accuracy):.1f}" r="{radius:.1f}"/>'
        )
    described = "; ".join(f"{confidence:.2f}: {accuracy:.2f}" for _, _, _, confidence, accuracy in bins)
    return _svg(title, f"{labels[0]}: {labels[1]}: {described}", parts)


def bars(title: str, rows: Sequence[Whisker], described: str) -> str:
    """Horizontal bars from 0, with a line of the spread at each end."""
    left, line, width = 150, 22, 720
    low = min([0.0, *(row.value - row.spread for row in rows)])
    high = max([0.0, *(row.value + row.spread for row in rows)])
    height = len(rows) * line + 30
    x_of, x_ticks = _scale(low, high if high > low else low + 1.0, left, width - 50, 6)
    parts = _grid(x_of, x_ticks, 0, height - 26)
    for number, row in enumerate(rows):
        y = number * line + 4
        start, end = sorted((x_of(0.0), x_of(row.value)))
        parts.append(f'<text class="end" x="{left - 8}" y="{y + 12}">{text(row.name)}</text>')
        parts.append(_box("bar", start, y, end - start, line - 8))
        if row.spread:
            ends = x_of(row.value - row.spread), x_of(row.value + row.spread)
            parts.append(f'<path class="whisker" d="M{ends[0]:.1f} {y + 7}H{ends[1]:.1f}"/>')
    return _svg(title, described, parts, width, height)


def magnitudes(title: str, rows: Sequence[tuple[str, Floats]], names: Sequence[str], described: str) -> str:
    """For each row a dot for each magnitude on a logarithmic axis; 0 stands at the left end."""
    left, line, width = 170, 30, 720
    positive = [value for _, values in rows for value in values if value > 0 and math.isfinite(value)] or [1.0]
    low, high = math.floor(math.log10(min(positive)) - 0.1), math.ceil(math.log10(max(positive)) + 0.1)
    height = len(rows) * line + 30
    x_of, _ = _scale(low, high, left, width - 24, 6)
    every = max(1, (high - low) // 8)
    parts = _grid(x_of, list(range(low, high + 1, every)), 0, height - 26, power=True)
    for number, (name, values) in enumerate(rows):
        y = number * line + 14
        parts.append(f'<text class="end" x="{left - 8}" y="{y + 4}">{text(name, 24)}</text>')
        for series, value in enumerate(values):
            x = x_of(math.log10(value)) if value > 0 and math.isfinite(value) else x_of(low)
            tooltip = f"<title>{escape(names[series])}: {value:.4g}</title>"
            if series:  # distinguished by shape as well as by colour
                parts.append(
                    f'<rect class="mark s1" x="{x - 4.5:.1f}" y="{y - 4.5}" width="9" height="9">{tooltip}</rect>'
                )
            else:
                parts.append(f'<circle class="mark s0" cx="{x:.1f}" cy="{y}" r="5">{tooltip}</circle>')
    return _svg(title, described, parts, width, height)


def _path(line: Line, x_of: Scale, y_of: Scale) -> str:
    """Move to the first point and after a gap, draw to the others."""
    commands, pen = [], "M"
    for x, y in zip(line.x, line.y, strict=True):
        if math.isfinite(y):
            commands.append(f"{pen}{x_of(x):.1f} {y_of(y):.1f}")
        pen = "L" if math.isfinite(y) else "M"
    return "".join(commands)


def _span(values: NDArray[np.float64], margin: float) -> tuple[float, float]:
    """The range of some values with a margin; a range of its own where they are equal or none."""
    if not values.size:
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    if high == low:
        half = abs(low) / 2 or 0.5
        return low - half, high + half
    return low - margin * (high - low), high + margin * (high - low)


def _finite(values: object) -> NDArray[np.float64]:
    array = np.array(list(values), np.float64)  # type: ignore[call-overload]
    return array[np.isfinite(array)]


def _scale(low: float, high: float, start: float, end: float, count: int) -> tuple[Scale, list[float]]:
    return (lambda value: start + (value - low) / (high - low) * (end - start)), ticks(low, high, count)


def _across(low: float, high: float) -> tuple[Scale, list[float]]:
    return _scale(low, high, LEFT, WIDTH - RIGHT, 5)


def _upward(low: float, high: float) -> tuple[Scale, list[float]]:
    return _scale(low, high, HEIGHT - BOTTOM, TOP, 5)


def _axes(x_of: Scale, x_ticks: Floats, y_of: Scale, y_ticks: Floats, x_label: str, y_label: str) -> list[str]:
    """Grid, numbers and names of two axes."""
    parts = _grid(x_of, x_ticks, TOP, HEIGHT - BOTTOM)
    for tick in y_ticks:
        y = y_of(tick)
        parts.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        parts.append(f'<text class="end" x="{LEFT - 6}" y="{y + 4:.1f}">{tick:g}</text>')
    middle = (TOP + HEIGHT - BOTTOM) / 2
    parts.append(f'<text class="mid name" x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 6}">{escape(x_label)}</text>')
    parts.append(f'<text class="mid name" transform="translate(12 {middle}) rotate(-90)">{escape(y_label)}</text>')
    return parts


def _grid(x_of: Scale, x_ticks: Floats, top: float, bottom: float, power: bool = False) -> list[str]:
    """Upright lines with numbers below them."""
    parts = []
    for tick in x_ticks:
        x, shown = x_of(tick), f"{10.0**tick:.0e}" if power else f"{tick:g}"
        parts.append(f'<path class="grid" d="M{x:.1f} {top}V{bottom}"/>')
        parts.append(f'<text class="mid" x="{x:.1f}" y="{bottom + 16}">{shown}</text>')
    return parts


def _diagonal(x_of: Scale, y_of: Scale, low: float, high: float) -> str:
    return f'<path class="diagonal" d="M{x_of(low):.1f} {y_of(low):.1f}L{x_of(high):.1f} {y_of(high):.1f}"/>'


def _box(css: str, x: float, y: float, width: float, height: float) -> str:
    return (
        f'<rect class="{css}" x="{x:.1f}" y="{y:.1f}" width="{max(width, 0.5):.1f}" height="{max(height, 0.0):.1f}"/>'
    )


def _svg(title: str, described: str, parts: Sequence[str], width: int = WIDTH, height: int = HEIGHT) -> str:
    """A picture that is read out as its title and its description."""
    return (
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-label="{escape(f"{title}. {described}")}">{"".join(parts)}</svg>'
    )
