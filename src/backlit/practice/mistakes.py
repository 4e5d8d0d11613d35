"""The wrong answers that each mistake of the table leads to, at one wire."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

from backlit.declared.gates import GATES
from backlit.declared.mistakes import MISTAKES, NEXT_TO_ZERO, TOLERANCE, Mistake, Wrong
from backlit.formula.expression import parse
from backlit.formula.numpy import Scope, evaluator
from backlit.practice.arrivals import Arrival, GradientQuestion


class WrongAnswer(NamedTuple):
    """A number that a mistake leads to, and the gate at which it happens, if it happens at one."""

    answer: float
    at: Arrival | None = None


def wrong_answers(question: GradientQuestion) -> Iterator[tuple[Mistake, WrongAnswer]]:
    """Every wrong number that a mistake leads to, the likeliest mistake first; none that is right by luck."""
    for mistake in MISTAKES:
        for candidate in _wrong_answers_of(mistake.wrong, question):
            if math.isfinite(candidate.answer) and not same(candidate.answer, question.gradient, question.scale):
                yield mistake, candidate


def same(answer: float, right: float, scale: float) -> bool:
    """Whether two numbers are the same to three digits; `scale` is the largest contribution, however small."""
    return math.isclose(answer, right, rel_tol=TOLERANCE, abs_tol=NEXT_TO_ZERO * scale)


def _wrong_answers_of(wrong: Wrong, question: GradientQuestion) -> Iterator[WrongAnswer]:
    compute = _compiled(wrong.formula)
    if wrong.form == "whole":
        yield WrongAnswer(float(compute({"gradient": question.gradient, "value": question.value})))
        return
    able = [arrival for arrival in question.arrivals if not wrong.needs or _has(arrival, wrong.needs)]
    answers = [(arrival, float(compute(_scope(arrival)))) for arrival in able]
    several = len(answers) > 1
    if wrong.form == "one":
        yield from (WrongAnswer(answer, arrival) for arrival, answer in answers if several)
    elif wrong.form == "alone":
        yield from (WrongAnswer(answer, arrival) for arrival, answer in answers)
        if several:
            yield WrongAnswer(sum(answer for _, answer in answers), answers[0][0])
    else:
        for arrival, answer in answers:
            yield WrongAnswer(question.gradient - arrival.value + answer, arrival)
        if several:
            yield WrongAnswer(
                question.gradient + sum(answer - arrival.value for arrival, answer in answers), answers[0][0]
            )


@lru_cache
def _compiled(formula: str) -> Callable[[Scope], float]:
    return evaluator(parse(formula, GATES))


def _has(arrival: Arrival, needs: str) -> bool:
    value = getattr(arrival, needs)
    return value is not None and value is not False  # 0 is a number like any other


def _scope(arrival: Arrival) -> dict[str, float | None]:
    return {name: getattr(arrival, name) for name in ("upstream", "local", "swapped", "beyond")}
