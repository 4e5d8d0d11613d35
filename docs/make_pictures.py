"""Run README.md and the pages of the lecture, keep what they link to, and take the screenshots: ``make pictures``."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from pathlib import Path

DOCS = Path(__file__).parent
PICTURES = DOCS / "pictures"
sys.path[:0] = [str(DOCS.parent / "tests" / room) for room in ("browser", "docs")]
os.environ |= {"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb", "SOURCE_DATE_EPOCH": "0"}  # the same bytes every time

import matplotlib  # noqa: E402 -- after the environment that they read
import test_screenshots as screenshots  # noqa: E402
from conftest import browser_path  # noqa: E402
from test_pages import run_page  # noqa: E402

matplotlib.rcParams["svg.hashsalt"] = "backlit"


def main() -> None:
    """Write docs/pictures anew, page by page."""
    for page in [DOCS.parent / "README.md", *sorted((DOCS / "lecture").rglob("*.md"))]:
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            text = page.read_text(encoding="utf-8")
            run_page(text, Path(folder), page.name)
            for written in Path(folder).iterdir():
                if f"pictures/{written.name})" in text:
                    shutil.copyfile(written, PICTURES / written.name)
    take_screenshots()


def take_screenshots() -> None:
    """Photograph the page of a circuit in every view that the documentation shows."""
    from playwright.sync_api import sync_playwright

    path = browser_path()
    if path is None:
        sys.exit("no Chromium: install one, or name it in BACKLIT_CHROMIUM; the screenshots are as they were")
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for name in screenshots.VIEWS:
            screenshots.take(browser, name, PICTURES)
        browser.close()
    screenshots.DIGEST.write_text(f"{screenshots.digest()}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
