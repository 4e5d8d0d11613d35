"""`train --report` and `evaluate --html`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import HEAD, Trained, rows, write

Run = Callable[..., tuple[int, str, str]]
Fails = Callable[..., str]


def test_train_writes_the_curves_and_the_held_out_scores(run: Run) -> None:
    write(Path("t.csv"), ["<script>", *HEAD[1:]], rows())
    status, out, _ = run("train", "t.csv", "--target", "label", "--report", "report.html")
    assert status == 0
    assert out.endswith("Wrote report.html\n")
    page = Path("report.html").read_text(encoding="utf-8")
    assert "Learning rate" in page
    assert "&lt;script&gt;" in page
    assert "<script>" not in page
    accuracy = out.split("accuracy")[1].split("│")[1].strip()
    assert f'accuracy</th><td class="number">{accuracy}</td>' in page


@pytest.mark.parametrize(("which", "heading"), [("classes", "혼동 행렬"), ("amounts", "잔차")])
def test_evaluate_writes_a_page_in_korean(run: Run, trained: Trained, which: str, heading: str) -> None:
    status, out, _ = run("evaluate", getattr(trained, which), trained.data, "--html", "page.html", "--lang", "ko")
    assert status == 0
    assert "Wrote page.html" in out
    page = Path("page.html").read_text(encoding="utf-8")
    assert heading in page
    assert "불러온 모델에는 학습 기록이 없습니다" in page


def test_evaluate_shows_each_class(run: Run, trained: Trained) -> None:
    out = run("evaluate", trained.classes, trained.data)[1]
    assert all(word in out for word in ("balanced accuracy", "macro F1", "ROC AUC", "Brier", "ECE", "[bold]up"))


@pytest.mark.parametrize(
    ("page", "message"),
    [
        ("no/such/page.html", "cannot write no/such/page.html: no such file or directory"),
        ("t.csv", "t.csv is an input of this command; write to another file"),
        ("t.backlit", "t.backlit is where another output goes; write the report to another file"),
    ],
)
def test_a_page_that_cannot_be_written_is_told_before_the_training(fails: Fails, page: str, message: str) -> None:
    write(Path("t.csv"), HEAD, rows())
    assert fails("train", "t.csv", "--target", "label", "--report", page).startswith(message)


def test_a_page_is_written_whole_or_not_at_all(
    run: Run, trained: Trained, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    Path("page.html").write_text("before")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("backlit.files.atomic.os.replace", full)
    status, _, err = run("evaluate", trained.classes, trained.data, "--html", "page.html")
    assert status == 2
    assert "cannot write page.html: no space left on device" in err
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]
    assert Path("page.html").read_text() == "before"
