"""The view of one's own model in a real browser: uploads, rows, weights, zooms; gradients on the screen are trace's."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

from backlit import MLPClassifier, import_network, trace
from backlit.web.store.library import MOST_UPLOADS
from backlit.web.view import all_views

EN, KO = (all_views()["model"].texts(lang) for lang in ("en", "ko"))

View = Callable[..., Any]

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

CHANCE = np.random.default_rng(0)
X = np.round(CHANCE.normal(size=(30, 3)), 3)
Y = np.where(X[:, 0] > X[:, 1], "<i>up</i>", "down")
MODEL = MLPClassifier((4,), activation="tanh", max_iter=20, random_state=0)


@pytest.fixture(scope="module")
def mine(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("model")
    MODEL.fit(X, Y).save(folder / "mine.backlit")
    lines = ["a,b,c,said", *(",".join([*map(str, x), y]) for x, y in zip(X, Y, strict=True))]
    (folder / "rows.csv").write_text("\n".join(lines))
    return folder / "mine.backlit", folder / "rows.csv"


def explained(view: View, mine: tuple[Path, Path], **options: Any) -> Any:
    """The view with a model and a table uploaded, at the table's first row."""
    page = view(options.pop("path", "model"), **options)
    model, table = mine
    page.set_input_files("#model-file", model)
    expect(page.locator("#model option", has_text="mine.backlit").first).to_be_attached()
    before = page.locator("#table option").count()
    page.set_input_files("#table-file", table)
    expect(page.locator("#table option")).to_have_count(min(before + 1, MOST_UPLOADS))  # the oldest makes room
    expect(page.locator("#explanation")).not_to_have_attribute("aria-busy", "true")  # that was of another table
    expect(page.locator("#chain math").first).to_be_visible()
    expect(page.locator("#problem")).to_be_empty()
    return page


def shown(text: str) -> float:
    return float(text.replace("−", "-"))


def sides(page: Any) -> list[float]:
    """The gradient by the chain rule, by the engine, by a difference: the last two come after the picture."""
    expect(page.locator("#sides")).to_contain_text(re.compile("[✓✗?]"))
    return [shown(text) for text in page.locator("#sides .witnesses div:not([class]) dd").all_inner_texts()]


def test_it_says_what_is_missing(view: View) -> None:
    page = view("model")
    if page.locator("#model option").count() == 0:
        expect(page.locator("#missing")).to_contain_text(EN["no_model"])
        expect(page.locator("#explanation")).to_be_hidden()


def test_an_upload_before_the_list_came_stays(view: View, mine: Any) -> None:
    page = view("slow")
    held: list[Any] = []
    page.route("**/api/library", lambda route: held.append(route))
    page.goto(page.url.replace("slow", "model"))
    page.set_input_files("#model-file", mine[0])
    expect(page.locator("#model option", has_text="mine.backlit").first).to_be_attached()
    with page.expect_response("**/api/library"):
        held[0].fulfill(json={"age": 0, "models": [], "tables": []})  # the list as it was before
    page.evaluate("() => new Promise((told) => setTimeout(told))")
    expect(page.locator("#model option", has_text="mine.backlit").first).to_be_attached()


def test_the_gradient_on_the_screen_is_that_of_trace(view: View, mine: Any) -> None:
    page = explained(view, mine)
    page.fill("#row", "7")
    expect(page.locator("#facts")).to_contain_text(f"said = {Y[7]}")  # a label that looks like markup is shown
    traced = trace(MODEL, x=X[7], y=Y[7])
    expect(page.locator("#facts")).to_contain_text(f"{traced.value:.6g}".rstrip("0"))
    for weight in ("w[1][2][3]", "b[2][0]"):
        page.fill("#weight", weight)
        page.locator("#weight").press("Enter")
        expect(page.locator("#chain-text")).to_contain_text(weight)
        assert sides(page) == pytest.approx([traced.gradients[weight]] * 3, rel=1e-6, abs=1e-9)
        expect(page.locator("#sides")).to_contain_text(EN["sides_agree"])
        frame = page.frame_locator("#circuit iframe")
        found = frame.locator(f".backlit-view:not([hidden]) tr[data-row='{weight}'] .backlit-gradient").text_content()
        assert float(found) == pytest.approx(traced.gradients[weight], rel=1e-5)


