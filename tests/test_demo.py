from __future__ import annotations

from pathlib import Path

import pytest

from backlit import demo
from backlit.cli import main


def test_the_demo_runs_and_leaves_what_it_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(demo, "EPOCHS", 3)
    demo.main()
    printed = capsys.readouterr().out
    for shown in ("held out", "Chain rule for ∂L/∂w[1]", "1 of 1 gradients checked: all agree"):
        assert shown in printed
    assert (demo.FOLDER / "sigmoid.svg").read_text("utf-8").startswith("<svg")
    assert "<svg" in (demo.FOLDER / "sigmoid.html").read_text("utf-8")
    commands = [line.split()[1:] for line in printed.splitlines() if line.startswith("  .venv/bin/backlit ")]
    assert [main(command) for command in commands] == [0, 0]
