"""The page names the same mistake as Python: both compute from the one table."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import pytest

from backlit import trace
from backlit.declared.mistakes import MISTAKES
from backlit.drawing import component, words
from backlit.practice import diagnose_answer, hints, questions
from backlit.practice.expressions import expression
from backlit.tracing import Trace
from backlit.tracing.zooms import page_tables

FORMULAS = [
    trace("x*2 + x*(-4)", x=3),
    trace("(x + y) * z + x", x=-2, y=5, z=-4),
    trace("3 * sigmoid(w * x)", w=2.5, x=-1),
    trace("-log(1 - sigmoid(w * x + b))", w=2, x=1, b=2),
    trace("x * x + x / y", x=3, y=2),
    trace("max(x, y) * z - x ** 2", x=3, y=2, z=7),
]
TRACES = [*FORMULAS, *(expression(5, 1 + number % 3, number) for number in range(30))]
OTHERS = (0.0, 1.0, -1.0, 2.0, 123.0)


def cases(traced: Trace) -> list[tuple[str, float]]:
    asked = questions(traced)
    wrong = [(question.wire, answer) for question in asked for _, answer in question.wrong]
    return wrong + [(question.wire, answer) for question in asked for answer in (question.gradient, *OTHERS)]


def in_python(traced: Trace, wire: str, answer: float) -> str:
    verdict = diagnose_answer(traced, wire, answer)
    return "right" if verdict.correct else verdict.mistake.name if verdict.mistake else "unknown"


def on_the_page(traces: list[Trace], asked: list[list[tuple[str, float]]]) -> list[list[str]]:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node here to run JavaScript with")
    views = [component._view(traced.circuit()) for traced in traces]
    script = f"""{page_tables([traced.graph for traced in traces])}
{component.script()}
const views = {json.dumps(views)}, asked = {json.dumps(asked)};
console.log(JSON.stringify(views.map(({{boxes, links, output}}, at) => {{
  const wiring = new Wiring(boxes, links, output);
  return asked[at].map(([wire, answer]) => judge(wiring, wire, answer));
}})));"""
    done = subprocess.run([node, "-"], input=script, capture_output=True, text=True, check=True)
    verdicts: list[list[str]] = json.loads(done.stdout)
    return verdicts


@pytest.mark.slow
def test_both_name_the_same_mistake() -> None:
    asked = [cases(traced) for traced in TRACES]
    verdicts = on_the_page(TRACES, asked)
    made = set()
    for traced, pairs, row in zip(TRACES, asked, verdicts, strict=True):
        for (wire, answer), verdict in zip(pairs, row, strict=True):
            assert verdict == in_python(traced, wire, answer), (traced.title, wire, answer)
            made.add(verdict)
    assert made == {"right", "unknown", *(mistake.name for mistake in MISTAKES)}


def test_both_give_the_same_hints() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node here to run JavaScript with")
    asked = [[question.wire for question in questions(traced)] for traced in FORMULAS]
    script = f"""{page_tables([traced.graph for traced in FORMULAS])}
{component.script()}
writing.digits = ALL_DIGITS;
const said = {json.dumps(dict(words("en")))}, asked = {json.dumps(asked)};
const views = {json.dumps([component._view(traced.circuit()) for traced in FORMULAS])};
console.log(JSON.stringify(views.map(({{boxes, links, output}}, at) =>
  asked[at].map((wire) => hintsAt(new Wiring(boxes, links, output), wire, said)))));"""
    done = subprocess.run([node, "-"], input=script, capture_output=True, text=True, check=True)
    for traced, wires, told in zip(FORMULAS, asked, json.loads(done.stdout), strict=True):
        for wire, hinted in zip(wires, told, strict=True):
            named = traced.circuit().output, diagnose_answer(traced, wire, 0.0)._question.output
            assert hinted == [re.sub(rf"\b{named[1]}\b", named[0], hint) for hint in hints(traced, wire)]


def test_the_mistake_that_the_two_named_apart() -> None:
    """`x*2 + x*(-4)`, answer 2: one branch of the fork, though it is also the gradient with its sign turned."""
    assert in_python(FORMULAS[0], "x", 2.0) == "one_branch"
    assert on_the_page(FORMULAS[:1], [[("x", 2.0)]]) == [["one_branch"]]


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_the_page_has_a_sentence_for_every_verdict(lang: str) -> None:
    for verdict in ("right", "unknown", *(mistake.name for mistake in MISTAKES)):
        assert words(lang)[f"verdict_{verdict}"]
        assert f"verdict_{verdict}" in component.WORDS
