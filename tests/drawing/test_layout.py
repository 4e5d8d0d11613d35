from __future__ import annotations

from collections.abc import Callable
from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backlit.drawing import Box, Circuit, Layout, Link, Placement, arrange, to_svg
from backlit.drawing.rows import MOST_LANES, MOST_MINIMIZED, rows, spread

Rectangle = tuple[float, float, float, float]
Maker = Callable[[int, int], Circuit]


def shape(placement: Placement) -> Rectangle:
    """Left, top, right, bottom of a box."""
    half_width, half_height = placement.width / 2, placement.height / 2
    return placement.x - half_width, placement.y - half_height, placement.x + half_width, placement.y + half_height


def overlap(one: Rectangle, other: Rectangle) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def crossed(layout: Layout) -> list[tuple[str, str]]:
    """Boxes that a level piece of a link runs through, other than the link's own."""
    found = []
    for route in layout.routes:
        for (x0, y0), (x1, _) in zip(route.points[::2], route.points[1::2], strict=True):
            piece = (x0 + 1e-6, y0 - 0.5, x1 - 1e-6, y0 + 0.5)
            for name, placement in layout.placements.items():
                if name not in (route.link.source, route.link.target) and overlap(piece, shape(placement)):
                    found.append((route.link.target, name))
    return found


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), count=st.integers(1, 30))
def test_nothing_overlaps(at_random: Maker, seed: int, count: int) -> None:
    circuit = at_random(seed, count)
    layout = arrange(circuit)
    shapes = {name: shape(placement) for name, placement in layout.placements.items()}
    for one, other in combinations(shapes, 2):
        assert not overlap(shapes[one], shapes[other]), (one, other)
    assert crossed(layout) == []
    chips = [(route.chip[0] - 15, route.chip[1] - 8, route.chip[0] + 15, route.chip[1] + 8) for route in layout.routes]
    assert not any(overlap(one, other) for one, other in combinations(chips, 2))
    assert all(not overlap(chip, box) for chip in chips for box in shapes.values())
    for left, top, right, bottom in shapes.values():
        assert 0 <= left < right <= layout.width
        assert 0 <= top < bottom <= layout.height


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), count=st.integers(1, 30))
def test_links_run_to_the_right_from_their_source_to_their_target(at_random: Maker, seed: int, count: int) -> None:
    circuit = at_random(seed, count)
    layout = arrange(circuit)
    assert [route.link for route in layout.routes] == list(circuit.links)
    for route in layout.routes:
        source, target = layout.placements[route.link.source], layout.placements[route.link.target]
        assert route.points[0] == (source.x + source.width / 2, source.y)
        assert target.x - target.width / 2 <= route.points[-1][0] <= target.x
        assert abs(route.points[-1][1] - target.y) <= target.height / 2
        assert all(before[0] <= after[0] for before, after in pairwise(route.points))
        assert all(a[1] == b[1] for a, b in zip(route.points[::2], route.points[1::2], strict=True))


def test_operands_stand_in_reading_order(product_of_sum: Circuit) -> None:
    y = {name: placement.y for name, placement in arrange(product_of_sum).placements.items()}
    assert y["x"] < y["y"] < y["z"]
    assert y["q1"] < y["z"]


def test_parallel_links_have_ends_of_their_own(square: Circuit) -> None:
    first, second = arrange(square).routes
    assert first.points[-1][1] < second.points[-1][1]
    assert first.branch != second.branch


def test_a_single_box(lone: Circuit) -> None:
    layout = arrange(lone)
    assert layout.routes == ()
    assert layout.width >= layout.placements["x"].width


def test_pieces_that_no_link_joins_stand_apart() -> None:
    boxes = tuple(Box(name, "input" if name in "ac" else "gate", "exp") for name in "abcd")
    layout = arrange(Circuit("two", boxes, (Link("a", "b", 0), Link("c", "d", 0)), "b"))
    shapes = [shape(placement) for placement in layout.placements.values()]
    assert not any(overlap(one, other) for one, other in combinations(shapes, 2))


@pytest.mark.parametrize("count", [3, MOST_MINIMIZED + 50])
def test_a_long_link_gets_a_lane_in_each_column_that_it_passes(count: int) -> None:
    chain = [(box, box + 1) for box in range(count - 1)]
    made = rows(count, [*chain, (0, count - 1)])
    assert made.column[:count] == tuple(range(count))
    assert [made.column[lane] for lane in made.lanes[-1]] == list(range(1, count - 1))


