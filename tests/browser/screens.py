"""All views in three sizes, both languages, light and dark, and a contact sheet: `make screens`.

What is written is for looking at, one by one, and stays outside the repository: a folder that is named, or a new one.
"""

from __future__ import annotations

import itertools
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from typing import Any

from conftest import START, browser_path

from backlit import MLPClassifier, trace
from backlit.web.view import all_views

SIZES = ((1280, 800), (1024, 700), (390, 844))
LANGUAGES, SCHEMES = ("en", "ko"), ("light", "dark")
CIRCUITS: dict[str, tuple[str, dict[str, Any]]] = {
    "sigmoid": ("1 / (1 + exp(-(w0*x0 + w1*x1 + w2)))", {"w0": 2, "x0": -1, "w1": -3, "x1": -2, "w2": -3}),
    "softmax": ("sum(-y * log(softmax(z)))", {"z": [1, 2, 4], "y": [0, 0, 1]}),
    "fork": ("x * y + exp(x)", {"x": 0, "y": 4}),
}
STEPS: dict[str, Callable[[Any], None]] = {
    "begin": lambda page: None,
    "back": lambda page: [page.keyboard.press(key) for key in ("End", "ArrowLeft", "ArrowLeft")],
    "presented": lambda page: [page.keyboard.press(key) for key in ("End", "p")],
}
READY = {
    "lessons": ".cards img",
    "circuit": "iframe.circuit",
    "network": "#size:not(:empty)",
    "slow": ".cost",
    "model": "#chain math",
}
"""What stands in each view when it is whole."""

THUMBNAIL = 320


def flowers(folder: Path) -> tuple[str, ...]:
    """A table and a model for the page, as options of its command."""
    from sklearn.datasets import load_iris

    frame = load_iris(as_frame=True).frame.rename(columns=lambda name: name.removesuffix(" (cm)"))
    frame["species"] = load_iris().target_names[frame.pop("target")]
    frame.to_csv(folder / "flowers.csv", index=False)
    model = MLPClassifier((4,), activation="tanh", solver="lbfgs", max_iter=5000, alpha=0.01, random_state=0)
    model.fit(frame.drop(columns="species"), frame["species"]).save(folder / "flowers.backlit")
    return "--model", str(folder / "flowers.backlit"), "--data", str(folder / "flowers.csv"), "--target", "species"


def take(browser: Any, folder: Path, address: str) -> Iterator[str]:
    """Every picture; gives the names of their files."""
    for size, lang, scheme in itertools.product(SIZES, LANGUAGES, SCHEMES):
        made = f"{size[0]}-{lang}-{scheme}"
        viewport = {"width": size[0], "height": size[1]}
        context = browser.new_context(viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
        for name, (formula, values) in CIRCUITS.items():
            html = trace(formula, **values).to_html(lang)
            for step, act in STEPS.items():
                page = context.new_page()
                page.set_content(html)
                act(page)
                yield shot(page, folder, f"{name}-{step}-{made}")
        for view in all_views():
            page = context.new_page()
            page.goto(f"{address}/{view}?lang={lang}")
            page.locator(READY.get(view, "main")).first.wait_for()
            page.wait_for_load_state("networkidle")
            yield shot(page, folder, f"page-{view}-{made}")
        context.close()


def shot(page: Any, folder: Path, name: str) -> str:
    """What the window shows, as a file; the page is closed."""
    page.screenshot(path=folder / f"{name}.png", animations="disabled")
    page.close()
    return f"{name}.png"


def contact_sheet(browser: Any, folder: Path, names: list[str]) -> None:
    """All pictures small, on one."""
    cells = "".join(
        f'<figure><img width="{THUMBNAIL}" src="{escape(name)}"><figcaption>{escape(name)}</figcaption></figure>'
        for name in names
    )
    style = "body{display:flex;flex-wrap:wrap;align-items:flex-start;font:12px sans-serif}figure{margin:8px}"
    (folder / "index.html").write_text(f"<!doctype html><style>{style}</style>{cells}", encoding="utf-8")
    page = browser.new_page(viewport={"width": 6 * (THUMBNAIL + 16) + 16, "height": 800})
    page.goto((folder / "index.html").as_uri())
    page.screenshot(path=folder / "contact-sheet.png", full_page=True)
    page.close()


def main(folder: Path) -> None:
    """Take them all."""
    from playwright.sync_api import sync_playwright

    path = browser_path()
    if path is None:
        sys.exit("no Chromium: install one, or name it in BACKLIT_CHROMIUM")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made, sync_playwright() as started:
        command = [sys.executable, "-c", START, *flowers(Path(made))]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
            assert running.stdout is not None
            found = re.search(r"http://127\.0\.0\.1:\d+", running.stdout.readline())
            assert found is not None
            browser = started.chromium.launch(executable_path=path, args=["--no-sandbox"])
            contact_sheet(browser, folder, list(take(browser, folder, found[0])))
            browser.close()
            running.terminate()
    print(f"{folder / 'contact-sheet.png'} and {len(list(folder.glob('*.png'))) - 1} pictures beside it")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp(prefix="backlit-screens-")))
