"""`backlit diagnose`: words, JSON and a page of a saved model on the rows of a table."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

import backlit

from .conftest import Trained, write

Run = Callable[..., tuple[int, str, str]]


def test_a_tabular_model_is_diagnosed(run: Run, trained: Trained) -> None:
    status, out, err = run("diagnose", trained.classes, trained.data)
    assert (status, err) == (0, "")
    assert "The gradient's way back" in out
    status, out, err = run("diagnose", trained.amounts, trained.data, "--json", "--validation", trained.data)
    assert (status, err) == (0, "")
    assert "overfitting" not in json.loads(out)["not_looked_at"]


def test_a_slow_model_is_told_its_rate_in_korean_and_the_mend_is_tried(run: Run) -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 2))
    y = (X[:, 0] > 0).astype(int)
    write(Path("rows.csv"), ["a", "b", "y"], np.column_stack([X, y]).tolist())
    model = backlit.MLPClassifier((8,), learning_rate_init=1e-7, random_state=0)
    for _ in range(5):
        model.partial_fit(X, y, classes=[0, 1])
    model.save("slow.backlit")
    options = ("--target", "y", "--lang", "ko", "--try-mend", "--html", "page.html")
    status, out, err = run("diagnose", "slow.backlit", "rows.csv", *options)
    assert (status, err) == (0, "")
    assert "1. rate_too_low: " in out
    assert "model.set_params(learning_rate_init=0.01)" in out
    assert "효과가 있습니다" in out
    assert 'lang="ko"' in Path("page.html").read_text(encoding="utf-8")


def test_what_is_at_fault_is_one_line(fails: Callable[..., str], trained: Trained, tmp_path: Path) -> None:
    other = write(tmp_path / "other.csv", ["[red]", "kind", "label", "amount"], [[0.5, "p", "never", 1.0]] * 3)
    assert "never" in fails("diagnose", trained.classes, other)
    assert "no column" in fails("diagnose", trained.classes, trained.data, "--target", "lable")
