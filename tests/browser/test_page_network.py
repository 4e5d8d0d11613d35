"""The network view in a real browser: train, pause, step, rewind, numbers, rows, one's own table, keys, Korean."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import expect

from backlit import trace
from backlit.experiments.one_weight import LectureNetwork
from backlit.web.live.learner import Learner
from backlit.web.live.problems import toy
from backlit.web.live.settings import settings_of
from backlit.web.view import all_views

EN, KO = (all_views()["network"].texts(lang) for lang in ("en", "ko"))

View = Callable[..., Any]

FIRST = "w[1][0][0]"


def ready(page: Any) -> Any:
    """A network that is drawn and has not begun."""
    expect(page.locator("#picture svg")).to_be_visible()
    expect(page.locator("#clock")).to_contain_text(re.compile(r"\b0\b"))
    return page


def shown(text: str) -> float:
    return float(text.replace("−", "-"))


def number(page: Any, name: str, what: str = "value") -> str:
    """A weight's number in the table, which is open."""
    return str(page.locator(f"[data-row='{name}'] .{what}").inner_text())


def opened_table(page: Any) -> Any:
    page.locator("#table-card summary").click()
    expect(page.locator("#table tr").first).to_be_visible()
    return page


def epoch(page: Any) -> int:
    return int(page.locator("#clock b").inner_text().replace(",", ""))


def trained(page: Any) -> Any:
    """Train for ten epochs or more, and pause."""
    page.locator("#play").click()
    expect(page.locator("#play")).to_contain_text(EN["pause"])
    expect(page.locator("#clock b")).to_have_text(re.compile(r"\d\d"), timeout=20_000)
    page.locator("#play").click()
    expect(page.locator("#clock")).to_contain_text(EN["state_paused"])
    return page


def test_it_trains_pauses_and_its_curves_grow(view: View) -> None:
    page = ready(view("network"))
    loss = page.locator("#loss-curve .legend b").first
    before = shown(loss.inner_text())
    assert page.locator("#rewind").is_disabled()
    trained(page)
    assert shown(loss.inner_text()) < before
    assert page.locator("#loss-curve polyline").first.get_attribute("points").count(",") > 2
    stands = epoch(page)
    page.wait_for_timeout(300)  # nothing is awaited: a training that is paused does not go on
    assert epoch(page) == stands
    expect(page.locator("#announcement")).to_contain_text(f"{EN['state_paused']}, {EN['epoch']} ")


def test_a_step_shows_what_the_engine_computes(view: View) -> None:
    page = opened_table(ready(view("network")))
    learner = Learner(toy("moons", 0), settings_of({}))
    for step in range(3):
        layers = learner.blueprint.arrays(learner.theta), learner.blueprint.arrays(learner.gradient())
        for what, arrays in zip(("value", "gradient"), layers, strict=True):
            expected = float(arrays["w[1]"][0, 0])
            assert shown(number(page, FIRST, what)) == pytest.approx(expected, rel=1e-4)
        page.locator("#step").click()
        expect(page.locator("#clock")).to_contain_text(f"mini-batch {step + 1} of 8")
        learner.step()


def test_rewinding_shows_the_same_numbers_and_training_goes_on_from_there(view: View) -> None:
    page = opened_table(ready(view("network")))
    seen = []
    for step in range(1, 5):
        page.locator("#step").click()
        expect(page.locator("#clock")).to_contain_text(f"mini-batch {step} of")
        seen.append((number(page, FIRST), number(page, FIRST, "gradient")))
    page.locator("#rewind").focus()
    for step in (3, 2, 1):
        page.keyboard.press("ArrowLeft")
        expect(page.locator("#clock")).to_contain_text(f"mini-batch {step} of")
        assert (number(page, FIRST), number(page, FIRST, "gradient")) == seen[step - 1]
    for step in (2, 3, 4):
        page.locator("#step").click()
        expect(page.locator("#clock")).to_contain_text(f"mini-batch {step} of")
        assert (number(page, FIRST), number(page, FIRST, "gradient")) == seen[step - 1]
    page.locator("#restart").click()
    expect(page.locator("#rewind")).to_be_disabled()
    expect(page.locator("#clock b")).to_have_text("0")


