"""Answers judged: right, or the mistake that leads there and what to say about it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from backlit.declared.mistakes import MULTIPLY, Mistake
from backlit.drawing.messages import words
from backlit.errors import BacklitError
from backlit.practice.arrivals import Arrival, GradientQuestion, find
from backlit.practice.mistakes import same, wrong_answers
from backlit.tracing import Trace
from backlit.tracing.derivation.as_text import partial

RIGHT: Mapping[str, str] = {"en": "Right.", "ko": "맞았습니다."}
UNKNOWN: Mapping[str, str] = {
    "en": "This is none of the known mistakes.",
    "ko": "알려진 실수 가운데 하나가 아닙니다.",
}
ALSO: Mapping[str, str] = {
    "en": "The same number also comes from: {titles}.",
    "ko": "다음 실수에서도 같은 수가 나옵니다: {titles}.",
}


@dataclass(frozen=True)
class Verdict:
    """What is said about an answer.

    Attributes
    ----------
    correct : bool
    mistake : Mistake or None
        The likeliest one that leads to the answer; None if it is right, or no known mistake leads to it.
    also : tuple of Mistake
        Others that lead to the same number.
    """

    correct: bool
    mistake: Mistake | None
    also: tuple[Mistake, ...]
    _question: GradientQuestion
    _at: Arrival | None

    def message(self, lang: str = "en") -> str:
        """What happened and the mend, which leaves the last product to the learner.

        Parameters
        ----------
        lang : {"en", "ko"}

        Returns
        -------
        str
            One line.

        Raises
        ------
        BacklitError
            If the language is unknown.
        """
        words(lang)
        if self.correct:
            return RIGHT[lang]
        said = [UNKNOWN, MULTIPLY] if self.mistake is None else [self.mistake.what, self.mistake.mend]
        lines = [text[lang].format(**self._names()) for text in said]
        if self.also:
            lines.append(ALSO[lang].format(titles=", ".join(mistake.title[lang] for mistake in self.also)))
        return " ".join(lines)

    def _names(self) -> dict[str, str | int]:
        """What the messages may name."""
        question, at = self._question, self._at
        names: dict[str, str | int] = {
            "wire": question.wire,
            "of_wire": partial(question.output, question.wire),
            "count": len(question.arrivals),
            "product": question.written(),
        }
        if at is not None:
            names |= {"gate": at.gate, "top": at.top, "of_top": partial(question.output, at.top)}
            names["of_beyond"] = partial(question.output, at.beyond_name)
        return names


def diagnose_answer(trace: Trace, wire_name: str, answer: float) -> Verdict:
    """Say whether an answer is a wire's gradient, and if not, which mistake leads to it.

    Parameters
    ----------
    trace : Trace
        Of single numbers.
    wire_name : str
        An input, a parameter or a gate's wire.
    answer : float
        Right within 1e-3, relative, however small the gradient is.

    Returns
    -------
    Verdict

    Raises
    ------
    BacklitError
        If the answer is not finite, the wire is unknown or has no gradient, or the trace has arrays.

    Examples
    --------
    >>> from backlit import trace
    >>> t = trace("(x + y) * z", x=-2, y=5, z=-4)
    >>> diagnose_answer(t, "z", 3).correct
    True
    >>> diagnose_answer(t, "z", -4).mistake.name
    'swapped_inputs'
    """
    if not math.isfinite(answer):
        raise BacklitError(f"practice: the answer {answer} is not finite; give a number such as -4 or 0.25")
    question = find(trace, wire_name)
    if same(answer, question.gradient, question.scale):
        return Verdict(True, None, (), question, None)
    found = [each for each in wrong_answers(question) if same(answer, each[1].answer, question.scale)]
    if not found:
        return Verdict(False, None, (), question, None)
    first, candidate = found[0]
    also = tuple(dict.fromkeys(mistake for mistake, _ in found if mistake is not first))
    return Verdict(False, first, also, question, candidate.at)
