"""A saved model on the page: the same numbers as `trace`, three witnesses, and one line for what is wrong."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backlit import MLPClassifier, MLPRegressor, load, trace
from backlit.web.views.model.endpoints import ahead

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

CHANCE = np.random.default_rng(0)
X = np.round(CHANCE.normal(size=(40, 3)), 3)
LABELS = {"kind": np.where(X[:, 0] > X[:, 1], "up", "down"), "amount": np.round(X[:, 0] - 2 * X[:, 2], 3)}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A table of inputs `a`, `b`, `c` for each target, and models of them: a small one of each, and a wide one."""
    folder = tmp_path_factory.mktemp("models")
    found = {}
    for target, labels in LABELS.items():
        found[target] = folder / f"{target}.csv"
        with found[target].open("w", newline="") as file:
            csv.writer(file).writerows(
                [["a", "b", "c", target], *([*x, label] for x, label in zip(X, labels, strict=True))]
            )
    kind, amount = LABELS.values()
    models = {
        "small": MLPClassifier((4,), max_iter=20, random_state=0).fit(X, kind),
        "number": MLPRegressor(hidden_layer_sizes=(3, 3), max_iter=20, random_state=0).fit(X, amount),
        "wide": MLPClassifier((200, 50), max_iter=2, random_state=0).fit(X, kind),
    }
    for name, model in models.items():
        found[name] = folder / f"{name}.backlit"
        model.save(found[name])
    return found


def asked(client: Any, question: str = "explain", **changes: Any) -> Any:
    library = client.get("/api/library").json
    first = {"model": library["models"][0]["number"], "table": library["tables"][0]["number"]}
    first["target"] = library["tables"][0]["columns"][-1]
    return client.post(f"/api/{question}", {**first, "row": 3, **changes})


def test_it_is_the_first_view_where_a_model_was_named(opened: Any, client: Any, files: Any) -> None:
    assert opened([files["small"]]).get("/?lang=ko").headers["location"] == "/model?lang=ko"
    assert client.get("/").headers["location"] == "/lessons"


def test_columns_without_names_are_called_as_the_tables(opened: Any, files: Any) -> None:
    found = asked(opened([files["number"]], [files["amount"]])).json
    assert {weight["reads"] for weight in found["weights"] if weight["name"].startswith("w[1]")} <= {
        "x[0] a",
        "x[1] b",
        "x[2] c",
    }
    assert any(weight["name"].startswith("w[1]") for weight in found["weights"])


@pytest.mark.parametrize(("model", "target"), [("small", "kind"), ("number", "amount")])
@pytest.mark.parametrize("zoom", ["neuron", "gates", "layer"])
def test_a_weights_gradient_is_that_of_trace(opened: Any, files: Any, model: str, target: str, zoom: str) -> None:
    client = opened([files[model]], [files[target]])
    found = asked(client, weight="w[1][2][1]", zoom=zoom).json
    expected = trace(load(files[model]), x=X[3], y=LABELS[target][3])
    assert found["gradient"] == pytest.approx(expected.gradients["w[1][2][1]"], rel=1e-12)
    assert found["loss"] == pytest.approx(expected.value, rel=1e-12)
    assert found["zoom"] == zoom
    sides = asked(client, "witnesses", weight="w[1][2][1]", zoom=zoom).json
    assert (sides["agrees"], sides["undecided"]) == (True, "")
    assert sides["witnesses"]["graph"] == pytest.approx(found["gradient"], rel=1e-12)
    assert sides["witnesses"]["difference"] == pytest.approx(found["gradient"], rel=1e-5, abs=1e-8)
    assert sides["witnesses"]["engine"] == pytest.approx(found["gradient"], rel=1e-9)
    assert "<math" in found["mathml"]
    assert client.get(found["frame"]).text.startswith("<!doctype html>")


def test_the_steepest_weight_comes_first_and_is_chosen(opened: Any, files: Any) -> None:
    client = opened([files["small"]], [files["kind"]])
    found = asked(client).json
    steps = [abs(weight["gradient"]) for weight in found["weights"]]
    assert steps == sorted(steps, reverse=True)
    assert found["weight"] == found["weights"][0]["name"]
    assert found["gradient"] == pytest.approx(found["weights"][0]["gradient"])
    assert [name for name, _ in found["cells"]] == ["a", "b", "c"]
    assert found["label"] == LABELS["kind"][3]
    assert found["prediction"] == load(files["small"]).predict(X[3:4])[0]


