"""Python over arrays is JavaScript over arrays, and what has no translation is named."""

from __future__ import annotations

import ast

import pytest

from backlit.declared.gate_kinds import ArrayGate
from backlit.declared.gates import GATES
from backlit.errors import BacklitError
from backlit.playground.arrays import array_gates_module, unrolling_module
from backlit.playground.translating import translated, written


@pytest.mark.parametrize(
    ("python", "javascript"),
    [
        ("x[..., :n, None] * w", "mul(itemOf(x, [ELLIPSIS, sliceOf(null, n), null]), w)"),
        ("a.shape[-1] // n", "floordiv(itemOf(a.shape, -1), n)"),
        ("[f(x) for x in xs]", "listOf(xs).map((x) => f(x))"),
        ("[f(x, y) for x in xs for y in x]", "listOf(xs).flatMap((x) => listOf(x).map((y) => f(x, y)))"),
        ("y if x is None else -1", "((x === null) ? y : -1)"),
        ("zip(a, b, strict=True)", "zipped(a, b)"),
        ('{**a, "b": GATES["exp"]}', '{...a, "b": "exp"}'),
    ],
)
def test_expressions(python: str, javascript: str) -> None:
    assert written(ast.parse(python, mode="eval").body) == javascript


def test_every_gate_over_arrays_is_there() -> None:
    gates, rules = array_gates_module(), unrolling_module()
    for name, gate in GATES.items():
        if isinstance(gate, ArrayGate):
            assert f'"{name}": {{value: ' in gates
            assert f'"{name}": _' in rules


@pytest.mark.parametrize(
    "body",
    ["while x: x -= 1", "x, y = y, x = x", "return x % y", "x @= y", "[y for y in x if y]", "x = f'{y}'", "del x",
     "x.y = 1", "return x[::2]", "return x < y < 2"],
)  # fmt: skip
def test_what_has_no_javascript_is_named(body: str) -> None:
    (function,) = ast.parse(f"def rule(x, y):\n    {body}").body
    assert isinstance(function, ast.FunctionDef)
    with pytest.raises(BacklitError, match=r"no JavaScript for .*; add it to playground/translating\.py"):
        translated(function)
