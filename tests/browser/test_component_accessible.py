"""axe-core, a catalogue of rules, finds no fault: in two languages, light and dark, whatever the page is doing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from backlit import trace

FORMULA = "1 / (1 + exp(-(w0*x0 + w1*x1 + w2)))"
SIGMOID = {"w0": 2, "x0": -1, "w1": -3, "x1": -2, "w2": -3}

STATES: dict[str, Callable[[Any], object]] = {
    "as opened": lambda page: None,
    "half way back": lambda page: [page.keyboard.press(key) for key in ("End", "ArrowLeft", "ArrowLeft")],
    "lit": lambda page: page.locator(".backlit-view:not([hidden]) .backlit-line").nth(1).click(),
    "coarser": lambda page: page.locator(".backlit-zoom").nth(1).click(),
    "choosing": lambda page: (page.click(".backlit-choose"), page.click("g[data-box=q7]")),
    "folded": lambda page: (
        page.click(".backlit-choose"), page.click("g[data-box=q7]"), page.click("g[data-box=f]"),
        page.click(".backlit-fold"),
    ),
    "asked": lambda page: page.click(".backlit-practice"),
}  # fmt: skip


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("lang", ["en", "ko"])
def test_no_rule_is_broken(
    opened: Callable[..., Any], violations: Callable[[Any], list[str]], lang: str, state: str
) -> None:
    page = opened(trace(FORMULA, **SIGMOID), lang, reduced_motion="reduce")
    STATES[state](page)
    assert violations(page) == []


def test_a_broken_rule_is_found(opened: Callable[..., Any], violations: Callable[[Any], list[str]]) -> None:
    page = opened(trace(FORMULA, **SIGMOID))
    page.evaluate("document.querySelector('.backlit-back').removeAttribute('aria-label')")
    page.evaluate("document.querySelector('.backlit-back').removeAttribute('title')")
    page.evaluate("document.querySelector('.backlit-back').textContent = ''")
    assert any(found.startswith("button-name") for found in violations(page))
