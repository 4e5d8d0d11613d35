"""A formula as a NumPy function: closures over NumPy's functions; nothing is compiled or evaluated as text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from backlit.declared import gate_kinds
from backlit.declared.gate_kinds import AnyGate, ArrayGate, Gate
from backlit.declared.gates import GATES
from backlit.formula.derivative import expand, local_tree, value_tree
from backlit.formula.expression import Expression, Name, Number, fold

Scope = Mapping[str, Any]


def _erf(x: Any) -> Any:
    from scipy.special import erf  # NumPy has none; scipy is loaded only where it is asked for

    return erf(x)


def _where(c: Any, x: Any, z: Any) -> Any:
    return np.asarray(np.where(c, x, z))[()]


SPELLINGS: Mapping[str, Callable[..., Any]] = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "neg": np.negative,
    "pow": np.power,
    "exp": np.exp,
    "expm1": np.expm1,
    "log": np.log,
    "log1p": np.log1p,
    "sqrt": np.sqrt,
    "sin": np.sin,
    "cos": np.cos,
    "tanh": np.tanh,
    "arctan": np.arctan,
    "erf": _erf,
    "abs": np.abs,
    "max": np.maximum,
    "min": np.minimum,
    "less": lambda x, z: np.less(x, z) * 1.0,
    "greater": lambda x, z: np.greater(x, z) * 1.0,
    "where": _where,
}
"""Primitive -> its spelling in NumPy."""


def evaluator(root: Expression) -> Callable[[Scope], Any]:
    """A function from variables to the formula's value; constants take the variables' precision."""
    return fold(expand(root), _closure)


def _closure(node: Expression, operands: list[Callable[[Scope], Any]]) -> Callable[[Scope], Any]:
    if isinstance(node, Name):
        name = node.id
        return lambda scope: scope[name]
    if isinstance(node, Number):
        value = node.value
        return lambda scope: value
    gate = GATES[node.gate]
    function = gate.value if isinstance(gate, ArrayGate) else SPELLINGS[gate.name]
    extra = {"axis": node.axis} if isinstance(gate, ArrayGate) else {}
    if len(operands) == 1:
        only = operands[0]
        return lambda scope: function(only(scope), **extra)
    if len(operands) == 2:
        left, right = operands
        return lambda scope: function(left(scope), right(scope), **extra)
    return lambda scope: function(*(operand(scope) for operand in operands), **extra)


def interpreted(root: Expression, scope: Mapping[str, Any], compute: Callable[[str, list[Any]], Any]) -> Any:
    """The value of a formula of primitives, in float64, where each is computed by a function of its name and operands.

    Examples
    --------
    >>> from backlit.formula.expression import parse
    >>> steps = []
    >>> def compute(gate, operands):
    ...     steps.append(gate)
    ...     return SPELLINGS[gate](*operands)
    >>> float(interpreted(parse("sin(x) * 2", GATES), {"x": 0.0}, compute)), steps
    (0.0, ['sin', 'mul'])
    """

    def visit(node: Expression, operands: list[Any]) -> Any:
        if isinstance(node, Name):
            return np.asarray(scope[node.id], np.float64)[()]
        if isinstance(node, Number):
            return np.float64(node.value)
        return compute(node.gate, operands)

    with np.errstate(all="ignore"):
        return fold(root, visit)


@lru_cache(maxsize=1024)
def value_of(gate: AnyGate, axis: int | None = None) -> Callable[..., Any]:
    """The gate as a NumPy function of its operands; quiet where it overflows on the way to a finite value.

    Examples
    --------
    >>> float(value_of(GATES["sigmoid"])(-1000.0))
    0.0
    """
    if isinstance(gate, ArrayGate):
        array_value = gate.value
        return lambda *operands: array_value(*operands, axis=axis)
    return _quiet(gate.operands, evaluator(value_tree(gate)))


@lru_cache(maxsize=1024)
def local_evaluator(gate: Gate, slot: int) -> Callable[[Scope], Any]:
    """The gate's local gradient for operand `slot`, as a function of a scope: the operands by name, the output as y."""
    return evaluator(local_tree(gate, slot))


@lru_cache(maxsize=1024)
def local_of(gate: Gate, slot: int) -> Callable[..., Any]:
    """The gate's local gradient for operand `slot`, as a NumPy function of the operands and the output."""
    return _quiet((*gate.operands, "y"), local_evaluator(gate, slot))


def _quiet(names: tuple[str, ...], function: Callable[[Scope], Any]) -> Callable[..., Any]:
    def call(*values: Any) -> Any:
        with np.errstate(all="ignore"):
            return function(dict(zip(names, values, strict=True)))

    return call


gate_kinds.on_numbers[:] = [value_of]
