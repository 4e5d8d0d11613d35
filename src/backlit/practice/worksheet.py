"""A worksheet: circuits with blanked gradients, the answers on a page of their own; as a page to print or as text."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from backlit.drawing import number, to_text, words
from backlit.drawing.style import FONTS
from backlit.errors import BacklitError
from backlit.practice.expressions import expression
from backlit.practice.messages import MESSAGES
from backlit.practice.paper import to_fill
from backlit.practice.questions import Question, blanked, questions
from backlit.practice.strips import in_strips
from backlit.tracing import Trace

MOST_PROBLEMS = 100

PAGE_WIDTH = 680
"""Pixels of A4 within margins of 15 mm, 96 an inch: letters of 12 are 9 points."""

_STYLE = (
    ":root{color-scheme:light}@page{size:A4;margin:15mm}"
    f"body{{font-family:{FONTS};max-width:180mm;margin:2rem auto;padding:0 1rem;color:#12181f;background:#fff;"
    "line-height:1.45}"
    "h1{font-size:1.3rem;margin:0}h2{font-size:1rem;margin:0 0 .3rem}"
    ".who{display:flex;gap:2rem;margin:1rem 0}.who span{flex:1;border-bottom:1px solid #7b8591}"
    ".problem{break-inside:avoid;margin-top:1.6rem}h2 span{font-weight:400;margin-left:1.2rem}"
    ".problem svg{display:block;max-width:100%;height:auto}.problem .heading{display:none}"  # it stands in the h2
    ".about{color:#5a6570;margin:0}.key{break-before:page;margin-top:3rem}"
    '.problem svg[width="0"]{position:absolute}.problem svg.strip{max-width:none;overflow:hidden}'
    ".strip+.strip{border-top:1px dashed #7b8591;padding-top:.2rem}"
    "@media print{body{max-width:none;margin:0;padding:0}}"
    "table{font-size:.85rem;border-collapse:collapse;font-variant-numeric:tabular-nums}tr{break-inside:avoid}"
    "th,td{padding:.15rem .8rem .15rem 0;text-align:left;font-weight:400;vertical-align:top}.answer{font-weight:600}"
)


@dataclass(frozen=True)
class Problem:
    """One circuit and what is asked about it."""

    number: int
    trace: Trace
    questions: tuple[Question, ...]

    @property
    def output(self) -> str:
        """What the questions call the output."""
        return self.questions[0].output

    @property
    def given(self) -> str:
        """The inputs' values, such as ``x = -2, y = 5``."""
        inputs = (self.trace.wires.of(wire) for wire in self.trace.graph.given)
        return ", ".join(f"{wire.name} = {number(float(wire.value))}" for wire in inputs)


@dataclass(frozen=True)
class Worksheet:
    """Problems with their answers.

    Attributes
    ----------
    problems : tuple of Problem
    seed, level : int
    lang : str
    """

    problems: tuple[Problem, ...]
    seed: int
    level: int
    lang: str

    def to_html(self) -> str:
        """The sheet as one page that prints: problems, then the answers on a page of their own. Nothing is loaded."""
        texts = MESSAGES[self.lang]
        title = escape(texts["title"])
        return "\n".join(
            [
                "<!doctype html>",
                f'<html lang="{self.lang}">',
                '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
                f"<title>{title}</title><style>{_STYLE}</style></head>",
                f'<body><h1>{title}</h1><p class="about">{self._about()}</p>',
                f'<div class="who"><span>{texts["name"]}</span><span>{texts["date"]}</span></div>',
                f"<p>{escape(texts['task'].format(output=self._output()))}</p>",
                *(self._problem(problem) for problem in self.problems),
                f'<section class="key"><h1>{texts["key"]}</h1><p class="about">{self._about()}</p>',
                "<table><tbody>",
                *(row for problem in self.problems for row in _key_rows(problem)),
                "</tbody></table></section></body></html>",
                "",
            ]
        )

    def to_text(self) -> str:
        """The sheet as plain text: problems as tables with blanks, then the answers after a form feed."""
        texts = MESSAGES[self.lang]
        lines = [texts["title"], self._about(), "", texts["text_task"].format(output=self._output()), ""]
        for problem in self.problems:
            lines += [f"{problem.number}.", table(problem.trace, problem.questions, self.lang), ""]
        lines += [f"\f{texts['key']}", self._about(), ""]
        for problem in self.problems:
            lines.append(f"{problem.number}. {problem.trace.title}   {texts['at']} {problem.given}")
            lines += [f"   {answer}" for answer in map(answered, problem.questions)]
        return "\n".join(lines)

    def _about(self) -> str:
        return MESSAGES[self.lang]["about"].format(level=self.level, seed=self.seed)

    def _output(self) -> str:
        return self.problems[0].output

    def _problem(self, problem: Problem) -> str:
        at = MESSAGES[self.lang]["at"]
        formula = escape(f"{problem.number}. {problem.output} = {problem.trace.title}")
        heading = f"<h2>{formula} <span>{at} {escape(problem.given)}</span></h2>"
        picture = to_fill(problem.trace, problem.questions, self.lang)
        shown = in_strips(picture, PAGE_WIDTH, f"problem-{problem.number}")
        return f'<section class="problem">{heading}\n{shown}</section>'


def worksheet(n: int = 10, seed: int = 0, level: int = 1, lang: str = "en") -> Worksheet:
    """Make a worksheet.

    Parameters
    ----------
    n : int
        How many problems, at most 100.
    seed : int
        Decides the formulas and their values; the same seed gives the same sheet.
    level : {1, 2, 3}
        1: every input used once. 2: forks. 3: quotients, squares and activations as well.
    lang : {"en", "ko"}

    Returns
    -------
    Worksheet

    Raises
    ------
    BacklitError
        If one of these is out of range.

    Examples
    --------
    >>> sheet = worksheet(2, seed=7)
    >>> len(sheet.problems), sheet.to_html() == worksheet(2, seed=7).to_html()
    (2, True)
    """
    if not 1 <= n <= MOST_PROBLEMS:
        raise BacklitError(f"worksheet: {n} problems; ask for 1 to {MOST_PROBLEMS}")
    words(lang)
    problems = itertools.islice(_different(seed, level), n)
    made = tuple(Problem(place, traced, questions(traced, seed=seed)) for place, traced in enumerate(problems, 1))
    return Worksheet(made, seed, level, lang)


def table(trace: Trace, blanks_for: tuple[Question, ...], lang: str) -> str:
    """A circuit as a table of text with blanks; without edges, which would be blanks only."""
    drawn = blanked(trace, blanks_for)
    return to_text(type(drawn)(drawn.title, drawn.boxes, (), drawn.output), lang)


def answered(question: Question) -> str:
    """A solution with its result."""
    return f"{question.solution} = {number(question.gradient)}"


def _different(seed: int, level: int) -> Iterator[Trace]:
    """Formulas without end, none twice with the same values."""
    seen = set()
    for place in itertools.count():
        traced = expression(seed, level, place)
        key = (traced.title, tuple(float(wire.value) for wire in traced.graph.given))
        if key not in seen:
            seen.add(key)
            yield traced


def _key_rows(problem: Problem) -> Iterator[str]:
    """A row for each answer; the problem's number stands in the first."""
    for place, question in enumerate(problem.questions):
        head = f"{problem.number}." if place == 0 else ""
        solution, result = escape(question.solution), escape(number(question.gradient))
        yield f'<tr><th scope="row">{head}</th><td>{solution} = <span class="answer">{result}</span></td></tr>'