def test_a_line_and_a_neuron_tell_their_numbers(view: View) -> None:
    page = opened_table(ready(view("network")))
    page.locator(f"[data-weight='{FIRST}']").dispatch_event("click")
    told = page.locator("#selection")
    expect(told).to_contain_text("w[1][0][0] (x[0] → a[1][0])")
    assert told.locator(".value").inner_text() == number(page, FIRST)
    assert told.locator(".gradient").inner_text() == number(page, FIRST, "gradient")
    page.locator("[data-neuron='2,3']").hover()
    expect(page.locator("#plane-title")).to_have_text("What a[2][3] makes of it")
    page.locator("[data-neuron='2,3']").click()
    page.locator("#size").hover()
    expect(page.locator("#plane-title")).to_have_text(EN["plane"])
    expect(told).to_contain_text("b[2][3]")
    assert told.locator(".value").inner_text() == number(page, "b[2][3]")


def test_what_is_not_computed_is_not_0(view: View) -> None:
    page = ready(view("network"))
    told = "import('/views/network/picture.js').then((module) => [module.gradientText(null), module.gradientText(0)])"
    assert page.evaluate(told) == [EN["not_computed"], "0"]
    drawn = """import('/views/network/picture.js').then(({Picture}) => [null, 0, 1, -1].map((value) => {
        const line = document.querySelector('#picture .tie').cloneNode();
        Picture.prototype.mark(line, 'tie', value, 1);
        return line.getAttribute('class');
    }))"""
    assert page.evaluate(drawn) == ["tie none", "tie zero", "tie plus", "tie minus"]
    kinds = [page.locator(f".legend .tie.{kind}") for kind in ("zero", "none")]
    dashes = [kind.first.evaluate("line => getComputedStyle(line).strokeDasharray") for kind in kinds]
    assert dashes[0] == "none" != dashes[1]


def test_lines_show_signs_of_weights_or_gradients(view: View) -> None:
    page = ready(view("network"))
    learner = Learner(toy("moons", 0), settings_of({}))
    for side, flat in (("", learner.theta), ("d", learner.gradient())):
        page.locator(f"input[name=lines][value='{side}']").check(force=True)
        first = learner.blueprint.arrays(flat)["w[1]"].ravel()
        signs = ["plus" if value > 0 else "minus" for value in first]
        kinds = page.locator(".tie[data-selected], #picture .tie").evaluate_all(
            "all => all.map((one) => one.classList[1])"
        )
        assert kinds[: len(signs)] == signs


def test_one_row_is_stepped_through_gate_by_gate(view: View) -> None:
    page = ready(view("network"))
    page.fill("#row", "5")
    page.locator("#row-form button").click()
    frame = page.frame_locator("#row-view iframe")
    expect(frame.locator(".backlit-place")).to_have_text("0 / 54")
    learner = Learner(toy("moons", 0), settings_of({}))
    problem, row = learner.problem, np.array([5])
    model = LectureNetwork(learner.blueprint, learner.theta)
    expected = trace(model, x=problem.inputs[5], y=problem.dense(row)[0])
    expect(page.locator("#row-hint")).to_contain_text(f"{expected.value:.6g}")
    gradient = frame.locator(f"tr[data-row='{FIRST}'] .backlit-gradient").text_content()
    assert float(gradient) == pytest.approx(expected.gradients[FIRST], rel=1e-5)
    frame.locator(".backlit-on").click()
    expect(frame.locator(".backlit-place")).to_have_text("1 / 54")
    page.select_option("#zoom", "layer")
    expect(frame.locator("tr[data-row='w[1]']").first).to_be_attached()


def test_a_point_of_the_plane_is_a_row(view: View) -> None:
    page = ready(view("network"))
    points = page.locator("#plane canvas[role=img]:not([aria-busy])")
    points.scroll_into_view_if_needed()
    box = points.bounding_box()
    learner = Learner(toy("moons", 0), settings_of({}))
    x = learner.problem.inputs
    low, high = x.min(axis=0), x.max(axis=0)
    room = 0.12 * (high - low)
    far = np.array([np.sort(np.hypot(*(x - one).T))[1] for one in x])
    alone = int(far.argmax())  # a row with no other near
    across, up = (x[alone] - low + room) / (high - low + 2 * room)
    page.mouse.click(box["x"] + across * box["width"], box["y"] + (1 - up) * box["height"])
    expect(page.locator("#row-hint")).to_contain_text(f"Row {alone} ")
    assert page.input_value("#row") == str(alone)


