"""The reference: every public name stands on a page of it, and its docstring says what a user needs to call it."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import pytest
from griffe import Docstring, DocstringSectionKind, Parser

import backlit
from backlit.tracing.derivation.derivation import Derivation
from backlit.tracing.trace import Trace

API = Path(__file__).parents[2] / "docs" / "api"
CLASSES = {
    "Trace": Trace,
    "Derivation": Derivation,
    **{name: getattr(backlit, name) for name in backlit.__all__ if inspect.isclass(getattr(backlit, name))},
}
FUNCTIONS = {name: getattr(backlit, name) for name in backlit.__all__ if inspect.isfunction(getattr(backlit, name))}
METHODS = {
    f"{owner}.{name}": method
    for owner, kind in CLASSES.items()
    for name, method in inspect.getmembers(kind, inspect.isfunction)
    if not name.startswith("_") and method.__module__.startswith("backlit")
}
ARRAYS = {"X", "y", "X_val", "y_val", "sample_weight", "rows"}


def sections(value: Any) -> dict[DocstringSectionKind, Any]:
    """The parts of a docstring."""
    docstring = Docstring(inspect.getdoc(value) or "", parser=Parser.numpy)
    return {section.kind: section.value for section in docstring.parse()}


def parameters(value: Any) -> set[str]:
    """What a call takes, the object itself apart."""
    return {name for name in inspect.signature(value).parameters if name not in ("self", "args", "kwargs")}


@pytest.mark.parametrize("name", [name for name in backlit.__all__ if not name.startswith("__")])
def test_a_public_name_stands_on_a_page(name: str) -> None:
    pages = "".join(path.read_text(encoding="utf-8") for path in sorted(API.glob("*.md")))
    assert f"::: backlit.{name}\n" in pages + "\n" or f"`backlit.{name}`" in pages or f"`{name}`" in pages


@pytest.mark.parametrize("name", [*FUNCTIONS, *CLASSES])
def test_a_function_or_class_has_an_example(name: str) -> None:
    value = FUNCTIONS.get(name) or CLASSES[name]
    assert DocstringSectionKind.examples in sections(value) or ">>>" in (inspect.getdoc(value) or "")


@pytest.mark.parametrize("name", [*FUNCTIONS, *METHODS])
def test_every_parameter_has_its_row(name: str) -> None:
    value = FUNCTIONS.get(name) or METHODS[name]
    rows = sections(value).get(DocstringSectionKind.parameters, [])
    documented = {part.strip("* ") for row in rows for part in row.name.split(",")}
    text = inspect.getdoc(value) or ""
    assert text, "a public name has a docstring"
    assert {missing for missing in parameters(value) - documented if f"`{missing}`" not in text} == set()


@pytest.mark.parametrize("name", [*FUNCTIONS, *METHODS])
def test_arrays_have_shapes_and_errors_are_named(name: str) -> None:
    value = FUNCTIONS.get(name) or METHODS[name]
    text = inspect.getdoc(value) or ""
    if parameters(value) & ARRAYS:
        assert re.search(r"shape|[Aa]s in `fit`|as X and y", text), "an array's shape is said"
        assert "Raises" in text, "what a call refuses is said"
