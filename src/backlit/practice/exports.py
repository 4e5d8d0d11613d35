"""What exports share: the numbers that a question recognises, each with its tolerance and what is feedback of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from backlit.declared.mistakes import NEXT_TO_ZERO, TOLERANCE
from backlit.drawing import to_svg
from backlit.drawing.measure import printable
from backlit.errors import ParameterError
from backlit.practice.answers import RIGHT, UNKNOWN, diagnose_answer
from backlit.practice.arrivals import find
from backlit.practice.messages import MESSAGES
from backlit.practice.questions import Question, blanked
from backlit.practice.worksheet import Problem, Worksheet


@dataclass(frozen=True)
class Alternative:
    """A number that is recognised, and what is feedback of it."""

    answer: float
    tolerance: float
    right: bool
    feedback: str


def alternatives(problem: Problem, question: Question, lang: str) -> Iterator[Alternative]:
    """The right answer first, then what each known mistake leads to, no number twice."""
    scale = NEXT_TO_ZERO * find(problem.trace, question.wire).scale
    yield Alternative(question.gradient, max(TOLERANCE * abs(question.gradient), scale), True, RIGHT[lang])
    taken: list[float] = []
    for _, answer in question.wrong:
        tolerance = max(TOLERANCE * abs(answer), scale)
        if all(abs(answer - other) > tolerance for other in taken):
            taken.append(answer)
            feedback = diagnose_answer(problem.trace, question.wire, answer).message(lang)
            yield Alternative(answer, tolerance, False, printable(feedback))


def unknown(lang: str) -> str:
    """What is feedback of any other number."""
    return UNKNOWN[lang]


def picture(problem: Problem, lang: str) -> str:
    """The circuit with blanks, as a file of its own."""
    return to_svg(blanked(problem.trace, problem.questions), lang)


def described(problem: Problem, lang: str) -> str:
    """The picture's text alternative."""
    return MESSAGES[lang]["about_picture"].format(formula=problem.trace.title, given=problem.given)


def exact(number: float) -> str:
    """A number as it is, to the last digit: a rounded answer would miss its own tolerance.

    Examples
    --------
    >>> exact(-4.0), exact(0.1), exact(1e-07), exact(-0.0)
    ('-4', '0.1', '1e-07', '0')
    """
    return repr(number + 0.0).removesuffix(".0")


def checked(sheets: Sequence[Worksheet]) -> Sequence[Worksheet]:
    """The sheets that are exported.

    Raises
    ------
    ParameterError
        If there is none.
    """
    if not sheets:
        raise ParameterError("no worksheet to export; give at least one, such as worksheet(10)", parameter="sheets")
    return sheets
