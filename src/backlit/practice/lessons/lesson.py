"""What a lesson is: data that the page and the built site show alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from backlit.tracing import Trace, trace

Value = float | list[float]


@dataclass(frozen=True, slots=True)
class LessonTexts:
    """A lesson's words in one language; the answers are those to choose from.

    Parameters
    ----------
    title, about, question : str
    answers : tuple of str
        The right one first; a reader is shown them in an order of the lesson's own.
    reveal : str
        Why it is so, shown after a prediction.
    """

    title: str
    about: str
    question: str
    answers: tuple[str, ...]
    reveal: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """A number that an answer rests on: a gradient, or the output, at the lesson's values or others.

    Parameters
    ----------
    of : str
        An input, whose gradient it is; empty: the output's value.
    number : float
        To four digits.
    at : mapping
        Values other than the lesson's.
    """

    of: str
    number: float
    at: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lesson:
    """One idea, on one circuit.

    Parameters
    ----------
    name : str
    formula : str
    values : mapping
    texts : mapping
        Language -> `LessonTexts`.
    evidence : tuple of Evidence
    page : str
        The page of the lecture, without its ending; empty where there is none.
    network : mapping
        Choices for the view that trains, where the lesson goes on there.

    Examples
    --------
    >>> from backlit.practice.lessons import LESSONS
    >>> lesson = LESSONS[1]
    >>> lesson.name, lesson.traced().value
    ('circuits', -12.0)
    """

    name: str
    formula: str
    values: Mapping[str, Value]
    texts: Mapping[str, LessonTexts]
    evidence: tuple[Evidence, ...]
    page: str = ""
    network: Mapping[str, object] = field(default_factory=dict)

    def traced(self) -> Trace:
        """Its circuit."""
        return trace(self.formula, **self.values)

    def shown(self, lang: str) -> list[tuple[str, bool]]:
        """The answers in the order in which they are shown, each with whether it is right."""
        answers = self.texts[lang].answers
        first = len(self.name) % len(answers)
        marked = [(answer, place == 0) for place, answer in enumerate(answers)]
        return marked[-first:] + marked[:-first] if first else marked
