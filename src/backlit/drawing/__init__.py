"""Circuits drawn: a neutral tree of parts, and one backend each for text, SVG, LaTeX and HTML."""

from backlit.drawing.html import to_html
from backlit.drawing.latex import to_latex
from backlit.drawing.layout import Layout, Placement, Route, arrange
from backlit.drawing.living import to_living_svg
from backlit.drawing.messages import words
from backlit.drawing.numbers import number
from backlit.drawing.parts import Box, Circuit, Image, Link, Number, Raster, WitnessRow
from backlit.drawing.svg import to_svg
from backlit.drawing.text import to_text

__all__ = [
    "Box",
    "Circuit",
    "Image",
    "Layout",
    "Link",
    "Number",
    "Placement",
    "Raster",
    "Route",
    "WitnessRow",
    "arrange",
    "number",
    "to_html",
    "to_latex",
    "to_living_svg",
    "to_svg",
    "to_text",
    "words",
]
