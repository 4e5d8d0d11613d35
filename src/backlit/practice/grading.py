"""Many answers judged at once: for a notebook's cell, an autograder, a teacher's table."""

from __future__ import annotations

import csv
import hashlib
import io
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any, cast

from backlit.drawing.messages import words
from backlit.drawing.numbers import number
from backlit.errors import BacklitError, ParameterError
from backlit.practice.answers import Verdict, diagnose_answer
from backlit.practice.arrivals import askable, find
from backlit.practice.messages import MESSAGES
from backlit.practice.worksheet import MOST_PROBLEMS, Worksheet, worksheet
from backlit.tracing import Trace
from backlit.tracing.derivation.as_text import partial

SEEDS = 2**31 - 1
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""


@dataclass(frozen=True)
class Grade:
    """One answer.

    Attributes
    ----------
    problem : int
        Its number on the sheet; 1 where a single trace was asked about.
    formula, wire, output : str
    answer : float or None
        None if the question was left out, or the answer is no number.
    verdict : Verdict or None
    """

    problem: int
    formula: str
    wire: str
    output: str
    answer: float | None
    verdict: Verdict | None

    @property
    def right(self) -> bool:
        """Whether the answer is right."""
        return self.verdict is not None and self.verdict.correct


@dataclass(frozen=True)
class Grades:
    """What is said about a set of answers; as text one line an answer, as a float the share that is right.

    Attributes
    ----------
    grades : tuple of Grade
        One for each question, answered or not.
    lang : str
    """

    grades: tuple[Grade, ...]
    lang: str = "en"

    @property
    def right(self) -> int:
        """How many are right."""
        return sum(grade.right for grade in self.grades)

    def __float__(self) -> float:
        return self.right / len(self.grades)

    def __str__(self) -> str:
        texts = MESSAGES[self.lang]
        return "\n".join([*self._lines(), texts["grades"].format(right=self.right, asked=len(self.grades))])

    __repr__ = __str__

    def require(self) -> None:
        """Raise unless all is right: what an autograder's test calls. Nothing is printed when all is well.

        Raises
        ------
        AssertionError
            Its message is a line for each answer that is wrong or left out.
        """
        if self.right < len(self.grades):
            raise AssertionError("\n".join(self._lines(only_wrong=True)))

    def _lines(self, only_wrong: bool = False) -> Iterator[str]:
        texts, several = MESSAGES[self.lang], len({grade.problem for grade in self.grades}) > 1
        for grade in self.grades:
            if only_wrong and grade.right:
                continue
            prefix = f"{grade.problem}. " if several else ""
            said = texts["left_out"] if grade.verdict is None else grade.verdict.message(self.lang)
            answer = "" if grade.answer is None else f" = {number(grade.answer)}"
            yield f"{prefix}{partial(grade.output, grade.wire)}{answer}: {said}"


def check(answers: Mapping[Any, Any], problems: Trace | Worksheet | None = None, lang: str | None = None) -> Grades:
    """Judge answers, and name the mistake behind each that is wrong.

    Parameters
    ----------
    answers : mapping
        Of a trace: the name of a wire to a number. Of a worksheet: the number of a problem to such a mapping. None,
        NaN, True and False, and what is left out, are no answers.
    problems : Trace or Worksheet, optional
        What was asked; the worksheet of seed 0 and level 1 unless given, as far as the answers go.
    lang : {"en", "ko"}, optional
        The worksheet's unless given.

    Returns
    -------
    Grades

    Raises
    ------
    BacklitError
        If an answer is to no question, or is not a number.

    Examples
    --------
    >>> from backlit import trace
    >>> grades = check({"x": -4, "y": -4, "z": -4}, trace("(x + y) * z", x=-2, y=5, z=-4))
    >>> grades.right, float(grades)
    (2, 0.5)
    """
    if problems is None:
        known = [number for number in answers if isinstance(number, int) and 1 <= number <= MOST_PROBLEMS]
        problems = worksheet(max(known, default=1))
    lang = lang or (problems.lang if isinstance(problems, Worksheet) else "en")
    words(lang)
    if isinstance(problems, Trace):
        return Grades(tuple(_graded(1, problems, askable(problems)[::-1], answers)), lang)
    numbers = [problem.number for problem in problems.problems]
    for key in answers:
        if key not in numbers:
            raise BacklitError(f"answers: there is no problem {key!r}; the sheet has 1 to {numbers[-1]}")
    grades: list[Grade] = []
    for problem in problems.problems:
        given = answers.get(problem.number, {})
        if not isinstance(given, Mapping):
            raise BacklitError(
                f'answers: problem {problem.number} has {given!r}; give a mapping of wire to number, such as {{"x": 4}}'
            )
        grades += _graded(problem.number, problem.trace, [question.wire for question in problem.questions], given)
    return Grades(tuple(grades), lang)


