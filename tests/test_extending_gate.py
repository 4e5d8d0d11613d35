"""The recipes for a gate, followed in a copy of the package: one entry, and for a primitive a spelling a language."""

from __future__ import annotations

import math
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "backlit"

BUILT = '    Gate("swell", "x * sigmoid(2 * x)", ("sigmoid(2 * x) + 2 * y * (1 - sigmoid(2 * x))",), symbol="swell", '
BUILT += r'latex=r"\operatorname{{swell}}\left({x}\right)"),'
PRIMITIVE = '    Gate("cube", "cube(x)", ("3 * x * x",), symbol="x³", latex="{{{x}}}^3"),'
SPELLINGS = {
    "numpy": '    "cube": lambda x: x * x * x,',
    "numba": '    "cube": "{0} * {0} * {0}",',
    "javascript": '    "cube": "Math.pow({}, 3)",',
    "onnx": '    "cube": "x * x * x",',
}
WITNESS = """
import backlit
from backlit.formula import GATES, javascript, latex, numba, text
from backlit.formula.expression import parse
from backlit.formula.spellings import missing_spellings
name = {name!r}
assert missing_spellings() == [], missing_spellings()
traced = backlit.trace(f"2 * {{name}}(x) + x", x=0.7)
assert traced.check().ok, str(traced.check())
tree = parse(f"{{name}}(x)", GATES)
assert text.to_text(tree) == f"{{name}}(x)" and latex.to_latex(tree)
compile(numba.gate_file(GATES[name]), name, "exec")
print(traced.gradients["x"], javascript.gates_module([name]), traced.to_svg()[:4])
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    shutil.copytree(SOURCE, tmp_path / "backlit", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def insert(package: Path, file: str, before: str, line: str) -> None:
    path = package / "backlit" / file
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1
    path.write_text(text.replace(before, f"{line}\n{before}"), encoding="utf-8")


def run(package: Path, name: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(package)}
    command = [sys.executable, "-c", WITNESS.format(name=name)]
    return subprocess.run(command, cwd=package, env=environment, capture_output=True, text=True)


def add_primitive(package: Path, languages: set[str]) -> None:
    insert(package, "declared/gates.py", "    # elementary functions", PRIMITIVE)
    for language in languages:
        path = f"formula/{language}.py"
        text = (package / "backlit" / path).read_text(encoding="utf-8")
        last = next(line for line in text.splitlines() if line.startswith('    "where":'))
        insert(package, path, last, SPELLINGS[language])


def test_a_gate_of_gates_is_one_entry(package: Path) -> None:
    insert(package, "declared/gates.py", "    # elementary functions", BUILT)
    done = run(package, "swell")
    assert done.returncode == 0, done.stderr
    share = 1 / (1 + math.exp(-1.4))
    assert float(done.stdout.split()[0]) == pytest.approx(2 * (share + 1.4 * share * (1 - share)) + 1)


def test_a_primitive_is_one_entry_and_a_spelling_a_language(package: Path) -> None:
    add_primitive(package, set(SPELLINGS))
    done = run(package, "cube")
    assert done.returncode == 0, done.stderr
    assert float(done.stdout.split()[0]) == pytest.approx(6 * 0.7**2 + 1)
    assert "Math.pow(x, 3)" in done.stdout


@pytest.mark.parametrize("language", SPELLINGS)
def test_a_missing_spelling_is_named(package: Path, language: str) -> None:
    add_primitive(package, set(SPELLINGS) - {language})
    done = run(package, "cube")
    assert done.returncode != 0
    assert f"gate cube: add its spelling to SPELLINGS in formula/{language}.py" in done.stderr
