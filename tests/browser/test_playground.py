"""The page without Python, as a student has it: one file from a folder, in Chromium, on a screen and on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote

import pytest
from playwright.sync_api import expect

from backlit.playground.document import FILES, playground_page
from backlit.playground.scripts import page_script
from backlit.playground.training_page import FILES as TRAINING_FILES
from backlit.playground.training_page import training_page

LINE = ".backlit-view:not([hidden]) .backlit-product strong"


@pytest.fixture
def page(browser: Any, tmp_path: Path) -> Iterator[Any]:
    """The English page; any error, refused script or request fails the test."""
    for lang, name in FILES.items():
        (tmp_path / name).write_text(playground_page(lang), encoding="utf-8")
    faults: list[str] = []
    opened = browser.new_page(viewport={"width": 1024, "height": 700})
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda said: faults.append(said.text) if said.type in ("error", "warning") else None)
    opened.on("request", lambda asked: None if asked.url.startswith(("file:", "blob:")) else faults.append(asked.url))
    opened.goto((tmp_path / FILES["en"]).as_uri())
    yield opened
    opened.close()
    assert not faults


def linked(page: Any, address: str) -> None:
    """Open the page anew by a link."""
    page.goto("about:blank")
    page.goto(address)


def test_a_student_finds_a_gradient_types_a_formula_and_makes_a_mistake(page: Any) -> None:
    address = page.url.split("#")[0]
    expect(page.locator(".backlit-live")).to_be_visible()
    page.locator(".backlit-wrt").select_option("w0")  # dL/dw0 of the sigmoid neuron: -0.2, as the lecture has it
    expect(page.locator(LINE)).to_have_text("= -0.197")
    shown = page.locator(".backlit-picture").evaluate(
        "p => p.scrollWidth <= p.clientWidth && p.scrollHeight <= p.clientHeight + 1"
    )
    assert shown  # whole at 1024 x 700

    page.locator("#formula").fill("y = 2x^2 + ln(x)")
    page.locator("#formula").press("Enter")
    expect(page.locator("#notes")).to_contain_text("x^2 at column 6 is read as x**2")
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    expect(page.locator(".backlit-place")).to_have_text("8 / 8")
    page.locator("[data-input=x]").fill("2")
    expect(page.locator(LINE).first).to_contain_text("8")
    page.locator(".backlit-tables summary").click()
    row = page.locator(".backlit-tables tr[data-row=x]").first
    expect(row.locator(".backlit-witness")).to_have_text("8.5")  # 4 x + 1 / x
    expect(row).to_contain_text("yes")

    expect(page).to_have_url(re.compile("%3A2%7D.*step%3D8"))
    kept = page.url
    page.locator("#formula").fill("sin(x")
    expect(page.locator("#problem span")).to_contain_text("( was never closed at column 4 of 'sin(x'; add )")
    expect(page.locator("#problem mark")).to_have_text("(")
    expect(page.locator("main")).to_have_class("backlit-circuit-view backlit-live outdated")
    page.locator("#formula").fill("log(x - 2)")
    expect(page.locator("#problem span")).to_contain_text("gate log: log(x - 2) has no finite value at x - 2 = 0")

    linked(page, kept)
    expect(page.locator("#formula")).to_have_value("y = 2x^2 + ln(x)")
    expect(page.locator(".backlit-place")).to_have_text("8 / 8")
    expect(page.locator("[data-input=x]")).to_have_value("2")
    page.locator("#examples button").nth(1).click()
    expect(page.locator("#formula")).to_have_value("(x + y) * z")
    page.go_back()
    expect(page.locator("#formula")).to_have_value("y = 2x^2 + ln(x)")

    for foreign in (
        "zoom=1", "formula=x&values=[1]", 'formula=x&values={"x":"alert(1)"}', "formula=x&state=input%3Dx", "evil=1",
        f"formula=x&values={quote(' ' * 9000)}", "formula=x&values={\"x\":1e999}",
    ):  # fmt: skip
        linked(page, f"{address}#{foreign}")
        expect(page.locator("#notes")).to_contain_text("This link is too long, or not of this page")


def test_a_student_types_arrays_and_asks_for_one_element(page: Any) -> None:
    address = page.url.split("#")[0]
    page.locator("#formula").fill("sum(-y * log(softmax(z)))")
    field = page.locator("#inputs input")
    expect(field).to_have_count(2)
    field.nth(0).fill("0, 0, 1")
    expect(page.locator("#problem")).to_contain_text("operands of shape (3,) and (2,) do not fit")
    field.nth(1).fill("1, 2, 4")
    expect(page.locator("#problem")).to_be_empty()
    page.locator(".backlit-picture:visible").focus()
    page.keyboard.press("End")
    expect(page.locator("[data-value=q2]:visible")).to_have_text("[0.042, 0.114, 0.844]")
    page.locator(".backlit-zoom").nth(1).click()  # every element
    view = page.locator(".backlit-view:not([hidden])")
    view.locator(".backlit-wrt").select_option("z[0]")
    expect(view.locator("[data-line='z[0]']")).to_contain_text("= 0.042")  # softmax with cross entropy: a - y
    view.locator(".backlit-tables summary").click()
    row = view.locator(".backlit-tables tr[data-row='z[2]']").first
    expect(row.locator(".backlit-witness")).to_have_text("-0.156205")
    expect(row).to_contain_text("yes")
    field.nth(1).fill("[1, 2, 3]")
    expect(view.locator("[data-line='z[0]']")).to_contain_text("= 0.09")  # the step, the zoom and the wire stay
    expect(page).to_have_url(re.compile("%22z%22%3A%5B1%2C2%2C3%5D"))
    kept = page.url

    page.locator("#formula").fill("W @ x + b")
    expect(page.locator("#notes")).to_contain_text("The result is an array of 2")
    page.locator("#inputs input").nth(0).fill("1, 2; 3")
    expect(page.locator("#problem")).to_contain_text("W needs a number")
    page.locator("#inputs input").nth(0).fill("1, 2; 3, 4; 5, 6")
    expect(page.locator("#notes")).to_contain_text("The result is an array of 3")
    page.locator("#formula").fill("sum(W @ x)")
    expect(page.locator("[data-box='W']")).to_be_visible()
    page.locator("#formula").fill("x * y")
    page.locator("#inputs input").nth(1).fill("2")
    expect(page.locator("#inputs")).to_be_visible()

    linked(page, kept)
    expect(page.locator("#inputs input").nth(1)).to_have_value("1, 2, 3")
    expect(page.locator("[data-line='z[0]']:visible")).to_contain_text("= 0.09")
    for foreign in ("[[1],2]", "[]", "[[]]", "[1,null]", f"{[1] * 9}", "[[[1]]]", "[[1,2],[3]]"):
        linked(page, f'{address}#formula=sum(x)&values={{"x":{foreign}}}')
        expect(page.locator("#notes")).to_contain_text("This link is too long, or not of this page")


def test_a_phone_in_korean_and_with_a_keyboard(page: Any) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    linked(page, page.url.split("#")[0])
    whole = "p.scrollWidth <= p.clientWidth && p.scrollHeight <= p.clientHeight + 1"
    assert (
        0 < page.locator(".backlit-picture").evaluate(f"p => {whole} && p.getBoundingClientRect().bottom") <= 844
    )  # the sigmoid circuit
    page.locator(".backlit-practice").click()  # a set asks for all digits, the next formula does not
    page.locator("#examples button").nth(2).click()
    page.locator(".backlit-picture").focus()
    page.keyboard.press("End")
    expect(page.locator(".backlit-place")).to_have_text("8 / 8")
    page.locator("#formula").fill("x / 7")
    expect(page.locator("[data-box]")).to_have_count(3)
    page.locator(".backlit-picture").focus()
    page.keyboard.press("End")
    expect(page.locator("[data-value=f]")).to_have_text("0.429")
    page.locator("#examples button").nth(2).click()
    expect(page.locator("#formula")).to_have_value("2 * (x * y + max(z, w))")
    page.locator("a.language").click()
    expect(page.locator("html")).to_have_attribute("lang", "ko")
    expect(page.locator("#formula")).to_have_value("2 * (x * y + max(z, w))")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("#formula").fill("1/2x")
    expect(page.locator("#problem span")).to_contain_text("1/2x은(는) 두 가지로 읽을 수 있습니다")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert list(parse_qs(page.url.split("#")[1])) == ["formula", "values"]


def test_a_network_learns_in_a_worker_of_the_page(page: Any, tmp_path: Path) -> None:
    for lang, name in TRAINING_FILES.items():
        (tmp_path / name).write_text(training_page(lang), encoding="utf-8")
    address = (tmp_path / TRAINING_FILES["en"]).as_uri()
    linked(page, f"{address}#data=xor&hidden=4&optimizer=muon&rate=0.1&penalty=0.01&init=lsuv")
    expect(page.locator("#clock")).to_contain_text("epoch 0")
    page.locator("#play").click()
    expect(page.locator("#clock")).to_contain_text(re.compile("epoch [1-9]"))
    page.locator("#play").click()
    expect(page.locator("#play")).to_have_text("Train")
    page.locator("#hidden").fill("4, 65")
    page.locator("#hidden").blur()
    expect(page.locator("#problem")).to_contain_text("numbers of neurons from 1 to 64")
    page.locator("#hidden").fill("3")
    page.locator("#penalty").fill("-1")
    page.locator("#penalty").blur()
    expect(page.locator("#problem")).to_contain_text("L2 penalty: a number from 0 to 100")
    page.locator("#penalty").fill("0.01")
    page.locator("#data").select_option("hills")
    expect(page.locator("#loss")).to_have_value("quadratic")
    expect(page).to_have_url(
        re.compile("data=hills&hidden=3&gate=tanh&loss=quadratic&optimizer=muon&rate=0.1&penalty=0.01")
    )
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator("a.language").click()
    expect(page.locator("#data")).to_have_value("hills")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for foreign in (
        "formula=x",
        "gate=softmax",
        "loss=hinge",
        "data=../x",
        f"hidden={'4,' * 2000}",
        "rate=alert(1)",
        "penalty=x",
    ):
        linked(page, f"{address}#{foreign}")
        expect(page.locator("#notes")).to_contain_text("This link is too long, or not of this page")


def test_no_rule_of_access_is_broken(browser: Any, tmp_path: Path, violations: Callable[[Any], list[str]]) -> None:
    page = browser.new_page(bypass_csp=True)  # the checker is a script of its own
    (tmp_path / FILES["ko"]).write_text(playground_page("ko"), encoding="utf-8")
    (tmp_path / TRAINING_FILES["en"]).write_text(training_page("en"), encoding="utf-8")
    page.goto((tmp_path / FILES["ko"]).as_uri())
    expect(page.locator(".backlit-live")).to_be_visible()
    assert violations(page) == []
    page.locator("#formula").fill("1/2x")
    expect(page.locator("#problem mark")).to_be_visible()
    assert violations(page) == []
    page.goto((tmp_path / TRAINING_FILES["en"]).as_uri())
    expect(page.locator("#clock")).not_to_be_empty()
    assert violations(page) == []
    page.close()


def test_nothing_is_evaluated() -> None:
    script = page_script() + training_page()
    assert not re.search(r"\beval\(|\bFunction\(|innerHTML|document\.write|import\(|fetch\(", script)
    for page in (playground_page(), training_page()):
        policy = page.split('Content-Security-Policy" content="')[1].split('"')[0]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