def test_a_large_network_is_shown_layer_by_layer(opened: Any, files: Any) -> None:
    client = opened([files["wide"]], [files["kind"]])
    found = asked(client, zoom="gates").json
    assert found["zoom"] == "layer"
    assert asked(client, "witnesses", weight=found["weight"], zoom="gates").json["agrees"]
    assert len(client.get(found["frame"]).body) < 300_000


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"row": 40}, "rows 0 to 39"), ({"row": -1}, "rows 0 to 39"), ({"row": "x"}, "rows 0 to 39"),
        ({"row": 1.5}, "rows 0 to 39"), ({"row": None}, "rows 0 to 39"), ({"row": True}, "rows 0 to 39"),
        ({"weight": "w[9][0][0]"}, "w[9]"), ({"weight": "magic"}, "magic"), ({"weight": "w[1]"}, "w[1]"),
        ({"weight": ["w"]}, "w"), ({"target": "no column"}, "no column"), ({"target": "a"}, "a"),
        ({"zoom": "batch"}, "zoom"), ({"lang": "fr"}, "lang"), ({"model": "99"}, "model"), ({"table": "99"}, "table"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_said_in_one_line(opened: Any, files: Any, changes: dict[str, Any], said: str) -> None:
    client = opened([files["small"]], [files["kind"]])
    for question in ("explain", "witnesses"):
        found = asked(client, question, **{"weight": "w[1][0][0]", **changes})
        assert found.status in (404, 422), found.text
        assert said in found.json["error"]
        assert str(files["small"].parent) not in found.json["error"]


def test_what_the_first_look_takes_is_loaded_ahead_whatever_is_there(opened: Any, files: Any) -> None:
    for models, tables in ((["small"], ["kind"]), (["small"], []), ([], ["kind"])):
        ahead(opened([files[name] for name in models], [files[name] for name in tables]).site)


def test_a_row_without_a_known_label_is_shown_without_its_loss(opened: Any, files: Any) -> None:
    client = opened([files["small"]], [files["kind"]])
    for name, text, said in (
        ("empty.csv", "a,b,c,kind\n1,2,3,\n", "empty"),
        ("class.csv", "a,b,c,kind\n1,2,3,sideways\n", "sideways"),
    ):
        table = client.post(f"/api/upload/tables?name={name}", text.encode()).json["number"]
        found = asked(client, table=table, target="kind", row=0)
        assert found.status == 200, found.text
        assert said in found.json["unlabelled"]
        assert "loss" not in found.json
        sides = asked(client, "witnesses", table=table, target="kind", row=0, weight="w[1][0][0]")
        assert sides.status == 422, sides.text
        assert found.json["prediction"] in ("up", "down")
        assert found.json["cells"] == [["a", "1"], ["b", "2"], ["c", "3"]]
        assert (
            "클래스" in asked(client, table=table, target="kind", row=0, lang="ko").json["unlabelled"]
            or said == "empty"
        )


def test_who_has_no_model_opens_an_example(opened: Any) -> None:
    client = opened([], [])
    given = client.post("/api/example", {}).json
    assert ([model["name"] for model in given["models"]], given["tables"][0]["columns"][-1]) == (
        ["iris.backlit"],
        "species",
    )
    again = client.post("/api/example", {}).json
    assert (again["model"], again["table"], len(again["models"])) == (given["model"], given["table"], 1)
    row = {"model": given["model"], "table": given["table"], "row": 70}
    found = client.post("/api/explain", row).json
    assert (found["target"], found["label"]) == ("species", "versicolor")
    assert client.post("/api/witnesses", {**row, "weight": found["weight"]}).json["agrees"]
    assert found["cells"][0] == ["sepal length", "5.9"]


def test_a_table_of_another_kind_is_said(opened: Any, files: Any) -> None:
    client = opened([files["small"]], [files["kind"]])
    table = client.post("/api/upload/tables?name=other.csv", b"a,kind\n1,up\n").json["number"]
    found = asked(client, table=table, target="kind", row=0)
    assert found.status == 422, found.text
    assert "other.csv" in found.json["error"]


@pytest.mark.engine
def test_of_an_image_the_row_and_the_neuron_of_the_weight_are_images() -> None:
    from backlit.web.views.model.images import weight_images

    rows = np.random.default_rng(1).normal(size=(30, 64))
    model = MLPClassifier((5,), solver="lbfgs", max_iter=2, random_state=0).fit(rows, np.arange(30) % 2)
    traced = trace(model, x=rows[3], y=1, zoom="layer")
    row, weights, gradients = weight_images(model, traced, "w[1][10][2]")
    assert (row["kind"], row["rows"], row["columns"]) == ("row", 8, 8)
    assert (weights["neuron"], weights["marked"], gradients["kind"]) == ("a[1][2]", 10, "gradients")
    assert [one["kind"] for one in weight_images(model, traced, "w[2][1][0]")] == ["row"]
