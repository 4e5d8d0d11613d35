"""Picture and derivation in a real browser: each lights up what belongs to it in the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from backlit import trace

SIGMOID = {"w0": 2, "x0": -1, "w1": -3, "x1": -2, "w2": -3}
FORMULA = "1 / (1 + exp(-(w0*x0 + w1*x1 + w2)))"
Open = Callable[..., Any]


def lit(page: Any, css: str, attribute: str) -> list[str]:
    return page.locator(f"{css}.backlit-lit").evaluate_all(f"all => all.map(one => one.getAttribute('{attribute}'))")


def lines(page: Any) -> list[str]:
    return page.locator(".backlit-line").evaluate_all("all => all.map(one => one.ariaLabel)")


def test_the_derivation_is_pythons(opened: Open) -> None:
    traced = trace(FORMULA, **SIGMOID)
    page = opened(traced)
    (path,) = traced.derivation("w0").paths
    factors = page.locator(".backlit-factor").evaluate_all("all => all.map(one => one.ariaLabel)")
    assert [label.split(" = ")[0] for label in factors] == [f"∂{factor.top}/∂{factor.under}" for factor in path]
    numbers = [float(label.split(" = ")[-1]) for label in factors]
    assert numbers == pytest.approx([factor.value for factor in path], rel=1e-5)
    assert page.locator(".backlit-product strong").inner_text() == "= -0.196612"
    assert lines(page)[-1] == "∂f/∂w0 = ∂f/∂q1 · x0 = 0.196612 · (-1) = -0.196612"


def test_forks_are_paths_and_a_sum(opened: Open) -> None:
    page = opened(trace("x * y + x * z", x=3, y=-4, z=2))
    assert page.locator(".backlit-product strong").all_inner_texts() == ["= -4", "= 2"]
    assert lines(page)[-1] == "∂f/∂x = ∂f/∂q1 · y + ∂f/∂q2 · z = 1 · (-4) + 1 · 2 = -2"


def test_a_line_lights_its_wire_and_a_gate_its_lines(opened: Open) -> None:
    page = opened(trace("x * y + x * z", x=3, y=-4, z=2))
    page.locator("[data-line=x]").click()
    assert lit(page, "g", "data-box") == ["x"]
    assert lit(page, "[data-edge]", "data-edge") == ["0", "2"]  # to both gates that read x
    page.locator("g[data-box=q2]").click()
    assert lit(page, ".backlit-line", "data-line") == ["q2"]
    assert lit(page, ".backlit-factor", "aria-label") == ["∂q2/∂x = z = 2"]
    page.keyboard.press("Escape")
    page.locator("h1").hover()
    assert page.locator(".backlit-lit").count() == 0


def test_a_wire_lights_the_line_of_what_it_carries(opened: Open) -> None:
    page = opened(trace("(x + y) * z", x=-2, y=5, z=-4))
    page.locator("[data-chip='2']").click()
    assert lit(page, ".backlit-line", "data-line") == ["q1"]
    assert lit(page, "[data-edge]", "data-edge") == ["2"]
    assert lit(page, ".backlit-factor", "aria-label") == ["∂f/∂q1 = z = -4"]


def test_a_gate_off_the_way_brings_its_own_derivation(opened: Open) -> None:
    page = opened(trace("(x + y) * z", x=-2, y=5, z=-4))
    page.locator("g[data-box=z]").focus()
    page.keyboard.press("Enter")
    assert page.locator(".backlit-wrt").input_value() == "z"
    assert lines(page) == ["∂f/∂z = q1 = 3"]
    assert lit(page, ".backlit-line", "data-line") == ["z"]


def test_the_keyboard_walks_the_derivation(opened: Open) -> None:
    page = opened(trace("(x + y) * z", x=-2, y=5, z=-4))
    page.locator(".backlit-wrt").focus()
    page.keyboard.press("Tab")
    assert lit(page, "[data-edge]", "data-edge") == ["2"]  # the first factor, dq2/dq1
    for _ in range(2):
        page.keyboard.press("Tab")
    assert lit(page, "g", "data-box") == ["q1"]  # the line of q1


def test_new_inputs_are_derived_anew(opened: Open) -> None:
    page = opened(trace("(x + y) * z", x=-2, y=5, z=-4))
    page.fill("[data-input=z]", "10")
    assert lines(page) == ["∂f/∂q1 = z = 10", "∂f/∂x = ∂f/∂q1 · 1 = 10 · 1 = 10"]


def test_a_question_hides_the_derivation(opened: Open) -> None:
    page = opened(trace("(x + y) * z", x=-2, y=5, z=-4))
    page.locator(".backlit-practice").click()
    assert not page.locator(".backlit-derivation").is_visible()


def test_a_step_back_marks_its_lines(opened: Open) -> None:
    page = opened(trace("(x + y) * z", x=-2, y=5, z=-4))
    page.locator(".backlit-back").click()
    current = page.locator(".backlit-line.backlit-current")
    assert current.evaluate_all("all => all.map(one => one.dataset.line)") == ["q1"]
