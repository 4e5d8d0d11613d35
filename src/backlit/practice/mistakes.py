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
from backlit.practice.arrivals import Arrival, Spot


class Slip(NamedTuple):
    """A number that a mistake leads to, and the gate at which it happens, if it happens at one."""

    answer: float
    at: Arrival | None = None


def slips(spot: Spot) -> Iterator[tuple[Mistake, Slip]]:
    """Every wrong number that a mistake leads to, the likeliest mistake first; none that is right by luck."""
    for mistake in MISTAKES:
        for slip in _slips_of(mistake.wrong, spot):
            if math.isfinite(slip.answer) and not same(slip.answer, spot.gradient):
                yield mistake, slip


def same(answer: float, right: float) -> bool:
    """Whether two numbers are the same to three digits."""
    return math.isclose(answer, right, rel_tol=TOLERANCE, abs_tol=NEXT_TO_ZERO)


def _slips_of(wrong: Wrong, spot: Spot) -> Iterator[Slip]:
    compute = _compiled(wrong.formula)
    if wrong.form == "whole":
        yield Slip(float(compute({"gradient": spot.gradient, "value": spot.value})))
        return
    able = [arrival for arrival in spot.arrivals if not wrong.needs or _has(arrival, wrong.needs)]
    answers = [(arrival, float(compute(_scope(arrival)))) for arrival in able]
    several = len(answers) > 1
    if wrong.form == "one":
        yield from (Slip(answer, arrival) for arrival, answer in answers if several)
    elif wrong.form == "alone":
        yield from (Slip(answer, arrival) for arrival, answer in answers)
        if several:
            yield Slip(sum(answer for _, answer in answers), answers[0][0])
    else:
        for arrival, answer in answers:
            yield Slip(spot.gradient - arrival.value + answer, arrival)
        if several:
            yield Slip(spot.gradient + sum(answer - arrival.value for arrival, answer in answers), answers[0][0])


@lru_cache
def _compiled(formula: str) -> Callable[[Scope], float]:
    return evaluator(parse(formula, GATES))


def _has(arrival: Arrival, needs: str) -> bool:
    value = getattr(arrival, needs)
    return value is not None and value is not False  # 0 is a number like any other


def _scope(arrival: Arrival) -> dict[str, float | None]:
    return {name: getattr(arrival, name) for name in ("upstream", "local", "swapped", "beyond")}
