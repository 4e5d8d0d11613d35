from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

import backlit
from backlit.cli.training import split
from backlit.estimators.tabular.classifier import TabularClassifier
from backlit.files import read_table

from .conftest import HEAD, Trained, rows, write

Run = Callable[..., tuple[int, str, str]]
Fails = Callable[..., str]


def table(path: str, change: Callable[[int, list[Any]], list[Any]] = lambda _, row: row) -> Path:
    return write(Path(path), HEAD, [change(number, row) for number, row in enumerate(rows())])


def test_says_what_it_does_and_saves_what_it_trained(run: Run, trained: Trained) -> None:
    status, out, err = run("train", trained.data, "--target", "label", "--model", "again.backlit")
    assert status == 0
    assert f"{trained.data}: 60 rows; target 'label': classification, since the target is text" in out
    assert "Learning from 48 rows; 12 are held out (seed 0)" in out
    assert "accuracy" in out
    assert "log loss" in out
    assert "class frequencies" in out
    assert "Saved again.backlit" in out
    assert "training" in err
    model = backlit.load("again.backlit")
    assert model.target_name_ == "label"
    assert list(model.feature_names_in_) == ["[red]", "kind", "amount"]


def test_a_training_is_diagnosed_on_the_rows_it_learnt_from(run: Run) -> None:
    """Labels that follow nothing: the network learns them by heart, and the words say so, in the language asked for."""
    rng = np.random.default_rng(0)
    cells = np.column_stack([rng.normal(size=(120, 3)), rng.integers(0, 2, 120)])
    write(Path("chance.csv"), ["a", "b", "c", "y"], cells.tolist())
    status, out, err = run("train", "chance.csv", "--target", "y", "--diagnose")
    assert status == 0, err
    assert "The gradient's way back" in out
    assert any(f"1. {name}: " in out for name in ("shuffled_labels", "overfitting"))
    status, out, err = run("train", "chance.csv", "--target", "y", "--diagnose", "--lang", "ko")
    assert "정확도" in out
    status, out, err = run("train", "chance.csv", "--target", "y", "--diagnosis", "seen.json")
    assert status == 0, err
    assert "While it trained" in out
    course = json.loads(Path("seen.json").read_text(encoding="utf-8"))["course"]
    assert [one["epoch"] for one in course][:4] == [0, 1, 2, 4]
    assert "neither a page nor data" in run("train", "chance.csv", "--target", "y", "--diagnosis", "seen.txt")[2]


def test_one_seed_gives_one_file(run: Run, trained: Trained) -> None:
    run("train", trained.data, "--target", "amount", "--model", "again.backlit")
    assert Path("again.backlit").read_bytes() == trained.amounts.read_bytes()


def test_a_regression_on_tsv_beats_the_mean_and_is_named_after_its_data(run: Run) -> None:
    write(Path("some.tsv"), HEAD, rows(), separator="\t")
    status, out, _ = run("train", "some.tsv", "--target", "amount", "--seed", "3")
    assert status == 0
    assert "regression, since the target has fractions" in out
    rmse, of_mean = (float(cell) for cell in out.split("RMSE")[1].split("\n")[0].split("│")[1:3])
    assert rmse < of_mean / 2
    assert Path("some.backlit").exists()


