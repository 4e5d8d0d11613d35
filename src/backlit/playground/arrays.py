"""The gates over whole arrays, and how a graph of arrays is taken apart, as JavaScript from their Python source."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from importlib import resources

from backlit.playground.translating import translated, written

OPERATORS = "add, sub, mul, div, floordiv"
"""What the machine gives a scope: operators, over wires where there is somebody to record them."""

UNROLLING = (
    "_inner", "scalar_wires", "_elementwise", "_matmul", "_grouped", "_columnwise", "_concat", "_weighted", "_chain",
    "_reduced", "_rows", "_mean_chain", "_row_mean", "_powers", "_logsumexp_chain", "_softmax",
)  # fmt: skip
"""Functions of ``graph/unroll.py`` that say how a gate is taken apart."""

TABLES = ("_PRODUCTS", "_RULES")
NARY = ("WEIGHTED_SUM", "SUM", "MEAN", "LOGSUMEXP", "softmax_output")
"""Gates of many operands, of a zoom that pages without Python do not have."""


def array_gates_module() -> str:
    """JavaScript that defines ``ARRAY_GATES``: of each gate its value, pull-backs and local gradients.

    Examples
    --------
    >>> "value: (x, axis = null) => np.sum(x, {axis: axis})" in array_gates_module()
    True
    """
    rules = [f"const {node.name} = {translated(node)};" for node in _functions("declared", "array_rules.py")]
    calls = (node for node in ast.walk(_parsed("declared", "gates.py")) if isinstance(node, ast.Call))
    gates = [_gate(call) for call in calls if isinstance(call.func, ast.Name) and call.func.id == "ArrayGate"]
    return _scope("ARRAY_GATES", "", [*rules, "return {", *gates, "};"])


def unrolling_module() -> str:
    """JavaScript that defines ``UNROLLING``: for who records, how each gate's elements are made of its operands'."""
    functions = [node for node in _functions("graph", "unroll.py") if node.name in UNROLLING]
    assert len(functions) == len(UNROLLING)
    lines = [f"const {', '.join(f'{name} = null' for name in NARY)};"]
    lines += [f"const {node.name} = {translated(node)};" for node in functions]
    for node in _parsed("graph", "unroll.py").body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id in TABLES:
            assert node.value is not None
            lines.append(f"const {node.target.id} = {written(node.value)};")
    returned = "return {rules: _RULES, elementwise: _elementwise, count: scalar_wires};"
    return _scope("UNROLLING", "record", [*_cells(), *lines, returned])


def _cells() -> Iterable[str]:
    yield "const _cells = (shape, wires) => new NumbersArray(shape, listOf(wires));"


def _scope(name: str, record: str, lines: Iterable[str]) -> str:
    """A function of who records, or, where nobody does, what it returns."""
    operators = f"const {{{OPERATORS}}} = operatorsOf({record});"
    body = "\n".join([operators, *lines])
    return f"const {name} = ({record}) => {{\n{body}\n}};" if record else f"const {name} = (() => {{\n{body}\n}})();"


def _gate(call: ast.Call) -> str:
    name, value, vjp, jacobian, *_ = call.args
    assert isinstance(vjp, ast.Tuple)
    assert isinstance(jacobian, ast.Tuple)
    return f"{written(name)}: {{value: {written(value)}, vjp: {written(vjp)}, jacobian: {written(jacobian)}}},"


def _functions(package: str, file: str) -> list[ast.FunctionDef]:
    return [node for node in _parsed(package, file).body if isinstance(node, ast.FunctionDef)]


def _parsed(package: str, file: str) -> ast.Module:
    return ast.parse(resources.files(f"backlit.{package}").joinpath(file).read_text(encoding="utf-8"))
