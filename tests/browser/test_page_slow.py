"""Why learning is slow, in a real browser: the lecture's numbers on the screen, replay, keys, Korean."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from backlit.web.view import all_views

EN, KO = (all_views()["slow"].texts(lang) for lang in ("en", "ko"))

View = Callable[..., Any]


def product(page: Any, cost: str) -> Any:
    return page.locator(f"[data-cost={cost}] .product")


def said(page: Any, cost: str) -> Any:
    return page.locator(f"[data-cost={cost}] header")


def test_a_bad_start_shows_the_lectures_numbers(view: View) -> None:
    page = view("slow")
    expect(product(page, "quadratic")).to_contain_text("= 0.982 × 0.01766 × 1 = 0.01735")  # a - y, sigma'(z), x
    expect(product(page, "cross_entropy")).to_contain_text("= 0.982 × 1 = 0.982")
    expect(said(page, "quadratic")).to_contain_text("a < 0.5 from epoch 232 on")
    page.focus("#when")
    page.keyboard.press("End")
    expect(page.locator("#epoch-number")).to_have_text("300")
    expect(product(page, "quadratic")).to_contain_text("= 0.2028 ×")  # the output; the target is 0


def test_a_good_start_learns_at_once(view: View) -> None:
    page = view("slow")
    page.get_by_role("button", name=EN["start_good"]).click()
    expect(product(page, "quadratic")).to_contain_text("= 0.8176 × 0.1491 × 1 = 0.1219")
    expect(said(page, "quadratic")).to_contain_text("a < 0.5 from epoch 36 on")
    expect(said(page, "cross_entropy")).to_contain_text("a < 0.5 from epoch 8 on")
    assert (page.input_value("#w"), page.input_value("#b")) == ("0.6", "0.9")
    page.focus("#when")
    page.keyboard.press("End")
    expect(product(page, "quadratic")).to_contain_text("= 0.09")


def test_bars_are_as_long_as_the_factors(view: View) -> None:
    page = view("slow")
    page.wait_for_selector(".factor")
    bars = page.locator("[data-cost=quadratic] .track")
    shares = [
        bars.nth(at).evaluate("bar => bar.firstChild.getBoundingClientRect().width / bar.getBoundingClientRect().width")
        for at in range(4)
    ]
    for share, factor in zip(shares, (0.982014, 0.017663, 1.0, 0.017345), strict=True):
        assert abs(share - factor) < 0.005
    assert page.locator("[data-cost=cross_entropy] .absent small").inner_text() == EN["no_slope"]


def test_it_replays_and_pauses_by_keyboard(view: View) -> None:
    page = view("slow")
    page.wait_for_selector(".cost")
    page.keyboard.press("Space")
    assert page.locator("#play-word").inner_text() == EN["pause"]
    expect(page.locator("#when")).to_have_value(re.compile(r"\d\d"))
    page.keyboard.press("Space")
    assert page.locator("#play-word").inner_text() == EN["replay"]
    stopped = page.input_value("#when")
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.input_value("#when") == stopped


def test_a_replay_ends_at_the_last_epoch(view: View) -> None:
    page = view("slow")
    page.wait_for_selector(".cost")
    page.fill("#epochs", "10")
    expect(page.locator("#when")).to_have_attribute("max", "10")
    page.focus("#when")
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    page.click("#play")
    expect(page.locator("#when")).to_have_value("10", timeout=20_000)
    expect(page.locator("#play-word")).to_have_text(EN["replay"])


def test_dials_are_followed(view: View) -> None:
    page = view("slow")
    page.wait_for_selector(".cost")
    page.focus("#w")
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    expect(page.locator("#w + output")).to_have_text("1.5")
    expect(product(page, "quadratic")).to_contain_text("0.9707")  # sigma(1.5 + 2)
    page.select_option("#match", "first_step")
    expect(said(page, "cross_entropy")).not_to_contain_text("η = 0.15")
    page.fill("#rate", "0,3")
    expect(said(page, "quadratic")).to_contain_text("η = 0.3")


def test_what_is_no_rate_is_said(view: View) -> None:
    page = view("slow")
    page.wait_for_selector(".cost")
    page.fill("#rate", "fast")
    expect(page.locator("#problem")).to_contain_text("rate needs a number")
    page.fill("#rate", "0.15")
    expect(page.locator("#problem")).to_have_text("")


def test_korean_is_korean(view: View) -> None:
    page = view("slow?lang=ko")
    expect(said(page, "quadratic")).to_contain_text("에포크 232부터 a < 0.5")
    assert page.locator("h2").all_inner_texts() == [KO["quadratic"], KO["cross_entropy"]]
    assert page.locator("html").get_attribute("lang") == "ko"
