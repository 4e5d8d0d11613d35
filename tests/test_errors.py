"""The family of errors: classes, attributes, copies, and the command that installs a missing extra."""

from __future__ import annotations

import copy
import pickle
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from backlit.errors import (
    EXTRAS,
    BacklitError,
    DamagedFile,
    DataError,
    FormulaError,
    MissingExtra,
    ParameterError,
    choose,
    extra_imports,
)

PROJECT = Path(__file__).parents[1] / "pyproject.toml"

FAMILY = [
    BacklitError("it is so"),
    DataError("it is so", row=3, column="age", path="a.csv"),
    ParameterError("it is so", parameter="rate"),
    FormulaError("it is so", formula="x +"),
    DamagedFile("it is so", path="m.backlit"),
    MissingExtra("it is so", extra="plot", module="matplotlib"),
]

DOORS = {
    "plot": "from backlit import experiments; experiments.two_models_figure()",
    "notebook": "import backlit; backlit.trace('x * y', x=2, y=3).widget()",
    "onnx": "import backlit; backlit.to_onnx(None, 'model.onnx')",
    "web": "from backlit.cli.opening import open_page; open_page([], [], None, 0, False, 'en', None)",
}
"""Extra -> code that needs it."""


@pytest.mark.parametrize("error", FAMILY, ids=lambda error: type(error).__name__)
def test_each_is_a_value_error_and_survives_copying(error: BacklitError) -> None:
    assert isinstance(error, BacklitError)
    assert isinstance(error, ValueError)
    for twin in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert (type(twin), str(twin), vars(twin)) == (type(error), "it is so", vars(error))
    located = error.located("here")
    assert (type(located), str(located), vars(located)) == (type(error), "here: it is so", vars(error))
    assert str(error) == "it is so"


@pytest.mark.parametrize("kind", [DataError, ParameterError, FormulaError, DamagedFile, MissingExtra])
def test_what_is_not_known_is_none(kind: type[BacklitError]) -> None:
    assert set(vars(kind("it is so")).values()) == {None}


def test_a_wrong_choice_names_its_parameter() -> None:
    with pytest.raises(ParameterError, match="choose one of a, b") as caught:
        choose("loss", "c", {"a": 1, "b": 2})
    assert caught.value.parameter == "loss"


def test_the_extras_are_those_of_the_project() -> None:
    declared = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    for group in ("all", "docs", "test"):
        del declared[group]
    assert declared.keys() == EXTRAS.keys()
    for extra, requirements in declared.items():
        assert {re.split(r"[<>=]", requirement)[0].replace("-", "_") for requirement in requirements} <= set(
            EXTRAS[extra]
        )


@pytest.mark.parametrize("extra", EXTRAS)
def test_a_missing_module_names_the_command(extra: str) -> None:
    for module in EXTRAS[extra]:
        with pytest.raises(MissingExtra) as caught, extra_imports(extra, "it needs"):
            raise ModuleNotFoundError(name=f"{module}.part")
        assert str(caught.value) == f'it needs {module}, which is not installed; pip install "backlit[{extra}]"'
        assert (caught.value.extra, caught.value.module) == (extra, module)


def test_the_absence_of_another_module_is_not_hidden() -> None:
    with pytest.raises(ModuleNotFoundError, match="no_such_module"), extra_imports("plot", "it needs"):
        import no_such_module  # noqa: F401


@pytest.mark.parametrize(("extra", "code"), DOORS.items(), ids=DOORS)
def test_without_an_extra_one_line_names_the_command(extra: str, code: str) -> None:
    block = f"import sys; sys.modules.update(dict.fromkeys({EXTRAS[extra]!r}))"
    done = subprocess.run([sys.executable, "-c", f"{block}; {code}"], text=True, capture_output=True)
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("backlit.errors.MissingExtra: ")
    assert last.endswith(f'which is not installed; pip install "backlit[{extra}]"')
