"""The screenshots in docs/pictures: taken here, kept by `make pictures`, and in date as long as their digest is."""

from __future__ import annotations

import hashlib
import inspect
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from backlit import trace
from backlit.drawing import component
from backlit.drawing.style import STYLE

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
DIGEST = PICTURES / "page.sha256"
WINDOW = {"width": 1280, "height": 860}
FORMULA = "1 / (1 + exp(-(w0*x0 + w1*x1 + w2)))"
SIGMOID = {"w0": 2, "x0": -1, "w1": -3, "x1": -2, "w2": -3}


def lit(page: Any) -> None:
    page.keyboard.press("End")
    page.click("[data-line=q6]")
    page.evaluate("scrollTo(0, 0)")


def half_way(page: Any) -> None:
    page.keyboard.press("End")
    for _ in range(5):
        page.keyboard.press("ArrowLeft")


def folded(page: Any) -> None:
    page.keyboard.press("End")
    page.click(".backlit-choose")
    for gate in ("q5", "f"):
        page.click(f"g[data-box={gate}]")
    page.click(".backlit-fold")
    page.evaluate("scrollTo(0, 0)")


def neurons(page: Any) -> None:
    page.locator(".backlit-zoom").last.click()
    page.keyboard.press("End")
    page.evaluate("scrollTo(0, 0)")


def asked(page: Any) -> None:
    page.evaluate("Math.random = () => 0.35")  # the same question every time
    page.click(".backlit-practice")
    page.fill(".backlit-answer", "1")
    page.keyboard.press("Enter")


VIEWS: dict[str, tuple[str, str, Callable[[Any], None]]] = {
    "page.png": ("en", "light", lit),
    "page-ko.png": ("ko", "light", lit),
    "page-step.png": ("en", "dark", half_way),
    "page-fold.png": ("en", "light", folded),
    "page-zoom.png": ("ko", "dark", neurons),
    "page-practice.png": ("en", "light", asked),
}
"""File -> language, scheme of colours, and what a reader has done."""


def digest() -> str:
    """Changes with the component and with what is photographed."""
    text = (
        component.script() + component.style() + FORMULA + "".join(inspect.getsource(do) for *_, do in VIEWS.values())
    )
    return hashlib.sha256(text.encode()).hexdigest()


def take(browser: Any, name: str, folder: Path) -> None:
    """Take one screenshot."""
    lang, scheme, do = VIEWS[name]
    page = browser.new_page(viewport=WINDOW, color_scheme=scheme, reduced_motion="reduce")
    page.set_content(trace(FORMULA, **SIGMOID).to_html(lang))
    do(page)
    page.mouse.move(0, 0)
    page.screenshot(path=folder / name)
    page.close()


def size(picture: Path) -> tuple[int, int]:
    """Width and height of a PNG."""
    return struct.unpack(">II", picture.read_bytes()[16:24])


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_can_be_taken_as_it_is_kept(browser: Any, name: str, tmp_path: Path) -> None:
    take(browser, name, tmp_path)
    assert size(tmp_path / name) == size(PICTURES / name) == (WINDOW["width"], WINDOW["height"])


def test_what_is_kept_is_in_date() -> None:
    assert DIGEST.read_text(encoding="utf-8").strip() == digest(), "the page has changed: make pictures"


@pytest.mark.parametrize("page", sorted(PICTURES.glob("*.html")), ids=lambda page: page.name)
def test_kept_pages_are_in_date(page: Path) -> None:
    html = page.read_text(encoding="utf-8")
    assert component.script() in html, "the page has changed: make pictures"
    assert component.style() in html, "the page has changed: make pictures"


@pytest.mark.parametrize("picture", sorted(PICTURES.glob("*.svg")), ids=lambda picture: picture.name)
def test_kept_circuits_are_in_date(picture: Path) -> None:
    svg = picture.read_text(encoding="utf-8")
    assert "Matplotlib" in svg or f"<style>{STYLE}</style>" in svg, "the picture has changed: make pictures"