def test_what_diverges_is_told_and_can_be_rewound(view: View) -> None:
    page = ready(view("network"))
    page.select_option("#data", "hills")
    page.select_option("#optimizer", "sgd")
    page.fill("#rate", "10000")
    page.locator("#rate").press("Tab")
    expect(page.locator("#score-title")).to_have_text(EN["r2_curve"])
    ready(page)
    page.select_option("#layers .layer:nth-child(1) select", "identity")
    page.select_option("#layers .layer:nth-child(2) select", "identity")
    expect(page.locator("#picture .layer-name").nth(2)).to_contain_text("identity")
    page.locator("#play").click()
    expect(page.locator("#problem")).to_have_text(EN["diverged"])
    expect(page.locator("#clock")).to_contain_text(EN["state_diverged"])
    page.fill("#rate", "0.01")
    page.locator("#rate").press("Tab")
    expect(page.locator("#clock")).to_contain_text(EN["state_paused"])
    expect(page.locator("#problem")).to_be_empty()
    trained(page)


def test_a_number_that_is_none_is_said(view: View) -> None:
    page = ready(view("network"))
    page.fill("#rate", "fast")
    page.locator("#rate").press("Tab")
    expect(page.locator("#problem")).to_contain_text("rate needs a number")
    page.fill("#rate", "0,05")  # a comma is read as well
    page.locator("#rate").press("Tab")
    expect(page.locator("#problem")).to_be_empty()


def test_layers_come_and_go(view: View) -> None:
    page = ready(view("network"))
    page.get_by_role("button", name=EN["add_layer"]).click()
    expect(page.locator("#picture .layer-name")).to_have_count(5)
    page.locator("#layers input").nth(1).fill("12")
    page.locator("#layers input").nth(1).press("Tab")
    expect(page.locator("#picture")).to_contain_text("+2")
    page.get_by_role("button", name="Remove layer 2").click()
    expect(page.locator("#picture .layer-name")).to_have_count(4)
    expect(page.locator("#size")).to_contain_text("37 ")


EVIL = "<img src=x onerror=alert(1)>"


def test_a_table_of_ones_own(view: View) -> None:
    chance = np.random.default_rng(0)
    rows = [(f"{a:.3f}", f"{b:.3f}", "pq"[i % 2], ("no", "maybe", "yes")[int(a > 0) + int(b > 0)])
            for i, (a, b) in enumerate(chance.normal(size=(90, 2)))]  # fmt: skip
    text = "\n".join(",".join(row) for row in [(EVIL, "wide", "letter", "said"), *rows])
    page = ready(view("network"))
    page.set_input_files("#file", {"name": "mine.csv", "mimeType": "text/csv", "buffer": text.encode()})
    expect(page.locator("#target")).to_have_value("said")
    expect(page.locator("#plane .legend")).to_contain_text("maybe")
    expect(page.locator("#axes")).to_be_visible()
    assert page.locator("#across option").first.inner_text() == EVIL  # shown, not run
    page.select_option("#up", "0")
    expect(page.locator("#across")).to_have_value("1")  # never one input on both axes
    trained(page)
    page.select_option("#target", "wide")
    expect(page.locator("#score-title")).to_have_text(EN["r2_curve"])
    page.set_input_files("#file", {"name": "broken.csv", "mimeType": "text/csv", "buffer": b"\xff\x00\x01"})
    expect(page.locator("#problem")).to_contain_text("broken.csv")


def test_data_picked_before_the_first_network_is_ready_are_taken(view: View) -> None:
    held: list[Any] = []

    def hold(route: Any) -> None:
        held.append(route) if not held else route.continue_()

    page = view("circuit")
    page.route("**/api/sessions", hold)
    page.locator("a[href^='/network']").first.click()
    expect(page.locator("#data option").nth(1)).to_be_attached()
    while not held:
        page.title()  # lets the browser's messages in
    answer = held[0].fetch()
    page.select_option("#data", "hills")
    with contextlib.suppress(PlaywrightError):  # nobody waits for it any more
        held[0].fulfill(response=answer)
    expect(page.locator("#loss")).to_have_value("quadratic")
    ready(page)
    expect(page.locator("#problem")).to_be_empty()
    assert page.input_value("#data") == "hills"


FEED = "**/feed"  # the first thing that is asked of a new training
SETTINGS = {"#rate": "0.02", "#batch": "64", "#layers input": "5"}


