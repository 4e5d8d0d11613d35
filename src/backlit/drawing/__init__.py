"""Circuits drawn: a neutral tree of parts, and one backend each for text, SVG, LaTeX and HTML."""

from backlit.drawing.layout import Layout, Place, Route, arrange
from backlit.drawing.numbers import number
from backlit.drawing.parts import Box, Circuit, Link, Number, WitnessRow
from backlit.drawing.svg import to_svg

__all__ = ["Box", "Circuit", "Layout", "Link", "Number", "Place", "Route", "WitnessRow", "arrange", "number", "to_svg"]
