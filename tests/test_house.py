"""The house: names are the field's own words, files and functions are small, rooms are named in the architecture."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "backlit"
FILES = sorted(SOURCE.rglob("*.py"))

FORBIDDEN = {
    **dict.fromkeys(("loud", "loudness", "loudest", "hear", "hears", "heard", "hearers", "deaf"), "input scaling"),
    **dict.fromkeys(("silence", "silent"), "dropout, mask"),
    **dict.fromkeys(("wave", "waves", "trough", "troughs"), "periodic embedding, schedule cycle, cosine"),
    **dict.fromkeys(("beside",), "concat"),
    **dict.fromkeys(("pull", "pulls", "shrink", "fading", "settle", "averaged"), "regularizer, weight decay, EMA"),
    **dict.fromkeys(("framed", "perceptron"), "BaseTabular, BaseMLP"),
    **dict.fromkeys(("told", "tell", "tells", "telling", "said", "say", "says"), "callback, monitor, message"),
    **dict.fromkeys(("readying", "weighing", "mending"), "building, sample weights, cleaning"),
    **dict.fromkeys(("badness", "reach", "marks"), "objective, target domain, label indicators"),
    **dict.fromkeys(("flat", "flats"), "theta: the one vector of parameters"),
    **dict.fromkeys(("place", "places", "room", "own"), "offset, position, capacity, workspace; or what it is"),
    **dict.fromkeys(("smallest", "chance", "libraries"), "denormals, rng, blas"),
    **dict.fromkeys(("lives", "shelf", "shelved", "drawer", "opened"), "training session, library, store, options"),
    **dict.fromkeys(("asked", "found", "wanted", "unwanted", "everyone", "looked"), "what the thing is"),
}
"""Part of a name -> what the field says."""

FORBIDDEN_MODULES = {"words", "calling", "many", "levels", "faults", "reading", "helpers", "starts", "members", "live"}
FORBIDDEN_CLASSES = {"Live", "Regular"}

MOST_LINES, MOST_FUNCTION_LINES, MOST_PARAMETERS = 400, 60, 12


def parts(name: str) -> list[str]:
    """The words of a name: `_own_rates` -> own, rates; `OwnRates` -> own, rates."""
    return [part.lower() for part in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)]


def names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The line and the name of every class, function, parameter, attribute and module constant."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.lineno, node.name
            for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
                yield argument.lineno, argument.arg
        elif isinstance(node, ast.ClassDef):
            yield node.lineno, node.name
            for item in node.body:
                if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
                    yield item.lineno, item.target.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.attr
    for node in tree.body:
        for target in getattr(node, "targets", [getattr(node, "target", None)]):
            for name in ast.walk(target) if target is not None else ():
                if isinstance(name, ast.Name):
                    yield node.lineno, name.id


def dialect(path: Path) -> list[str]:
    """The names of a file that no textbook uses, each with its line and what the field says."""
    wrong = []
    if path.stem in FORBIDDEN_MODULES or any(part in FORBIDDEN for part in parts(path.stem)):
        wrong.append(f"{path}: module {path.stem}")
    for line, name in names(ast.parse(path.read_text(encoding="utf-8"))):
        word = next((part for part in parts(name) if part in FORBIDDEN), None)
        if word or name in FORBIDDEN_CLASSES:
            wrong.append(f"{path}:{line}: {name} ({FORBIDDEN.get(word or '', 'the field has a word')})")
    return wrong


def large(path: Path) -> list[str]:
    """What of a file is too large to be read at one go."""
    text = path.read_text(encoding="utf-8")
    wrong = []
    if text.count("\n") > MOST_LINES:
        wrong.append(f"{path}: {text.count(chr(10))} lines")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            arguments = len(node.args.posonlyargs) + len(node.args.args) + len(node.args.kwonlyargs)
            constructor = node.name == "__init__" and "estimators" in path.parts
            command = "commands" in path.parts  # each option of it is a parameter: typer reads them there
            kernel = "kernels" in path.parts or ("declared" in path.parts and "layers" in path.parts)
            if lines > MOST_FUNCTION_LINES and not constructor:
                wrong.append(f"{path}:{node.lineno}: {node.name} has {lines} lines")
            if arguments > MOST_PARAMETERS and not (constructor or command or kernel):
                wrong.append(f"{path}:{node.lineno}: {node.name} has {arguments} parameters")
    return wrong


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_names_are_the_fields_own(path: Path) -> None:
    assert dialect(path) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_files_functions_and_signatures_are_small(path: Path) -> None:
    assert large(path) == []


def test_no_number_stands_under_one_name_with_two_values() -> None:
    values: dict[str, dict[float, Path]] = {}
    for path in FILES:
        if "kernels" in path.parts:
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            value = getattr(node, "value", None)
            if isinstance(node, ast.Assign) and isinstance(value, ast.Constant) and type(value.value) in (int, float):
                for target in node.targets:
                    if isinstance(target, ast.Name) and target.id.isupper():
                        values.setdefault(target.id, {})[value.value] = path
    assert {name: kinds for name, kinds in values.items() if len(kinds) > 1} == {}


if __name__ == "__main__":  # python tests/test_house.py FOLDER ...: what is left there
    for folder in sys.argv[1:]:
        for file in sorted(Path(folder).rglob("*.py")):
            print(*dialect(file), *large(file), sep="\n", end="\n" if dialect(file) or large(file) else "")
