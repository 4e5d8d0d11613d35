"""The messages of the lessons' view, by language; `lessons` is its title, `lessons_lead` the line beside the title."""

from __future__ import annotations

from collections.abc import Mapping

MESSAGES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "lessons": "Lessons",
        "lessons_lead": "Predict, then see why: one circuit a lesson.",
        "the_lecture": "The lecture in ten stops",
        "five_more": "Five more",
        "all_lessons": "All lessons",
        "before": "Lesson before",
        "next": "Next lesson",
        "predict": "Predict first",
        "was_right": "Right.",
        "was_wrong": "Not this one. It is: {answer}.",
        "its_circuit": "Its circuit: step through it, and change its numbers",
        "train_it": "Train such a network",
        "own_formula": "Change the formula",
        "formula_of": "The formula",
    },
    "ko": {
        "lessons": "수업",
        "lessons_lead": "먼저 예측하고, 왜 그런지 봅니다. 수업마다 회로가 하나 있습니다.",
        "the_lecture": "강의의 열 정거장",
        "five_more": "다섯 가지 더",
        "all_lessons": "모든 수업",
        "before": "이전 수업",
        "next": "다음 수업",
        "predict": "먼저 예측해 보세요",
        "was_right": "맞았습니다.",
        "was_wrong": "아닙니다. 정답은 ‘{answer}’입니다.",
        "its_circuit": "이 수업의 회로: 한 단계씩 따라가고 수를 바꿔 보세요",
        "train_it": "이런 신경망 학습시키기",
        "own_formula": "식 바꿔 보기",
        "formula_of": "식",
    },
}
