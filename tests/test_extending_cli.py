"""A command is one file: a function and its declaration, added to a copy of the package, is a command of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import backlit

HELLO = '''"""`backlit hello`."""

from __future__ import annotations

from typing import Annotated

import typer

from backlit.cli.command import Command


def hello(name: Annotated[str, typer.Argument(metavar="NAME", show_default=False)]) -> None:
    """Greet somebody."""
    print(f"Hello, {name}")


COMMAND = Command("hello", hello, order=11)
'''


def run(folder: Path, *arguments: str) -> str:
    code = "import sys; from backlit.cli import main; sys.exit(main(sys.argv[1:]))"
    environment = {**os.environ, "PYTHONPATH": str(folder), "NO_COLOR": "1", "COLUMNS": "200", "TERM": "dumb"}
    done = subprocess.run([sys.executable, "-c", code, *arguments], env=environment, text=True, capture_output=True)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_a_command_is_one_file(tmp_path: Path) -> None:
    package = shutil.copytree(
        Path(backlit.__file__).parent, tmp_path / "backlit", ignore=shutil.ignore_patterns("__pycache__")
    )
    (package / "cli" / "commands" / "hello.py").write_text(HELLO, encoding="utf-8")
    assert run(tmp_path, "hello", "Ada") == "Hello, Ada\n"
    assert "Greet somebody." in run(tmp_path, "--help")
