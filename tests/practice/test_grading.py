"""Answers judged together, small gradients, hints, and a teacher's table."""

from __future__ import annotations

import csv
import io
import math

import numpy as np
import pytest

from backlit import BacklitError, trace
from backlit.practice import check, diagnose_answer, grades_csv, hints, questions, student_seed, worksheet
from backlit.practice.expressions import expression

PRODUCT = trace("(x + y) * z", x=-2, y=5, z=-4)


def test_answers_of_a_trace() -> None:
    grades = check({"q1": -4, "z": 3.0, "x": 1}, PRODUCT)
    assert [(grade.wire, grade.right) for grade in grades.grades] == [
        ("q1", True),
        ("z", True),
        ("y", False),
        ("x", False),
    ]
    assert type(float(grades)) is float
    assert float(grades) == 0.5
    assert "∂f/∂y: left out" in str(grades)
    assert str(grades).endswith("2 of 4 right.")


def test_answers_of_a_sheet_and_in_its_language() -> None:
    sheet = worksheet(3, seed=5, level=2, lang="ko")
    right = {problem.number: {q.wire: q.gradient for q in problem.questions} for problem in sheet.problems}
    grades = check(right, sheet)
    assert float(grades) == 1.0
    grades.require()
    assert "문제 정답" in str(grades)
    first = next(iter(right[2]))
    right[2][first] = -right[2][first] * 1.01
    with pytest.raises(AssertionError, match=rf"^2\. ∂f/∂{first} = "):
        check(right, sheet).require()


def test_an_autograders_traps_give_no_points(capfd: pytest.CaptureFixture[str]) -> None:
    """NaN, True and False count as full grades there, and a line on standard error costs all: ours are neither."""
    grades = check({"q1": math.nan, "z": True, "y": np.bool_(False), "x": None}, PRODUCT)
    assert float(grades) == 0.0
    check({wire: PRODUCT.wires[wire].gradient for wire in ("q1", "x", "y", "z")}, PRODUCT).require()
    assert capfd.readouterr() == ("", "")


def test_numbers_of_other_kinds_are_answers() -> None:
    assert check({"z": np.float32(3), "x": np.array(-4.0)}, PRODUCT).right == 2


@pytest.mark.parametrize(
    ("answers", "problems", "says"),
    [
        ({"w": 1}, PRODUCT, "nothing is asked of 'w' in problem 1; there are q1, z, y, x"),
        ({"x": "four"}, PRODUCT, "x of problem 1 is 'four'; give a number"),
        ({5: {}}, worksheet(2), "there is no problem 5; the sheet has 1 to 2"),
        ({1: 4}, worksheet(2), "problem 1 has 4; give a mapping"),
    ],
)
def test_what_is_no_answer_is_refused(answers: dict[object, object], problems: object, says: str) -> None:
    with pytest.raises(BacklitError, match=says):
        check(answers, problems)  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [1e-12, 1e-200, 1.0, 1e12])
def test_small_gradients_are_told_apart(size: float) -> None:
    """dx of a * x * y is a * y: 3 is right, 2 swapped, whatever the size; 0 is not right."""
    traced = trace("a * (x * y)", a=size, x=2, y=3)
    verdicts = [diagnose_answer(traced, "x", answer * size) for answer in (3, 3.002, 3.01, 0, 2)]
    assert [verdict.correct for verdict in verdicts] == [True, True, False, False, False]
    assert verdicts[-1].mistake is not None
    assert verdicts[-1].mistake.name == "swapped_inputs"


def test_where_contributions_cancel_zero_is_right() -> None:
    traced = trace("0.1 * x + 0.2 * x - 0.3 * x", x=1)
    assert traced.gradients["x"] != 0.0
    assert diagnose_answer(traced, "x", 0).correct


def test_three_hints_say_more_and_more_and_never_the_answer() -> None:
    for lang in ("en", "ko"):
        for number in range(20):
            traced = expression(2, 1 + number % 3, number)
            for question in questions(traced):
                rule, factors, one = hints(traced, question.wire, lang)
                assert question.wire in rule
                assert question.solution.startswith(factors)
                assert one.partition(" = ")[0] != question.solution.partition(" = ")[0]
    assert hints(PRODUCT, "f") == ()


def test_a_seed_a_student() -> None:
    seeds = {student_seed(f"student {number}") for number in range(200)}
    assert len(seeds) == 200
    assert student_seed("Ada", 1) != student_seed("Ada", 2)
    assert student_seed("Ada") == 662318061  # the same on every machine, this year and next
    with pytest.raises(BacklitError, match="the student's name is empty"):
        student_seed("")


def test_the_teachers_table() -> None:
    given = {"Ada, L.": check({"z": 3, "y": 4, "x": 77}, PRODUCT), "=HYPERLINK(1)": check({}, PRODUCT)}
    rows = list(csv.DictReader(io.StringIO(grades_csv(given))))
    assert [row["mistake"] for row in rows[:4]] == ["left_out", "", "sign", "unknown"]
    assert [row["right"] for row in rows] == ["0", "1", "0", "0", "0", "0", "0", "0"]
    assert {row["student"] for row in rows} == {"Ada, L.", "'=HYPERLINK(1)"}
    assert rows[1]["formula"] == "(x + y) * z"
