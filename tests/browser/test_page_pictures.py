"""Each view once in each language, with a model and a table of its own; `make pictures` keeps what they look like."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from backlit import MLPClassifier
from backlit.web.messages import MESSAGES
from backlit.web.view import all_views

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
SIZE = {"width": 1280, "height": 1000}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """A table of flowers and a model that was trained on it."""
    from sklearn.datasets import load_iris

    folder = tmp_path_factory.mktemp("flowers")
    table, saved = folder / "flowers.csv", folder / "flowers.backlit"
    frame = load_iris(as_frame=True).frame.rename(columns=lambda name: name.removesuffix(" (cm)"))
    frame["species"] = load_iris().target_names[frame.pop("target")]
    frame.to_csv(table, index=False)
    flowers = MLPClassifier((4,), activation="tanh", solver="lbfgs", max_iter=5000, alpha=0.01, random_state=0)
    flowers.fit(frame.drop(columns="species"), frame["species"]).save(saved)
    return "--model", str(saved), "--data", str(table), "--target", "species"


def lessons(page: Any, words: Any) -> None:
    expect(page.locator("h1")).to_have_text(words["lessons"])
    page.wait_for_function(
        "() => [...document.querySelectorAll('.cards img')].slice(0, 8).every((one) => one.complete)"
    )


def circuit(page: Any, words: Any) -> None:
    page.get_by_role("button", name=words["example_sigmoid"]).click()
    frame = page.frame_locator("iframe.circuit")
    expect(frame.locator("[data-value=w0]").first).to_have_text("2")
    frame.locator(".backlit-seek").press("End")
    expect(frame.locator("[data-gradient=w0]").first).to_have_text("-0.197")


def network(page: Any, words: Any) -> None:
    expect(page.locator("#size")).to_contain_text("55", timeout=60_000)  # parameters: the table's network is ready
    page.select_option("#data", label=words["toy_moons"])
    expect(page.locator("#size")).to_contain_text("37", timeout=60_000)  # and now the moons'
    page.click("#play")
    expect(page.locator("#clock b")).to_have_text(re.compile(r"[1-9]\d{2}"), timeout=60_000)
    page.click("#play")
    expect(page.locator("#play-word")).to_have_text(words["play"])


def slow(page: Any, words: Any) -> None:
    page.wait_for_selector(".cost")
    page.focus("#when")
    for _ in range(5):
        page.keyboard.press("PageUp")
    expect(page.locator("#epoch-number")).not_to_have_text("0")


def model(page: Any, words: Any) -> None:
    page.fill("#row", "70")
    page.keyboard.press("Enter")
    expect(page.locator("#facts")).to_contain_text("versicolor", timeout=60_000)
    expect(page.locator("#chain math").first).to_be_visible()


ACTS: dict[str, Callable[[Any, Any], None]] = {
    "lessons": lessons,
    "circuit": circuit,
    "network": network,
    "slow": slow,
    "model": model,
}


@pytest.mark.parametrize("lang", MESSAGES)
@pytest.mark.parametrize("name", all_views())
def test_a_view_looks_as_the_docs_show_it(view: Callable[..., Any], name: str, lang: str, tmp_path: Path) -> None:
    page = view(f"{name}?lang={lang}", viewport=SIZE, reduced_motion="reduce")
    ACTS[name](page, all_views()[name].texts(lang))
    assert page.locator("#problem").inner_text() == ""
    picture = f"page-{name}.png" if lang == "en" else f"page-{name}-{lang}.png"
    path = Path(os.environ.get("BACKLIT_PICTURES", tmp_path), picture)
    page.evaluate("document.activeElement.blur()")
    page.screenshot(path=path, animations="disabled")
    assert (PICTURES / picture).is_file()
    sizes = [int.from_bytes(file.read_bytes()[16:24], "big") for file in (path, PICTURES / picture)]  # in PNG's head
    assert sizes[0] == sizes[1]
