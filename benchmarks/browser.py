"""A real Chromium without a window, and the page that `backlit open` serves, each in a process of its own."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

NAMES = ("chromium", "google-chrome")
START = (
    "import sys; from backlit.cli import main; sys.exit(main(['open', '--port', '0', '--no-browser', *sys.argv[1:]]))"
)
SIZE = {"width": 1280, "height": 800}


@contextmanager
def browser() -> Iterator[Any]:
    """A browser that has just been started."""
    from playwright.sync_api import sync_playwright

    path = next(filter(None, map(shutil.which, NAMES)), None)
    with sync_playwright() as started:
        launched = started.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield launched
        finally:
            launched.close()


@contextmanager
def served(*options: str) -> Iterator[str]:
    """The address of a page that has just been opened."""
    with subprocess.Popen([sys.executable, "-c", START, *options], stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:\d+", running.stdout.readline())
        assert found is not None
        try:
            yield found[0]
        finally:
            running.terminate()
