"""Questions about a trace: which gradients are blanked, what is right, and what each mistake would answer."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from backlit.declared.mistakes import Mistake
from backlit.drawing.parts import Box, Circuit, Link
from backlit.errors import BacklitError
from backlit.practice.arrivals import askable, find
from backlit.practice.mistakes import wrong_answers
from backlit.tracing import Trace

MOST_QUESTIONS = 8
"""So many gradients of a circuit are asked for."""

BLANK = "____"


@dataclass(frozen=True)
class Question:
    """One blanked gradient.

    Attributes
    ----------
    wire, output : str
        The question is the derivative of `output` with respect to `wire`.
    gradient : float
        The right answer.
    wrong : tuple of (Mistake, float)
        What the known mistakes would answer, the likeliest first; none of them is right.
    solution : str
        Upstream times local, in symbols and numbers.
    """

    wire: str
    output: str
    gradient: float
    wrong: tuple[tuple[Mistake, float], ...]
    solution: str


def questions(trace: Trace, count: int = MOST_QUESTIONS, seed: int = 0) -> tuple[Question, ...]:
    """Choose gradients to ask for, in the order in which backpropagation finds them.

    Parameters
    ----------
    trace : Trace
        Of single numbers.
    count : int
        At most so many; which, is decided by the seed.
    seed : int

    Returns
    -------
    tuple of Question

    Raises
    ------
    BacklitError
        If nothing can be asked, `count` is below 1, or the trace has arrays.

    Examples
    --------
    >>> from backlit import trace
    >>> [question.wire for question in questions(trace("(x + y) * z", x=-2, y=5, z=-4))]
    ['q1', 'z', 'y', 'x']
    """
    if count < 1:
        raise BacklitError(f"practice: count={count}; ask for at least 1 gradient")
    names = askable(trace)
    if not names:
        raise BacklitError(f"practice: {trace.title!r} has no gradient to ask for; take a formula such as (x + y) * z")
    chosen = sorted(random.Random(seed).sample(range(len(names)), min(count, len(names))), reverse=True)
    return tuple(_question(trace, names[place]) for place in chosen)


def blanked(trace: Trace, blanks_for: Sequence[Question], blank: str = BLANK) -> Circuit:
    """The circuit with blanks for the gradients that are asked for, and for all that would give them away.

    `blank` stands for a gradient that is asked for, `BLANK` for the rest.
    """
    drawn = trace.circuit(tables=False)
    blanks = {question.wire for question in blanks_for}
    boxes = tuple(_blank_box(box, blanks, blank) for box in drawn.boxes)
    return Circuit(drawn.title, boxes, tuple(_blank_link(link, blanks) for link in drawn.links), drawn.output)


def _question(trace: Trace, name: str) -> Question:
    question = find(trace, name)
    wrong = dict.fromkeys((mistake, candidate.answer) for mistake, candidate in wrong_answers(question))
    return Question(question.wire, question.output, question.gradient, tuple(wrong), question.written())


def _blank_box(box: Box, blanks: set[str], blank: str) -> Box:
    """Without the pattern too: it says what the gate does to a gradient."""
    return replace(box, gradient=blank if box.name in blanks else box.gradient, pattern="")


def _blank_link(link: Link, blanks: set[str]) -> Link:
    upstream = BLANK if link.target in blanks else link.upstream
    if link.source in blanks:
        return replace(link, local=BLANK, upstream=upstream, contribution=BLANK, local_formula="")
    return replace(link, upstream=upstream)