@pytest.mark.parametrize(("field", "text"), SETTINGS.items())
def test_train_clicked_right_after_a_number_was_typed_trains_with_it(view: View, field: str, text: str) -> None:
    page = ready(view("network"))
    page.locator(field).first.fill(text)
    with page.expect_request("**/api/sessions") as asked, page.expect_request(FEED):
        page.locator("#play").click()  # the field loses focus by it, and changes
    expect(page.locator("#play")).to_contain_text(EN["pause"])
    expect(page.locator("#clock b")).to_have_text(re.compile(r"[1-9]"))
    sent = asked.value.post_data_json
    typed = {"#rate": sent["rate"], "#batch": sent["batch"], "#layers input": sent["hidden"][0][0]}
    assert typed[field] == float(text)


@pytest.mark.parametrize("act", ["#step", "#row-form button"])
def test_other_clicks_right_after_a_change_are_for_the_new_training(view: View, act: str) -> None:
    page = ready(view("network"))
    page.select_option("#layers select >> nth=0", "identity")
    page.locator("#layers input").first.fill("5")
    page.locator(act).click()
    expect(page.locator("#size")).to_contain_text("44 ")  # parameters, of the new one
    if act == "#step":
        expect(page.locator("#clock")).to_contain_text("mini-batch 1 of 8")
    else:
        expect(page.frame_locator("#row-view iframe").locator("tr[data-row='w[1][0][4]']").first).to_be_attached()


def test_a_click_while_the_new_training_is_made_is_not_lost(view: View) -> None:
    page = ready(view("network"))
    held: list[Any] = []
    page.route("**/api/sessions", lambda route: held.append(route))
    page.select_option("#optimizer", "sgd")
    while not held:
        page.title()  # lets the browser's messages in
    page.locator("#play").click()
    with page.expect_request(FEED):
        held[0].continue_()
    expect(page.locator("#play")).to_contain_text(EN["pause"])
    expect(page.locator("#clock b")).to_have_text(re.compile(r"[1-9]"))


def test_train_does_not_train_on_other_settings_than_are_shown(view: View) -> None:
    page = ready(view("network"))
    page.fill("#rate", "fast")
    for _ in range(2):
        page.locator("#play").click()
        expect(page.locator("#problem")).to_contain_text("rate needs a number")
        expect(page.locator("#clock")).to_contain_text(EN["state_paused"])
    page.fill("#rate", "0.01")
    page.locator("#play").click()
    expect(page.locator("#play")).to_contain_text(EN["pause"])
    expect(page.locator("#problem")).to_be_empty()


def test_a_click_while_a_table_is_uploaded_is_for_its_training(view: View) -> None:
    page = ready(view("network"))
    held: list[Any] = []
    page.route("**/api/upload/**", lambda route: held.append(route))
    rows = "\n".join(f"{i},{i % 7},{i * i % 5}" for i in range(40))
    page.set_input_files("#file", {"name": "m.csv", "mimeType": "text/csv", "buffer": f"a,b,c\n{rows}".encode()})
    while not held:
        page.title()
    page.locator("#play").click()
    with page.expect_request(FEED):
        held[0].continue_()
    expect(page.locator("#data")).to_have_value(re.compile("table:"))
    expect(page.locator("#play")).to_contain_text(EN["pause"])


def test_the_keyboard_is_enough(view: View) -> None:
    page = ready(view("network"))
    page.keyboard.press("Space")
    expect(page.locator("#play")).to_contain_text(EN["pause"])
    page.keyboard.press("Space")
    expect(page.locator("#play")).to_contain_text(EN["play"])
    page.locator("#restart").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#rewind")).to_be_disabled()
    page.locator("#content").focus()
    page.keyboard.press(".")
    expect(page.locator("#clock")).to_contain_text("mini-batch 1 of")
    page.locator("[data-neuron='0,0']").focus()
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    told = page.locator("#selection")
    expect(told).to_contain_text("b[2][1]")
    for weight in ("w[2][0][1]", "w[2][1][1]"):
        page.keyboard.press("Enter")
        expect(told).to_contain_text(weight)
    reached = set()
    page.locator("#data").focus()
    for _ in range(32):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.id || document.activeElement.dataset.neuron"))
    wanted = {
        "add-layer",
        "rate",
        "batch",
        "optimizer",
        "loss",
        "play",
        "step",
        "restart",
        "pace",
        "rewind",
        "2,1",
        "row",
        "zoom",
    }
    assert wanted <= reached


