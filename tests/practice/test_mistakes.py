"""Each mistake is recognised by the number that it leads to, computed here by hand."""

from __future__ import annotations

import math

import pytest

from backlit import BacklitError, trace
from backlit.practice import MISTAKES, diagnose_answer, questions
from backlit.practice.expressions import expression

S = 1 / (1 + math.exp(2.5))  # sigmoid(-2.5)


def named(formula: str, wire: str, answer: float, **values: float) -> str | None:
    verdict = diagnose_answer(trace(formula, **values), wire, answer)
    assert not verdict.correct
    return verdict.mistake.name if verdict.mistake else None


@pytest.mark.parametrize(
    ("formula", "values", "wire", "answer", "mistake"),
    [
        ("x * y + x", {"x": 2, "y": 5}, "x", 5, "one_branch"),  # right: 5 + 1
        ("x * y + x", {"x": 2, "y": 5}, "x", 1, "one_branch"),
        ("x * x", {"x": 3}, "x", 3, "one_branch"),
        ("(x + y) * z", {"x": -2, "y": 5, "z": -4}, "z", -4, "swapped_inputs"),
        ("x * y * z", {"x": 2, "y": 5, "z": 3}, "x", 6, "swapped_inputs"),  # 3 * x, not 3 * y
        ("x / y", {"x": 3, "y": 2}, "x", -0.75, "swapped_inputs"),
        ("x - y", {"x": 3, "y": 2}, "y", 1, "swapped_inputs"),
        ("max(x, y) * z", {"x": 3, "y": 2, "z": 7}, "y", 7, "swapped_inputs"),
        ("2 * x", {"x": 5}, "x", 5, "swapped_inputs"),
        ("x * y", {"x": 2, "y": 5}, "x", -5, "sign"),
        ("3 * sigmoid(z)", {"z": -2.5}, "z", 3, "stopped_before_gate"),
        ("3 * sigmoid(w * x)", {"w": 2.5, "x": -1}, "w", -3, "upstream_before_gate"),
        ("2 * (x * y)", {"x": 7, "y": 5}, "x", 2, "forgot_local"),
        ("2 * (x * y)", {"x": 7, "y": 5}, "x", 5, "local_alone"),
        ("3 * sigmoid(z)", {"z": -2.5}, "z", S * (1 - S), "local_alone"),
        ("2 * (x + y)", {"x": 7, "y": 5}, "x", 7, "value"),
        ("(x + y) * z", {"x": -2, "y": 5, "z": -4}, "f", -12, "value"),
        ("2 * (x * y)", {"x": 7, "y": 5}, "x", 123, None),
    ],
)
def test_mistake_is_named(
    formula: str, values: dict[str, float], wire: str, answer: float, mistake: str | None
) -> None:
    assert named(formula, wire, answer, **values) == mistake


def test_the_published_mistake_is_named() -> None:
    """The widgets of the lecture's experiment step by dC/da (55.598150) where dC/dz (0.982014) is right."""
    t = trace("-log(1 - sigmoid(w * x + b))", w=2, x=1, b=2)
    verdict = diagnose_answer(t, "q2", 55.598150)
    assert verdict.mistake is not None
    assert verdict.mistake.name == "stopped_before_gate"
    assert "dC/da for dC/dz" in verdict.message()
    assert diagnose_answer(t, "w", 0.982014).correct
    at_weight = diagnose_answer(t, "b", 55.598150)
    assert at_weight.mistake is not None
    assert at_weight.mistake.name == "upstream_before_gate"


@pytest.mark.slow
def test_every_mistake_can_be_made() -> None:
    traces = [expression(0, level, number) for level in (2, 3) for number in range(60)]
    made = {mistake.name for traced in traces for question in questions(traced) for mistake, _ in question.wrong}
    assert made == {mistake.name for mistake in MISTAKES}


@pytest.mark.slow
def test_no_wrong_answer_is_right_and_each_is_recognised() -> None:
    for number in range(15):
        traced = expression(3, 1 + number % 3, number)
        for question in questions(traced):
            assert question.gradient == pytest.approx(traced.wires[question.wire].gradient)
            assert diagnose_answer(traced, question.wire, question.gradient).correct
            for mistake, answer in question.wrong:
                verdict = diagnose_answer(traced, question.wire, answer)
                assert not verdict.correct
                assert mistake is verdict.mistake or mistake in verdict.also


def test_the_likeliest_comes_first_and_the_others_are_said() -> None:
    verdict = diagnose_answer(trace("(x + y) * z", x=-2, y=5, z=-4), "z", -4)
    assert [mistake.name for mistake in verdict.also] == ["value"]
    assert "The same number also comes from: the value." in verdict.message()


@pytest.mark.parametrize("answer", [0.1966, 0.196611933, 0.19675])
def test_three_digits_are_enough(answer: float) -> None:
    assert diagnose_answer(trace("sigmoid(x)", x=1), "x", answer).correct


@pytest.mark.parametrize("answer", [0.1962, 0.197])
def test_two_digits_are_not(answer: float) -> None:
    assert not diagnose_answer(trace("sigmoid(x)", x=1), "x", answer).correct


def test_zero_is_an_answer() -> None:
    t = trace("max(x, y)", x=1, y=2)
    assert diagnose_answer(t, "x", 0).correct
    assert not diagnose_answer(t, "x", 0.001).correct


def test_message_shows_upstream_times_local_and_leaves_the_product() -> None:
    t = trace("(x + y) * z + x", x=-2, y=5, z=-4)
    verdict = diagnose_answer(t, "x", 1)
    assert verdict.message() == (
        "x is read in 2 places, and this is the contribution of one of them only, through f. "
        "At a fork, sum upstream × local over all branches: ∂f/∂x = ∂f/∂q1 · 1 + 1 · 1 = (-4) × 1 + 1 × 1. "
        "The same number also comes from: the local gradient alone."
    )
    korean = verdict.message("ko")
    assert "갈림길" in korean
    assert "상류 기울기 × 국소 기울기" in korean
    with pytest.raises(BacklitError, match="language 'fr' is unknown"):
        verdict.message("fr")


def test_every_mistake_speaks_both_languages() -> None:
    for mistake in MISTAKES:
        for texts in (mistake.title, mistake.what, mistake.mend):
            assert set(texts) == {"en", "ko"}
            assert any("가" <= letter <= "힣" for letter in texts["ko"])


@pytest.mark.parametrize(
    ("wire", "answer", "says"),
    [
        ("x", math.nan, "the answer nan is not finite"),
        ("x", math.inf, "the answer inf is not finite"),
        ("u", 1.0, "'u' is no wire with a gradient; there are x, y, q1, f"),
    ],
)
def test_what_is_no_answer_is_refused(wire: str, answer: float, says: str) -> None:
    with pytest.raises(BacklitError) as caught:
        diagnose_answer(trace("x * y + 2", x=1, y=2), wire, answer)
    assert says in str(caught.value)


def test_arrays_are_refused() -> None:
    with pytest.raises(BacklitError, match="x is an array of shape"):
        diagnose_answer(trace("sum(x)", x=[1, 2]), "x", 1)
