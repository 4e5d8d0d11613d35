"""Where everything stands: a layered layout from left to right, in pixels.

A column is, from left to right: the approach (straight; holds the local gradients), the boxes, the stub (straight;
value above, gradient below), and the departure (straight; a fork's contributions). Links bend only between
columns, and rows keep their distance, so that no line crosses a label.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from backlit.drawing.labels import (
    NAME_SIZE,
    NUMBER_SIZE,
    SMALL_SIZE,
    SYMBOL_SIZE,
    local_text,
    name_over,
    symbol_of,
    wire_texts,
)
from backlit.drawing.measure import pixels
from backlit.drawing.numbers import number
from backlit.drawing.parts import GIVEN, Box, Circuit, Link
from backlit.drawing.raster import FRAME, raster_size
from backlit.drawing.rows import Rows, rows, spread

Point = tuple[float, float]

BOX = 44.0
GIVEN_HEIGHT = 30.0
PORT = 21.0
"""Distance of neighbouring ends of links at one box."""

ROW = 38.0
HALF, GIVEN_HALF, LANE_HALF = 38.0, 23.0, 10.0
"""Half the height that a gate with its labels, a given number, or a passing link keeps free in its row."""

RASTER_LABEL = 22.0
"""What a raster keeps free above it, for its name, and below."""

GAP = 10.0
ARROW = 12.0
CHIP_PADDING = 6.0
SLOPE, BEND = 0.45, (36.0, 170.0)
"""Width of bends: a share of how far they climb, within bounds."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a box stands: its centre, its size, the radius of its corners, and where its own wire ends or forks.

    `value` and `gradient` are the labels of the wire; a fork's gradient is a sum in sight.
    """

    box: Box
    x: float
    y: float
    width: float
    height: float
    corner: float
    wire_end: float
    forks: bool
    value: str
    gradient: str


@dataclass(frozen=True, slots=True)
class Route:
    """The line of a link: each pair of points is a level piece, bends join the pairs.

    `chip` is the middle of the local gradient's label, `branch` where a fork's contribution stands (else None);
    `local` is that label, `chip_width` its width with the padding.
    """

    link: Link
    points: tuple[Point, ...]
    chip: Point
    branch: Point | None
    local: str
    chip_width: float


@dataclass(frozen=True, slots=True)
class Layout:
    """A circuit's placements, by name, and routes, in the order of its links, on a sheet of width by height.

    `columns` are, from left to right, the left end, the centre of the boxes, where wires fork, and the right end.
    """

    width: float
    height: float
    placements: Mapping[str, Placement]
    routes: tuple[Route, ...]
    columns: tuple[tuple[float, float, float, float], ...]


def arrange(circuit: Circuit) -> Layout:
    """Lay a circuit out.

    Parameters
    ----------
    circuit : Circuit

    Returns
    -------
    Layout
        In pixels, from (0, 0) at the top left; boxes with their labels do not overlap.

    Examples
    --------
    >>> x, y = Box("x", "input", "x", value=3.0), Box("y", "gate", "exp", "exp(x)")
    >>> layout = arrange(Circuit("exp(x)", (x, y), (Link("x", "y", 0),), output="y"))
    >>> layout.placements["x"].x < layout.placements["y"].x
    True
    """
    return _Arranging(circuit).layout()


class _Arranging:
    """The steps of one layout; boxes and links are numbers here, in the circuit's order."""

    def __init__(self, circuit: Circuit) -> None:
        self.boxes, self.links = circuit.boxes, circuit.links
        index = {box.name: number for number, box in enumerate(self.boxes)}
        self.ends = [(index[link.source], index[link.target]) for link in self.links]
        self.leaving: dict[int, list[int]] = defaultdict(list)
        self.arriving: dict[int, list[int]] = defaultdict(list)
        for link, (source, target) in enumerate(self.ends):
            self.leaving[source].append(link)
            self.arriving[target].append(link)
        self.rows: Rows = rows(len(self.boxes), self.ends)
        self.columns = max(self.rows.column) + 1
        self.sizes = [self._size(box) for box in range(len(self.boxes))]
        self.labels = [
            wire_texts(box, [self.links[link] for link in self.leaving[at]]) for at, box in enumerate(self.boxes)
        ]
        self.names = [name_over(box) for box in self.boxes]
        self.locals = [local_text(link) for link in self.links]
        self.chips = [pixels(text, SMALL_SIZE) + 2 * CHIP_PADDING for text in self.locals]
        lanes = len(self.rows.column) - len(self.boxes)
        self.halves = [*map(self._half, range(len(self.boxes))), *[LANE_HALF] * lanes]

    def layout(self) -> Layout:
        """Rows first, then the ports on them, then columns wide enough for the labels and bends."""
        self.y = self._heights()
        self.out_y = self._ports(self.leaving, [self._via(link)[1] for link in range(len(self.links))])
        self.in_y = self._ports(self.arriving, [self._via(link)[-2] for link in range(len(self.links))])
        self._widths()
        placements = {box.name: self._placed(number) for number, box in enumerate(self.boxes)}
        routes = tuple(self._route(link) for link in range(len(self.links)))
        columns = tuple(zip(self.left, self.centre, self.stub_end, self.right, strict=True))
        return Layout(self.right_end, self.bottom, placements, routes, columns)

    def _size(self, box: int) -> tuple[float, float]:
        """Width and height of the shape itself."""
        given = self.boxes[box].kind in GIVEN
        if raster := self.boxes[box].raster:
            width, height = raster_size(raster)
            return width + 2 * FRAME, max(height + 2 * FRAME, (len(self.arriving[box]) - 1) * PORT + 22)
        text = pixels(symbol_of(self.boxes[box]), NAME_SIZE if given else SYMBOL_SIZE)
        height = GIVEN_HEIGHT if given else BOX
        return max(BOX, text + 14), max(height, (len(self.arriving[box]) - 1) * PORT + 22)

    def _half(self, box: int) -> float:
        """Half of what a box keeps free in its row."""
        bare = self.boxes[box].kind in GIVEN and not self.names[box]
        if self.boxes[box].raster:
            return self.sizes[box][1] / 2 + RASTER_LABEL
        labels = GIVEN_HALF if bare else max(HALF, self.sizes[box][1] / 2 + HALF - BOX / 2)
        return max(labels, (len(self.leaving[box]) - 1) * PORT / 2 + PORT)

    def _heights(self) -> list[float]:
        """The y of each box and lane: the library's order and positions, our distances, inputs in reading order."""
        across = self.rows.across if self._reads_downward() else [-row for row in self.rows.across]
        members: dict[int, list[int]] = defaultdict(list)
        for vertex in sorted(range(len(across)), key=across.__getitem__):
            members[self.rows.column[vertex]].append(vertex)
        y = [0.0] * len(across)
        for column in members.values():
            placed = spread([across[vertex] * ROW for vertex in column], [self.halves[vertex] for vertex in column])
            for vertex, position in zip(column, placed, strict=True):
                y[vertex] = position
        top = min(centre - half for centre, half in zip(y, self.halves, strict=True))
        self.bottom = max(centre + half for centre, half in zip(y, self.halves, strict=True)) - top
        return [centre - top for centre in y]

    def _reads_downward(self) -> bool:
        """Whether more operands stand in their gate's order than against it, from top to bottom."""
        balance = 0
        for links in self.arriving.values():
            heights = [self.rows.across[self._via(link)[-2]] for link in links]
            for above, below in pairwise(heights):
                balance += (above < below) - (above > below)
        return balance >= 0

    def _via(self, link: int) -> tuple[int, ...]:
        source, target = self.ends[link]
        return (source, *self.rows.lanes[link], target)

    def _ports(self, groups: Mapping[int, Sequence[int]], neighbours: Sequence[int]) -> dict[int, float]:
        """The y of each link's end at its box: as the other ends lie, so that they do not cross at once."""
        ports: dict[int, float] = {}
        for box, links in groups.items():
            ordered = sorted(links, key=lambda link: (self.y[neighbours[link]], self.links[link].slot))
            for position, link in enumerate(ordered):
                ports[link] = self.y[box] + (position - (len(ordered) - 1) / 2) * PORT
        return ports

    def _widths(self) -> None:
        """The x of each column's parts: left edge, centre of the boxes, end of the stubs, right edge."""
        approach, shape, stub, depart, climb = ([0.0] * (self.columns + 1) for _ in range(5))
        for box, column in enumerate(self.rows.column[: len(self.boxes)]):
            shape[column] = max(shape[column], self.sizes[box][0])
            overhang = (pixels(self.names[box], SMALL_SIZE) - self.sizes[box][0]) / 2
            approach[column] = max(approach[column], overhang)
            value, gradient = self.labels[box]
            label = max(pixels(value, NUMBER_SIZE), pixels(gradient, NUMBER_SIZE))
            stub[column] = max(stub[column], label + 2 * GAP, overhang)
        for at, link in enumerate(self.links):
            source, target = self.ends[at]
            column, stop = self.rows.column[source], self.rows.column[target]
            approach[stop] = max(approach[stop], self.chips[at] + ARROW + GAP)
            if len(self.leaving[source]) > 1:
                depart[column] = max(depart[column], pixels(number(link.contribution), SMALL_SIZE) + 3 * GAP)
            before = self.out_y[at]
            for lane in self.rows.lanes[at]:
                climb[column] = max(climb[column], abs(self.y[lane] - before))
                before, column = self.y[lane], column + 1
            climb[column] = max(climb[column], abs(self.in_y[at] - before))
        self.left: list[float] = []
        self.centre: list[float] = []
        self.stub_end: list[float] = []
        self.right: list[float] = []
        x = 0.0
        for column in range(self.columns):
            self.left.append(x)
            self.centre.append(x + approach[column] + shape[column] / 2)
            self.stub_end.append(x + approach[column] + shape[column] + stub[column])
            self.right.append(self.stub_end[column] + depart[column])
            bend = min(max(climb[column] * SLOPE, BEND[0]), BEND[1]) if climb[column] > 1 else GAP
            x = self.right[column] + bend
        self.right_end = self.right[-1]

    def _placed(self, box: int) -> Placement:
        column = self.rows.column[box]
        width, height = self.sizes[box]
        corner = 6.0 if self.boxes[box].kind in GIVEN else min(width, height) / 2
        forks = len(self.leaving[box]) > 1
        end = self.right[column] if len(self.leaving[box]) == 1 else self.stub_end[column]
        x, y = self.centre[column], self.y[box]
        return Placement(self.boxes[box], x, y, width, height, corner, end, forks, *self.labels[box])

    def _route(self, link: int) -> Route:
        source, target = self.ends[link]
        start, stop = self.rows.column[source], self.rows.column[target]
        y, port, arrive = self.y[source], self.out_y[link], self.in_y[link]
        first = (self.centre[start] + self.sizes[source][0] / 2, y)
        points: list[Point] = [first, (self.right[start], y)]
        branch = None
        if len(self.leaving[source]) > 1:
            fork = self.stub_end[start]
            points = [first, (fork, y), (fork + GAP, port), (self.right[start], port)]
            branch = (fork + 1.5 * GAP, port)
        for lane in self.rows.lanes[link]:
            column = self.rows.column[lane]
            points += [(self.left[column], self.y[lane]), (self.right[column], self.y[lane])]
        edge = self.centre[stop] - self.sizes[target][0] / 2
        points += [(self.left[stop], arrive), (edge + self._inset(target, arrive), arrive)]
        chip = (edge - ARROW - self.chips[link] / 2, arrive)
        return Route(self.links[link], tuple(points), chip, branch, self.locals[link], self.chips[link])

    def _inset(self, box: int, y: float) -> float:
        """How far the rounded outline of a gate lies inside its bounding box at height y."""
        width, height = self.sizes[box]
        corner = min(width, height) / 2
        beyond = max(0.0, abs(y - self.y[box]) - (height / 2 - corner))
        return corner - math.sqrt(max(0.0, corner**2 - beyond**2))
