"""Worksheets as questions of Moodle: its XML, a question with embedded answers ('cloze') for each circuit.

Each blank is a number with a tolerance; every known mistake is an alternative of its own, whose feedback says what
happened and how to mend it. The format: Moodle's documentation, 'Moodle XML format' and 'Embedded Answers (Cloze)'.
"""

from __future__ import annotations

import base64
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from html import escape

from backlit.errors import BacklitError
from backlit.practice.exports import alternatives, checked, described, exact, picture, unknown
from backlit.practice.messages import MESSAGES
from backlit.practice.questions import Question
from backlit.practice.worksheet import Problem, Worksheet
from backlit.tracing.derivation.as_text import partial

MEANING = frozenset("{}~#\\")
"""What has a meaning in embedded answers."""


def to_moodle(*sheets: Worksheet) -> str:
    """Worksheets as Moodle XML, for *Question bank, Import*.

    Parameters
    ----------
    *sheets : Worksheet
        One, or one for each seed: a category for each problem's number then holds that problem of every sheet, and a
        quiz that draws a random question from each category gives every student other numbers.

    Returns
    -------
    str
        A whole XML document.

    Raises
    ------
    BacklitError
        If there is no sheet.

    Examples
    --------
    >>> from backlit.practice import worksheet
    >>> to_moodle(worksheet(2, seed=7))[:38]
    '<?xml version="1.0" encoding="UTF-8"?>'
    """
    quiz = ElementTree.Element("quiz")
    for place in range(max(len(sheet.problems) for sheet in checked(sheets))):
        category = ElementTree.SubElement(quiz, "question", type="category")
        name = MESSAGES[sheets[0].lang]["problem"].format(number=place + 1)
        _text(ElementTree.SubElement(category, "category"), f"$course$/top/Backlit/{name}")
        for sheet in sheets:
            if place < len(sheet.problems):
                quiz.append(_question(sheet, sheet.problems[place]))
    ElementTree.indent(quiz)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(quiz, encoding="unicode") + "\n"


def _question(sheet: Worksheet, problem: Problem) -> ElementTree.Element:
    texts, lang = MESSAGES[sheet.lang], sheet.lang
    made = ElementTree.Element("question", type="cloze")
    about = texts["about"].format(level=sheet.level, seed=sheet.seed)
    _text(ElementTree.SubElement(made, "name"), f"{problem.trace.title} ({about}, {problem.number})")
    asked = ElementTree.SubElement(made, "questiontext", format="html")
    _text(asked, "\n".join(_html(problem, lang)))
    file = f"circuit-{sheet.seed}-{problem.number}.svg"
    drawn = base64.b64encode(picture(problem, lang).encode()).decode()
    ElementTree.SubElement(asked, "file", name=file, path="/", encoding="base64").text = drawn
    asked[0].text = (asked[0].text or "").replace("@@PICTURE@@", f"@@PLUGINFILE@@/{file}")
    _text(ElementTree.SubElement(made, "generalfeedback", format="html"), "")
    ElementTree.SubElement(made, "penalty").text = "0.3333333"
    return made


def _html(problem: Problem, lang: str) -> Iterator[str]:
    texts = MESSAGES[lang]
    yield f"<p>{escape(problem.output)} = {escape(problem.trace.title)}, {texts['at']} {escape(problem.given)}</p>"
    yield f"<p>{escape(texts['task'].format(output=problem.output))}</p>"
    yield f'<p><img src="@@PICTURE@@" alt="{escape(described(problem, lang))}" class="img-fluid"></p>'
    for question in problem.questions:
        yield f"<p>{escape(partial(question.output, question.wire))} = {_blank(problem, question, lang)}</p>"


def _blank(problem: Problem, question: Question, lang: str) -> str:
    """A field, with every number that is recognised, and what is feedback of any other."""
    options = [
        f"{'=' if one.right else '%0%'}{exact(one.answer)}:{exact(one.tolerance)}#{_feedback(one.feedback)}"
        for one in alternatives(problem, question, lang)
    ]
    return f"{{1:NUMERICAL:{'~'.join([*options, f'%0%*#{_feedback(unknown(lang))}'])}}}"


def _feedback(feedback: str) -> str:
    if not MEANING.isdisjoint(feedback):
        raise BacklitError(f"Moodle: {feedback!r} has one of {' '.join(sorted(MEANING))}; rename the wire")
    return escape(feedback)


def _text(parent: ElementTree.Element, text: str) -> None:
    ElementTree.SubElement(parent, "text").text = text