def test_the_library_keeps_our_columns() -> None:
    """In one column no two vertices share a row: else its ranks would not be ours."""
    links = [(source, target) for target in range(1, 600) for source in {target // 2, max(0, target - 7)} - {target}]
    made = rows(600, links)
    places = list(zip(made.column, made.across, strict=True))
    assert len(set(places)) == len(places)


def test_two_thousand_gates_and_the_same_picture_twice(at_random: Maker) -> None:
    boxes = tuple(Box(f"q{i}", "gate" if 2 * i + 2 < 2000 else "input", "+") for i in reversed(range(2000)))
    links = tuple(Link(f"q{i}", f"q{(i - 1) // 2}", i % 2) for i in range(1, 2000))
    layout = arrange(Circuit("tree", boxes, links, "q0"))
    assert len(layout.placements) == 2000
    assert layout == arrange(Circuit("tree", boxes, links, "q0"))


@given(
    st.lists(st.tuples(st.floats(-100, 100), st.floats(0.5, 10)), min_size=1, max_size=20).map(
        lambda pairs: sorted(pairs, key=lambda pair: pair[0])
    )
)
def test_spread_keeps_order_and_distance(pairs: list[tuple[float, float]]) -> None:
    wanted, halves = [want for want, _ in pairs], [half for _, half in pairs]
    placed = spread(wanted, halves)
    for (before, half), (after, other) in pairwise(zip(placed, halves, strict=True)):
        assert after - before >= half + other - 1e-9
    assert sum(placed) == pytest.approx(sum(wanted), abs=1e-6)  # blocks keep their means


def test_spread_leaves_alone_what_is_apart() -> None:
    assert spread([0.0, 5.0, 9.0], [1.0, 1.0, 1.0]) == [0.0, 5.0, 9.0]


def read_all_along(gates: int) -> Circuit:
    """A chain in which every gate reads the first box as well: the longest links pass all columns."""
    boxes = [Box("x", "input", "x", "x", 0.5, 1.0)]
    links = []
    for placement in range(gates):
        before = boxes[-1].name
        boxes.append(Box(f"q{placement}", "gate", "×", "", 0.25, 0.5))
        links += [Link(before, f"q{placement}", 0, 0.5, 0.5, 0.25), Link("x", f"q{placement}", 1, 0.5, 0.5, 0.25)]
    return Circuit("chain", tuple(boxes), tuple(links), boxes[-1].name)


@pytest.mark.slow
def test_lanes_are_bounded_and_nothing_is_left_out() -> None:
    drawn = read_all_along(2_000)
    placement = {box.name: number for number, box in enumerate(drawn.boxes)}
    found = rows(len(drawn.boxes), [(placement[link.source], placement[link.target]) for link in drawn.links])
    assert len(found.column) - len(drawn.boxes) <= MOST_LANES  # one for each column passed would be two million
    lengths = [len(lanes) for lanes in found.lanes]
    assert lengths[3] == 1  # short links keep their lanes
    assert lengths[-1] == 0
    layout = arrange(drawn)
    assert len(layout.placements) == 2_001
    assert len(layout.routes) == len(drawn.links)
    assert len({(placement.x, placement.y) for placement in layout.placements.values()}) == 2_001


@pytest.mark.slow
def test_a_picture_of_two_thousand_gates_is_whole(at_random: Maker) -> None:
    drawn = at_random(3, 2_000)
    root = ElementTree.fromstring(to_svg(drawn))
    groups = [group for group in root.iter("{http://www.w3.org/2000/svg}g") if group.find("{*}title") is not None]
    assert len(groups) == 2_000


def test_boxes_whose_links_are_too_long_for_lanes_have_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """A box then leads nowhere, and yet it stands somewhere."""
    from backlit.drawing import rows as module

    monkeypatch.setattr(module, "MOST_LANES", 3)
    links = [(0, 1), (1, 2), (2, 3), (3, 4), (5, 6), (6, 7), (7, 4), (0, 8), (8, 4), (5, 4), (0, 4)]
    found = module.rows(9, [(min(a, b), max(a, b)) for a, b in links])
    assert len(found.across) == len(found.column) >= 9
