"""The stage in a real browser: the circuit fits the window with readable letters, moves, and travels by link."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from backlit import trace

SIGMOID = {"w0": 2, "x0": -1, "w1": -3, "x1": -2, "w2": -3}
FORMULA = "1 / (1 + exp(-(w0*x0 + w1*x1 + w2)))"
SIZES = [(1280, 800), (1024, 700), (390, 844)]
SMALLEST_LETTER = 12.0
Open = Callable[..., Any]

PICTURE = ".backlit-view:not([hidden]) .backlit-picture"

LETTERS = """(svg) => {
    const zoom = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
    return [...svg.querySelectorAll("text")].map((text) => zoom * parseFloat(getComputedStyle(text).fontSize));
}"""

OUTSIDE = """(picture) => {
    const room = picture.getBoundingClientRect();
    return [...picture.querySelectorAll("svg text, svg rect[data-chip], g[data-box] rect")].filter((mark) => {
        const {left, right, top, bottom, width} = mark.getBoundingClientRect();
        return width && (left < room.left || right > room.right || top < room.top || bottom > room.bottom);
    }).map((mark) => mark.outerHTML);
}"""

OVERLAPS = """(svg) => {
    const shown = [...svg.querySelectorAll("g[data-box] rect, rect[data-chip], text[data-value], text[data-gradient]")]
        .filter((mark) => mark.getBoundingClientRect().width && getComputedStyle(mark).visibility !== "hidden")
        .map((mark) => [mark, mark.getBoundingClientRect()]);
    const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
    return shown.flatMap(([one, a], at) => shown.slice(at + 1).filter(([, b]) => meet(a, b))
        .map(([other]) => `${one.outerHTML} ${other.outerHTML}`));
}"""

SPILLS = """(svg) => [...svg.querySelectorAll("rect[data-chip]")].filter((chip) => {
    const text = svg.querySelector(`[data-link="${chip.dataset.chip}"][data-number=local]`).getBoundingClientRect();
    const {left, right} = chip.getBoundingClientRect();
    return text.width && (text.left < left || text.right > right);
}).length"""


def opened_at(opened: Open, size: tuple[int, int], formula: str = FORMULA, lang: str = "en", **more: Any) -> Any:
    values = more.pop("values", SIGMOID)
    width, height = size
    page = opened(trace(formula, **values), lang, begun=False, viewport={"width": width, "height": height}, **more)
    page.keyboard.press("End")
    return page


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("size", SIZES)
def test_the_sigmoid_is_whole_and_readable_in_the_window_at_once(opened: Open, size: Any, lang: str) -> None:
    page = opened_at(opened, size, lang=lang)
    picture = page.locator(PICTURE)
    assert picture.evaluate(OUTSIDE) == []
    assert min(picture.locator("svg").evaluate(LETTERS)) >= SMALLEST_LETTER
    box = picture.bounding_box()
    assert box["y"] + box["height"] <= size[1]
    assert box["width"] * box["height"] >= 0.6 * size[0] * size[1]
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


@pytest.mark.parametrize("size", SIZES[:2])
def test_a_question_leaves_the_picture_whole(opened: Open, size: Any) -> None:
    page = opened_at(opened, size)
    page.click(".backlit-practice")
    picture = page.locator(PICTURE)
    assert picture.evaluate(OUTSIDE) == []
    box = picture.bounding_box()
    assert box["y"] + box["height"] <= size[1]


CIRCUITS: dict[str, tuple[str, dict[str, Any]]] = {
    "sigmoid": (FORMULA, SIGMOID),
    "softmax": ("sum(-y * log(softmax(z)))", {"z": [1, 2, 4], "y": [0, 0, 1]}),
    "forks": ("x * y + exp(x) + max(x, y) * tanh(x * y)", {"x": 0.5, "y": 4}),
    "long": (
        "tanh(a*b + tanh(b*c + tanh(c*d + tanh(d*a + tanh(a*a + b)))))",
        {"a": 0.31, "b": -2.7, "c": 1.9, "d": 0.123},
    ),
}


@pytest.mark.parametrize("name", CIRCUITS)
@pytest.mark.parametrize("size", SIZES)
def test_nothing_overlaps_however_rows_are_wrapped(opened: Open, size: Any, name: str) -> None:
    formula, values = CIRCUITS[name]
    page = opened_at(opened, size, formula, values=values)
    svg = page.locator(f"{PICTURE} svg")
    assert svg.evaluate(OVERLAPS) == []
    page.click(".backlit-digits")
    assert svg.evaluate(OVERLAPS) == []
    assert svg.evaluate(SPILLS) == 0


def test_chips_and_columns_grow_with_the_numbers_that_are_put_in(opened: Open) -> None:
    page = opened_at(opened, (1280, 800), "x * y + exp(x)", values={"x": 1, "y": 2})
    page.fill("[data-input=y]", "-123456.789")
    page.fill("[data-input=x]", "-0.000012345")
    svg = page.locator(f"{PICTURE} svg")
    assert svg.evaluate(SPILLS) == 0
    assert svg.evaluate(OVERLAPS) == []


def test_it_begins_at_nothing_computed(opened: Open) -> None:
    page = opened(trace(FORMULA, **SIGMOID), begun=False)
    assert page.locator(".backlit-place").inner_text() == "0 / 16"
    texts = page.locator(f"{PICTURE} [data-value], {PICTURE} [data-gradient]")
    shown = texts.evaluate_all("all => all.map((text) => text.textContent).filter(Boolean)")
    assert sorted(shown) == ["-1", "-2", "-3", "-3", "2"]  # what was put in
    page.locator(".backlit-seek").press("End")
    assert page.locator(".backlit-place").inner_text() == "16 / 16"
    assert page.locator("[data-gradient=w0]").first.text_content() == "-0.197"


def test_played_it_goes_forward_and_back_to_the_end(opened: Open) -> None:
    page = opened(trace("(x + y) * z", x=-2, y=5, z=-4), begun=False)
    page.evaluate(
        """() => {
            window.travelled = new Set();
            new MutationObserver(() => document.querySelectorAll(".backlit-traveller text")
                .forEach((text) => travelled.add(text.textContent)))
                .observe(document.querySelector("svg"), {childList: true, subtree: true, characterData: true});
        }"""
    )
    page.select_option(".backlit-speed", "8")
    page.keyboard.press("Space")
    expect(page.locator(".backlit-place")).to_have_text("4 / 4")
    expect(page.locator(".backlit-play")).to_have_attribute("aria-label", "play")
    assert {"-2", "5", "3", "-4", "1"} <= set(page.evaluate("[...travelled]"))
    assert page.locator(".backlit-traveller").count() == 0


def test_less_motion_is_respected_and_pause_stops(opened: Open) -> None:
    page = opened(trace(FORMULA, **SIGMOID), begun=False, reduced_motion="reduce")
    page.evaluate(
        """() => new MutationObserver(() => { if (document.querySelector(".backlit-traveller")) window.moved = true; })
            .observe(document.querySelector("svg"), {childList: true, subtree: true})"""
    )
    page.click(".backlit-play")
    expect(page.locator(".backlit-place")).to_have_text(re.compile(r"([3-9]|1\d) / 16"))
    page.click(".backlit-play")
    expect(page.locator(".backlit-play")).to_have_attribute("aria-label", "play")
    assert page.evaluate("window.moved") is None


@pytest.mark.parametrize("size", SIZES)
def test_the_step_in_hand_is_always_in_sight(opened: Open, size: Any) -> None:
    formula = "x" + "".join(f" + tanh(x * {number})" for number in range(24))
    page = opened_at(opened, size, formula, values={"x": 0.5})
    assert min(page.locator(f"{PICTURE} svg").evaluate(LETTERS)) >= SMALLEST_LETTER
    room = page.locator(PICTURE).bounding_box()
    for _ in range(60):
        page.keyboard.press("ArrowLeft")
        box = page.locator(f"{PICTURE} g.backlit-current").bounding_box()
        assert room["x"] - 1 <= box["x"] <= room["x"] + room["width"]
        assert room["y"] - 1 <= box["y"] <= room["y"] + room["height"]


def test_it_is_enlarged_and_fits_again(opened: Open) -> None:
    page = opened_at(opened, (1280, 800))
    width = "svg => svg.getBoundingClientRect().width"
    svg = page.locator(f"{PICTURE} svg")
    before = svg.evaluate(width)
    page.click(".backlit-larger")
    assert svg.evaluate(width) == pytest.approx(1.25 * before, rel=0.01)
    page.click(".backlit-smaller")
    page.click(".backlit-smaller")
    assert svg.evaluate(width) == pytest.approx(before / 1.25, rel=0.01)
    page.click(".backlit-fit")
    assert svg.evaluate(width) == before


def test_one_key_presents(opened: Open) -> None:
    page = opened_at(opened, (1280, 800))
    page.keyboard.press("p")
    root = page.locator(".backlit-circuit-view")
    expect(root).to_have_class(re.compile("backlit-presenting"))
    assert not page.locator(".backlit-derivation").first.is_visible()
    page.keyboard.press("ArrowLeft")
    assert page.locator(".backlit-place").inner_text() == "15 / 16"
    page.keyboard.press("p")
    expect(root).not_to_have_class(re.compile("backlit-presenting"))


# -- links ----------------------------------------------------------------------------------------------------------


def test_a_link_brings_back_what_was_shown(opened: Open) -> None:
    traced = trace(FORMULA, **SIGMOID)
    page = opened(traced, begun=False)
    page.click(".backlit-choose")
    for gate in ("q5", "f"):
        page.click(f"g[data-box={gate}]")
    page.click(".backlit-fold")
    page.fill("[data-input=w2]", "-4")
    page.locator(".backlit-view:not([hidden]) .backlit-wrt").select_option("x1")
    page.locator(".backlit-play").focus()
    for _ in range(7):
        page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("step=7"))
    fragment = page.url.split("#")[1]
    other = opened(traced, begun=False)
    other.evaluate("fragment => { location.hash = fragment; }", fragment)
    expect(other.locator(".backlit-place")).to_have_text("7 / 10")
    for what in (".backlit-told", ".backlit-folds", ".backlit-derived >> nth=0"):
        assert other.locator(what).inner_text() == page.locator(what).inner_text()
    assert other.input_value("[data-input=w2]") == "-4"


@pytest.mark.parametrize(
    "fragment",
    [
        "step=x", "step=-1", "zoom=9", "fold=[1]", 'fold=["q1","nobody"]', 'input=["w0","2"]', 'input=["nobody",2]',
        "fold={", "wrt=nobody", "script=alert(1)", "digits=99", "step=1&fold=" + "q" * 9000,
    ],
)  # fmt: skip
def test_what_is_none_of_this_circuit_is_refused_with_a_word(opened: Open, fragment: str) -> None:
    page = opened(trace(FORMULA, **SIGMOID), begun=False)
    page.evaluate("fragment => { location.hash = fragment; }", fragment)
    expect(page.locator(".backlit-told")).to_contain_text("left out")
    assert page.locator(".backlit-place").inner_text() == "0 / 16"


def test_a_frame_shows_it_whole(opened: Open) -> None:
    """A plain iframe, as Moodle and Canvas have it."""

    class Framed:
        def to_html(self, lang: str) -> str:
            inner = trace(FORMULA, **SIGMOID).to_html(lang).replace("&", "&amp;").replace('"', "&quot;")
            frame = f'<iframe title="circuit" width="900" height="640" srcdoc="{inner}"></iframe>'
            return f"<!doctype html><title>host</title>{frame}"

    page = opened(Framed(), begun=False)
    inside = page.frame_locator("iframe")
    inside.locator(".backlit-play").press("End")
    expect(inside.locator(".backlit-place")).to_have_text("16 / 16")
    assert inside.locator(PICTURE).evaluate(OUTSIDE) == []


def test_a_small_map_of_a_picture_that_is_larger_than_its_room(opened: Open) -> None:
    page = opened(trace(FORMULA, **SIGMOID), viewport={"width": 1024, "height": 700})
    small, picture = page.locator(f"{PICTURE} .backlit-map"), page.locator(PICTURE)
    expect(small).to_be_hidden()
    for _ in range(5):
        page.locator(".backlit-larger").click()
    expect(small).to_be_visible()
    own, room = small.bounding_box(), picture.bounding_box()
    assert own["x"] + own["width"] <= room["x"] + room["width"]
    assert own["y"] + own["height"] <= room["y"] + room["height"]
    sight = "one => one.getBoundingClientRect().toJSON()"
    small.click(position={"x": own["width"] - 4, "y": own["height"] - 4})
    assert picture.evaluate("one => one.scrollLeft + one.clientWidth >= one.scrollWidth - 1")
    frame = small.locator(".backlit-sight").evaluate(sight)
    assert abs(frame["right"] - own["x"] - own["width"]) < 4
    small.click(position={"x": 4, "y": 4})
    assert picture.evaluate("one => [one.scrollLeft, one.scrollTop]") == [0, 0]
    page.locator(".backlit-fit").click()
    expect(small).to_be_hidden()
