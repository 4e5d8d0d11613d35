"""Training that is watched: it stays up whatever the numbers and the watchers do."""

from __future__ import annotations

import json
import math
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

DIVERGENCE = "ignore::backlit.training.rules.finiteness.Divergence"  # as `serve` has it
pytestmark = pytest.mark.filterwarnings(DIVERGENCE)

SMALL = {"data": "xor", "hidden": [[4, "tanh"]], "batch": 50, "rate": 0.05}


def begin(client: Any, **changes: Any) -> Any:
    found = client.post("/api/sessions", {**SMALL, **changes})
    assert found.status == 200, found.text
    return found.json


def test_it_learns_and_can_be_stopped_and_rewound(client: Any) -> None:
    number = begin(client)["number"]
    with client.feed(number) as pictures:
        first = next(pictures)
        assert (first["state"], first["epoch"]) == ("paused", 0)
        client.post(f"/api/sessions/{number}/play", {"pace": 0})
        last = next(picture for picture in pictures if picture["epoch"] >= 100)
        assert last["points"][-1][1] < first["points"][0][1]  # the loss
        client.post(f"/api/sessions/{number}/pause")
        client.post(f"/api/sessions/{number}/go", {"at": 0})
        rewound = next(picture for picture in pictures if picture["at"] == 0)
    assert rewound["layers"] == first["layers"]


def test_the_gradient_on_its_way_back_sums_to_what_each_layer_gets(client: Any) -> None:
    number = begin(client, hidden=[[4, "tanh"], [3, "sigmoid"]])["number"]
    found = client.get(f"/api/sessions/{number}/flow").json
    assert [layer["number"] for layer in found["layers"]] == [3, 2, 1]
    assert [layer["gate"] for layer in found["layers"]] == ["sigmoid", "sigmoid", "tanh"]
    assert found["layers"][0]["weights"] is None  # nothing lies above the output
    for layer in found["layers"][1:]:
        assert layer["sigma"] < 0.0 < layer["gradient"]  # a slope below 1 takes from it


@pytest.mark.parametrize(
    ("sick", "name", "choices"),
    [
        ({"rate": 1e-6, "hidden": [[8, "relu"], [8, "relu"]]}, "rate_too_low", {"rate"}),
        ({"rate": 1e-6, "optimizer": "sgd"}, "rate_too_low", {"rate"}),
    ],
)
def test_what_keeps_it_from_learning_is_named_and_mended_by_choices(
    client: Any, sick: dict[str, Any], name: str, choices: set[str]
) -> None:
    number = begin(client, **sick)["number"]
    for _ in range(10):
        client.post(f"/api/sessions/{number}/step")
    first = client.get(f"/api/sessions/{number}/diagnosis?lang=ko").json["symptoms"][0]
    assert first["name"] == name
    assert set(first["choices"]) == choices
    begin(client, **{**sick, **first["choices"]})  # they are choices that the page can send


def test_one_mini_batch_at_a_time(client: Any) -> None:
    made = begin(client, optimizer="sgd")
    number, before = made["number"], made["picture"]
    client.post(f"/api/sessions/{number}/step")
    with client.feed(number) as pictures:
        after = next(pictures)
    assert (after["epoch"], after["batch"], after["batches"]) == (0, 1, 5)
    old, new = (picture["layers"][0] for picture in (before, after))
    assert new["b"][0] == pytest.approx(old["b"][0] - 0.05 * old["db"][0], abs=1e-4)  # plain descent


@pytest.mark.parametrize("loss", ["quadratic", "squared"])
def test_a_training_that_diverges_leaves_the_server_up(client: Any, loss: str) -> None:
    number = begin(client, data="hills", hidden=[[8, "identity"]], rate=1e6, optimizer="sgd", loss=loss)["number"]
    with client.feed(number) as pictures:
        client.post(f"/api/sessions/{number}/play", {"pace": 0})
        last = next(picture for picture in pictures if picture["state"] == "diverged")
    assert all(math.isfinite(value) for layer in last["layers"] for value in layer["b"])  # the last finite moment
    assert client.post(f"/api/sessions/{number}/play", {"pace": 0}).status == 200  # once more, in vain
    assert client.post(f"/api/sessions/{number}/step").status == 200
    assert client.get(f"/api/sessions/{number}/plane?across=0&up=1").status == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"hidden": [[0, "tanh"]]}, {"hidden": [[1e9, "tanh"]]}, {"hidden": [["4", "tanh"]]}, {"hidden": "4"},
        {"hidden": [[4, "softmax"]]}, {"hidden": [[4, "tanh"]] * 7}, {"hidden": [[4, ["tanh"]]]}, {"rate": "fast"},
        {"rate": math.nan}, {"rate": -1}, {"rate": True},
        {"batch": 1.5}, {"batch": 0}, {"batch": 10**9}, {"seed": -1},
        {"held": 1}, {"rate": 10**400},
        {"loss": "cross_entropy"}, {"loss": "<script>"}, {"optimizer": "magic"}, {"init": 3}, {"data": "/etc/passwd"},
        {"data": ["xor"]},
    ],
)  # fmt: skip
def test_choices_out_of_range_are_one_line(client: Any, changes: dict[str, Any]) -> None:
    found = client.post("/api/sessions", {**SMALL, **changes})
    assert found.status == 422, found.text
    assert "\n" not in found.json["error"]


