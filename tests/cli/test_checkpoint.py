"""`backlit train --checkpoint F --resume`, and a disk that is full before or after the training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import backlit
from backlit.cli.console import EpochBar
from backlit.cli.training import free_name
from backlit.estimators.tabular import recipe

from .conftest import HEAD, rows, write

Run = Callable[..., tuple[int, str, str]]
Fails = Callable[..., str]

TRAIN = ("train", "t.csv", "--target", "label", "--checkpoint", "c")


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Networks that are trained in no time."""
    quick = replace(recipe.CLASSIFICATION, hidden_layer_sizes=(8,), min_epochs=8, max_epochs=8, n_members=2)
    monkeypatch.setattr(recipe, "RECIPES", {"classification": quick})


@pytest.fixture
def table(run: Run) -> Path:
    return write(Path("t.csv"), HEAD, rows())


def break_off(monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    """Ctrl-C after so many epochs."""
    left = [after]

    def on_epoch(self: Any, epoch: Any) -> None:
        left[0] -= 1
        if not left[0]:
            raise KeyboardInterrupt

    monkeypatch.setattr(EpochBar, "__call__", on_epoch)


def test_a_training_that_was_broken_off_is_resumed_to_the_same_file(
    run: Run, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        break_off(patched, 7)
        assert run(*TRAIN, "--checkpoint-epochs", 1)[0] == 130
    assert not Path("t.backlit").exists()
    status, out, _ = run(*TRAIN, "--resume")
    assert status == 0
    assert "Going on from c" in out
    assert "c holds the finished training, and can be deleted" in out
    assert run("train", "t.csv", "--target", "label", "--model", "whole.backlit")[0] == 0
    assert Path("t.backlit").read_bytes() == Path("whole.backlit").read_bytes()
    break_off(monkeypatch, 1)
    assert run(*TRAIN, "--resume", "--model", "again.backlit")[0] == 0  # no epoch is run again
    assert Path("again.backlit").read_bytes() == Path("whole.backlit").read_bytes()


def test_without_a_checkpoint_resume_begins(run: Run, table: Path) -> None:
    status, out, _ = run(*TRAIN, "--resume")
    assert status == 0
    assert "Going on" not in out


def test_an_existing_checkpoint_is_not_overwritten(run: Run, fails: Fails, table: Path) -> None:
    run(*TRAIN)
    assert fails(*TRAIN) == "c is a checkpoint already; add --resume to go on from it, or name another file"
    status, _, err = run("train", "t.csv", "--target", "label", "--checkpoint", "c", "--resume", "--seed", "1")
    assert status == 2
    assert "t.csv: checkpoint: c is of a fit with the seed 0 (now 1)" in err


@pytest.mark.parametrize(("options", "message"), [
    (("--resume",), "--resume goes on from a checkpoint; name it with --checkpoint FILE"),
    (("--checkpoint", "t.csv"), "t.csv is an input of this command; write to another file"),
    (("--checkpoint", "t.backlit"), "t.backlit is where another output goes; write the checkpoint to another file"),
    (("--checkpoint", "no/c"), "cannot write no/c: no such file or directory"),
])  # fmt: skip
def test_options_that_cannot_be(fails: Fails, table: Path, options: tuple[str, ...], message: str) -> None:
    assert fails("train", "t.csv", "--target", "label", *options).startswith(message)


def test_a_full_disk_is_noticed_before_the_training(fails: Fails, table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("backlit.files.atomic._allocate", full)
    assert fails("train", "t.csv", "--target", "label").startswith("cannot write t.backlit: no space left on device")


def test_a_model_that_finds_no_space_goes_elsewhere_with_a_word(
    run: Run, table: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    full, home = tmp_path / "full", tmp_path / "home"
    full.mkdir()
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    from backlit.files import atomic

    replace_file = atomic._replace

    def somewhere(target: Path, data: bytes) -> None:
        if target.parent != home:
            raise OSError(28, "No space left on device")
        replace_file(target, data)

    monkeypatch.setattr(atomic, "_replace", somewhere)
    (home / "m.backlit").write_text("of another day")
    status, _, err = run("train", "t.csv", "--target", "label", "--model", full / "m.backlit")
    assert status == 2
    assert f"no space left on device; free some space, or take another disk; the trained model is in {home}" in err
    assert (home / "m.backlit").read_text() == "of another day"
    assert backlit.load(home / "m-2.backlit").target_name_ == "label"


def test_a_free_name_is_not_there_yet(tmp_path: Path) -> None:
    for name in ("m.backlit", "m-2.backlit", "m-3.backlit"):
        assert free_name(tmp_path, "m.backlit").name == name
        (tmp_path / name).touch()
