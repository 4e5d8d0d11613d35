"""The network view: two runs on one clock, rewound together; a network saved, and opened as a model."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from backlit import load
from backlit.web.view import all_views

EN, KO = (all_views()["network"].texts(lang) for lang in ("en", "ko"))

View = Callable[..., Any]


def cell(page: Any, name: str, column: int) -> Any:
    return (
        page.locator("#runs tr")
        .filter(has=page.get_by_role("rowheader", name=name, exact=True))
        .locator("td")
        .nth(column)
    )


def test_two_runs_go_on_one_clock_and_rewind_together(view: View, violations: Callable[[Any], list[str]]) -> None:
    page = view("network", viewport={"width": 1280, "height": 900})
    expect(page.locator("#size")).to_contain_text("37")
    page.locator("#compare").click()
    expect(page.locator("#beside")).to_be_visible()
    page.locator("#rate").fill("0.1")
    page.select_option("#pace", "0")
    page.locator("#play").click()  # of the run that the new rate makes
    expect(page.locator("#play")).to_contain_text(EN["pause"])
    expect(cell(page, EN["rate"], 0)).to_have_text("0.1")
    expect(cell(page, EN["rate"], 1)).to_have_text("0.01")
    expect(page.locator("#clock b")).to_have_text(re.compile(r"[\d,]{2,}"))
    page.locator("#play").click()
    expect(page.locator("#clock")).to_contain_text(EN["state_paused"])
    for number in (0, 1):
        expect(cell(page, EN["epoch"], number)).to_have_text(page.locator("#clock b").inner_text())
    expect(page.locator("#loss-curve polyline")).to_have_count(4)
    expect(page.locator("#beside-plane canvas[role=img]:not([aria-busy])")).to_be_visible()
    page.locator("#rewind").fill("1")
    at = cell(page, EN["epoch"], 0)
    expect(at).not_to_have_text(re.compile("^(0|[1-9].*[0-9]{3})$"))
    expect(cell(page, EN["epoch"], 1)).to_have_text(at.inner_text())
    assert violations(page) == []
    page.reload()  # the link has both
    expect(cell(page, EN["rate"], 1)).to_have_text("0.01")
    page.select_option("#data", "xor")
    expect(page.locator("#beside")).to_be_hidden()
    expect(page.locator("#notes")).to_have_text(EN["beside_gone"])


def test_a_network_is_saved_and_opened_in_my_model(view: View, tmp_path: Path) -> None:
    page = view("network?lang=ko", viewport={"width": 390, "height": 844}, accept_downloads=True)
    expect(page.locator("#size")).to_contain_text("37")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("#step").click()
    expect(page.locator("#clock")).to_contain_text("8개 중 1번째")
    with page.expect_download() as saved:
        page.get_by_role("button", name=KO["save_model"]).click()
    path = tmp_path / saved.value.suggested_filename
    assert re.fullmatch(r"moons-\d+-epoch-0\.1\.backlit", path.name)
    saved.value.save_as(path)
    assert load(path).coefs_[0].shape == (2, 4)
    with page.expect_download() as saved:
        page.get_by_role("button", name=KO["save_rows"]).click()
    assert saved.value.suggested_filename == path.with_suffix(".csv").name
    page.locator("[data-weight='w[1][0][2]']").dispatch_event("click")
    page.fill("#row", "7")
    page.get_by_role("button", name=KO["open_model"]).click()
    expect(page.locator("#model option:checked")).to_have_text(path.name)
    expect(page.locator("#weight")).to_have_value("w[1][0][2]")
    expect(page.locator("#row")).to_have_value("7")
    expect(page.locator("#sides .agrees")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "ko")