def _graded(number: int, traced: Trace, wires: list[str], given: Mapping[Any, Any]) -> Iterator[Grade]:
    for name in given:
        if name not in wires:
            raise BacklitError(
                f"answers: nothing is asked of {name!r} in problem {number}; there are {', '.join(wires)}"
            )
    for wire in wires:
        answer = _number(number, wire, given.get(wire))
        verdict = None if answer is None else diagnose_answer(traced, wire, answer)
        yield Grade(number, traced.title, wire, find(traced, wire).output, answer, verdict)


def _number(number: int, wire: str, value: object) -> float | None:
    """A finite number, or None for what is no answer: autograders take True and NaN for full marks."""
    if value is None or isinstance(value, bool) or type(value).__name__ == "bool":
        return None
    if not isinstance(value, Real) and getattr(value, "ndim", None) != 0:
        raise BacklitError(f"answers: {wire} of problem {number} is {value!r}; give a number such as -4 or 0.25")
    answer = float(cast(Real, value))
    return answer if math.isfinite(answer) else None


def student_seed(student: str, seed: int = 0) -> int:
    """A seed of a student's own, the same at every call.

    Parameters
    ----------
    student : str
        A name or a number.
    seed : int
        Of the course: another one gives everybody another sheet.

    Returns
    -------
    int

    Examples
    --------
    >>> student_seed("Ada") == student_seed("Ada") != student_seed("Grace")
    True
    """
    if not student:
        raise ParameterError("student_seed: the student's name is empty", parameter="student")
    return int.from_bytes(hashlib.sha256(f"{seed} {student}".encode()).digest()[:8], "big") % SEEDS


def grades_csv(handed_in: Mapping[str, Grades]) -> str:
    """A teacher's table: who made which mistake where.

    Parameters
    ----------
    handed_in : mapping of str to Grades
        By student.

    Returns
    -------
    str
        Comma separated, one row a question: student, problem, formula, wire, answer, right (1 or 0), mistake (its name
        in the table of mistakes; ``unknown``, or ``left_out``).

    Examples
    --------
    >>> from backlit import trace
    >>> print(grades_csv({"Ada": check({"y": 3}, trace("x * y", x=2, y=3))}), end="")
    student,problem,formula,wire,answer,right,mistake
    Ada,1,x * y,y,3,0,swapped_inputs
    Ada,1,x * y,x,,0,left_out
    """
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(["student", "problem", "formula", "wire", "answer", "right", "mistake"])
    for student, grades in handed_in.items():
        for grade in grades.grades:
            answer = "" if grade.answer is None else number(grade.answer)
            row = [_plain(student), grade.problem, _plain(grade.formula), _plain(grade.wire), answer]
            rows.writerow([*row, int(grade.right), _mistake(grade)])
    return written.getvalue()


def _mistake(grade: Grade) -> str:
    if grade.verdict is None:
        return "left_out"
    if grade.verdict.correct:
        return ""
    return grade.verdict.mistake.name if grade.verdict.mistake else "unknown"


def _plain(text: str) -> str:
    """Text that no spreadsheet runs: a name could begin as a formula does."""
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text
