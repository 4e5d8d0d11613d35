"""The page of a circuit in a real browser: stepping, numbers of the lecture, new inputs, practice, names, keys."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from backlit import trace
from backlit.drawing import words

SIGMOID = {"w0": 2, "x0": -1, "w1": -3, "x1": -2, "w2": -3}
FORMULA = "1 / (1 + exp(-(w0*x0 + w1*x1 + w2)))"
Open = Callable[..., Any]


def number(page: Any, what: str, wire: str) -> str:
    return page.locator(f"[data-{what}='{wire}']").first.text_content()


def test_steps_forward_and_back_show_the_lectures_numbers(opened: Open) -> None:
    page = opened(trace(FORMULA, **SIGMOID))
    page.keyboard.press("Home")
    assert page.locator(".backlit-place").inner_text() == "0 / 16"
    assert (number(page, "value", "x0"), number(page, "value", "q1"), number(page, "gradient", "f")) == ("-1", "", "")
    for _ in range(8):
        page.keyboard.press("ArrowRight")
    assert [number(page, "value", wire) for wire in ("q1", "q2", "q4", "f")] == ["-2", "6", "1", "0.731059"]
    assert number(page, "gradient", "q7") == ""  # not computed yet, which is not 0
    page.keyboard.press("ArrowRight")
    assert number(page, "gradient", "q7") == "-0.534447"
    assert page.locator(".backlit-told").inner_text() == "∂f/∂q7 ← upstream 1 × local gradient (-0.534447) = -0.534447"
    page.keyboard.press("ArrowLeft")
    assert number(page, "gradient", "q7") == ""
    page.keyboard.press("End")
    found = [number(page, "gradient", wire) for wire in ("w0", "x0", "w1", "x1", "w2")]
    assert found == ["-0.196612", "0.393224", "-0.393224", "-0.589836", "0.196612"]


def test_forks_show_their_contributions_and_the_sum(opened: Open) -> None:
    page = opened(trace("x * y + max(x, z)", x=3, y=-4, z=2))
    assert number(page, "gradient", "x") == "-4 + 1 = -3"
    assert number(page, "gradient", "z") == "0"  # routed away: computed, and 0


def test_a_new_input_is_computed_as_python_does(opened: Open) -> None:
    page = opened(trace(FORMULA, **SIGMOID))
    page.fill("[data-input=w0]", "0.5")
    again = trace(FORMULA, **{**SIGMOID, "w0": 0.5})
    for name, gradient in again.gradients.items():
        assert float(number(page, "gradient", name)) == pytest.approx(gradient, rel=1e-5)
    assert page.locator("tr[data-row=x0] .backlit-gradient").first.inner_text() == number(page, "gradient", "x0")
    page.fill("[data-input=w0]", "much")
    assert page.locator("[data-input=w0]").evaluate("field => field.validationMessage")


def test_a_new_input_brings_central_differences_of_its_own(opened: Open) -> None:
    page = opened(trace(FORMULA, **SIGMOID))
    page.fill("[data-input=w0]", "0.5")
    rows = page.locator(".backlit-view:not([hidden]) tr[data-row]:has(.backlit-witness)")
    told = rows.evaluate_all(
        "rows => rows.map(row => ['.backlit-gradient', '.backlit-witness', '.backlit-witness + td'].map("
        "cell => row.querySelector(cell).textContent))"
    )
    witnessed = [(gradient, difference, verdict) for gradient, difference, verdict in told if difference]
    assert len(witnessed) == 5
    for gradient, difference, verdict in witnessed:
        assert float(difference) == pytest.approx(float(gradient), rel=1e-4)
        assert verdict == "yes"


def test_a_new_input_leaves_the_chip_of_a_constant_as_it_was(opened: Open) -> None:
    page = opened(trace("3 * x + 1", x=2))
    chips = "texts => texts.map(text => text.textContent)"
    before = page.locator("svg [data-number=local]").evaluate_all(chips)
    assert sorted(before) == ["× 1", "× 3", "× –", "× –"]
    page.fill("[data-input=x]", "5")
    assert page.locator("svg [data-number=local]").evaluate_all(chips) == before


def test_picture_and_tables_light_each_other(opened: Open) -> None:
    page = opened(trace("(x + y) * z", x=-2, y=5, z=-4))
    page.locator("tr[data-row=q1]").first.hover()
    assert "backlit-lit" in page.locator("g[data-box=q1]").get_attribute("class").split()


@pytest.mark.parametrize(("lang", "right"), [("en", "Right."), ("ko", "맞았습니다.")])
def test_practice_names_the_mistake(opened: Open, lang: str, right: str) -> None:
    traced = trace("(x + y) * z", x=-2, y=5, z=-4)
    page = opened(traced, lang)
    page.locator(".backlit-practice").click()
    wire = page.locator(".backlit-question").inner_text().split("∂")[-1].removesuffix(" =")
    assert number(page, "gradient", wire) == "?"
    assert not page.locator(".backlit-tables").is_visible()
    gradient = traced.wires[wire].gradient
    page.fill(".backlit-answer", str(-gradient))
    page.keyboard.press("Enter")
    assert page.locator(".backlit-verdict").inner_text() not in ("", right)
    page.fill(".backlit-answer", str(gradient))
    page.keyboard.press("Enter")
    assert page.locator(".backlit-verdict").inner_text() == right
    assert number(page, "gradient", wire) == f"{gradient:g}"


def test_names_are_shown_and_never_run(opened: Open) -> None:
    from backlit.drawing import Box, Circuit, Link, to_html

    evil = "</script><script>document.title='run'</script>"
    x, y = Box(evil, "input", evil, value=1.0, gradient=2.0), Box("y", "output", "exp", f"exp({evil})", 1.0, 1.0)
    html = to_html(Circuit(evil, (x, y), (Link(evil, "y", 0, 1.0, 1.0, 1.0),), "y"))

    class Page:
        def to_html(self, lang: str) -> str:
            return html

    page = opened(Page())
    assert page.title() == evil
    assert page.locator("h1").inner_text() == evil


def test_the_keyboard_is_enough(opened: Open) -> None:
    page = opened(trace("(x + y) * z", x=-2, y=5, z=-4))
    reached = []
    for _ in range(24):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate("document.activeElement.dataset.input || String(document.activeElement.className)")
        )
    assert {*"xyz", *(f"backlit-{css}" for css in ("play", "seek", "practice", "picture"))} <= set(reached)


def test_buttons_and_fields_have_names(opened: Open) -> None:
    page = opened(trace("(x + y) * z", x=-2, y=5, z=-4), "ko")
    named = "e => Boolean(e.ariaLabel || e.textContent.trim() || e.labels?.length)"
    controls = page.locator("button, input, select")
    assert controls.count() >= 10
    assert all(controls.nth(at).evaluate(named) for at in range(controls.count()))
    assert page.locator("html").get_attribute("lang") == "ko"


def test_without_scripts_the_picture_and_tables_are_there(opened: Open) -> None:
    page = opened(trace("(x + y) * z", x=-2, y=5, z=-4), java_script_enabled=False)
    assert not page.locator(".backlit-panel").is_visible()
    assert number(page, "gradient", "z") == "3"


def test_the_file_is_small() -> None:
    assert len(trace(FORMULA, **SIGMOID).to_html().encode()) < 150_000


def summed(**inputs: Any) -> Any:
    """Squares, added in pairs."""
    row = [wire * wire for wire in inputs.values()]
    while len(row) > 1:
        row = [a + b for a, b in zip(row[::2], row[1::2], strict=True)]
    return row[0]


def test_of_a_large_picture_only_what_stands_near_the_window_is_drawn(opened: Open) -> None:
    page = opened(trace(summed, **{f"x{i}": 1.0 for i in range(256)}))
    first, last = page.locator("g[data-box=x0]"), page.locator("g[data-box=x255]")
    expect(last).to_be_hidden()
    height = "box => Number(box.querySelector('rect').getAttribute('y'))"
    top, bottom = sorted((first, last), key=lambda box: box.evaluate(height))
    expect(top).to_be_visible()
    page.evaluate("document.querySelector('.backlit-picture').scrollIntoView({block: 'end'})")
    expect(bottom).to_be_visible()
    expect(top).to_be_hidden()
    page.emulate_media(media="print")
    expect(top).to_be_visible()


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_a_set_has_all_its_blanks_hints_a_score_and_an_end(opened: Open, lang: str) -> None:
    traced, said = trace("(x + y) * z", x=-2, y=5, z=-4), words(lang)
    page = opened(traced, lang)
    page.click(".backlit-practice")
    asked = ["q1", "z", "y", "x"]
    assert {wire: number(page, "gradient", wire) for wire in asked} == {"q1": "?", "z": "□", "y": "□", "x": "□"}
    for _ in range(3):
        page.click(".backlit-hint")
    expect(page.locator(".backlit-verdict")).to_have_text(re.compile("∂f/∂q1 = .*"))
    page.fill(".backlit-answer", "-4")
    page.keyboard.press("Enter")
    expect(page.locator(".backlit-score")).to_contain_text(
        said["set"].format(seed="", asked=4, right=1, first=0).split(": ")[1]
    )
    page.click(".backlit-show-me")
    expect(page.locator(".backlit-question")).to_contain_text("∂y")
    assert number(page, "gradient", "z") == "3"
    for wire in ("y", "x"):
        page.fill(".backlit-answer", f"{traced.wires[wire].gradient:g}")
        page.keyboard.press("Enter")
    expect(page.locator(".backlit-verdict")).to_contain_text(said["set_done"])
    expect(page.locator(".backlit-score")).to_contain_text(
        said["set"].format(seed="", asked=4, right=3, first=2).split(": ")[1]
    )
    expect(page.locator(".backlit-answer")).to_be_hidden()
    assert page.evaluate("document.activeElement.className") == "backlit-practice"


def test_a_link_brings_back_the_set(opened: Open) -> None:
    formula = " + ".join(f"x{at} * y{at}" for at in range(6))  # 23 gradients, 8 are asked
    values = {f"{name}{at}": at + 2 for at in range(6) for name in "xy"}
    page = opened(trace(formula, **values))
    page.click(".backlit-practice")
    expect(page).to_have_url(re.compile("set="))

    def blanks(page: Any) -> list[str]:
        return page.locator("[data-gradient]").evaluate_all(
            "all => [...new Set(all.filter(e => '?□'.includes(e.textContent || ' ')).map(e => e.dataset.gradient))]"
        )

    assert len(blanks(page)) == 8
    asked = blanks(page)
    page.reload()
    expect(page.locator(".backlit-quiz")).to_be_visible()
    assert blanks(page) == asked
