"""A real browser, without a window and without a network."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest

from backlit.experiments.slowdown import compare_costs
from backlit.reporting import Report
from backlit.tracing import Trace
from backlit.web.live.problems import toy
from backlit.web.live.session import TrainingSession
from backlit.web.live.settings import settings_of

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def browser_path() -> str | None:
    """The browser that BACKLIT_CHROMIUM names, or one that is installed."""
    given = os.environ.get("BACKLIT_CHROMIUM")
    return given or next(filter(None, map(shutil.which, NAMES)), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    path = browser_path()
    if path is None:
        missing = "no Chromium here: install one, or name it in BACKLIT_CHROMIUM"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        launched = started.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield launched
        launched.close()


BEGUN = """() => {
    for (const circuit of document.querySelectorAll(".backlit-live")) {
        const seek = circuit.querySelector(".backlit-seek");
        seek.value = seek.max;
        seek.dispatchEvent(new Event("input"));
        circuit.querySelector(".backlit-digits").click();
        for (const tables of circuit.querySelectorAll("details")) tables.open = true;
    }
}"""
"""As a reader has it who went to the end, asked for more digits and opened the tables."""


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Opens the page of a trace, at its last step unless `begun` is false, or a report.

    At the end nothing may have failed, or been asked of a network.
    """
    faults: list[str] = []
    pages = []

    def open_page(shown: Trace | Report, lang: str = "en", begun: bool = True, **options: Any) -> Any:
        path = tmp_path / f"{len(pages)}.html"
        path.write_text(shown.to_html(lang), encoding="utf-8")
        page = browser.new_page(**options)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.on("request", lambda asked: None if asked.url.startswith("file:") else faults.append(asked.url))
        page.goto(path.as_uri())
        if begun:
            page.evaluate(BEGUN)
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        page.close()
    assert not faults


SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest.fixture
def violations() -> Callable[[Any], list[str]]:
    """What axe-core, a catalogue of accessibility rules, finds on a page: rule, element, and how to mend it.

    A page is looked at twice as it stands, light and dark: its colours follow the scheme, here as for who changes it.
    """
    from axe_playwright_python.sync_playwright import Axe

    def found(page: Any) -> list[str]:
        faults = []
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            for rule in Axe().run(page).response["violations"]:
                told = f"{rule['id']}, {scheme}: "
                faults += [f"{told}{node['target']} {node['failureSummary']}" for node in rule["nodes"]]
        return faults

    return found


START = (
    "import sys; from backlit.cli import main; sys.exit(main(['open', '--port', '0', '--no-browser', *sys.argv[1:]]))"
)


@pytest.fixture(scope="module")
def files() -> tuple[str, ...]:
    """Options of `backlit open`; a module that opens files has a fixture of its own in the place of this."""
    return ()


@pytest.fixture(scope="session")
def compiled() -> None:
    """The kernels that the page's first view and its slow learning run, so that no test waits for a compiler."""
    compare_costs(2.0, 2.0, 0.15, epochs=1)
    session = TrainingSession(toy("hills", 0), settings_of({}))
    session.step()
    session.close()


@pytest.fixture(scope="module")
def address(files: tuple[str, ...], compiled: None) -> Iterator[str]:
    """`backlit open` as a command; at the end it is told to end, and does."""
    command = [sys.executable, "-c", START, *files]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:\d+", running.stdout.readline())
        assert found is not None
        yield found[0]
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=30)
        assert (running.returncode, said) == (0, "")


@pytest.fixture
def view(browser: Any, address: str) -> Iterator[Callable[..., Any]]:
    """Opens a view of the page; at the end no script may have failed, and nothing been asked of anybody else."""
    faults: list[str] = []
    contexts = []

    def heard(message: Any) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:  # a refusal is an answer
            faults.append(message.text)

    def open_view(path: str, **options: Any) -> Any:
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", heard)
        page.on("request", lambda asked: None if asked.url.startswith(f"{address}/") else faults.append(asked.url))
        page.goto(f"{address}/{path}")
        return page

    yield open_view
    for context in contexts:
        context.close()
    assert not faults