def test_parquet_and_a_task_of_one_s_own(run: Run) -> None:
    write(Path("a.csv"), ["x", "n"], [[i / 10, i // 20] for i in range(60)])
    pq.write_table(read_table("a.csv"), "a.parquet")
    out = run("train", "a.parquet", "--target", "n", "--task", "regression")[1]
    assert "regression, as --task says" in out
    assert type(backlit.load("a.backlit")).__name__ == "TabularRegressor"


def test_classes_of_a_single_row_stay_with_the_rows_to_learn_from(run: Run) -> None:
    table("rare.csv", lambda number, row: [*row[:2], f"rare {number}" if number < 5 else row[2], row[3]])
    assert run("train", "rare.csv", "--target", "label")[0] == 0
    assert len(backlit.load("rare.backlit").classes_) == 7


def changed(row: int, column: int, cell: Any) -> Callable[[int, list[Any]], list[Any]]:
    def change(number: int, cells: list[Any]) -> list[Any]:
        return [*cells[:column], cell, *cells[column + 1 :]] if number == row else cells

    return change


@pytest.mark.parametrize(
    ("target", "change", "message"),
    [
        ("label", changed(7, 2, ""), "bad.csv, column 'label': the target has 1 missing value"),
        ("amount", changed(7, 3, "nan"), "bad.csv, column 'amount': the target has 1 missing value"),
        ("amount", changed(7, 3, "inf"), "bad.csv, column 'amount': the target is infinity or NaN in row 7"),
        ("label", lambda _, row: [*row[:2], "same", row[3]], "bad.csv, column 'label': the target has one class only"),
        ("lable", lambda _, row: row, "bad.csv has no column 'lable'; did you mean 'label'?"),
        ("wholly else", lambda _, row: row, "bad.csv has no column 'wholly else'; it has '[red]', 'kind', "),
        ("label", lambda number, row: row[: 3 if number == 4 else 4], "bad.csv: row 4 has 3 cells"),
    ],
)  # fmt: skip
def test_a_bad_table_is_one_line(fails: Fails, run: Run, target: str, change: Any, message: str) -> None:
    table("bad.csv", change)
    assert fails("train", "bad.csv", "--target", target).startswith(message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "odd.csv is empty"),
        ("a,y\n", "odd.csv has a header but no rows"),
        ("a,y\n1,u\n2,v\n", "odd.csv is too short to train and measure on"),
        ("a,a,y\n1,1,u\n", "odd.csv has more than one column 'a'"),
    ],
)
def test_a_table_with_nothing_to_learn_is_one_line(fails: Fails, run: Run, text: str, message: str) -> None:
    Path("odd.csv").write_text(text)
    assert message in fails("train", "odd.csv", "--target", "y")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("y\n" + "u\nv\n" * 9, "backlit: odd.csv: the table has no columns"),
        ("a,y\n" + "1,u\n1,v\n" * 9, "backlit: odd.csv: no column can be learnt from (column 'a': constant)"),
    ],
)
def test_what_only_the_training_finds_is_one_line_too(run: Run, text: str, message: str) -> None:
    Path("odd.csv").write_text(text)
    status, _, err = run("train", "odd.csv", "--target", "y")
    assert (status, err.count("\n")) == (2, 1)
    assert err.startswith(message)
    assert not Path("odd.backlit").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["none.csv", "--target", "label"], "cannot read none.csv: no such file or directory"),
        (["a.docx", "--target", "label"], "a.docx has suffix '.docx'; use one of"),
        (["a.csv", "--target", "label", "--task", "regression"], "a.csv, column 'label': "),
        (["a.csv", "--target", "amount", "--task", "classification"], "a.csv, column 'amount': "),
        (["a.csv", "--target", "label", "--model", "."], "cannot write .: is a directory"),
        (["a.csv", "--target", "label", "--model", "no/m"], "cannot write no/m: no such file or directory"),
        (["a.csv", "--target", "label", "--model", "a.csv/m"], "cannot write a.csv/m: not a directory"),
        (["a.csv", "--target", "label", "--model", "a.csv"], "a.csv is an input of this command"),
    ],
)
def test_bad_paths_and_tasks_are_one_line(fails: Fails, run: Run, words: list[str], message: str) -> None:
    table("a.csv")
    assert fails("train", *words).startswith(message)


def test_an_interrupted_training_writes_no_model(run: Run, trained: Trained, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(model: Any, *_: Any, **__: Any) -> Any:
        model.interrupted_ = True
        return model

    monkeypatch.setattr(TabularClassifier, "fit", interrupted)
    status, _, err = run("train", trained.data, "--target", "label", "--model", "m.backlit")
    assert (status, err) == (130, "backlit: interrupted\n")
    assert not Path("m.backlit").exists()


@pytest.mark.parametrize("seed", range(5))
def test_the_split_gives_every_group_its_share_and_keeps_single_rows(seed: int) -> None:
    groups = np.repeat([0, 1, 2, 3], [100, 1, 55, 2])
    learn, held = split(groups, seed)
    assert np.array_equal(np.sort(np.concatenate([learn, held])), np.arange(len(groups)))
    assert set(groups[learn]) == {0, 1, 2, 3}
    assert (groups[held] == 0).sum() == 20
    assert (groups[held] == 1).sum() == 0
    assert (groups[held] == 2).sum() == 11


def test_another_seed_is_another_split() -> None:
    groups = np.zeros(50, dtype=np.int64)
    assert not np.array_equal(split(groups, 0)[1], split(groups, 1)[1])
