"""Zooms and folds in a real browser: the same numbers at every zoom, whatever is put in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from backlit import MLPClassifier, trace

SIGMOID = {"w0": 2, "x0": -1, "w1": -3, "x1": -2, "w2": -3}
FORMULA = "1 / (1 + exp(-(w0*x0 + w1*x1 + w2)))"
Open = Callable[..., Any]


def number(page: Any, what: str, wire: str) -> str:
    return page.locator(f".backlit-view:not([hidden]) [data-{what}='{wire}']").first.text_content()


def gradients(page: Any, names: list[str]) -> list[float]:
    return [float(number(page, "gradient", name)) for name in names]


def boxes(page: Any) -> list[str]:
    shown = page.locator(".backlit-view:not([hidden]) g[data-box]:not(.backlit-inside)")
    return shown.evaluate_all("all => all.map(one => one.dataset.box)")


def fold(page: Any, *names: str) -> None:
    page.click(".backlit-choose")
    for name in names:
        page.click(f".backlit-view:not([hidden]) g[data-box='{name}']")
    page.click(".backlit-fold")


def test_every_zoom_has_the_same_numbers(opened: Open) -> None:
    page = opened(trace(FORMULA, **SIGMOID))
    assert page.locator(".backlit-zoom").all_inner_texts() == ["gates", "fused gates", "neurons"]
    found = []
    for at in range(3):
        page.locator(".backlit-zoom").nth(at).click()
        found.append((len(boxes(page)), number(page, "value", "f"), gradients(page, list(SIGMOID))))
    assert [count for count, _, _ in found] == [15, 10, 7]
    assert {value for _, value, _ in found} == {"0.731059"}
    assert found[0][2] == found[1][2] == found[2][2] == [-0.196612, 0.393224, -0.393224, -0.589836, 0.196612]


def test_a_new_input_reaches_every_zoom(opened: Open) -> None:
    page = opened(trace(FORMULA, **SIGMOID))
    page.fill("[data-input=w2]", "0.5")
    again = trace(FORMULA, **{**SIGMOID, "w2": 0.5})
    for at in range(3):
        page.locator(".backlit-zoom").nth(at).click()
        assert gradients(page, list(SIGMOID)) == pytest.approx([*again.gradients.values()], rel=1e-5)


def test_what_was_written_is_shown_first(opened: Open) -> None:
    page = opened(trace("sigmoid(w0*x0 + w1*x1 + w2)", **SIGMOID))
    assert page.locator(".backlit-zoom[aria-pressed=true]").inner_text() == "fused gates"
    page.locator(".backlit-zoom").first.click()
    assert page.locator(".backlit-view:not([hidden]) text.backlit-symbol").all_text_contents().count("exp") == 1


def test_a_fold_is_one_box_with_its_local_derivative(opened: Open) -> None:
    page = opened(trace(FORMULA, **SIGMOID))
    fold(page, "q5", "f")
    assert [name for name in boxes(page) if name[0] in "qcf"] == ["q1", "q2", "q3", "q4", "f"]
    assert "4 gates as one: f = 1 / (1 + exp(-q4))" in page.locator(".backlit-folds").inner_text()
    assert page.locator(".backlit-place").inner_text() == "10 / 10"
    factor = page.locator(".backlit-view:not([hidden]) .backlit-factor").first
    assert factor.evaluate("one => one.ariaLabel") == "∂f/∂q4 = (f / q7) · q6 = 0.196612"
    page.fill("[data-input=w2]", "-4")  # the sum is 0 now, the sigmoid's slope 1/4
    assert factor.evaluate("one => one.ariaLabel").endswith("= 0.25")
    assert number(page, "gradient", "w2") == "0.25"
    page.click(".backlit-unfold")
    assert len(boxes(page)) == 15
    assert number(page, "gradient", "q6") == "-0.25"


def test_stepping_passes_a_fold_at_once(opened: Open) -> None:
    page = opened(trace(FORMULA, **SIGMOID))
    fold(page, "q5", "f")
    page.click(".backlit-back")  # focus into the page
    page.keyboard.press("Home")
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    assert page.locator(".backlit-told").inner_text() == "∂f/∂q4 ← upstream 1 × local gradient 0.196612 = 0.196612"


def test_a_fold_with_a_fork_inside_sums_its_ways(opened: Open) -> None:
    page = opened(trace("(x * y) * (x + y) + x", x=3, y=-4))
    fold(page, "q1", "q2", "q3")
    drawn = page.locator(".backlit-view:not([hidden]) .backlit-line")
    lines = drawn.evaluate_all("all => all.map(one => one.ariaLabel)")
    (own,) = (line for line in lines if line.startswith("∂f/∂x"))
    assert own.endswith(f"= {trace('(x * y) * (x + y) + x', x=3, y=-4).gradients['x']:g}")


def test_folds_grow_and_are_chosen_by_keyboard(opened: Open) -> None:
    page = opened(trace(FORMULA, **SIGMOID))
    fold(page, "q7", "f")
    page.focus(".backlit-choose")
    page.keyboard.press("Enter")
    for name in ("q5", "f"):
        page.focus(f".backlit-view:not([hidden]) g[data-box={name}]")
        page.keyboard.press("Space")
    page.focus(".backlit-fold")
    page.keyboard.press("Enter")
    assert "4 gates as one" in page.locator(".backlit-folds").inner_text()
    assert page.locator(".backlit-unfold").count() == 1


@pytest.mark.parametrize(("lang", "said"), [("en", "q1, q2 are read outside"), ("ko", "q1, q2 값을 밖에서도 읽습니다")])
def test_what_cannot_be_one_box_is_said(opened: Open, lang: str, said: str) -> None:
    page = opened(trace(FORMULA, **SIGMOID), lang)
    fold(page, "q1", "q2")
    assert said in page.locator(".backlit-fold-said").inner_text()
    assert page.locator(".backlit-unfold").count() == 0


def test_a_network_has_gates_neurons_and_layers(opened: Open) -> None:
    chance = [[0.0, 1.0], [1.0, 0.5], [0.2, -1.0], [-1.0, 0.3]]
    model = MLPClassifier((2,), activation="logistic", solver="lbfgs", random_state=0, max_iter=200)
    model.fit(chance, ["a", "b", "a", "b"])
    page = opened(trace(model, x=chance[0], y="a"))
    assert page.locator(".backlit-zoom").all_inner_texts() == ["gates", "neurons", "layers"]
    assert page.locator(".backlit-zoom[aria-pressed=true]").inner_text() == "neurons"
    before = gradients(page, ["w[1][1][0]"])
    page.locator(".backlit-zoom").first.click()
    assert gradients(page, ["w[1][1][0]"]) == before
    page.fill("[data-input='w[1][1][0]']", "0.25")
    changed = gradients(page, ["b[1][0]"])
    page.locator(".backlit-zoom").nth(1).click()
    assert gradients(page, ["b[1][0]"]) == pytest.approx(changed, rel=1e-4)
    page.locator(".backlit-zoom").nth(2).click()
    assert "backlit-stale" in page.locator(".backlit-view:not([hidden]) [data-value=loss]").get_attribute("class")
