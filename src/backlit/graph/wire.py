"""A wire: one value of a computation, and how it came to be. Operators on wires record gates."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any, Literal, NoReturn, TypeAlias

import numpy as np

from backlit.declared.gate_kinds import AnyGate, Array, ArrayGate
from backlit.errors import BacklitError
from backlit.formula import GATES, value_of
from backlit.graph.messages import bad_call, bad_shapes
from backlit.graph.nary_gates import NaryGate, Rule

Kind: TypeAlias = Literal["input", "parameter", "constant", "gate"]

_serials = itertools.count()

UFUNCS: Mapping[np.ufunc, str] = {
    np.add: "add",
    np.subtract: "sub",
    np.multiply: "mul",
    np.divide: "div",
    np.negative: "neg",
    np.power: "pow",
    np.exp: "exp",
    np.expm1: "expm1",
    np.log: "log",
    np.log1p: "log1p",
    np.sqrt: "sqrt",
    np.sin: "sin",
    np.cos: "cos",
    np.tanh: "tanh",
    np.arctan: "arctan",
    np.absolute: "abs",
    np.maximum: "max",
    np.minimum: "min",
    np.less: "less",
    np.greater: "greater",
    np.matmul: "matmul",
}
"""NumPy's word -> the gate that it records when a wire is among its operands."""

FUNCTIONS: Mapping[Callable[..., Any], str] = {np.where: "where", np.sum: "sum", np.mean: "mean"}
"""The same for NumPy's functions that are no ufuncs."""

FOLDED: Mapping[str, str] = {"max": "max", "min": "min", "sum": "add"}
"""Gate -> the gate of two operands that it becomes, from left to right, when it is given more operands than it has."""


class Wire:
    """One value of a computation.

    Parameters
    ----------
    name : str
        What readers call it; a gate's wire is named when its graph is complete.
    kind : {"input", "parameter", "constant", "gate"}
    value : scalar or array, float32 or float64
    rule : Gate, ArrayGate or NaryGate, optional
        What computed it; None for what was given.
    operands : tuple of Wire
        In the gate's order; ``x * x`` has the same wire twice.
    axis : int, optional
        Of reducing gates.

    Examples
    --------
    >>> from backlit.graph import given
    >>> x = given("x", 3.0)
    >>> y = x * x
    >>> y.gate, y.operands[0] is y.operands[1], float(y.value)
    ('mul', True, 9.0)
    """

    __slots__ = ("axis", "kind", "name", "operands", "rule", "serial", "value")

    def __init__(
        self,
        name: str,
        kind: Kind,
        value: Array,
        rule: Rule | None = None,
        operands: tuple[Wire, ...] = (),
        axis: int | None = None,
    ) -> None:
        self.name = name
        self.kind = kind
        self.value = value
        self.rule = rule
        self.operands = operands
        self.axis = axis
        self.serial = next(_serials)

    @property
    def gate(self) -> str | None:
        """The name of the gate; None for what was given."""
        return self.rule.name if self.rule else None

    def __repr__(self) -> str:
        return f"Wire({self.name or self.gate or 'constant'} = {self.value})"

    # -- operators ------------------------------------------------------------------------------------------------

    def __add__(self, other: Any) -> Wire:
        return record(GATES["add"], (self, other))

    def __radd__(self, other: Any) -> Wire:
        return record(GATES["add"], (other, self))

    def __sub__(self, other: Any) -> Wire:
        return record(GATES["sub"], (self, other))

    def __rsub__(self, other: Any) -> Wire:
        return record(GATES["sub"], (other, self))

    def __mul__(self, other: Any) -> Wire:
        return record(GATES["mul"], (self, other))

    def __rmul__(self, other: Any) -> Wire:
        return record(GATES["mul"], (other, self))

    def __truediv__(self, other: Any) -> Wire:
        return record(GATES["div"], (self, other))

    def __rtruediv__(self, other: Any) -> Wire:
        return record(GATES["div"], (other, self))

    def __pow__(self, other: Any) -> Wire:
        return record(GATES["pow"], (self, other))

    def __rpow__(self, other: Any) -> Wire:
        return record(GATES["pow"], (other, self))

    def __matmul__(self, other: Any) -> Wire:
        return record(GATES["matmul"], (self, other))

    def __rmatmul__(self, other: Any) -> Wire:
        return record(GATES["matmul"], (other, self))

    def __neg__(self) -> Wire:
        return record(GATES["neg"], (self,))

    def __pos__(self) -> Wire:
        return self

    def __abs__(self) -> Wire:
        return record(GATES["abs"], (self,))

    def __lt__(self, other: Any) -> Wire:
        return record(GATES["less"], (self, other))

    def __gt__(self, other: Any) -> Wire:
        return record(GATES["greater"], (self, other))

    # -- NumPy's and the gates' own words ---------------------------------------------------------------------------

    def __apply_gate__(self, gate: AnyGate, operands: tuple[Any, ...], axis: int | None) -> Wire:
        return record(gate, operands, axis)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *operands: Any, **options: Any) -> Wire:
        if ufunc not in UFUNCS or method != "__call__" or options:
            raise BacklitError(f"np.{ufunc.__name__}: no gate stands for it; backlit.GATES lists the gates")
        return record(GATES[UFUNCS[ufunc]], operands)

    def __array_function__(
        self, function: Callable[..., Any], types: object, operands: tuple[Any, ...], options: dict[str, Any]
    ) -> Wire:
        if function not in FUNCTIONS or options.keys() - {"axis"}:
            raise BacklitError(f"np.{function.__name__}: no gate stands for it; backlit.GATES lists the gates")
        return record(GATES[FUNCTIONS[function]], operands, options.get("axis"))

    def __bool__(self) -> NoReturn:
        raise BacklitError(
            "a wire was used as a yes or no (if, and, max of Python); "
            'use where(condition, a, b) or max(a, b) from backlit.GATES, such as GATES["where"](x > 0, x, 0)'
        )

    def __float__(self) -> NoReturn:
        raise BacklitError(
            "a wire was turned into a plain number (float, int or a function of math), which loses its gradient; "
            'use a gate such as GATES["exp"](x), or np.exp(x)'
        )

    __int__ = __float__
    __index__ = __float__


