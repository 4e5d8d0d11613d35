"""The page's circuits in a real browser: typed formulas, the lecture's numbers on the screen, keys, Korean."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import expect as expect_of

from backlit.web.view import all_views

EN, KO = (all_views()["circuit"].texts(lang) for lang in ("en", "ko"))

View = Callable[..., Any]

SIGMOID = "1 / (1 + exp(-(w0 * x0 + w1 * x1 + w2)))"
NUMBERS = {"w0": "2", "x0": "-1", "w1": "-3", "x1": "-2", "w2": "-3"}
GRADIENTS = {"w0": "-0.196612", "x0": "0.393224", "w1": "-0.393224", "x1": "-0.589836", "w2": "0.196612"}


WHOLE = "#state=step%3D99999%26digits%3D6"
"""The last step, with all digits."""


def inside(page: Any) -> Any:
    return page.frame_locator("iframe.circuit")


def expect(page: Any, what: str, wire: str, text: str) -> None:
    """Wait until the circuit shows a number at a wire; it fails with what is there instead."""
    expect_of(inside(page).locator(f"[data-{what}='{wire}']").first).to_have_text(text)


def problem(page: Any, text: str) -> None:
    expect_of(page.locator("#problem")).to_contain_text(text)


def test_a_typed_formula_shows_the_lectures_numbers(view: View) -> None:
    page = view(f"circuit{WHOLE}")
    page.fill("#formula", SIGMOID)
    page.wait_for_selector("[data-name=w2]")
    for name, number in NUMBERS.items():
        page.fill(f"[data-name={name}]", number)
    expect(page, "value", "f", "0.731059")
    for name, gradient in GRADIENTS.items():
        expect(page, "gradient", name, gradient)
    expect(page, "value", "q4", "1")
    expect(page, "gradient", "q6", "-0.534447")


@pytest.mark.parametrize(
    ("name", "wire", "gradient"),
    [("product", "x", "-4"), ("sigmoid", "w1", "-0.393224"), ("patterns", "w", "0"), ("fork", "x", "4 + 1 = 5")],
)
def test_the_lectures_circuits_are_a_click_away(view: View, name: str, wire: str, gradient: str) -> None:
    page = view(f"circuit{WHOLE}")
    page.get_by_role("button", name=EN[f"example_{name}"]).click()
    expect(page, "gradient", wire, gradient)
    assert page.locator("[aria-pressed=true]").inner_text() == EN[f"example_{name}"]


def test_lists_have_gradients_for_each_number(view: View) -> None:
    page = view(f"circuit{WHOLE}")
    page.get_by_role("button", name=EN["example_softmax"]).click()
    expect(page, "gradient", "z", "[0.042, 0.114, -0.156]")  # the shares, and one less where y is 1
    page.fill("[data-name=z]", "0, 0, 0")
    expect(page, "gradient", "z", "[0.333, 0.333, -0.667]")


def test_it_steps_by_keyboard_alone(view: View) -> None:
    page = view(f"circuit{WHOLE}")
    page.wait_for_selector("iframe.circuit")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == EN["example_sigmoid"]:
            break
    page.keyboard.press("Enter")
    expect(page, "gradient", "w0", GRADIENTS["w0"])
    while page.evaluate("document.activeElement.id") != "formula":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect_of(inside(page).locator(".backlit-view:not([hidden]) .backlit-picture")).to_be_focused()
    page.keyboard.press("Home")
    expect(page, "value", "q1", "")
    page.keyboard.press("ArrowRight")
    expect(page, "value", "q1", "-2")
    expect(page, "gradient", "w0", "")
    page.keyboard.press("End")
    expect(page, "gradient", "w0", GRADIENTS["w0"])


@pytest.mark.parametrize(("field", "text"), [("#formula", "(x + y) * z + 1"), ("[data-name=z]", "5")])
def test_enter_after_typing_enters_the_circuit_and_it_stays(view: View, field: str, text: str) -> None:
    page = view(f"circuit{WHOLE}")
    expect(page, "gradient", "z", "3")
    page.fill(field, text)
    page.keyboard.press("Enter")
    picture = inside(page).locator(".backlit-view:not([hidden]) .backlit-picture")
    expect_of(picture).to_be_focused()
    page.wait_for_timeout(400)  # nothing is awaited: what was typed is not drawn once more, in another document
    expect_of(picture).to_be_focused()
    page.keyboard.press("Home")
    expect(page, "value", "q1", "")


def test_enter_in_a_field_that_holds_no_number_keeps_saying_so(view: View) -> None:
    page = view(f"circuit{WHOLE}")
    expect(page, "gradient", "z", "3")
    page.fill("[data-name=x]", "much")
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)  # nothing is awaited: no answer clears it
    problem(page, "x needs a number")


def test_a_number_typed_while_another_is_drawn_is_kept(view: View) -> None:
    page = view(f"circuit{WHOLE}")
    expect(page, "gradient", "z", "3")
    held: list[Any] = []
    page.route("**/api/circuit", lambda route: held.append(route) if not held else route.continue_())
    page.fill("[data-name=x]", "7")
    while not held:
        page.title()  # lets the browser's messages in
    answer = held[0].fetch()
    page.fill("[data-name=y]", "1")
    with contextlib.suppress(PlaywrightError):  # nobody waits for it any more
        held[0].fulfill(response=answer)
    expect(page, "value", "q1", "8")


def test_what_is_no_formula_is_said_and_the_picture_stays(view: View) -> None:
    page = view(f"circuit{WHOLE}")
    expect(page, "gradient", "z", "3")
    page.fill("#formula", "(x + y) * ")
    problem(page, "an operand is missing at the end")
    expect(page, "gradient", "z", "3")
    page.fill("#formula", "(x + y) * z * z")
    expect(page, "value", "f", "48")
    assert page.locator("#problem").inner_text() == ""


def test_an_input_that_is_no_number_is_said(view: View) -> None:
    page = view(f"circuit{WHOLE}")
    page.fill("[data-name=x]", "much")
    problem(page, "x needs a number")
    assert page.locator("[data-name=x]").get_attribute("aria-invalid") == "true"
    page.fill("[data-name=x]", "−2,5")  # a true minus sign; the comma separates numbers
    expect(page, "value", "x", "[-2, 5]")


def test_numbers_typed_beside_the_circuit_are_kept(view: View) -> None:
    page = view(f"circuit{WHOLE}")
    expect(page, "value", "f", "-12")
    assert not inside(page).locator("[data-input=x]").is_visible()  # the page has fields for the same numbers
    page.fill("[data-name=x]", "3")
    expect(page, "value", "f", "-32")
    page.reload()
    expect(page, "value", "f", "-32")
    page.locator(".language").click()
    expect(page, "value", "f", "-32")
    assert page.locator("html").get_attribute("lang") == "ko"


def test_korean_is_korean_to_the_last_word(view: View) -> None:
    page = view(f"circuit?lang=ko{WHOLE}")
    expect(page, "gradient", "z", "3")
    assert page.locator("h1").inner_text() == KO["circuit"]
    assert inside(page).locator("html").get_attribute("lang") == "ko"
    assert inside(page).locator(".backlit-practice").inner_text() == "연습"


@pytest.mark.parametrize(
    "formula", ["<script>document.title='run'</script>", "<img src=x onerror=document.title='run'>"]
)
def test_markup_in_an_address_is_text(view: View, formula: str) -> None:
    page = view(f"circuit#formula={quote(formula)}")
    problem(page, "<")
    assert page.input_value("#formula") == formula
    assert page.title() == "Circuit · Backlit"


@pytest.mark.parametrize("values", ["{", "[]", "3", '{"x": "<b>"}', '{"__proto__": {"x": 1}}'])
def test_an_address_with_wrong_numbers_does_no_harm(view: View, values: str) -> None:
    page = view(f"circuit#formula=x*x&values={quote(values)}")
    page.locator("iframe.circuit, #problem:not(:empty)").first.wait_for(state="attached")


def test_a_server_that_has_ended_is_said(view: View) -> None:
    page = view(f"circuit{WHOLE}")
    expect(page, "gradient", "z", "3")
    page.route("**/api/**", lambda route: route.abort())
    page.fill("#formula", "x")
    problem(page, EN["lost"])


@pytest.mark.parametrize("width", [360, 768, 1440])
@pytest.mark.parametrize("name", ["circuit", "slow"])
def test_nothing_is_wider_than_the_screen(view: View, name: str, width: int) -> None:
    page = view(name, viewport={"width": width, "height": 800})
    page.wait_for_selector("iframe.circuit" if name == "circuit" else ".cost")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_the_page_shows_how_a_formula_was_read_and_what_to_write(view: View, lang: str) -> None:
    page = view(f"circuit?lang={lang}{WHOLE}")
    page.fill("#formula", "2x^2")
    said = {"en": "2x^2 at column 1 is read as 2*x^2", "ko": "1번째 글자의 2x^2 → 2*x^2(으)로 읽었습니다"}[lang]
    expect_of(page.locator("#notes")).to_contain_text(said)
    page.fill("#formula", "1/2x")
    problem(page, {"en": "write 1/(2*x) or 1/2*x", "ko": "1/(2*x) 또는 1/2*x처럼 쓰세요"}[lang])
    expect_of(page.locator("#notes")).to_be_empty()
