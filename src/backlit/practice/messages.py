"""The messages of worksheets and quizzes, in each language."""

from __future__ import annotations

from collections.abc import Mapping

MESSAGES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "Backpropagation: find the gradients",
        "about": "Level {level}, seed {seed}",
        "name": "Name",
        "date": "Date",
        "task": "Above each wire stands its value. Fill in the gradient of {output} below each wire that has a blank: "
        "upstream × local gradient, summed where a wire is read more than once. The label on each edge is the local "
        "gradient.",
        "text_task": "Fill in the gradient of {output} at each blank: upstream × local gradient, summed where a wire "
        "is read more than once.",
        "at": "at",
        "key": "Answer key",
        "hint": "Write h for a hint, ? to see an answer.",
        "no_number": "{text!r} is not a number; write it as -4, 0.25 or 1/4",
        "again": "Once more.",
        "score": "{right} of {asked} right, {first} at the first attempt.",
        "ended": "The answers ended early.",
        "grades": "{right} of {asked} right.",
        "left_out": "left out, or no number.",
        "problem": "Problem {number}",
        "about_picture": "The circuit of {formula} with {given}; its gradients are blanks.",
    },
    "ko": {
        "title": "역전파: 기울기 구하기",
        "about": "수준 {level}, 시드 {seed}",
        "name": "이름",
        "date": "날짜",
        "task": "각 선 위에는 값이 있습니다. 빈칸이 있는 선 아래에 {output}의 기울기를 쓰세요: 상류 기울기 × "
        "국소 기울기이고, 여러 곳에서 쓰이는 선에서는 더합니다. 간선의 라벨은 국소 기울기입니다.",
        "text_task": "빈칸마다 {output}의 기울기를 쓰세요: 상류 기울기 × 국소 기울기이고, "
        "여러 곳에서 쓰이는 선에서는 더합니다.",
        "at": "값:",
        "key": "정답",
        "hint": "h를 쓰면 힌트를, ?를 쓰면 정답을 보여 줍니다.",
        "no_number": "{text!r}: 수가 아닙니다. -4, 0.25 또는 1/4처럼 쓰세요",
        "again": "다시 해 보세요.",
        "score": "{asked}문제 중 {right}문제 정답, 첫 시도에 {first}문제.",
        "ended": "답이 일찍 끝났습니다.",
        "grades": "{asked}문제 중 {right}문제 정답.",
        "left_out": "답이 없거나 수가 아닙니다.",
        "problem": "문제 {number}",
        "about_picture": "{given}일 때 {formula}의 회로이며 기울기는 빈칸입니다.",
    },
}
"""Language -> message -> its text."""
