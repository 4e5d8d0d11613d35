"""What a view shows stands in the fragment of its address: links, going back, the other language, the other views."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import expect

from backlit.web.view import all_views

EN, KO = (all_views()["circuit"].texts(lang) for lang in ("en", "ko"))
View = Callable[..., Any]


def inside(page: Any) -> Any:
    return page.frame_locator("iframe.circuit")


def place(page: Any) -> Any:
    return inside(page).locator(".backlit-place")


def test_formula_numbers_and_step_travel_by_link_and_are_never_sent(view: View) -> None:
    asked: list[str] = []
    page = view("circuit")
    page.on("request", lambda request: asked.append(request.url))
    page.fill("#formula", "tanh(w * x)")
    page.fill("[data-name=w]", "0.25")
    expect(inside(page).locator("[data-value=w]").first).to_have_text("0.25")
    inside(page).locator(".backlit-play").press("ArrowRight")
    expect(page).to_have_url(re.compile("state=step"))
    found = parse_qs(urlsplit(page.url).fragment)
    assert found["formula"] == ["tanh(w * x)"]
    assert json.loads(found["values"][0])["w"] == 0.25
    other = view(page.url.split("/", 3)[3])
    expect(place(other)).to_have_text("1 / 4")
    assert other.input_value("#formula") == "tanh(w * x)"
    assert other.input_value("[data-name=w]") == "0.25"
    assert not [url for url in asked if "tanh" in url]


def test_back_goes_back_to_the_formula_before(view: View) -> None:
    page = view("circuit")
    expect(place(page)).to_have_text("0 / 4")
    page.get_by_role("button", name=EN["example_sigmoid"]).click()
    expect(place(page)).to_have_text("0 / 16")
    page.go_back()
    expect(place(page)).to_have_text("0 / 4")
    assert page.input_value("#formula") == "(x + y) * z"
    page.go_forward()
    expect(place(page)).to_have_text("0 / 16")


def test_the_other_language_and_the_other_views_lose_nothing(view: View) -> None:
    page = view("circuit")
    page.fill("#formula", "a * b + a")
    expect(inside(page).locator("g[data-box=b]")).to_be_visible()
    inside(page).locator(".backlit-play").press("ArrowRight")
    expect(page).to_have_url(re.compile("state=step"))
    page.locator(".language").click()
    expect(place(page)).to_have_text("1 / 4")
    assert page.locator("html").get_attribute("lang") == "ko"
    page.get_by_role("link", name=all_views()["slow"].texts("ko")["slow"]).click()
    page.wait_for_selector(".cost")
    page.get_by_role("link", name=KO["circuit"], exact=True).click()
    expect(place(page)).to_have_text("1 / 4")
    assert page.input_value("#formula") == "a * b + a"


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("fragment", ["evil=1", "formula=" + quote("x+" * 5000 + "x")])
def test_what_is_none_of_a_view_is_refused_with_a_word(view: View, fragment: str, lang: str) -> None:
    page = view(f"circuit?lang={lang}#{fragment}")
    words = {"en": EN, "ko": KO}[lang]
    expect(page.locator("#notes")).to_contain_text(words["link_refused"])
    expect(place(page)).to_have_text("0 / 4")


def test_the_link_is_copied(view: View) -> None:
    page = view("circuit", permissions=["clipboard-read", "clipboard-write"])
    expect(place(page)).to_have_text("0 / 4")
    page.locator(".copy-link").click()
    expect(page.locator(".copy-link")).to_have_text(EN["link_copied"])
    assert page.evaluate("navigator.clipboard.readText()") == page.url


def test_a_networks_choices_travel_by_link(view: View) -> None:
    page = view("network")
    expect(page.locator("#size")).to_contain_text("37", timeout=60_000)
    page.select_option("#data", "xor")
    page.fill("#rate", "0.3")
    page.locator(".layer input").first.fill("3")
    page.locator(".layer input").first.press("Tab")
    expect(page).to_have_url(re.compile("xor.*rate"))
    expect(page.locator("#size")).to_contain_text("30", timeout=60_000)
    other = view(page.url.split("/", 3)[3])
    expect(other.locator("#size")).to_contain_text("30", timeout=60_000)
    assert (other.input_value("#data"), other.input_value("#rate")) == ("xor", "0.3")


@pytest.mark.parametrize(
    "choices",
    ["{", "3", '{"data":"nobody"}', '{"data":"xor","hidden":[[1e9,"tanh"]]}', '{"data":"xor","onload":"x"}'],
)
def test_choices_that_are_none_are_refused_with_a_word(view: View, choices: str) -> None:
    page = view(f"network#choices={quote(choices)}")
    expect(page.locator("#notes")).to_contain_text(EN["link_refused"])
    expect(page.locator("#size")).to_contain_text("37", timeout=60_000)


def test_slow_learning_travels_by_link_and_back(view: View) -> None:
    page = view("slow")
    page.wait_for_selector(".cost")
    assert "#" not in page.url
    page.fill("#rate", "0.3")
    page.fill("#epochs", "120")
    expect(page).to_have_url(re.compile("epochs=120"))
    page.locator("#when").fill("40")
    expect(page).to_have_url(re.compile("at=40"))
    other = view(page.url.split("/", 3)[3])
    expect(other.locator("#epoch-number")).to_have_text("40")
    assert (other.input_value("#rate"), other.input_value("#epochs"), other.input_value("#w")) == ("0.3", "120", "2")
    other.locator("#starts button").first.click()
    expect(other).to_have_url(re.compile("w=0.6"))
    other.go_back()
    expect(other.locator("#w")).to_have_value("2")
    expect(other.locator("#epoch-number")).to_have_text("40")


@pytest.mark.parametrize("fragment", ["w=99", "rate=0", "epochs=1e9", "match=else", "at=x", "evil=1"])
def test_dials_that_are_none_are_refused_with_a_word(view: View, fragment: str) -> None:
    page = view(f"slow#{fragment}")
    expect(page.locator("#notes")).to_have_text(EN["link_refused"])
    expect(page.locator("#epoch-number")).to_have_text("0")
    assert page.input_value("#w") == "2"
