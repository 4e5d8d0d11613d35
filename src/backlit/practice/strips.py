"""A wide picture in strips of a page's width, one below the other: on paper letters keep their size."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from backlit.drawing.style import classes

MARGIN, LINE_UP, LINE_DOWN = 6.0, 13.0, 6.0
"""Pixels around a strip; how far a line of text reaches above and below where it stands."""

_COLUMNS = re.compile(r' data-columns="([^"]*)"')
_GROUP = re.compile(r'<g transform="translate\(([-\d.]+) ([-\d.]+)\)">')
_SHAPE = re.compile(r"<(rect|text|circle|path)\b([^>]*)>")
_ATTRIBUTE = re.compile(r' (x|y|width|height|cx|cy|r|d)="([^"]*)"')
_NUMBER = re.compile(r"-?[\d.]+")

Span = tuple[float, float, float, float]
"""From left to right, from top to bottom."""


def in_strips(svg: str, width: float, key: str) -> str:
    """A picture as HTML: as it is where it is narrow enough, else in strips that are cut between columns.

    Parameters
    ----------
    svg : str
        Of `to_svg`, `marked`.
    width : float
        Pixels.
    key : str
        Names the picture within the page.

    Examples
    --------
    >>> from backlit.drawing import Box, Circuit, Link, to_svg
    >>> boxes = [Box("x", "input", "x"), *(Box(f"y{i}", "gate", "exp", "exp") for i in range(9))]
    >>> links = [Link(one.name, other.name, 0) for one, other in zip(boxes, boxes[1:])]
    >>> svg = to_svg(Circuit("exps", tuple(boxes), tuple(links), output="y8"), marked=True)
    >>> in_strips(svg, 300.0, "p").count('class="strip"') > 2, in_strips(svg, 9000.0, "p") == svg
    (True, True)
    """
    whole = re.search(r'<svg[^>]* width="([\d.]+)"', svg)
    group, columns = _GROUP.search(svg), _COLUMNS.search(svg)
    if whole is None or group is None or columns is None:
        raise ValueError("this is no picture of `to_svg`, marked")
    if float(whole[1]) <= width:
        return svg
    end = svg.find(f"<g {classes('legend')}")
    drawn = svg[group.start() : end if end >= 0 else svg.rindex("</svg>")]
    ends = [tuple(map(float, column.split(","))) for column in columns[1].split()]
    spans = list(_spans(drawn))
    left, top = float(group[1]), float(group[2])
    begin, kept = svg.index(">") + 1, svg[: group.start()]
    # rules see of a picture that is used elsewhere only what is used: its class stands within
    hidden = '<svg xmlns="http://www.w3.org/2000/svg" width="0" height="0" aria-hidden="true">'
    parts = [f'{hidden}{kept[begin:]}<g id="{key}" {classes("circuit")}>{drawn}</g></svg>']
    for first, last in _cuts([(column[0], column[-1]) for column in ends], width - 2 * MARGIN):
        inside = [span for span in spans if span[0] < last and span[1] > first]
        high, low = min(span[2] for span in inside), max(span[3] for span in inside)
        box = first - MARGIN, high - MARGIN, last - first + 2 * MARGIN, low - high + 2 * MARGIN
        place = f"{box[0] + left:.1f} {box[1] + top:.1f} {box[2]:.1f} {box[3]:.1f}"
        size = f'width="{box[2]:.1f}" height="{box[3]:.1f}"'
        parts.append(f'<svg class="strip" viewBox="{place}" {size} role="img"><use href="#{key}"/></svg>')
    return "\n".join(parts)


def _cuts(columns: Sequence[tuple[float, float]], width: float) -> Iterator[tuple[float, float]]:
    """Left and right end of each strip: as many columns as fit, one at least."""
    first = columns[0][0]
    for (_, before), (left, right) in pairwise(columns):
        if right - first > width:
            yield first, min(max(before, left), first + width)
            first = left
    yield first, columns[-1][1]


def _spans(drawn: str) -> Iterator[Span]:
    """Where each shape of a picture lies; of a line each level piece."""
    for kind, text in _SHAPE.findall(drawn):
        given = dict(_ATTRIBUTE.findall(text))
        if kind == "path" and "d" in given:
            yield from _pieces(given["d"])
        elif kind == "circle":
            x, y, r = (float(given[name]) for name in ("cx", "cy", "r"))
            yield x - r, x + r, y - r, y + r
        elif kind == "text":
            x, y = float(given["x"]), float(given["y"])
            yield x - 1, x + 1, y - LINE_UP, y + LINE_DOWN
        elif kind == "rect":
            x, y, wide, high = (float(given[name]) for name in ("x", "y", "width", "height"))
            yield x, x + wide, y, y + high


def _pieces(line: str) -> Iterator[Span]:
    """The level pieces and the bends of a line."""
    x = y = 0.0
    for letter, rest in re.findall(r"([MHC])([^MHCl]*)", line):
        numbers = [float(number) for number in _NUMBER.findall(rest)]
        to, height = (numbers[0], y) if letter == "H" else (numbers[-2], numbers[-1])
        if letter != "M":
            yield min(x, to), max(x, to), min(y, height) - 5, max(y, height) + 5
        x, y = to, height
