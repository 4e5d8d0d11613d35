"""axe-core finds no fault in the views of the local page and in reports: two languages, light and dark, at work."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

import backlit
from backlit import MLPClassifier
from backlit.reporting import Report

View = Callable[..., Any]
Violations = Callable[[Any], list[str]]

CHANCE = np.random.default_rng(0)
X = np.round(CHANCE.normal(size=(60, 3)), 3)
Y = np.where(X[:, 0] > X[:, 1], "up", "down")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """A model and a table that the page is opened with."""
    folder: Path = tmp_path_factory.mktemp("mine")
    MLPClassifier((4,), activation="tanh", solver="lbfgs", random_state=0).fit(X, Y).save(folder / "mine.backlit")
    lines = ["a;b;c;said", *(";".join([*map(str, x), y]) for x, y in zip(X, Y, strict=True))]
    (folder / "rows.csv").write_text("\n".join(lines))
    return "--model", str(folder / "mine.backlit"), "--data", str(folder / "rows.csv")


def ready(page: Any) -> None:
    page.wait_for_selector("#picture svg")
    expect(page.locator("#clock")).to_contain_text(re.compile(r"\b0\b"))


def trained(page: Any) -> None:
    ready(page)
    page.locator("#play").click()
    expect(page.locator("#clock b")).to_have_text(re.compile(r"\d\d"), timeout=20_000)
    page.locator("#play").click()


def laid_open(page: Any) -> None:
    """All that is folded away, one row's circuit too."""
    ready(page)
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    page.locator("#row-form button").click()
    page.wait_for_selector("#row-view iframe")


def asked_wrongly(page: Any) -> None:
    ready(page)
    page.fill("#rate", "fast")
    page.press("#rate", "Enter")
    expect(page.locator("#problem")).not_to_be_empty()


def revealed(page: Any) -> None:
    page.locator("#answers button").first.click()
    page.wait_for_selector("iframe.circuit")


STATES: Mapping[str, tuple[str, Callable[[Any], object]]] = {
    "lessons": ("lessons", lambda page: page.wait_for_selector(".cards img")),
    "lesson, revealed": ("lessons", revealed),
    "circuit": ("circuit", lambda page: page.wait_for_selector("iframe.circuit")),
    "slow": ("slow", lambda page: page.wait_for_selector(".cost")),
    "network, ready": ("network", ready),
    "network, trained": ("network", trained),
    "network, laid open": ("network", laid_open),
    "network, a wrong number": ("network", asked_wrongly),
    "model": ("model", lambda page: page.wait_for_selector("#chain math")),
}


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("state", STATES)
def test_no_view_breaks_a_rule(view: View, violations: Violations, state: str, lang: str) -> None:
    name, reach = STATES[state]
    page = view(
        f"{name}?lang={lang}{'#lesson=circuits' if reach is revealed else ''}", bypass_csp=True, reduced_motion="reduce"
    )  # axe is a script
    reach(page)
    assert violations(page) == []


@pytest.fixture(scope="module", params=["classes", "numbers"])
def report(request: pytest.FixtureRequest) -> Report:
    kind = backlit.TabularClassifier if request.param == "classes" else backlit.TabularRegressor
    y = Y if request.param == "classes" else X[:, 0] * 2
    return backlit.report(kind((8,), epochs=4, n_members=2, random_state=0).fit(X, y), X, y)


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_no_report_breaks_a_rule(opened: Callable[..., Any], violations: Violations, report: Report, lang: str) -> None:
    page = opened(report, lang, bypass_csp=True)
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert violations(page) == []
