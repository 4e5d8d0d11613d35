from __future__ import annotations

import re

import pytest

from backlit import BacklitError, trace
from backlit.drawing import to_svg, to_text
from backlit.practice import questions
from backlit.practice.questions import BLANK, blanked

FORMULA, VALUES = "(x + y) * z", {"x": -2, "y": 5, "z": -7}


def test_asked_in_the_order_of_backpropagation() -> None:
    asked = questions(trace(FORMULA, **VALUES))
    assert [(question.wire, question.output, question.gradient) for question in asked] == [
        ("q1", "f", -7.0), ("z", "f", 3.0), ("y", "f", -7.0), ("x", "f", -7.0)
    ]  # fmt: skip
    assert asked[-1].solution == "∂f/∂x = ∂f/∂q1 · 1 = (-7) × 1"


def test_the_seed_chooses_which() -> None:
    t = trace("a * b + c * d + e * f + g * h", **dict(zip("abcdefgh", range(2, 10), strict=True)))
    chosen = {tuple(question.wire for question in questions(t, count=3, seed=seed)) for seed in range(10)}
    assert len(chosen) > 5
    assert all(len(wires) == 3 for wires in chosen)
    assert questions(t, count=3, seed=1) == questions(t, count=3, seed=1)
    assert questions(t)[0].output != "f"  # an input has that name


def test_blanks_tell_nothing() -> None:
    t = trace(FORMULA, **VALUES)
    circuit = blanked(t, questions(t))
    gradients = [box.gradient for box in circuit.boxes]
    assert gradients == [BLANK, BLANK, BLANK, BLANK, 1.0]
    assert all(link.local == link.contribution == BLANK for link in circuit.links)
    told = re.sub("<style>.*?</style>", "", to_svg(circuit))
    assert "switcher" not in told
    assert "distributor" not in told
    assert told.count(">-7<") == 1  # the value of z
    assert to_text(circuit).count("-7") == 1


def test_what_is_not_asked_is_shown() -> None:
    t = trace(FORMULA, **VALUES)
    (question,) = questions(t, count=1, seed=0)
    circuit = blanked(t, [question])
    assert {box.name for box in circuit.boxes if box.gradient == BLANK} == {question.wire}
    assert circuit.output == "f"


@pytest.mark.parametrize(("formula", "count", "says"), [("x", 3, "no gradient to ask for"), ("x * x", 0, "count=0")])
def test_nothing_to_ask_is_refused(formula: str, count: int, says: str) -> None:
    with pytest.raises(BacklitError, match=says):
        questions(trace(formula, x=1), count)
