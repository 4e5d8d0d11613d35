"""Commands on folders and patterns: rows in, rows out, in order; the same answers as in memory."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from backlit.cli import main
from backlit.estimators.tabular.recipe import RECIPES
from backlit.files import read_table


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    small = {"hidden_layer_sizes": (8,), "min_epochs": 3, "max_epochs": 3, "n_members": 2}
    recipes = {task: replace(recipe, **small) for task, recipe in RECIPES.items()}
    monkeypatch.setattr("backlit.estimators.tabular.recipe.RECIPES", recipes)
    (tmp_path / "data").mkdir()
    rng = np.random.default_rng(0)
    for part in range(3):
        code = rng.choice(["007", "08", "1"], 300)
        size = rng.normal(size=300)
        label = np.where(size + (code == "007") > 0.3, "yes", "no")
        pq.write_table(pa.table({"size": size, "code": code, "label": label}), f"data/{part}.parquet")
    return tmp_path


TRAIN = ["--target", "label", "--model", "m.backlit", "--seed", "0"]


def test_train_predict_and_evaluate_on_a_folder(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "data", *TRAIN, "--report", "r.html"]) == 0
    printed = capfd.readouterr()
    assert "data: 900 rows, read in chunks; target 'label': classification" in printed.out
    assert "encoding (0.00 GiB in data/_backlit_cache): 7" in printed.err
    assert (folder / "r.html").exists()
    whole = pq.read_table([f"data/{part}.parquet" for part in range(3)])
    pq.write_table(whole, "whole.parquet")
    assert main(["predict", "m.backlit", "data/*.parquet", "--output", "chunks.parquet"]) == 0
    assert main(["predict", "m.backlit", "whole.parquet", "--output", "whole_out.parquet"]) == 0
    assert read_table("chunks.parquet").equals(read_table("whole_out.parquet"))
    capfd.readouterr()
    assert main(["evaluate", "m.backlit", "data"]) == 0
    chunked = capfd.readouterr().out.splitlines()
    assert main(["evaluate", "m.backlit", "whole.parquet"]) == 0
    assert capfd.readouterr().out.splitlines()[1:] == chunked[1:]
    assert chunked[0] == "data: 900 rows"


def test_a_csv_in_chunks_keeps_codes_and_is_predicted_to_stdout(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    whole = pq.read_table([f"data/{part}.parquet" for part in range(3)])
    pacsv.write_csv(whole, "all.csv")
    assert main(["train", "all.csv", *TRAIN, "--out-of-core"]) == 0
    capfd.readouterr()
    assert main(["predict", "m.backlit", "all.csv", "--out-of-core"]) == 0
    chunked = capfd.readouterr().out
    assert main(["predict", "m.backlit", "all.csv"]) == 0
    assert capfd.readouterr().out == chunked
    assert len(chunked.splitlines()) == 901


def test_a_training_that_is_asked_for_twice_resumes_and_what_is_wrong_is_one_line(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    checkpoint = ["--checkpoint", "c.backlit"]
    assert main(["train", "data", *TRAIN, *checkpoint]) == 0
    first = (folder / "m.backlit").read_bytes()
    assert main(["train", "data", *TRAIN, *checkpoint, "--resume"]) == 0
    assert (folder / "m.backlit").read_bytes() == first
    for arguments, word in (
        (["train", "none/*.parquet", "--target", "label"], "no file of a table is there"),
        (["train", "data", "--target", "lable"], "did you mean 'label'?"),
        (["train", "data", "--target", "label", "--model", "n.backlit", "--diagnose"], "--diagnose needs the rows"),
        (["evaluate", "m.backlit", "data", "--html", "f.html"], "--html needs the rows"),
        (["predict", "m.backlit", "data", "--output", "out.xlsx"], "use one of .csv, .tsv, .parquet"),
    ):
        capfd.readouterr()
        assert main(arguments) == 2
        assert word in capfd.readouterr().err