@pytest.mark.parametrize("row", [-1, 300, 1e9, "x", None, [1]])
def test_rows_that_are_not_there_are_said_or_brought_inside(client: Any, row: Any) -> None:
    number = begin(client)["number"]
    assert client.post(f"/api/sessions/{number}/row", {"row": row}).status in (200, 422)


@pytest.mark.parametrize(
    "axes", ["across=0&up=0", "across=0&up=9", "across=x&up=1", "", "across=nan&up=1", "across=inf&up=0"]
)
def test_axes_that_are_not_there_are_said(client: Any, axes: str) -> None:
    assert client.get(f"/api/sessions/{begin(client)['number']}/plane?{axes}").status == 422


@pytest.mark.parametrize("at", [-5, 1e9, "x", None, math.nan, math.inf, [1]])
def test_moments_that_are_not_there_are_brought_inside(client: Any, at: Any) -> None:
    assert client.post(f"/api/sessions/{begin(client)['number']}/go", {"at": at}).status == 200


@pytest.mark.parametrize("pace", [-1, 1e9, "x", None, math.nan, [1]])
def test_a_pace_that_is_none_is_brought_inside(client: Any, pace: Any) -> None:
    number = begin(client)["number"]
    assert client.post(f"/api/sessions/{number}/play", {"pace": pace}).status == 200
    assert client.post(f"/api/sessions/{number}/close").status == 200


def test_a_client_that_vanishes_in_mid_stream_is_forgotten(client: Any) -> None:
    number = begin(client)["number"]
    live = client.site.sessions.get(number)
    for _ in range(3):
        with client.feed(number) as pictures:
            next(pictures)
            assert live.feed.listeners == 1
        for _ in range(500):  # each step is told to who listens; the first that fails ends the listening
            if not live.feed.listeners:
                break
            assert client.post(f"/api/sessions/{number}/step").status == 200
        assert live.feed.listeners == 0
    assert client.get("/api/library").status == 200


def test_fifty_clients_at_once_are_all_answered(client: Any) -> None:
    ready = threading.Barrier(50)

    def watch(seed: int) -> tuple[float, int]:
        ready.wait(60)
        number = begin(client, seed=seed)["number"]
        with client.feed(number) as pictures:
            client.post(f"/api/sessions/{number}/play", {"pace": 0})
            epoch = next(picture["epoch"] for picture in pictures if picture["epoch"] > 0)
            status = client.post("/api/circuit", {"expression": "x * y", "values": {"x": seed}}).status
        client.post(f"/api/sessions/{number}/close")
        return epoch, status

    with ThreadPoolExecutor(50) as team:
        found = list(team.map(watch, range(50)))
    assert all(epoch > 0 and status == 200 for epoch, status in found)
    assert client.get("/api/library").status == 200


def test_a_training_that_is_closed_is_gone(client: Any) -> None:
    number = begin(client)["number"]
    with client.feed(number) as pictures:
        next(pictures)
        client.post(f"/api/sessions/{number}/close")
        assert list(pictures) == []  # the stream ends
    assert client.post(f"/api/sessions/{number}/play").status == 404


@pytest.mark.parametrize(
    ("changes", "said"), [({"rate": "x"}, "학습률"), ({"batch": 0}, "미니배치"), ({"seed": -1}, "시드")]
)
def test_choices_out_of_range_are_refused_in_the_pages_language(
    client: Any, changes: dict[str, Any], said: str
) -> None:
    refused = client.ask(
        "POST", "/api/sessions", json.dumps(changes), Host=f"127.0.0.1:{client.port}", Origin=client.origin,
        Accept_Language="ko",
    )  # fmt: skip
    assert refused.status == 422
    assert refused.json["error"].startswith(said)
    assert "수가 필요합니다" in refused.json["error"]
