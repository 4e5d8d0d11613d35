from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from backlit.errors import BacklitError
from backlit.reporting.charts import Line, curves, ticks
from backlit.reporting.messages import MESSAGES

from .conftest import SCRIPT, Case


class Seen(HTMLParser):
    """The elements of a page, its text, and what is open at its end."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(params=["wine", "diabetes"])
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.getfixturevalue(request.param)
    return found


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_a_page_is_whole_asks_for_nothing_and_runs_nothing(case: Case, lang: str) -> None:
    page = case.report.to_html(lang)
    seen = Seen(page)
    assert seen.open == []
    tags = {tag for tag, _ in seen.elements}
    assert not tags & {"script", "link", "img", "iframe", "object", "b"}
    attributes = {name for _, given in seen.elements for name in given}
    assert not attributes & {"src", "href", "style"}
    assert not any(name.startswith("on") for name in attributes)
    assert "nan" not in " ".join(given.get("d") or "" for _, given in seen.elements)
    assert f'<html lang="{lang}">' in page


def test_the_policy_allows_this_style_and_nothing_else(wine: Case) -> None:
    page = wine.report.to_html()
    (style,) = re.findall("<style>(.*?)</style>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in page
    assert "url(" not in style


def test_names_are_shown_as_they_are(wine: Case) -> None:
    page = wine.report.to_html()
    assert SCRIPT not in page
    assert Seen(page).text.count(SCRIPT) >= 5  # title, heading, matrix twice, class, column


def test_pictures_have_words_and_tables_have_scopes(case: Case) -> None:
    seen = Seen(case.report.to_html())
    for tag, given in seen.elements:
        if tag == "svg":
            assert given.get("aria-hidden") == "true" or (given["role"] == "img" and given["aria-label"])
        if tag == "th":
            assert given["scope"] in ("row", "col")
    tags = [tag for tag, _ in seen.elements]
    assert tags.count("table") == tags.count("caption") > 3


def test_the_numbers_are_those_of_the_report(case: Case) -> None:
    text = Seen(case.report.to_html()).text
    for score in case.report.scores:
        assert f"{score.measure}{score.model:.4f}{score.baseline:.4f}" in text
    for name, mean, std in case.report.importance.ranked():
        assert f"{name}{mean:.4g}{std:.4g}" in text


def test_both_languages_say_the_same_and_korean_is_korean(wine: Case) -> None:
    assert list(MESSAGES["en"]) == list(MESSAGES["ko"])
    fields = {lang: [sorted(re.findall(r"{\w+}", word)) for word in table.values()] for lang, table in MESSAGES.items()}
    assert fields["en"] == fields["ko"]
    text = Seen(wine.report.to_html("ko")).text
    assert all(word in text for word in ("혼동 행렬", "보정", "열의 중요도", "기울기 흐름", "구성원 4"))
    assert "Confusion" not in text


def test_an_unknown_language_is_one_line(wine: Case) -> None:
    with pytest.raises(BacklitError, match="language"):
        wine.report.to_html("xx")


def test_what_is_not_finite_breaks_a_line() -> None:
    drawn = curves("t", [Line("a", (1, 2, 3, 4), (1.0, float("nan"), 3.0, 4.0))], "x", "y", "")
    (path,) = re.findall(r'class="line s0" d="([^"]*)"', drawn)
    assert re.sub(r"[\d. ]", "", path) == "MML"


@pytest.mark.parametrize(("low", "high"), [(0.0, 1e-7), (-3e9, 1e9), (0.97, 0.971), (-1.0, 0.0)])
def test_ticks_are_few_and_within(low: float, high: float) -> None:
    found = ticks(low, high)
    assert 3 <= len(found) <= 7
    slack = 1e-6 * (high - low)
    assert all(low - slack <= tick <= high + slack for tick in found)
