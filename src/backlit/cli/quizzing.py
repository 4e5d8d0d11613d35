"""`backlit quiz` and `backlit worksheet`: gradients to find by hand."""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

from backlit.cli.outputs import check_output
from backlit.cli.tracing import assigned
from backlit.errors import BacklitError, ParameterError, in_language
from backlit.files import write_whole
from backlit.formula import GATES
from backlit.formula.expression import names, parse
from backlit.practice import Question, diagnose_answer, hints, questions, to_moodle, to_qti
from backlit.practice.expressions import VALUES
from backlit.practice.messages import MESSAGES
from backlit.practice.worksheet import answered, table, worksheet
from backlit.tracing import Trace, trace

ATTEMPTS = 2
"""After so many wrong answers the derivation is shown."""

DRAWS = 200
"""So many sets of values are tried where a formula has no finite value at some of them."""

EXPORTS: Mapping[str, Callable[..., bytes]] = {".xml": lambda *sheets: to_moodle(*sheets).encode(), ".zip": to_qti}
"""What a worksheet is written as by its suffix, for systems of courses; else as a page."""

MOST_VARIANTS = 500
"""Students of one course, each with a seed."""

MOST_QUIZ_WIRES = 200
"""Wires; a longer table cannot be read in a terminal."""


def ask_gradients(expression: str, values: Sequence[str], seed: int, lang: str) -> None:
    """Show the circuit with blanks, ask for each, judge each answer, and end with a score."""
    texts = MESSAGES[lang]
    with in_language(lang):
        traced = drawn(expression, assigned(values), seed)
    for note in traced.graph.notes:
        print(f"backlit: {note.text(lang)}", file=sys.stderr)
    if len(traced.wires) > MOST_QUIZ_WIRES:
        raise BacklitError(
            f"expression: {len(traced.wires):,} wires, a quiz takes {MOST_QUIZ_WIRES}; take a shorter one"
        )
    quiz = questions(traced, seed=seed)
    print(table(traced, quiz, lang), end="\n\n")
    print(texts["text_task"].format(output=quiz[0].output), texts["hint"])
    right = [attempt for attempt in _attempts(traced, quiz, lang) if attempt]
    print("\n" + texts["score"].format(right=len(right), asked=len(quiz), first=right.count(1)))


def drawn(expression: str, given: dict[str, float], seed: int) -> Trace:
    """The trace at the given values, those that are missing drawn by the seed.

    Raises
    ------
    BacklitError
        If the formula has no finite value or gradient there, or at any of the values drawn.

    Examples
    --------
    >>> drawn("log(x) * y", {"y": -3.0}, seed=0).wires["x"].value > 0
    True
    """
    used = names(parse(expression, GATES, given))
    missing = [name for name in used if name not in given]
    rng = random.Random(f"{seed} values")
    for left in reversed(range(DRAWS if missing else 1)):
        try:
            traced = trace(expression, **given, **{name: rng.choice(VALUES) for name in missing})
            dict(traced.gradients)
            return traced
        except BacklitError:
            if left == 0:
                raise
    raise AssertionError


def number_from(text: str) -> float:
    """A learner's number: also a fraction, also with a typographic minus.

    Raises
    ------
    ValueError
        If it is none.

    Examples
    --------
    >>> number_from(" 1/4 "), number_from("−4"), number_from("2e-3")
    (0.25, -4.0, 0.002)
    """
    text = text.strip().replace("−", "-")
    try:
        number = float(text)
    except ValueError:
        number = float(Fraction(text.replace(" ", "")))
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def write_worksheet(output: Path, count: int, seed: int, level: int, lang: str, variants: int) -> None:
    """Write sheets of so many seeds, from this one on: a page to print, or by the suffix Moodle XML or QTI 2.1.

    Raises
    ------
    BacklitError
        If a page is to hold several variants, or their number is out of range.
    """
    if not 1 <= variants <= MOST_VARIANTS:
        raise ParameterError(f"--variants: {variants}; ask for 1 to {MOST_VARIANTS}", parameter="--variants")
    kind = output.suffix.lower()
    if variants > 1 and kind not in EXPORTS:
        raise ParameterError(f"--variants: a page holds one; take {' or '.join(EXPORTS)}", parameter="--variants")
    sheets = [worksheet(count, seed + more, level, lang) for more in range(variants)]
    check_output(output)
    write_whole(output, EXPORTS[kind](*sheets) if kind in EXPORTS else sheets[0].to_html().encode())


def _attempts(traced: Trace, quiz: Sequence[Question], lang: str) -> Iterator[int]:
    """What `_attempt` returns for each question, until the answers end."""
    try:
        for question in quiz:
            yield _attempt(traced, question, lang)
    except EOFError:
        print(f"\n{MESSAGES[lang]['ended']}")


def _attempt(traced: Trace, question: Question, lang: str) -> int:
    """Ask until the answer is right or the attempts are used up: the attempt that was right, else 0."""
    texts = MESSAGES[lang]
    helping = iter(hints(traced, question.wire, lang))
    for attempt in range(1, ATTEMPTS + 1):
        answer = _answer(question, helping, lang)
        if answer is None:
            break
        verdict = diagnose_answer(traced, question.wire, answer)
        print(verdict.message(lang))
        if verdict.correct:
            return attempt
        if attempt < ATTEMPTS:
            print(texts["again"])
    print(f"{answered(question)}\n\n{traced.derivation(question.wire, lang)}")
    return 0


def _answer(question: Question, helping: Iterator[str], lang: str) -> float | None:
    """The number that is given, requested until it is one; None if the learner wants the answer."""
    texts = MESSAGES[lang]
    while True:
        text = input(f"\n∂{question.output}/∂{question.wire} = ").strip()
        if not sys.stdin.isatty():  # nobody has typed the line's end
            print()
        if text == "?":
            return None
        if text == "h":
            print(next(helping, texts["hint"]))
            continue
        try:
            return number_from(text)
        except (ValueError, ZeroDivisionError, OverflowError):
            print(texts["no_number"].format(text=text))
