"""The public names, their kinds and their parameters, held to a list; `python tests/test_public_names.py` writes it."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import backlit
from backlit.reporting import Report
from backlit.tracing import Trace

LIST = Path(__file__).with_name("public_names.txt")

RESULTS = {"Report": Report, "Trace": Trace}
"""Classes that public functions return, by the names that the documentation gives them."""

CHANGED = """public names differ from tests/public_names.txt.
From version 0.1.0 on a public name, a parameter or its place changes only through a deprecation: keep the old one, let
it raise a DeprecationWarning that names the new one, and remove it two minor versions later. A name that is new goes
into the list, and into CHANGELOG.md under Added: `python tests/test_public_names.py` writes the list."""


def parameters(function: Any) -> str:
    """The names of a signature, keyword-only ones after *; positional-only ones before /."""
    try:
        signature = inspect.signature(function)
    except ValueError:  # a class of errors that takes what ValueError takes
        return "(*args)"
    plain = [
        parameter.replace(annotation=parameter.empty, default=parameter.empty)
        for parameter in signature.parameters.values()
        if parameter.name not in ("self", "cls") and not parameter.name.startswith("_")
    ]
    return str(signature.replace(parameters=plain, return_annotation=signature.empty))


def described(name: str, thing: Any) -> Iterator[str]:
    """A line for a public thing, and one for each public member that Backlit gives it."""
    if isinstance(thing, ModuleType):
        yield f"{name}: module"
        for member in sorted(thing.__all__):
            yield from described(f"{name}.{member}", getattr(thing, member))
    elif inspect.isclass(thing):
        yield f"{name}: class {parameters(thing)}"
        members = {member for base in thing.__mro__ if base.__module__.startswith("backlit") for member in fields(base)}
        for member in sorted(members):
            value = getattr(thing, member, None)
            yield f"{name}.{member}: " + (f"method {parameters(value)}" if callable(value) else "attribute")
    elif inspect.isfunction(thing):
        yield f"{name}: function {parameters(thing)}"
    else:
        yield f"{name}: constant"


def fields(kind: type) -> set[str]:
    """The public members that a class itself defines or annotates."""
    names = {*vars(kind), *vars(kind).get("__annotations__", ())}
    return {name for name in names if not name.startswith("_") and not name.endswith("_request")}  # scikit-learn's


def public_names() -> list[str]:
    """The list as the package has it."""
    public = {name: getattr(backlit, name) for name in backlit.__all__}
    return [line for name, thing in sorted({**public, **RESULTS}.items()) for line in described(name, thing)]


def test_public_names_change_only_through_a_deprecation() -> None:
    listed = LIST.read_text(encoding="utf-8").splitlines()
    there = public_names()
    changes = [f"- {line}" for line in listed if line not in there] + [
        f"+ {line}" for line in there if line not in listed
    ]
    assert not changes, "\n".join([CHANGED, *changes])
    assert there == listed, "the list is out of order: write it anew"


if __name__ == "__main__":
    LIST.write_text("\n".join(public_names()) + "\n", encoding="utf-8")
    sys.stdout.write(f"{LIST.name} is written\n")
