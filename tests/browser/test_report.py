"""A report in a real browser: nothing runs, nothing is asked for, and its style is allowed by its own policy."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sklearn.datasets import load_iris

import backlit
from backlit.reporting import Report

NAME = "<script>document.title='run'</script>"


@pytest.fixture(scope="module")
def flowers() -> Report:
    X, y = load_iris(return_X_y=True, as_frame=True)
    X = X.rename(columns={X.columns[0]: NAME})
    model = backlit.TabularClassifier(epochs=5, n_members=2, random_state=0).fit(X[::2], y[::2])
    return backlit.report(model, X[1::2], y[1::2])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_column_called_script_is_shown_not_run(opened: Callable[..., Any], flowers: Report, scheme: str) -> None:
    page = opened(flowers, "ko", color_scheme=scheme, viewport={"width": 360, "height": 800})
    assert page.title() == "보고서: TabularClassifier"
    page.locator("section[aria-labelledby=importance] summary").click()
    assert page.get_by_role("rowheader", name=NAME).is_visible()
    page_colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert page_colour == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 24, 29)"}[scheme]
    assert page.evaluate("document.documentElement.scrollWidth") <= 360  # a telephone need not be scrolled sideways
    assert page.get_by_role("img").count() == 6


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_a_report_looks_as_the_docs_show_it(opened: Callable[..., Any], lang: str, tmp_path: Path) -> None:
    X, y = load_iris(return_X_y=True, as_frame=True)
    species = load_iris().target_names[y]
    model = backlit.TabularClassifier(epochs=30, n_members=2, random_state=0).fit(X[::2], species[::2])
    page = opened(backlit.report(model, X[1::2], species[1::2]), lang, viewport={"width": 1280, "height": 1000})
    picture = "report.png" if lang == "en" else f"report-{lang}.png"
    page.screenshot(path=Path(os.environ.get("BACKLIT_PICTURES", tmp_path), picture))
    assert page.get_by_role("heading").count() >= 6