def test_the_steepest_weights_are_listed_and_can_be_chosen(view: View, mine: Any) -> None:
    page = explained(view, mine)
    gradients = [abs(shown(text)) for text in page.locator("#weights .gradient").all_inner_texts()]
    assert gradients == sorted(gradients, reverse=True)
    second = page.locator("#weights button").nth(1)
    name = second.inner_text()
    second.click()
    expect(page.locator("#weight")).to_have_value(name)
    expect(page.locator("#weights button").nth(1)).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#weights button").nth(1)).to_be_focused()
    assert abs(sides(page)[0]) == pytest.approx(gradients[1], rel=1e-5)


def test_rows_are_gone_through(view: View, mine: Any) -> None:
    page = explained(view, mine)
    expect(page.locator("#earlier")).to_be_disabled()
    page.locator("#later").click()
    expect(page.locator("#row")).to_have_value("1")
    expect(page.locator("#cells td").first).to_have_text(str(X[1, 0]))
    page.fill("#row", "29")
    expect(page.locator("#later")).to_be_disabled()
    page.fill("#row", "30")
    expect(page.locator("#problem")).to_contain_text("rows 0 to 29")


def test_zooms_take_the_circuit_apart(view: View, mine: Any) -> None:
    page = explained(view, mine)
    place = page.frame_locator("#circuit iframe").locator(".backlit-place")
    steps = []
    for zoom in ("layer", "neuron", "gates"):
        page.select_option("#zoom", zoom)
        expect(page.locator("#explanation")).not_to_have_attribute("aria-busy", "true")
        expect(place).to_have_text(re.compile(r"\d+ / \d+"))
        page.wait_for_timeout(300)
        steps.append(int(place.inner_text().split("/")[1]))
    assert steps == sorted(set(steps))


def test_a_weight_that_is_not_there_is_said(view: View, mine: Any) -> None:
    page = explained(view, mine)
    page.fill("#weight", "w[9][0][0]")
    page.locator("#weight").press("Enter")
    expect(page.locator("#problem")).to_contain_text("w[9]")
    page.set_input_files("#model-file", {"name": "evil.backlit", "mimeType": "", "buffer": b"\x80\x04cos\nsystem\n"})
    expect(page.locator("#problem")).to_contain_text("evil.backlit")


def test_the_keyboard_is_enough(view: View, mine: Any) -> None:
    page = explained(view, mine)
    page.locator("#later").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#row")).to_have_value("1")
    expect(page.locator("#explanation")).not_to_have_attribute("aria-busy", "true")
    page.locator("#weights button").nth(2).focus()
    page.keyboard.press("Enter")
    expect(page.locator("#weights button").nth(2)).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize(("lang", "words"), [("en", EN), ("ko", KO)])
def test_every_control_has_a_name_in_both_languages(view: View, mine: Any, lang: str, words: dict[str, str]) -> None:
    page = explained(view, mine, path=f"model?lang={lang}", color_scheme="dark", viewport={"width": 400, "height": 800})
    for name in ("steepest", "chain", "the_row", "the_circuit", "sides_agree", "prediction"):
        expect(page.get_by_text(words[name]).first).to_be_visible()
    expect(page.frame_locator("#circuit iframe").locator("html")).to_have_attribute("lang", lang)
    named = "e => Boolean(e.ariaLabel || e.labels?.length || e.textContent.trim())"
    controls = page.locator("button, input, select, summary")
    assert all(controls.nth(at).evaluate(named) for at in range(controls.count()))
    assert page.evaluate("document.documentElement.scrollWidth") <= 400


NETWORKS = Path(__file__).parents[1] / "interop" / "networks"


FOREIGN = ("opencv/sigmoid.yml", "brainjs/v2_relu.json", "keras/two_classes.keras.gz", "fann/large_sums.net.gz")


