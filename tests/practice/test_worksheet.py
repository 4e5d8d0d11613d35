from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import pytest

from backlit import BacklitError
from backlit.practice import diagnose_answer, worksheet


def test_page_is_whole_and_loads_nothing() -> None:
    page = worksheet(4, seed=1, level=2).to_html()
    assert page.startswith("<!doctype html>")
    assert "src=" not in page
    assert "url(" not in page
    assert "<script" not in page
    assert page.count('<section class="problem">') == 4
    for picture in re.findall(r"<svg .*?</svg>", page, re.DOTALL):
        ElementTree.fromstring(picture)


@pytest.mark.parametrize("level", [1, 2, 3])
def test_a_hand_can_fill_each_blank_and_no_picture_is_wider_than_the_page(level: int) -> None:
    sheet = worksheet(10, seed=5, level=level)
    page = sheet.to_html().split('<section class="key">')[0]
    assert page.count('width="76" height="22"') == sum(len(problem.questions) for problem in sheet.problems)  # 20 mm
    assert not re.search("<text[^>]*>[^<]*____", page)
    for picture in re.findall(r"<svg [^>]*>", page):
        assert float(re.search(r' width="([\d.]+)"', picture)[1]) <= 680  # at this width letters of 12 px are 9 pt
    assert (page.count('class="strip"') > 10) == (level > 1)
    asked = [{question.wire for question in problem.questions} for problem in sheet.problems]
    for wires, section in zip(asked, page.split("<section")[1:], strict=True):
        assert not wires & set(re.findall(r'data-gradient="([^"]*)"', section))  # nothing gives an answer away


def test_answers_stand_on_a_page_of_their_own() -> None:
    sheet = worksheet(5, seed=2)
    problems, key = sheet.to_html().split('<section class="key">')
    assert "break-before:page" in problems
    assert key.count('class="answer"') == sum(len(problem.questions) for problem in sheet.problems)
    for problem in sheet.problems:
        assert all(question.solution not in problems for question in problem.questions)


def test_text_has_blanks_and_then_the_answers() -> None:
    sheet = worksheet(3, seed=4)
    problems, key = sheet.to_text().split("\f")
    assert problems.count("____") == sum(len(problem.questions) for problem in sheet.problems)
    for line in key.splitlines():
        found = re.match(r"   ∂f/∂(\w+) = .* = (\S+)$", line)
        if found:
            assert any(
                found[1] in [question.wire for question in problem.questions]
                and diagnose_answer(problem.trace, found[1], float(found[2])).correct
                for problem in sheet.problems
            )


def test_the_seed_decides_all() -> None:
    assert worksheet(3, 1).to_html() == worksheet(3, 1).to_html() != worksheet(3, 2).to_html()


def test_no_problem_comes_twice() -> None:
    sheet = worksheet(100, seed=0, level=1)
    assert len({(problem.trace.title, problem.given) for problem in sheet.problems}) == 100


def test_korean() -> None:
    sheet = worksheet(1, lang="ko")
    assert '<html lang="ko">' in sheet.to_html()
    for word in ("역전파", "상류 기울기", "국소 기울기", "정답"):
        assert word in sheet.to_html()
        assert word in sheet.to_text()


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"n": 0}, "0 problems; ask for 1 to 100"),
        ({"n": 101}, "101 problems"),
        ({"level": 0}, "level 0 is unknown"),
        ({"lang": "fr"}, "language 'fr' is unknown"),
    ],
)
def test_what_cannot_be_made_is_refused(settings: dict[str, object], says: str) -> None:
    with pytest.raises(BacklitError, match=says):
        worksheet(**settings)  # type: ignore[arg-type]
