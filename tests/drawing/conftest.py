"""Circuits by hand, with the lecture's numbers computed independently, and circuits at random."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from backlit.drawing import Box, Circuit, Link, WitnessRow


@pytest.fixture
def product_of_sum() -> Circuit:
    """(x + y) z at x = -2, y = 5, z = -4."""
    boxes = (
        Box("x", "input", "x", "x", -2.0, -4.0),
        Box("y", "input", "y", "y", 5.0, -4.0),
        Box("z", "input", "z", "z", -4.0, 3.0),
        Box("q1", "gate", "+", "x + y", 3.0, -4.0, "distributor"),
        Box("f", "output", "×", "q1 * z", -12.0, 1.0, "switcher"),
    )
    links = (
        Link("x", "q1", 0, 1.0, -4.0, -4.0, "1"),
        Link("y", "q1", 1, 1.0, -4.0, -4.0, "1"),
        Link("q1", "f", 0, -4.0, 1.0, -4.0, "z"),
        Link("z", "f", 1, 3.0, 1.0, 3.0, "q1"),
    )
    return Circuit("(x + y) * z", boxes, links, "f")


@pytest.fixture
def witnessed(product_of_sum: Circuit) -> Callable[[bool], Circuit]:
    """The same beside finite differences, that of z right or wrong."""

    def build(agrees: bool) -> Circuit:
        rows = (WitnessRow("x", -4.0, -4.00000012, True), WitnessRow("z", 3.0, 3.0 if agrees else 2.5, agrees))
        return replace(product_of_sum, witness=rows)

    return build


@pytest.fixture
def square() -> Circuit:
    """x * x at 3: two links between the same two boxes."""
    boxes = (Box("x", "input", "x", "x", 3.0, 6.0), Box("f", "output", "×", "x * x", 9.0, 1.0, "switcher"))
    links = (Link("x", "f", 0, 3.0, 1.0, 3.0, "x"), Link("x", "f", 1, 3.0, 1.0, 3.0, "x"))
    return Circuit("x * x", boxes, links, "f")


@pytest.fixture
def with_constant() -> Callable[[float | None], Circuit]:
    """2 x at 3, whose constant has the given gradient, or none."""

    def build(gradient: float | None) -> Circuit:
        boxes = (
            Box("2", "constant", "2", "2", 2.0, gradient),
            Box("x", "input", "x", "x", 3.0, 2.0),
            Box("f", "output", "×", "2 * x", 6.0, 1.0, "switcher"),
        )
        links = (Link("2", "f", 0, 3.0, 1.0, gradient, "x"), Link("x", "f", 1, 2.0, 1.0, 2.0, "2"))
        return Circuit("2 * x", boxes, links, "f")

    return build


@pytest.fixture
def lone() -> Circuit:
    """A single box, without a gradient."""
    return Circuit("x", (Box("x", "input", "x", "x", 3.0),), (), "x")


@pytest.fixture
def hostile() -> Circuit:
    """Names that are markup, LaTeX commands, a terminal's escapes and a turn of the writing direction."""
    evil = "<script>alert('a')</script>&\"]]>"
    worse = "\\input{x}_^$%#~\x1b[2J\x00\n\u202e\ud800"
    boxes = (Box(evil, "input", evil, evil, 1.0, 1.0), Box(worse, "gate", worse, f"exp({evil})", 2.0, 1.0))
    return Circuit(evil + worse, boxes, (Link(evil, worse, 0, 1.0, 1.0, 1.0, worse),), worse)


@pytest.fixture
def at_random() -> Callable[[int, int], Circuit]:
    """A graph by seed and size, its boxes with up to four operands each: shared, parallel, apart, wide names."""

    def build(seed: int, count: int) -> Circuit:
        chance = random.Random(seed)
        boxes: list[Box] = []
        links: list[Link] = []
        for place in range(count):
            operands = [chance.randrange(place) for _ in range(chance.randint(0, 4))] if place else []
            name = f"q{place}" + "_long" * chance.randint(0, 3)
            symbol = chance.choice(["+", "softmax", "σ"]) if operands else name
            pattern = chance.choice(["", "distributor", "router", "switcher"])
            gradient = chance.choice([None, 0.25])
            boxes.append(Box(name, "gate" if operands else "input", symbol, "", chance.gauss(0, 1), gradient, pattern))
            links.extend(
                Link(boxes[operand].name, name, slot, chance.gauss(0, 1), 0.25, chance.gauss(0, 1))
                for slot, operand in enumerate(operands)
            )
        return Circuit("at random", tuple(boxes), tuple(links), boxes[-1].name)

    return build
