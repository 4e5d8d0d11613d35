"""Run the pages of the lecture and keep every picture that they write: ``make pictures``."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from pathlib import Path

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS.parent / "tests" / "docs"))
os.environ |= {"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb", "SOURCE_DATE_EPOCH": "0"}  # the same bytes every time

import matplotlib  # noqa: E402 -- after the environment that they read
from test_pages import run_page  # noqa: E402

matplotlib.rcParams["svg.hashsalt"] = "backlit"


def main() -> None:
    """Write docs/pictures anew, page by page."""
    for page in sorted((DOCS / "lecture").rglob("*.md")):
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            run_page(page.read_text(encoding="utf-8"), Path(folder), page.name)
            for picture in Path(folder).glob("*.svg"):
                shutil.copyfile(picture, DOCS / "pictures" / picture.name)


if __name__ == "__main__":
    main()
