"""A network of the page that is kept: the same numbers in its file, its rows in its table, both open as a model."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyarrow import csv

from backlit import load
from backlit.declared.optimizers import OPTIMIZERS
from backlit.estimators.mlp.building import new_optimizer
from backlit.web.live.keeping import kept, model_bytes, rows_csv
from backlit.web.live.problems import TOYS, from_table, toy
from backlit.web.live.session import TrainingSession
from backlit.web.live.settings import ENDINGS, kind_of, settings_of


def loaded(session: TrainingSession, folder: Path) -> Any:
    path = folder / "kept.backlit"
    path.write_bytes(model_bytes(kept(session, "1")))
    return load(path)


@pytest.mark.parametrize("name", TOYS)
def test_the_file_has_the_networks_numbers_and_the_table_its_rows(name: str, tmp_path: Path) -> None:
    problem = toy(name, 3)
    losses = ENDINGS[kind_of(len(problem.classes))].losses
    for optimizer, loss in zip(OPTIMIZERS, losses * len(OPTIMIZERS), strict=False):
        choices = {"hidden": [[3, "tanh"], [2, "sin"]], "optimizer": optimizer, "loss": loss, "penalty": 0.1}
        session = TrainingSession(problem, settings_of(choices))
        model = loaded(session, tmp_path)
        assert model.theta_.tobytes() == session.now.theta.tobytes()
        assert model.network_ == session.blueprint
        assert new_optimizer(model).name == optimizer
    table = csv.read_csv(io.BytesIO(rows_csv(problem)))
    assert table.column_names == [*problem.columns, "target"]
    assert np.array_equal(np.stack([column.to_numpy() for column in table.columns[:-1]], 1), problem.inputs)
    truth = table.column(-1).to_pylist()
    if problem.classes:
        assert [problem.classes[int(code)] for code in problem.targets[:, 0]] == list(map(str, truth))
        assert model.score(table.drop_columns(["target"]).to_pandas(), truth) >= 0.0
    else:
        assert truth == pytest.approx(problem.targets[:, 0])


def test_no_hidden_layer_and_a_column_called_target(tmp_path: Path) -> None:
    text = "target,kind,said\n" + "\n".join(f"{i},{'pq'[i % 2]},{('no', 'yes')[i > 9]}" for i in range(20))
    problem = from_table("mine.csv", csv.read_csv(io.BytesIO(text.encode())), "said")
    session = TrainingSession(problem, settings_of({"hidden": []}))
    found = kept(session, "7")
    assert (found.name, found.target) == ("mine-7-epoch-0", "target_")
    model = loaded(session, tmp_path)
    assert model.classes_.tolist() == ["no", "yes"]
    assert model.feature_names_in_.tolist() == list(problem.columns)
    assert csv.read_csv(io.BytesIO(rows_csv(problem))).column_names == [*problem.columns, "target_"]


def test_the_page_opens_it_and_its_row_has_the_loss_of_the_training(client: Any) -> None:
    number = client.post("/api/sessions", {"data": "petals", "hidden": [[4, "tanh"]]}).json["number"]
    client.post(f"/api/sessions/{number}/step")
    named = [client.post(f"/api/sessions/{number}/keep").json for _ in range(2)][-1]
    library = client.get("/api/library").json
    model, table = ([one for one in library[kind] if one["name"] == named[kind[:-1]]] for kind in ("models", "tables"))
    assert len(model) == len(table) == 1  # kept twice, here once
    asked = {"model": model[0]["number"], "table": table[0]["number"], "row": 60}
    shown = client.post("/api/explain", asked).json
    row = client.post(f"/api/sessions/{number}/row", {"row": 60}).json
    assert shown["loss"] == pytest.approx(row["loss"], rel=1e-12)
    assert client.post("/api/witnesses", {**asked, "weight": shown["weight"]}).json["agrees"]
    answer = client.get(f"/api/sessions/{number}/model")
    assert f"petals-{number}-epoch-0.1.backlit" in answer.headers["content-disposition"]
    assert client.get(f"/api/sessions/{number}/rows").text.startswith('"petal length"')
    assert client.get("/api/sessions/none/model").status == 404
