"""A circuit with blanks that a hand can fill: on paper each is a frame of 20 mm, as the circuit's page prints them."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from backlit.drawing import to_svg
from backlit.drawing.labels import NUMBER_SIZE
from backlit.drawing.measure import NARROW
from backlit.drawing.style import classes
from backlit.practice.questions import BLANK, Question, blanked
from backlit.tracing import Trace

WIDTH, HEIGHT, RAISED = 76, 22, 14
"""Pixels of a frame, 96 an inch: 20 mm, and as much as a row has; how far it stands above the line of its number."""

WIDE = "_" * math.ceil(WIDTH / (NUMBER_SIZE * NARROW))
"""Keeps the room of a frame where the picture is laid out."""

_BLANK_TEXT = re.compile(rf'<text {classes("gradient")} x="([-\d.]+)" y="([-\d.]+)"[^>]*>[^<]*{WIDE}</text>')
_HIDDEN = re.compile(
    rf"<rect {classes('chip')}[^>]*/>\n<text {classes('local')}[^>]*>× {BLANK}</text>\n?"
    rf"|<text {classes('branch')}[^>]*>{BLANK}</text>\n?"
)


def to_fill(trace: Trace, blanks_for: Sequence[Question], lang: str) -> str:
    """The picture with a frame for each gradient that is asked for; what would give one away is left out.

    Examples
    --------
    >>> from backlit import trace
    >>> from backlit.practice.questions import questions
    >>> product = trace("x * y", x=2, y=3)
    >>> to_fill(product, questions(product), "en").count('width="76" height="22"')
    2
    """
    svg = _HIDDEN.sub("", to_svg(blanked(trace, blanks_for, WIDE), lang, marked=True))
    return _BLANK_TEXT.sub(_frame, svg)


def _frame(text: re.Match[str]) -> str:
    x, y = map(float, text.groups())
    place = f'x="{x:g}" y="{y - RAISED:g}" width="{WIDTH}" height="{HEIGHT}" rx="3"'
    return f'<rect {place} style="fill:#ffffff;stroke:#12181f"/>'
