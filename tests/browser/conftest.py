"""A real browser, without a window and without a network."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from backlit.explaining import Trace
from backlit.reporting import Report

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def browser_path() -> str | None:
    """The browser that BACKLIT_CHROMIUM names, or one that is installed."""
    given = os.environ.get("BACKLIT_CHROMIUM")
    return given or next(filter(None, map(shutil.which, NAMES)), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    path = browser_path()
    if path is None:
        pytest.skip("no Chromium here: install one, or name it in BACKLIT_CHROMIUM")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        launched = started.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Opens the page of a trace or a report; at the end nothing may have failed, or been asked of a network."""
    faults: list[str] = []
    pages = []

    def open_page(shown: Trace | Report, lang: str = "en", **options: Any) -> Any:
        path = tmp_path / f"{len(pages)}.html"
        path.write_text(shown.to_html(lang), encoding="utf-8")
        page = browser.new_page(**options)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.on("request", lambda asked: None if asked.url.startswith("file:") else faults.append(asked.url))
        page.goto(path.as_uri())
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        page.close()
    assert not faults
