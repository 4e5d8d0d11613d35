"""Which column and which row each box takes, and the lanes of links that pass other columns.

fast-sugiyama orders the rows (docs/decisions/0003-layout-library.md). It is given a graph in which every link is
one column long: a longer one becomes a chain of lanes, and all that nothing reads leads to one exit beyond the last
column. So ranks are ours, no piece is apart from the rest, and a single box is no special case.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from fast_sugiyama import from_edges

Ends = tuple[int, int]

MOST_MINIMIZED = 400
"""Boxes up to which the shortest links are searched for; that search grows faster than the circuit."""

MOST_TRANSPOSED = 1000
"""Vertices up to which neighbours are swapped to save crossings; that grows faster still."""

MOST_LANES = 4_000
"""Lanes in a picture; beyond, the longest links have none and are drawn straight across, behind what they pass."""

LANE = 0.35
"""The height of a lane as a share of that of a box."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Columns and rows of boxes and lanes, by number: first the boxes, then the lanes.

    `column[v]` counts from the left, `across[v]` is in units of one row, `lanes[i]` are the lanes of link i from
    left to right.
    """

    column: tuple[int, ...]
    across: tuple[float, ...]
    lanes: tuple[tuple[int, ...], ...]


def rows(count: int, links: Sequence[Ends]) -> Rows:
    """Columns and rows for boxes 0 .. count - 1 in forward order.

    Examples
    --------
    >>> rows(3, [(0, 1), (1, 2), (0, 2)]).column  # the last is the lane of the link from 0 to 2
    (0, 1, 2, 1)
    """
    column = _columns(count, links)
    lanes: list[tuple[int, ...]] = []
    edges: list[Ends] = []

    def connect(source: int, target: int, last: int) -> tuple[int, ...]:
        """Make the lanes from a box to a target in column `last`."""
        made = tuple(range(len(column), len(column) + last - column[source] - 1))
        column.extend(range(column[source] + 1, last))
        edges.extend(zip((source, *made), (*made, target), strict=True))
        return made

    longest = _longest([column[target] - column[source] for source, target in links])
    for source, target in links:
        near = column[target] - column[source] <= longest
        lanes.append(connect(source, target, column[target]) if near else ())
    drawn = len(column)
    exit_column = max(column) + 1
    for box in _ends(count, links):
        connect(box, -1, exit_column)
    across = _across([*edges, *_to_the_next(count, column, edges)], len(column))
    return Rows(tuple(column[:drawn]), tuple(across[:drawn]), tuple(lanes))


def _to_the_next(count: int, column: Sequence[int], edges: Sequence[Ends]) -> list[Ends]:
    """An edge that is not drawn for each box whose links are all too long for lanes: the library sees only edges."""
    leading = {source for source, _ in edges}
    in_column = {place: vertex for vertex, place in enumerate(column)}
    return [(box, in_column[column[box] + 1]) for box in range(count) if box not in leading]


def _longest(lengths: Sequence[int]) -> int:
    """How many columns long a link with lanes may be, so that there are not too many lanes."""
    left = MOST_LANES
    for length in sorted(lengths):
        left -= length - 1
        if left < 0:
            return length - 1
    return max(lengths, default=1)


def _ends(count: int, links: Iterable[Ends]) -> list[int]:
    read = {source for source, _ in links}
    return [box for box in range(count) if box not in read]


def _columns(count: int, links: Sequence[Ends]) -> list[int]:
    """The column of each box: with the shortest links where that is affordable, else as far right as can be."""
    if count > MOST_MINIMIZED:
        return _rightmost(count, links)
    edges = [*dict.fromkeys(links), *((box, count) for box in _ends(count, links))]
    (positions, *_), *_ = from_edges(edges, ranking_type="minimize", check_layout=False)
    levels = {box: across[1] for box, across in positions if isinstance(box, int)}
    order = {level: place for place, level in enumerate(sorted(set(levels.values()), reverse=True))}
    return [order[levels[box]] for box in range(count)]


def _rightmost(count: int, links: Sequence[Ends]) -> list[int]:
    readers: list[list[int]] = [[] for _ in range(count)]
    for source, target in links:
        readers[source].append(target)
    height = [0] * count
    for box in reversed(range(count)):
        height[box] = 1 + max((height[reader] for reader in readers[box]), default=-1)
    most = max(height)
    return [most - steps for steps in height]


def _across(edges: Sequence[Ends], count: int) -> list[float]:
    """The row of each vertex, from the library; reversed, its ranking `up` keeps our columns."""
    distinct = [(target if target >= 0 else count, source) for source, target in dict.fromkeys(edges)]
    reading = _reading_order(distinct, count)
    place = {vertex: number for number, vertex in enumerate(reading)}
    layouts = from_edges(
        [(place[target], place[source]) for target, source in distinct],
        ranking_type="up",
        vertex_spacing=1.0,
        dummy_size=LANE,
        transpose=count <= MOST_TRANSPOSED,
        check_layout=False,
    )
    across = [0.0] * (count + 1)
    for positions, *_ in layouts:
        for vertex, (row, _) in positions:
            across[reading[int(vertex)]] = float(row)
    return across


def _reading_order(edges: Iterable[Ends], root: int) -> list[int]:
    """Operands before their gate, in the gate's order: where crossings do not decide, the library keeps it."""
    operands: dict[int, list[int]] = defaultdict(list)
    for target, source in edges:
        operands[target].append(source)
    order: list[int] = []
    seen = {root}
    stack = [(root, iter(operands[root]))]
    while stack:
        vertex, rest = stack[-1]
        for operand in rest:
            if operand not in seen:
                seen.add(operand)
                stack.append((operand, iter(operands.get(operand, ()))))
                break
        else:
            order.append(vertex)
            stack.pop()
    return order


def spread(targets: Sequence[float], halves: Sequence[float]) -> list[float]:
    """Positions in the given order, as near to the targets as can be (least squares), that do not overlap.

    Examples
    --------
    >>> spread([0.0, 0.0, 9.0], [1.0, 1.0, 1.0])
    [-1.0, 1.0, 9.0]
    """
    offsets = [0.0]
    for before, after in pairwise(halves):
        offsets.append(offsets[-1] + before + after)
    blocks: list[tuple[float, int]] = []  # (mean, how many): pool adjacent violators
    for target, offset in zip(targets, offsets, strict=True):
        mean, size = target - offset, 1
        while blocks and blocks[-1][0] >= mean:
            other, many = blocks.pop()
            mean, size = (mean * size + other * many) / (size + many), size + many
        blocks.append((mean, size))
    means = [mean for mean, size in blocks for _ in range(size)]
    return [mean + offset for mean, offset in zip(means, offsets, strict=True)]
