"""Small tables, models trained on them by the command itself, and a way to run a command in this process."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from backlit.cli import main


class Done(NamedTuple):
    status: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run one command in an empty folder on a wide terminal without colours."""
    monkeypatch.chdir(tmp_path)
    for name, value in {"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}.items():
        monkeypatch.setenv(name, value)

    def call(*arguments: object) -> Done:
        capsys.readouterr()
        status = main([str(argument) for argument in arguments])
        return Done(status, *capsys.readouterr())

    return call


@pytest.fixture
def fails(run: Run, tmp_path: Path) -> Callable[..., str]:
    """Run a command that is at fault: status 2, one line on stderr, nothing on stdout, no file made or changed."""

    def call(*arguments: object) -> str:
        before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
        status, out, err = run(*arguments)
        assert (status, out) == (2, "")
        assert err.startswith("backlit: ")
        assert err.count("\n") == 1
        assert err.endswith("\n")
        assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
        return err.removeprefix("backlit: ").rstrip("\n")

    return call


def write(path: Path, head: Sequence[str], rows: Iterable[Sequence[Any]], separator: str = ",") -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=separator).writerows([head, *rows])
    return path


HEAD = ("[red]", "kind", "label", "amount")


def rows(count: int = 60) -> list[list[Any]]:
    """A number in a column whose name looks like markup, a category; a class and an amount that follow from them."""
    chance = random.Random(0)
    made = []
    for _ in range(count):
        x, kind = round(chance.random(), 3), chance.choice(["p", "q"])
        made.append([x, kind, "[bold]up" if x > 0.5 else "down", round(3 * x + (kind == "p"), 3) + 0.0001])
    return made


class Trained(NamedTuple):
    """A table, and models of its two targets."""

    data: Path
    classes: Path
    amounts: Path


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    folder = tmp_path_factory.mktemp("trained")
    data = write(folder / "table.csv", HEAD, rows())
    found = Trained(data, folder / "classes.backlit", folder / "amounts.backlit")
    assert main(["train", str(data), "--target", "label", "--model", str(found.classes)]) == 0
    assert main(["train", str(data), "--target", "amount", "--model", str(found.amounts)]) == 0
    return found
