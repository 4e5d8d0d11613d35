"""Circuits by hand, with the lecture's numbers computed independently, and circuits at random."""

from __future__ import annotations

import random

from backlit.drawing import Box, Circuit, Link, WitnessRow


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


def witnessed(agrees: bool = True) -> Circuit:
    """The same beside finite differences."""
    plain = product_of_sum()
    rows = (WitnessRow("x", -4.0, -4.00000012, True), WitnessRow("z", 3.0, 3.0 if agrees else 2.5, agrees))
    return Circuit(plain.title, plain.boxes, plain.links, plain.output, rows)


def square() -> Circuit:
    """x * x at 3: two links between the same two boxes."""
    boxes = (Box("x", "input", "x", "x", 3.0, 6.0), Box("f", "output", "×", "x * x", 9.0, 1.0, "switcher"))
    links = (Link("x", "f", 0, 3.0, 1.0, 3.0, "x"), Link("x", "f", 1, 3.0, 1.0, 3.0, "x"))
    return Circuit("x * x", boxes, links, "f")


def with_constant(gradient: float | None) -> Circuit:
    """2 x at 3, whose constant has a gradient or has none."""
    boxes = (
        Box("2", "constant", "2", "2", 2.0, gradient),
        Box("x", "input", "x", "x", 3.0, 2.0),
        Box("f", "output", "×", "2 * x", 6.0, 1.0, "switcher"),
    )
    links = (Link("2", "f", 0, 3.0, 1.0, gradient, "x"), Link("x", "f", 1, 2.0, 1.0, 2.0, "2"))
    return Circuit("2 * x", boxes, links, "f")


def at_random(seed: int, count: int) -> Circuit:
    """A graph of `count` boxes with up to four operands each: shared, parallel, apart, wide names."""
    chance = random.Random(seed)
    boxes, links = [], []
    for place in range(count):
        operands = [chance.randrange(place) for _ in range(chance.randint(0, 4))] if place else []
        name = f"q{place}" + "_long" * chance.randint(0, 3)
        kind = "gate" if operands else "input"
        pattern = chance.choice(["", "distributor", "router", "switcher"])
        symbol = chance.choice(["+", "softmax", "σ"]) if operands else name
        boxes.append(Box(name, kind, symbol, "", chance.gauss(0, 1), chance.choice([None, 0.25]), pattern))
        for slot, operand in enumerate(operands):
            links.append(Link(boxes[operand].name, name, slot, chance.gauss(0, 1), 0.25, chance.gauss(0, 1)))
    return Circuit("at random", tuple(boxes), tuple(links), boxes[-1].name)
