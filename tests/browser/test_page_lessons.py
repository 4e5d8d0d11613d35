"""Lessons in a real browser: cards, a prediction, what is revealed, where it goes on; the page begins with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import expect

from backlit.practice.lessons import LESSONS
from backlit.web.view import all_views

EN = all_views()["lessons"].texts("en")
View = Callable[..., Any]
LOADED = "all => all.every((one) => one.complete && one.naturalWidth > 0)"


def test_the_page_begins_with_cards_and_a_lesson_reveals_after_a_prediction(view: View) -> None:
    page = view("?lang=ko", reduced_motion="reduce", viewport={"width": 390, "height": 844})
    assert urlsplit(page.url).path == "/lessons"
    expect(page.locator(".cards a")).to_have_count(len(LESSONS))
    page.locator(".cards img").last.scroll_into_view_if_needed()
    page.wait_for_function(f"() => ({LOADED})([...document.querySelectorAll('.cards img')].slice(-2))")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

    lesson = next(one for one in LESSONS if one.name == "xor")
    texts = lesson.texts["ko"]
    page.locator(".cards a", has_text=texts.title).click()
    expect(page.locator("#lesson-title")).to_have_text(texts.title)
    expect(page.locator("#reveal")).to_be_hidden()
    page.get_by_role("button", name=texts.answers[1]).click()
    expect(page.locator("#verdict")).to_contain_text(texts.answers[0])
    expect(page.locator("#reveal")).to_have_text(texts.reveal)
    expect(page.frame_locator("iframe.circuit").locator("[data-value=x0]").first).to_have_text("1")
    choices = parse_qs(urlsplit(page.locator("#train").get_attribute("href")).fragment)["choices"]
    assert choices == ['{"data":"xor","hidden":[]}']

    page.locator("#next").click()
    expect(page.locator("#reveal")).to_be_hidden()
    page.get_by_role("button", name="a - y", exact=True).click()
    expect(page.locator("#verdict")).to_have_text(all_views()["lessons"].texts("ko")["was_right"])
    page.go_back()
    expect(page.locator("#lesson-title")).to_have_text(texts.title)
    page.locator("#all").click()
    expect(page.locator("#cards")).to_be_visible()


def test_a_link_to_no_lesson_is_refused_with_a_word(view: View) -> None:
    page = view("lessons#lesson=alchemy")
    expect(page.locator("#notes")).to_have_text(EN["link_refused"])
    expect(page.locator("#cards")).to_be_visible()