@pytest.mark.parametrize(("lang", "words"), [("en", EN), ("ko", KO)])
def test_every_control_has_a_name_in_both_languages(view: View, lang: str, words: dict[str, str]) -> None:
    page = view(f"network?lang={lang}")
    expect(page.locator("#picture svg")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == lang
    expect(page.get_by_role("button", name=words["play"])).to_be_visible()
    expect(page.locator("#selection")).to_have_text(words["picture_hint"])
    expect(page.locator("#clock")).to_contain_text(words["state_paused"])
    named = "e => Boolean(e.ariaLabel || e.labels?.length || e.textContent.trim())"
    controls = page.locator("button, input, select, [role=button], [role=img], summary")
    assert controls.count() > 20
    assert all(controls.nth(at).evaluate(named) for at in range(controls.count()))


@pytest.mark.parametrize("width", [400, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_sticks_out(view: View, width: int, scheme: str) -> None:
    page = ready(view("network", viewport={"width": width, "height": 800}, color_scheme=scheme))
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_training_that_stalls_says_so_and_offers_the_mend(view: View, violations: Callable[[Any], list[str]]) -> None:
    page = ready(view("network"))
    page.select_option("#optimizer", "sgd")
    page.fill("#rate", "1e-6")
    page.select_option("#pace", "0")
    page.locator("#play").click()  # counts for the training that the choices make
    expect(page.locator("#verdict")).to_have_text(EN["stalled"], timeout=30_000)
    expect(page.locator("#symptoms li").first).to_contain_text("rate_too_low")
    expect(page.locator("#why tr.left")).to_have_count(3)  # what is left at each layer's weights
    assert violations(page) == []
    page.locator("#symptoms button").first.click()
    expect(page.locator("#rate")).not_to_have_value("1e-6")
    expect(page.locator("#symptoms li")).to_have_count(0)  # of the training before


def test_a_weights_path_to_the_loss_is_lit_and_a_neuron_opens_its_circuit(view: View) -> None:
    page = view("network?lang=en")
    expect(page.locator("#size")).to_contain_text("37", timeout=60_000)  # 2-4-4-1
    page.locator("[data-weight='w[1][0][1]']").dispatch_event("click")
    lit = page.locator("#picture .tie[data-path=true]")
    expect(lit).to_have_count(4 + 4)  # from its neuron to all of layer 2, and from those to the output
    expect(page.locator("#picture .tie[data-selected=true]")).to_have_count(1)
    expect(page.locator("#open-neuron")).to_be_hidden()
    page.locator("[data-neuron='2,3']").dispatch_event("click")
    page.locator("#open-neuron").click()
    circuit = page.frame_locator("iframe.circuit")
    expect(circuit.locator("[data-box=w3]").first).to_be_visible()
    expect(page.locator("#row-hint")).to_contain_text("a[2][3]")


def test_an_image_is_one_node_and_each_first_neuron_shows_the_weights_that_read_it(view: View) -> None:
    choices = (
        '{"data":"digits","hidden":[[12,"relu"]],"loss":"","optimizer":"adam","init":"glorot","rate":0.01,"batch":64}'
    )
    page = view(f"network#choices={choices}")
    expect(page.locator("#maps canvas")).to_have_count(2)
    expect(page.locator('[data-neuron^="0,"]')).to_have_count(1)
    page.locator('[data-neuron="1,3"]').click()
    canvas = page.locator("#neuron-image canvas")
    expect(canvas).to_be_visible()
    size = canvas.bounding_box()
    canvas.click(position={"x": size["width"] * 2.5 / 8, "y": size["height"] * 3.5 / 8})
    expect(page.locator("#selection b")).to_have_text("w[1][26][3]")
    before = page.locator("#selection .value").inner_text()
    page.locator("#step").click()
    expect(page.locator("#clock")).to_contain_text("1")
    page.locator("input[name=lines][value=d]").check(force=True)
    expect(page.locator("#neuron-image figcaption")).to_contain_text(EN["gradient_image"].split("{")[0])
    expect(page.locator("#selection .value")).not_to_have_text(before)
    page.locator('[data-neuron="1,3"]').press("ArrowLeft")
    expect(page.locator("#selection")).to_contain_text("8 × 8")


def test_on_a_phone_the_network_begins_in_the_first_window_and_no_name_is_cut(view: View) -> None:
    page = view("network", viewport={"width": 390, "height": 844})
    page.select_option("#data", "petals")
    expect(page.locator(".sheet .node text").first).to_be_visible()
    sheet = page.locator(".sheet").bounding_box()
    assert sheet["y"] < 844 - 150
    for name in page.locator(".sheet .node text").all():
        box = name.bounding_box()
        assert box["x"] >= sheet["x"] - 1
        assert box["x"] + box["width"] <= sheet["x"] + sheet["width"] + 1
