"""The built site: it has a home, opens from a folder without a server or a network, and no script of it fails."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `make docs` fills."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder


def test_the_home_page_says_what_it_is_and_links_on(browser: Any, site: Path) -> None:
    page = browser.new_page()
    page.goto((site / "index.html").as_uri())
    assert page.locator("h1").inner_text().startswith("Backlit")
    assert page.locator("article img").first.evaluate("picture => picture.naturalWidth") > 0
    page.locator("article").get_by_role("link", name="The local page", exact=True).click()
    assert page.url == (site / "page.html").as_uri()
    page.locator("header a").first.click()  # the way back, which is a file too
    assert page.url == (site / "index.html").as_uri()
    page.close()


def test_no_page_fails_or_asks_a_network(browser: Any, site: Path) -> None:
    faults: list[tuple[str, str]] = []
    pages = sorted(each for each in site.rglob("*.html") if each.name != "404.html")
    assert len(pages) > 30
    page = browser.new_page()
    page.on("pageerror", lambda error: faults.append((page.url, str(error))))
    page.on("console", lambda said: faults.append((page.url, said.text)) if said.type in ("error", "warning") else None)
    page.on(
        "request",
        lambda asked: None if asked.url.startswith(("file:", "blob:")) else faults.append((page.url, asked.url)),
    )
    lost = "net::ERR_FILE_NOT_FOUND"  # other requests end early because the next page is opened
    page.on("requestfailed", lambda asked: faults.append((page.url, asked.url)) if asked.failure == lost else None)
    for each in pages:
        page.goto(each.as_uri())
    page.close()
    assert not faults
