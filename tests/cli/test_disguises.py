"""`backlit train` on data as people have it: a line for each column that is not as it looks, kept for predict."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import backlit
from backlit.estimators.tabular.classifier import TabularClassifier
from backlit.estimators.tabular.regressor import TabularRegressor

Run = Callable[..., Any]
NUMBERS = [round(1 + 97.3 * (i * 0.618 % 1), 2) for i in range(120)]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small networks, so that a test is quick."""
    for kind in (TabularClassifier, TabularRegressor):
        quick = partial(kind, (16,), epochs=24, n_members=1)
        monkeypatch.setattr(f"backlit.cli.training.{kind.__name__}", quick)


def write(text: str, line: str) -> None:
    body = "".join(line.format(x=x, y="L" if x > 50 else "S", i=i, p=3 * x) + "\n" for i, x in enumerate(NUMBERS))
    Path("t.csv").write_text(f"{text}\n{body}", encoding="utf-8")


def accuracy(out: str) -> float:
    return float(out.split("accuracy")[1].split("\n")[0].split("│")[1])


def test_money_a_marker_and_a_code_are_named_and_predicted_alike(run: Run) -> None:
    write("id,cost,label", 'c{i}x,"${x:,.2f}",{y}')
    status, out, err = run("train", "t.csv", "--target", "label")
    assert status == 0
    assert accuracy(out) > 0.9
    assert "t.csv: column 'cost' is read as numbers in $: " in err
    assert "t.csv: column 'id' is left out: every value is different (such as 'c" in err
    assert "DataWarning" not in err
    model = backlit.load("t.backlit")
    assert len(model.encoder_.notes) == 2
    Path("new.csv").write_text("id,cost\na,$99.00\nb,1.5\n", encoding="utf-8")
    assert run("predict", "t.backlit", "new.csv").out.count('\n"L",') == 1


def test_a_target_of_money_is_a_regression_from_fit_to_evaluation(run: Run) -> None:
    write("size,price", '{x},"${p:,.2f}"')
    status, out, err = run("train", "t.csv", "--target", "price")
    assert (status, "regression" in out) == (0, True)
    assert "column 'price' is read as numbers in $" in err
    assert run("evaluate", "t.backlit", "t.csv").status == 0


def test_na_is_a_class_and_may_be_missing(run: Run) -> None:
    write("x,region", "{x},{y}")
    text = Path("t.csv").read_text(encoding="utf-8").replace(",S\n", ",NA\n")
    Path("t.csv").write_text(text, encoding="utf-8")
    status, _, err = run("train", "t.csv", "--target", "region")
    assert status == 0
    assert "rows of column 'region' is kept as a word (--missing 'NA' reads it as missing)" in err
    assert backlit.load("t.backlit").classes_.tolist() == ["L", "NA"]
    assert run("train", "t.csv", "--target", "region", "--missing", "").status == 0
    status, _, err = run("train", "t.csv", "--target", "region", "--missing", "NA", "--missing", "-")
    assert (status, "the target has" in err) == (2, True)


def test_classes_that_are_all_different_are_refused_before_the_fit(run: Run) -> None:
    write("x,name", "{x},n{i}x")
    status, _, err = run("train", "t.csv", "--target", "name")
    assert status == 2
    assert "column 'name': the target has 120 classes in 120 rows, such as 'n0x' in row 0" in err


def test_month_first_is_an_option_that_the_model_keeps(run: Run) -> None:
    write("day,label", "05/0{i}/2021,{y}")
    text = "".join(f"0{1 + i % 9}/0{1 + i % 7}/2021,{'L' if i % 9 > 4 else 'S'}\n" for i in range(120))
    Path("t.csv").write_text(f"day,label\n{text}", encoding="utf-8")
    assert "every cell may as well be m/d/Y (--month-first overrides)" in run("train", "t.csv", "--target", "label").err
    assert "read as dates m/d/Y" in run("train", "t.csv", "--target", "label", "--month-first").err
    assert backlit.load("t.backlit").encoder_.columns[0].form.words == "m/d/Y"


def test_python_gives_one_warning_that_lists_all() -> None:
    frame = pd.DataFrame({"k": [f"${x}" for x in NUMBERS], "same": 1, "id": [f"n{i}" for i in range(120)]})
    with pytest.warns(backlit.DataWarning, match="column 'k' is read as numbers in") as caught:
        model = TabularRegressor((16,), epochs=4, n_members=1, random_state=0).fit(frame, NUMBERS)
    assert len(caught) == 1
    assert caught[0].message.notes == model.encoder_.notes
    assert len(model.encoder_.notes) == 3
    assert caught[0].filename == __file__
