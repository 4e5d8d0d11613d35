"""A circuit as an animated GIF, a picture a step (extra `plot`: matplotlib, which brings Pillow)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from backlit.drawing.figure import empty_figure
from backlit.drawing.labels import name_over, symbol_of
from backlit.drawing.layout import Layout, Placement, Route, arrange
from backlit.drawing.measure import printable
from backlit.drawing.numbers import number
from backlit.drawing.parts import Circuit
from backlit.drawing.style import BLUE, VERMILLION
from backlit.errors import ParameterError, extra_imports

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DPI = 96
"""Of a picture: a unit of the layout is a pixel then, and letters are as large as on the screen."""

POINTS = 72 / DPI
FILM_MARGIN = 24.0
INK, SOFT, PAPER = "#12181f", "#7b8591", "#f4f6f8"
COLOURS = 64
"""Of the film's palette."""

MOST_FILMED_BOXES = 120
"""A film of more steps is longer than anybody watches."""

FIRST, STEP, LAST = 1200, 900, 2500
"""Milliseconds that the first picture, a step and the last picture stand."""


def to_gif(circuit: Circuit, step: int = STEP) -> bytes:
    """Draw a circuit step by step: values one gate after the other, then gradients on the way back.

    Parameters
    ----------
    circuit : Circuit
        Of at most 120 boxes.
    step : int
        Milliseconds that a step stands, 20 at least.

    Returns
    -------
    bytes
        A GIF that repeats for ever.

    Raises
    ------
    MissingExtra
        If matplotlib is not installed.
    ParameterError
        If the circuit is too large, or a step too short for a browser to show.

    Examples
    --------
    >>> from backlit.drawing import Box, Circuit, Link
    >>> x, y = Box("x", "input", "x", value=3.0), Box("y", "output", "exp", "exp(x)", 20.1, 1.0)
    >>> to_gif(Circuit("exp(x)", (x, y), (Link("x", "y", 0, 20.1, 1.0, 20.1),), output="y"))[:6]
    b'GIF89a'
    """
    if len(circuit.boxes) > MOST_FILMED_BOXES:
        raise ParameterError(
            f"gif: {len(circuit.boxes)} boxes, a film takes {MOST_FILMED_BOXES}; take a coarser zoom",
            parameter="circuit",
        )
    if not 20 <= step <= 60_000:
        raise ParameterError(f"gif: a step of {step} ms; take 20 to 60000", parameter="step")
    with extra_imports("plot", "a film needs"):
        import matplotlib  # noqa: F401 -- so that its absence is named
        from PIL import Image
    pictures = [Image.fromarray(pixels).convert("RGB").quantize(COLOURS) for pixels in _steps(circuit)]
    durations = [max(step, FIRST), *[step] * (len(pictures) - 2), max(step, LAST)][: len(pictures)]
    film = io.BytesIO()
    pictures[0].save(
        film, "GIF", save_all=True, append_images=pictures[1:], duration=durations, loop=0, optimize=False, disposal=1
    )
    return film.getvalue()


def _steps(circuit: Circuit) -> Iterator[NDArray[np.uint8]]:
    """The pixels of each step, from the inputs alone to the last gradient."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    layout = arrange(circuit)
    fed = {link.target for link in circuit.links}
    gates = [box.name for box in circuit.boxes if box.name in fed]
    given = {box.name for box in circuit.boxes if box.name not in fed}
    for at in range(2 * len(gates) + 1):
        back = set(gates[::-1][: max(0, at - len(gates))])
        figure = empty_figure((layout.width + 2 * FILM_MARGIN) / DPI, (layout.height + 2 * FILM_MARGIN) / DPI)
        figure.set_dpi(DPI)
        figure.set_layout_engine("none")
        canvas: Any = FigureCanvasAgg(figure)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(-FILM_MARGIN, layout.width + FILM_MARGIN), ylim=(layout.height + FILM_MARGIN, -FILM_MARGIN))
        axes.set_axis_off()
        _draw(axes, circuit, layout, given | set(gates[:at]), back, at >= len(gates))
        canvas.draw()
        yield np.asarray(canvas.buffer_rgba())


def _draw(axes: Axes, circuit: Circuit, layout: Layout, valued: set[str], back: set[str], begun: bool) -> None:
    """The circuit as far as it has been computed."""
    waiting = {box.name: {link.target for link in circuit.links if link.source == box.name} for box in circuit.boxes}
    for route in layout.routes:
        _wire(axes, route, route.link.target in back)
    for name, placement in layout.placements.items():
        _box(axes, placement, name == circuit.output)
        arrived = begun if name == circuit.output else bool(waiting[name]) and waiting[name] <= back
        _numbers(axes, placement, name in valued, arrived)


def _wire(axes: Axes, route: Route, returned: bool) -> None:
    xs, ys = zip(*route.points, strict=True)
    axes.plot(xs, ys, color=SOFT, linewidth=1.2, solid_joinstyle="round", zorder=1)
    axes.annotate(
        "",
        route.points[-1],
        (route.points[-1][0] - 8, route.points[-1][1]),
        arrowprops={"arrowstyle": "-|>", "color": SOFT},
    )
    if returned and route.local:
        shape: dict[str, Any] = {"boxstyle": "round,pad=0.25", "facecolor": "white", "edgecolor": "#b4bcc5"}
        axes.text(*route.chip, route.local, size=12 * POINTS, ha="center", va="center", color=INK, bbox=shape, zorder=4)


def _box(axes: Axes, placement: Placement, output: bool) -> None:
    from matplotlib.patches import FancyBboxPatch

    corner = (placement.x - placement.width / 2, placement.y - placement.height / 2)
    round_ = f"round,pad=0,rounding_size={min(placement.corner, placement.height / 2, placement.width / 2):.1f}"
    edge: dict[str, Any] = {"facecolor": PAPER, "edgecolor": INK, "linewidth": 2.2 if output else 1.2, "zorder": 3}
    axes.add_patch(FancyBboxPatch(corner, placement.width, placement.height, boxstyle=round_, **edge))
    style: dict[str, Any] = {"ha": "center", "va": "center", "color": INK, "zorder": 5, "parse_math": False}
    axes.text(placement.x, placement.y, printable(symbol_of(placement.box)), size=15 * POINTS, **style)
    above = name_over(placement.box)
    if above:
        axes.text(placement.x, placement.y - placement.height / 2 - 9, printable(above), size=12 * POINTS, **style)


def _numbers(axes: Axes, placement: Placement, valued: bool, returned: bool) -> None:
    x = placement.x + placement.width / 2 + 7
    style: dict[str, Any] = {"size": 13 * POINTS, "weight": "bold", "zorder": 6, "parse_math": False}
    if valued:
        axes.text(x, placement.y - 8, placement.value, va="baseline", color=BLUE, **style)
    if returned and placement.box.gradient is not None:
        axes.text(
            x, placement.y + 6, number(placement.box.gradient), va="top", color=VERMILLION, style="italic", **style
        )
