from __future__ import annotations

import subprocess
import sys
import sysconfig
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

import backlit
from backlit.cli import tracing

BACKLIT = Path(sysconfig.get_path("scripts")) / "backlit"


def process(*arguments: str, **settings: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([BACKLIT, *arguments], text=True, capture_output=True, **settings)  # type: ignore[call-overload]


def test_version(run: Callable[..., tuple[int, str, str]]) -> None:
    assert run("--version") == (0, f"backlit {backlit.__version__}\n", "")


@pytest.mark.parametrize("arguments", [[], ["--help"]])
def test_help_lists_the_commands(run: Callable[..., tuple[int, str, str]], arguments: list[str]) -> None:
    status, out, _ = run(*arguments)
    assert status == 0
    assert all(name in out for name in ("train", "predict", "evaluate", "trace", "explain"))


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; from backlit.cli import main; main(['--help']); "
        "sys.exit(str({'numpy', 'numba', 'sklearn', 'pyarrow'} & sys.modules.keys() or ''))"
    )
    done = subprocess.run([sys.executable, "-c", code], text=True, capture_output=True)
    assert done.stderr.strip() == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nonsense"], "No such command 'nonsense'; see backlit --help"),
        (["train"], "Missing argument 'DATA'; see backlit train --help"),
        (["train", "a.csv"], "Missing option '--target'; see backlit train --help"),
        (["train", "a.csv", "--target", "y", "--seed", "-1"], "Invalid value for '--seed': "),
        (["train", "a.csv", "--target", "y", "--task", "both"], "Invalid value for '--task': "),
        (["explain", "m", "d.csv", "--row", "first"], "--row first: give a row counted from 0"),
        (["trace", "x", "x=1", "--lang", "xx"], "Invalid value for '--lang': 'xx' is not one of 'en', 'ko'"),
    ],
)
def test_a_wrong_argument_is_one_line(fails: Callable[..., str], arguments: list[str], message: str) -> None:
    assert fails(*arguments).startswith(message)


def test_an_interruption_is_one_line(run: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(tracing, "trace_formula", interrupted)
    assert run("trace", "x", "x=1") == (130, "", "backlit: interrupted\n")


def test_a_warning_is_one_line(run: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    def warned(*_: object) -> None:
        warnings.simplefilter("always")
        warnings.warn("the rate\nis high", UserWarning, stacklevel=1)

    monkeypatch.setattr(tracing, "trace_formula", warned)
    assert run("trace", "x", "x=1") == (0, "", "backlit: warning: the rate is high\n")


def test_the_installed_command_traces() -> None:
    done = process("trace", "(x + y) * z", "x=-2", "y=5", "z=-4")
    assert done.returncode == 0, done.stderr
    assert "3 of 3 gradients agree" in done.stdout


def test_the_installed_command_fails_without_a_traceback() -> None:
    done = process("trace", "x.y", "x=1")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("backlit: expression: attribute access")
    assert done.stderr.count("\n") == 1


def test_a_reader_that_leaves_early_is_no_news() -> None:
    command = f"{sys.executable} -c 'import os; os.close(0)'"
    formula = " + ".join(["x * x"] * 400)
    done = subprocess.run(
        ["bash", "-c", f'"{BACKLIT}" trace "{formula}" x=1 | {command}'], text=True, capture_output=True
    )
    assert done.stderr == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_a_full_disk_behind_stdout_is_one_line() -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run([BACKLIT, "--version"], text=True, stdout=full, stderr=subprocess.PIPE)
    assert (done.returncode, done.stderr) == (2, "backlit: output: No space left on device\n")


def test_the_zooms_are_those_of_a_derivation() -> None:
    from backlit.cli.arguments import Zoom
    from backlit.tracing.trace import ZOOMS

    assert tuple(Zoom) == ZOOMS


def test_every_room_has_the_same_languages() -> None:
    from backlit.cli.messages import VERDICTS, Language
    from backlit.drawing.messages import LANGUAGES
    from backlit.reporting.messages import MESSAGES as REPORTING
    from backlit.web.messages import MESSAGES as WEB

    assert [*Language] == [*VERDICTS] == [*LANGUAGES] == [*REPORTING] == [*WEB]
