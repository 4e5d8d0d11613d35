"""What holds for the package as a whole: who imports whom, what loads when, what no file may name."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

import backlit

ROOT = Path(__file__).parents[1]
HEAVY = (
    *("numba", "sklearn", "scipy", "numpy", "pyarrow", "pandas", "narwhals", "rich", "typer"),
    *("starlette", "uvicorn", "segno", "anywidget", "matplotlib", "torch", "h5py", "onnx", "onnxruntime", "mpi4py"),
)
COMPILED = ("numba", "sklearn", "pyarrow", "torch", "h5py", "onnx", "mpi4py")

# Hosts of registries and paths of one machine; in pieces, so that this file does not name them itself.
UNWANTED = ["".join(pieces).encode() for pieces in [
    ("pypi", ".org"),
    ("files.", "pythonhosted"),
    ("registry.", "npmjs"),
    ("/work", "/main"),
    ("/root", "/"),
]]  # fmt: skip


def run(*command: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, text=True, capture_output=True)


def test_import_contract_is_kept() -> None:
    done = run(Path(sysconfig.get_path("scripts")) / "lint-imports", "--no-cache")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("use", "packages"),
    [
        ("dir(backlit)", HEAVY),
        ("backlit.BacklitError, backlit.errors.DataError", HEAVY),
        ("backlit.trace('x * y', x=-2, y=5).gradients", COMPILED),
    ],
)
def test_importing_backlit_loads_nothing_heavy(use: str, packages: tuple[str, ...]) -> None:
    code = f"import sys, backlit; {use}; print(sorted(set({packages!r}) & sys.modules.keys()))"
    done = run(sys.executable, "-c", code)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


@pytest.mark.engine
@pytest.mark.parametrize("name", backlit.__all__)
def test_public_name_is_there(name: str) -> None:
    assert name in dir(backlit)
    assert getattr(backlit, name) is not None


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'no_such_name'"):
        _ = backlit.no_such_name


def test_every_public_name_has_a_module() -> None:
    assert {*backlit._MODULES, "__version__"} == set(backlit.__all__)


def test_no_file_names_a_registry_or_a_machine() -> None:
    listed = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    files = [ROOT / name for name in listed.stdout.split("\0") if name]
    found = [
        f"{file.relative_to(ROOT)}: {word.decode()}"
        for file in files
        if file.is_file()
        for content in [file.read_bytes()]
        for word in UNWANTED
        if word in content
    ]
    assert files
    assert found == []
