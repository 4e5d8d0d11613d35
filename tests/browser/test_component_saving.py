"""The picture saved from the page, as SVG and PNG, and the page on paper."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from backlit import trace

FORMULA = "1 / (1 + exp(-(w0*x0 + w1*x1 + w2)))"
SIGMOID = {"w0": 2, "x0": -1, "w1": -3, "x1": -2, "w2": -3}
Open = Callable[..., Any]
PICTURE = ".backlit-view:not([hidden]) .backlit-picture"
NINE_POINTS = 12.0
"""Pixels of a page of 96 an inch."""

TWENTY_MM = 20 / 25.4 * 96

COVERED = """(svg) => {
    const marks = [...svg.querySelectorAll("text, rect.backlit-blank, g[data-box] > rect")];
    const shown = marks.filter((mark) => mark.getBBox().width);
    const box = (mark) => mark.getBoundingClientRect();
    const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
    return [...svg.querySelectorAll("rect.backlit-blank")].flatMap((blank) =>
        shown.filter((mark) => mark !== blank && meet(box(blank), box(mark))).map((mark) => mark.outerHTML));
}"""
"""What lies under a blank; the rectangle around a text is higher than its letters, by a pixel here."""

SMALLEST_LETTER = """(svg) => {
    const zoom = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
    const sizes = [...svg.querySelectorAll("text")].map((text) => parseFloat(getComputedStyle(text).fontSize));
    return zoom * Math.min(...sizes);
}"""

CONTROLS = "button:visible:not(.backlit-factor, .backlit-line), select:visible, input:visible"
"""A derivation's factors and lines are buttons on the screen, and its text on paper."""

CUT = """(svg) => {
    const {width, height} = svg.viewBox.baseVal;
    return [...svg.querySelectorAll("text, rect[data-chip]")].filter((mark) => {
        const {x, y, width: wide, height: high} = mark.getBBox();
        return wide && (x < 0 || y < 0 || x + wide > width || y + high > height);
    }).map((mark) => mark.outerHTML);
}"""


def saved(page: Any, kind: str, folder: Path) -> Path:
    with page.expect_download() as downloading:
        page.locator(f".backlit-save-{kind}").click()
    path = folder / downloading.value.suggested_filename
    downloading.value.save_as(path)
    return path


def test_svg_is_whole_and_needs_nothing(opened: Open, browser: Any, tmp_path: Path) -> None:
    page = opened(trace(FORMULA, **SIGMOID))
    path = saved(page, "svg", tmp_path)
    root = ElementTree.parse(path).getroot()
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    text = path.read_text("utf-8")
    assert "0.731059" in text
    assert "var(" not in text
    assert "url(" not in text
    assert "@media" not in text
    assert "tabindex" not in text
    alone = browser.new_page()
    alone.goto(path.as_uri())
    assert alone.evaluate("document.documentElement.getBoundingClientRect().width") > 300
    alone.close()


def test_png_is_the_picture_twice_as_sharp(opened: Open, tmp_path: Path) -> None:
    page = opened(trace("(x + y) * z", x=-2, y=5, z=-4), color_scheme="dark")
    shown = page.locator(f"{PICTURE} svg").evaluate("svg => [svg.viewBox.baseVal.width, svg.viewBox.baseVal.height]")
    with Image.open(saved(page, "png", tmp_path)) as found:
        assert found.size == tuple(round(2 * side) for side in shown)
        colours = found.convert("RGB").getcolors(1 << 20)
        assert max(colours)[1] == (255, 255, 255)  # light, whatever the reader's scheme is
        assert (0, 114, 178) in {colour for _, colour in colours}  # a value's blue


@pytest.mark.parametrize("formula", [FORMULA, "sum(-y * log(softmax(z)))"])
def test_on_paper_nothing_is_cut_no_button_stands_and_letters_have_nine_points(opened: Open, formula: str) -> None:
    values = SIGMOID if formula == FORMULA else {"z": [1, 2, 4], "y": [0, 0, 1]}
    page = opened(trace(formula, **values), viewport={"width": 680, "height": 940})
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    picture = page.locator(PICTURE)
    assert picture.locator("svg").evaluate(SMALLEST_LETTER) >= NINE_POINTS
    assert picture.locator("svg").evaluate(CUT) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 680
    assert page.locator(CONTROLS).count() == 0
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator(".backlit-play").is_visible()


def test_print_asks_the_browser(opened: Open) -> None:
    page = opened(trace("x * y", x=2, y=3))
    page.evaluate("() => { window.print = () => { document.title = 'printed'; }; }")
    page.locator(".backlit-save-print").click()
    assert page.title() == "printed"


def test_a_worksheet_has_blanks_that_a_hand_can_fill_and_answers_apart(opened: Open) -> None:
    page = opened(trace(FORMULA, **SIGMOID), lang="ko")
    page.evaluate("() => { window.print = () => {}; }")
    page.locator(".backlit-save-worksheet").click()
    page.emulate_media(media="print")
    sheet = page.locator(".backlit-leaf").first
    blanks = sheet.locator("rect.backlit-blank")
    assert blanks.count() == page.locator(".backlit-answers li").count() == 8
    assert blanks.evaluate_all("all => Math.min(...all.map((one) => one.getBoundingClientRect().width))") >= TWENTY_MM
    assert sheet.locator("svg").evaluate(SMALLEST_LETTER) >= NINE_POINTS
    assert sheet.locator("svg").evaluate(CUT) == []
    covered = sheet.locator("svg").evaluate(COVERED)
    assert covered == []
    assert page.locator(CONTROLS).count() == 0
    assert "연습지" not in sheet.locator("p").all_inner_texts()  # the button's word
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator(".backlit-leaf").count() == 0
    assert page.locator(f"{PICTURE} text[data-gradient=w0]").text_content() == "-0.196612"


def test_slides_show_a_step_each(opened: Open) -> None:
    page = opened(trace("(x + y) * z", x=-2, y=5, z=-4), begun=False)
    page.evaluate("() => { window.print = () => {}; }")
    page.locator(".backlit-save-slides").click()
    page.emulate_media(media="print")
    slides = page.locator(".backlit-slide")
    assert slides.count() == 5  # the inputs, two gates forward, two back
    values = slides.evaluate_all("all => all.map((one) => one.querySelectorAll('[data-box].backlit-current').length)")
    assert values == [0, 1, 1, 1, 1]
    assert slides.nth(1).locator("p").inner_text().startswith("q1 = x + y = 3")
    assert slides.nth(4).locator("text[data-gradient=x]").text_content() == "-4"
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator(".backlit-place").inner_text() == "0 / 4"


def test_tikz_is_the_picture_as_shown(opened: Open, tmp_path: Path) -> None:
    page = opened(trace("(x + y) * z", x=-2, y=5, z=-4))
    page.locator("input[data-input=z]").fill("-3.5e-7")
    text = saved(page, "tikz", tmp_path).read_text("utf-8")
    assert text.startswith("\\begin{tikzpicture}")
    assert text.endswith("\\end{tikzpicture}\n")
    assert text.count("{") == text.count("}")
    assert len(re.findall(r"\\draw\[arrow\]", text)) == 5
    numbers = re.findall(r"\\node\[value\] at \([^)]*\) \{(.*)\};", text)
    assert numbers == ["$-$2", "5", r"$-$$3.5 \cdot 10^{-7}$", "3", r"$-$$1.05 \cdot 10^{-6}$"]