@pytest.mark.parametrize("path", FOREIGN)
def test_a_network_of_another_tool_is_explained(view: View, tmp_path: Path, path: str) -> None:
    file, data = tmp_path / Path(path).name.removesuffix(".gz"), (NETWORKS / path).read_bytes()
    file.write_bytes(gzip.decompress(data) if path.endswith(".gz") else data)
    model = import_network(file)
    rows = np.round(CHANCE.normal(size=(5, model.n_features_in_)), 3)
    answers = model.predict(rows).reshape(len(rows), -1)[:, :1]
    names = ",".join([*(f"x{i}" for i in range(rows.shape[1])), "y"])
    lines = [names, *(",".join(map(str, row)) for row in np.hstack([rows, answers]).tolist())]
    table = tmp_path / f"rows of {file.name}.csv"
    table.write_text("\n".join(lines))
    page = view("model")
    page.set_input_files("#model-file", file)
    expect(page.locator("#model option", has_text=file.name).first).to_be_attached()
    page.set_input_files("#table-file", table)
    expect(page.locator("#table option", has_text=table.name).first).to_be_attached()
    expect(page.locator("#explanation")).not_to_have_attribute(
        "aria-busy", "true", timeout=60_000
    )  # gates are compiled
    page.fill("#weight", "w[1][0][0]")
    page.locator("#weight").press("Enter")
    expect(page.locator("#chain-text")).to_contain_text("w[1][0][0]")
    expect(page.locator("#problem")).to_be_empty()
    target = answers[0, 0] if model.task == "regression" else int(answers[0, 0])
    gradient = trace(model, x=rows[0], y=target).gradients["w[1][0][0]"]
    assert sides(page) == pytest.approx([gradient] * 3, rel=1e-5, abs=1e-9)
    expect(page.frame_locator("#circuit iframe").locator(".backlit-view:not([hidden]) svg").first).to_be_visible()


def test_row_and_weight_travel_by_link_and_back(view: View, mine: tuple[Path, Path]) -> None:
    page = explained(view, mine)
    page.fill("#row", "7")
    expect(page).to_have_url(re.compile("row=7"))
    page.locator("#weights button").nth(1).click()
    expect(page).to_have_url(re.compile("weight="))
    weight = page.input_value("#weight")
    other = view(page.url.split("/", 3)[3])
    expect(other.locator("#weight")).to_have_value(weight)
    assert other.input_value("#row") == "7"
    page.go_back()
    expect(page.locator("#weights button").first).to_have_attribute("aria-pressed", "true")
    assert page.input_value("#row") == "7"


@pytest.mark.parametrize(("fragment", "said"), [("row=-1", "link_refused"), ("evil=1", "link_refused")])
def test_a_foreign_link_is_refused_with_a_word(view: View, fragment: str, said: str) -> None:
    page = view(f"model#{fragment}")
    expect(page.locator("#notes")).to_have_text(EN[said])


def test_a_link_about_a_file_that_is_not_open_names_it(view: View) -> None:
    page = view("model?lang=ko#model=nobody.backlit")
    expect(page.locator("#notes")).to_have_text(KO["link_absent"].format(names="nobody.backlit"))


def test_on_a_phone_the_gradients_of_the_weights_are_in_sight(view: View, mine: Any) -> None:
    page = explained(view, mine, viewport={"width": 390, "height": 844})
    across = page.locator("#weights").evaluate("(host) => [host.scrollWidth, host.clientWidth]")
    assert across[0] <= across[1]
    last = page.locator("#weights tbody tr:first-child td.gradient").bounding_box()
    assert last["x"] + last["width"] <= 390


def test_a_row_whose_label_the_model_does_not_know_is_shown_without_it(view: View, mine: Any, tmp_path: Path) -> None:
    page = explained(view, mine)
    (tmp_path / "others.csv").write_text("a,b,c,said\n1,2,3,sideways\n4,5,6,down\n")
    page.set_input_files("#table-file", tmp_path / "others.csv")
    expect(page.locator("#unlabelled")).to_contain_text("does not know the label sideways")
    expect(page.locator("#facts")).to_contain_text(EN["prediction"])
    expect(page.locator("#cells")).to_be_visible()
    for card in page.locator(".labelled").all():
        expect(card).to_be_hidden()
    page.locator("#later").click()
    expect(page.locator("#unlabelled")).to_be_empty()
    expect(page.locator("#chain math").first).to_be_visible()


def test_no_number_of_the_table_before_stays_under_the_next_ones_name(view: View, mine: Any, tmp_path: Path) -> None:
    page = explained(view, mine)
    held: list[Any] = []
    page.route("**/api/explain", lambda route: held.append(route))
    (tmp_path / "next.csv").write_bytes(mine[1].read_bytes())
    with page.expect_request("**/api/explain"):
        page.set_input_files("#table-file", tmp_path / "next.csv")
    expect(page.locator("#explanation")).to_be_hidden()
    expect(page.locator("#progress")).to_contain_text("next.csv")
    held[-1].continue_()
    expect(page.locator("#chain math").first).to_be_visible()
    expect(page.locator("#progress")).to_be_empty()
