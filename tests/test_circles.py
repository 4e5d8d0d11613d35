"""No circle of imports in the package: not by lazy import and not for types, except where a line here says why."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src"

TYPES_OF_A_FIT = "for types only: a step of the fit reads the parameters that the estimator's class declares"
ALLOWED: dict[tuple[str, str], str] = {
    ("backlit.estimators.mlp.building", "backlit.estimators.mlp.base"): TYPES_OF_A_FIT,
    ("backlit.estimators.mlp.fit", "backlit.estimators.mlp.base"): TYPES_OF_A_FIT,
    ("backlit.estimators.mlp.monitor", "backlit.estimators.mlp.base"): TYPES_OF_A_FIT,
    ("backlit.estimators.mlp.predictor", "backlit.estimators.mlp.base"): TYPES_OF_A_FIT,
    ("backlit.estimators.tabular.fit", "backlit.estimators.tabular.base"): TYPES_OF_A_FIT,
    ("backlit.estimators.tabular.fit_out_of_core", "backlit.estimators.tabular.base"): TYPES_OF_A_FIT,
    ("backlit.estimators.tabular.rows", "backlit.estimators.tabular.base"): TYPES_OF_A_FIT,
    ("backlit.estimators.tabular.partial_fit", "backlit.estimators.tabular.base"): TYPES_OF_A_FIT,
}
"""(module, module that it imports) -> why this arrow may close a circle."""


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")


MODULES = {module_of(path): path for path in sorted((SOURCE / "backlit").rglob("*.py"))}


def imported(module: str, path: Path) -> Iterator[str]:
    """The modules of the package that a file names in an import, wherever it stands: in a function, for types only.

    ``from package import module`` means the module, not the package; a package's own ``__init__`` is no arrow.
    """
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in MODULES)
        elif isinstance(node, ast.ImportFrom):
            parts = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
            base = ".".join(parts[: len(parts) - node.level + 1]) if node.level else ""
            source = ".".join(filter(None, (base, node.module)))
            for alias in node.names:
                name = f"{source}.{alias.name}"
                if name in MODULES:
                    yield name
                elif source in MODULES:
                    yield source


def arrows() -> dict[str, set[str]]:
    return {
        module: {name for name in imported(module, path) if name != module and (module, name) not in ALLOWED}
        for module, path in MODULES.items()
        if module != "backlit"  # the front names everything, lazily
    }


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """The strongly connected components of two modules or more (Tarjan 1972, without recursion)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    components: list[list[str]] = []
    for root in graph:
        if root in index:
            continue
        work = [(root, iter(sorted(graph.get(root, ()))))]
        index[root] = low[root] = len(index)
        stack.append(root)
        while work:
            node, rest = work[-1]
            following = next(rest, None)
            if following is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    component = [stack.pop()]
                    while component[-1] != node:
                        component.append(stack.pop())
                    components.append(sorted(component))
            elif following not in index:
                index[following] = low[following] = len(index)
                stack.append(following)
                work.append((following, iter(sorted(graph.get(following, ())))))
            elif following in stack:
                low[node] = min(low[node], index[following])
    return sorted(component for component in components if len(component) > 1)


def test_a_circle_is_found() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": set()}) == [["a", "b", "c"]]


def test_lazy_imports_and_imports_for_types_are_seen() -> None:
    assert "backlit.drawing" in arrows()["backlit.tracing.trace"]


def test_no_circle_of_imports() -> None:
    assert circles(arrows()) == []


def test_every_exception_is_needed() -> None:
    assert all(name in set(imported(module, MODULES[module])) for module, name in ALLOWED)