def record(rule: Rule, operands: Sequence[Any], axis: int | None = None, name: str = "", dtype: Any = None) -> Wire:
    """Apply a gate to wires and numbers: compute its value and write down where it came from.

    Parameters
    ----------
    rule : Gate, ArrayGate or NaryGate
    operands : sequence of Wire, number or array
        max, min and sum take more than they have: they are applied from left to right.
    axis : int, optional
        For reducing gates.
    name : str, optional
    dtype : dtype, optional
        Of the numbers among the operands; that of the wires unless given.

    Returns
    -------
    Wire

    Raises
    ------
    BacklitError
        If operands are too few or too many, or do not fit together. A value that is not finite is refused where the
        graph is completed, unless a choice leaves it out.
    """
    if rule.name in FOLDED and not isinstance(rule, NaryGate) and len(operands) > len(rule.operands):
        return _folded(rule, operands, axis, name)
    wires = _as_wires(rule, operands, dtype)
    _check_call(rule, len(wires), axis)
    value = _value(rule, wires, axis)
    return Wire(name, "gate", value, rule, wires, axis)


def as_float(value: Any) -> Array:
    """A number or array as float32 (if it is that) or float64, without NumPy's 0-dimensional arrays."""
    array = np.asarray(value)
    if array.dtype != np.float32:
        array = array.astype(np.float64)
    scalar: Array = array[()]
    return scalar


def _folded(rule: Rule, operands: Sequence[Any], axis: int | None, name: str) -> Wire:
    if axis is not None:
        raise bad_call("axis_of_many", rule.name, count=len(operands))
    pair = GATES[FOLDED[rule.name]]
    *first, last = operands
    inner = reduce(lambda total, operand: record(pair, (total, operand)), first)
    return record(pair, (inner, last), name=name)


def _as_wires(rule: Rule, operands: Sequence[Any], dtype: Any) -> tuple[Wire, ...]:
    if dtype is None:
        dtypes = [operand.value.dtype for operand in operands if isinstance(operand, Wire)]
        dtype = np.result_type(*dtypes) if dtypes else np.dtype(np.float64)
    return tuple(o if isinstance(o, Wire) else constant_wire(o, dtype, rule.name) for o in operands)


def constant_wire(value: Any, dtype: Any, where: str) -> Wire:
    """A constant of a formula; a plain number takes the wires' precision."""
    try:
        array = np.asarray(value, dtype if isinstance(value, int | float) else None)
        if array.dtype.kind not in "biuf":
            raise TypeError
    except (TypeError, ValueError, OverflowError):
        raise BacklitError(f"gate {where}: operand {value!r:.40} is not a number; use numbers and wires") from None
    if not np.isfinite(array).all():
        raise BacklitError(f"gate {where}: operand {value!r:.40} is not finite; use finite numbers")
    return Wire("", "constant", as_float(array))


def _check_call(rule: Rule, given: int, axis: int | None) -> None:
    if isinstance(rule, NaryGate):
        return
    wanted = len(rule.operands)
    if given != wanted:
        example = f"{rule.name}({', '.join(rule.operands)})"
        raise bad_call("operands", rule.name, number=wanted, count=given, example=example)
    if axis is not None and not isinstance(rule, ArrayGate):
        raise bad_call("no_axis", rule.name)


def _value(rule: Rule, wires: tuple[Wire, ...], axis: int | None) -> Array:
    values = [wire.value for wire in wires]
    if isinstance(rule, NaryGate):
        return rule.value(np.array(values))
    try:
        if axis is not None and values[0].ndim == 0:  # NumPy lets a number have an axis
            raise ValueError
        with np.errstate(all="ignore"):
            value = value_of(rule, axis)(*values)
    except (ValueError, IndexError):
        raise bad_shapes(rule.name, [value.shape for value in values], axis) from None
    dtype = np.result_type(*values)
    return value if getattr(value, "dtype", None) == dtype and value.shape else np.asarray(value, dtype)[()]
