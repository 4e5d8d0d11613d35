"""What is written where on a picture, the same in SVG and LaTeX."""

from __future__ import annotations

from collections.abc import Sequence

from backlit.drawing.measure import printable
from backlit.drawing.numbers import number, summed
from backlit.drawing.parts import Box, Link

NUMBER_SIZE, SMALL_SIZE, SYMBOL_SIZE, NAME_SIZE = 13.0, 12.0, 18.0, 14.0
"""Font sizes: numbers on wires; contributions, local gradients and names over gates; symbols; names of inputs."""

LONGEST_NAME = 24
LONGEST_SUM = 28
"""Characters of a fork's sum; of a longer one only the total is shown, since its terms stand on the branches."""


def symbol_of(box: Box) -> str:
    """What is written in a box; nothing where a picture is drawn in it."""
    return "" if box.raster else printable(box.symbol, LONGEST_NAME)


def name_over(box: Box) -> str:
    """What is written over a box: its name, where the symbol does not say it."""
    said = box.name == box.symbol and not box.raster
    return "" if said or box.kind == "constant" else printable(box.name, LONGEST_NAME)


def local_text(link: Link) -> str:
    """The label near the receiving gate: what the gradient is multiplied by on its way back."""
    return f"× {number(link.local)}"


def wire_texts(box: Box, leaving: Sequence[Link]) -> tuple[str, str]:
    """The value and the gradient on the wire that leaves a box; a fork's gradient is a sum in sight."""
    value = "" if box.kind == "constant" and box.symbol == number(box.value) else number(box.value)
    if len(leaving) < 2 or box.gradient is None:
        return value, number(box.gradient)
    total = summed([link.contribution for link in leaving], box.gradient)
    return value, total if len(total) <= LONGEST_SUM else f"Σ = {number(box.gradient)}"
