"""A circuit for others: saved as a file, its address as a QR code and as a frame for a course."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from backlit.web.qr import qr_code
from backlit.web.refusal import RefusalError
from backlit.web.view import all_views

EN = all_views()["circuit"].texts("en")
View = Callable[..., Any]
ADDRESS = "https://example.org/course/sigmoid.html"


def shared(view: View, lang: str = "en") -> Any:
    page = view(f"circuit?lang={lang}")
    place = page.frame_locator("iframe.circuit").locator(".backlit-place")
    expect(place).to_have_text("0 / 4")
    page.frame_locator("iframe.circuit").locator(".backlit-play").press("ArrowRight")
    expect(place).to_have_text("1 / 4")
    expect(page).to_have_url(re.compile("state=step"))
    page.locator(".share summary").click()
    return page


def test_the_file_that_is_saved_is_whole(view: View, browser: Any, tmp_path: Path) -> None:
    page = shared(view)
    with page.expect_download() as downloading:
        page.get_by_role("button", name=EN["share_save"]).click()
    downloading.value.save_as(tmp_path / "circuit.html")
    alone = browser.new_page()
    alone.goto((tmp_path / "circuit.html").as_uri() + "#step=1")
    expect(alone.locator(".backlit-place")).to_have_text("1 / 4")
    alone.close()


def test_an_address_becomes_a_code_and_a_frame_at_the_same_step(view: View, violations: Callable[..., Any]) -> None:
    page = shared(view, "ko")
    page.locator(".share input").fill(ADDRESS)
    page.locator(".share input").press("Tab")
    expect(page.locator(".shared svg")).to_be_visible()
    expect(page.locator(".shared figcaption")).to_have_text(f"{ADDRESS}#step=1")
    snippet = page.locator(".shared textarea").input_value()
    assert snippet.startswith("<iframe ")
    assert f'src="{ADDRESS}#step=1"' in snippet
    assert violations(page) == []


@pytest.mark.parametrize("typed", ["javascript:alert(1)", "example.org", "https://a b"])
def test_what_is_no_address_is_refused_with_a_word(view: View, typed: str) -> None:
    page = shared(view)
    page.locator(".share input").fill(typed)
    page.locator(".share input").press("Tab")
    expect(page.locator(".share [role=status]")).to_have_text(EN["share_wrong"])
    assert page.locator(".shared *").count() == 0


def test_a_code_is_a_picture_of_its_own_and_has_an_end() -> None:
    """Version 2 has 25 modules, the margin 4 at each side: ISO/IEC 18004:2015, table 1."""
    drawn = qr_code("https://example.org/a.html")
    assert 'viewBox="0 0 132 132"' in drawn
    assert "<script" not in drawn
    with pytest.raises(RefusalError, match="too long for a QR code"):
        qr_code("x" * 2001)
