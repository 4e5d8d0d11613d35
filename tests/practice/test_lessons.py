"""Lessons: what each answer rests on is what the circuit says, and both languages say the same."""

from __future__ import annotations

import pytest

from backlit import trace
from backlit.formula import GATES
from backlit.formula.expression import names, parse
from backlit.practice.lessons import FURTHER, LECTURE, LESSONS, Lesson

BY_NAME = {lesson.name: lesson for lesson in LESSONS}


def test_there_are_the_lectures_ten_stops_and_five_more() -> None:
    assert (len(LECTURE), len(FURTHER), len(BY_NAME)) == (10, 5, 15)


@pytest.mark.parametrize("lesson", LESSONS, ids=BY_NAME)
def test_an_answer_rests_on_numbers_of_its_circuit(lesson: Lesson) -> None:
    assert lesson.evidence
    assert set(names(parse(lesson.formula, GATES, lesson.values))) == lesson.values.keys()
    for evidence in lesson.evidence:
        traced = trace(lesson.formula, **{**lesson.values, **evidence.at})
        found = traced.gradients[evidence.of] if evidence.of else traced.value
        assert found == pytest.approx(evidence.number, rel=5e-3, abs=1e-12)


@pytest.mark.parametrize("lesson", LESSONS, ids=BY_NAME)
def test_both_languages_ask_the_same(lesson: Lesson) -> None:
    assert lesson.texts.keys() == {"en", "ko"}
    places = set()
    for lang, texts in lesson.texts.items():
        shown = lesson.shown(lang)
        assert sorted(answer for answer, _ in shown) == sorted(texts.answers)
        assert len(set(texts.answers)) == len(texts.answers) == 3
        assert [answer for answer, right in shown if right] == [texts.answers[0]]
        assert all((texts.title, texts.about, texts.question, texts.reveal))
        places.add([right for _, right in shown].index(True))
    assert len(places) == 1


def test_the_right_answer_is_not_always_in_the_same_place() -> None:
    assert len({[right for _, right in lesson.shown("en")].index(True) for lesson in LESSONS}) == 3
