"""How far rounding may move a formula's value: it is computed again, each step shaken by a unit in the last place.

A step that is exact, such as 3 - 1, is not shaken; that is found by sums and products without error (Dekker 1971,
Knuth 1981), so that a kink is met exactly where it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from backlit.declared.gate_kinds import Array, Gate
from backlit.formula.derivative import is_primitive, primitive_tree
from backlit.formula.expression import Expression
from backlit.formula.numpy import SPELLINGS, interpreted

DOUBLE = float(np.finfo(np.float64).eps)
SINGLE = float(np.finfo(np.float32).eps)

RUNS = 4
"""How many times a value is shaken."""

NEARNESS = (0, 37, 13)
"""Where rounding is looked at: at a point (0), close to it and a little way off, as powers of 1/2."""

SAFETY = 4.0
"""The true rounding may be so many times what the runs show."""

_WHOLE = 2.0**53
_SPLIT = 2.0**27 + 1.0


def _sum_is_exact(a: Array, b: Array, total: Array) -> Any:
    second = total - a
    return ((a - (total - second)) + (b - second)) == 0.0


def _product_is_exact(a: Array, b: Array, product: Array) -> Any:
    high_a, high_b = _SPLIT * a - (_SPLIT * a - a), _SPLIT * b - (_SPLIT * b - b)
    low_a, low_b = a - high_a, b - high_b
    error = low_a * low_b - (((product - high_a * high_b) - low_a * high_b) - high_a * low_b)
    return (error == 0.0) & ((np.abs(product) > 1e-290) | (a == 0.0) | (b == 0.0))


def _always(*operands: Array) -> Any:
    return np.True_


def _at_zero(x: Array, y: Array) -> Any:
    return x == 0.0


EXACT: Mapping[str, Callable[..., Any]] = {
    **dict.fromkeys(("neg", "abs", "max", "min", "less", "greater", "where"), _always),
    "add": _sum_is_exact,
    "sub": lambda a, b, y: _sum_is_exact(a, -b, y),
    "mul": _product_is_exact,
    "div": lambda a, b, y: _product_is_exact(y, b, a) & (y * b == a),
    "sqrt": lambda x, y: _product_is_exact(y, y, x) & (y * y == x),
    "pow": lambda a, b, y: (
        (b == 1.0)
        | (b == 0.0)
        | ((b == 2.0) & _product_is_exact(a, a, y))
        | ((b == np.round(b)) & (a == np.round(a)) & (y == np.round(y)) & (np.abs(y) < _WHOLE) & (b > 0.0))
    ),
    **dict.fromkeys(("exp", "expm1", "log1p", "sin", "cos", "tanh", "arctan", "erf"), _at_zero),
    "log": lambda x, y: x == 1.0,
}
"""Primitive -> whether its value is exact, by operands and value; one that is not here is taken to be rounded."""


class Shaker:
    """Computes gates with every rounded step moved by up to a unit in the last place.

    Parameters
    ----------
    unit : float
        The relative size of a unit in the last place: `DOUBLE` or `SINGLE`.
    seed : int
    lanes : tuple of int
        Every step is shaken in so many ways at once: leading axes of its value, which broadcast with the value's own.

    Examples
    --------
    >>> from backlit.declared.gates import GATES
    >>> answers = [Shaker(DOUBLE, seed).gate(GATES["div"], [1.0, 3.0]) for seed in range(9)]
    >>> any(answer != 1.0 / 3.0 for answer in answers)
    True
    """

    def __init__(self, unit: float = DOUBLE, seed: int = 0, lanes: tuple[int, ...] = ()) -> None:
        self.unit, self.lanes = unit, lanes
        self.generator = np.random.default_rng(seed)

    def gate(self, gate: Gate, operands: list[Any]) -> Array:
        """The value of an elementwise gate."""
        if is_primitive(gate):
            operands = [np.asarray(operand, np.float64)[()] for operand in operands]
            with np.errstate(all="ignore"):
                return self.primitive(gate.name, operands)
        return self.formula(primitive_tree(gate), dict(zip(gate.operands, operands, strict=True)))

    def formula(self, tree: Expression, scope: Mapping[str, Any]) -> Array:
        """The value of a formula of primitives."""
        result: Array = interpreted(tree, scope, self.primitive)
        return result

    def primitive(self, gate: str, operands: list[Any]) -> Array:
        """The value of a primitive."""
        value = SPELLINGS[gate](*operands)
        return self.rounded(value, self.exact(gate, operands, value))

    def exact(self, gate: str, operands: list[Any], value: Array) -> Array:
        """Whether a primitive's value is exact."""
        exact = EXACT[gate](*operands, value) if gate in EXACT else np.False_
        if self.unit == SINGLE and EXACT.get(gate) is not _always:
            exact = exact & (np.asarray(value, np.float32) == value)
        return np.asarray(exact)

    def rounded(self, value: Array, exact: Array | bool = False) -> Array:
        """A value moved by up to a unit in the last place, unless it is exact."""
        if np.all(exact):
            return value
        shape = np.broadcast_shapes(self.lanes, np.shape(value)) if self.lanes else np.shape(value)
        moved: Array = value * (1.0 + self.unit * self.generator.uniform(-1.0, 1.0, shape))
        return np.where(exact, value, moved)[()] if np.any(exact) else moved


def is_exact(gate: Gate, operands: list[Any]) -> Any:
    """Whether every step of a gate's value is exact, element by element.

    Examples
    --------
    >>> from backlit.declared.gates import GATES
    >>> bool(is_exact(GATES["relu"], [-0.3])), bool(is_exact(GATES["sigmoid"], [40.0]))
    (True, False)
    """
    shaker = Shaker()
    exact: list[Array] = []

    def compute(primitive: str, inner: list[Any]) -> Any:
        value = SPELLINGS[primitive](*inner)
        exact.append(shaker.exact(primitive, inner, value))
        return value

    interpreted(primitive_tree(gate), dict(zip(gate.operands, operands, strict=True)), compute)
    return np.logical_and.reduce(np.broadcast_arrays(*exact)) if exact else np.True_


def rounding(value: Callable[[Shaker], Any], plain: Any, unit: float = DOUBLE) -> Array:
    """How far shaken values lie from the plain one at most, with a margin; 0 where every step is exact.

    Parameters
    ----------
    value : callable
        From a `Shaker` to the value.
    plain : array
        The value as it is computed.
    unit : float
    """
    with np.errstate(all="ignore"):
        return _most([np.abs(value(Shaker(unit, seed)) - plain) for seed in range(RUNS)])


def _most(apart: Any) -> Array:
    moved: Array = SAFETY * np.fmax.reduce(apart)
    return np.where(np.isfinite(moved), moved, 0.0)[()]


def noise_nearby(noise: Callable[[Array], Array], x: Array | float) -> tuple[Array, Array]:
    """How far rounding may move a function's value a little way from x, and close to it.

    What is exact at x by chance is not beside it.

    Parameters
    ----------
    noise : callable
        From a point to how far rounding may move the value there.
    x : array or float

    Returns
    -------
    wide, narrow : array
        As `backlit.formula.slopes.slopes` takes them.
    """
    here, close, far = (noise(point) for point in around(x))
    return np.maximum(here, far), np.maximum(here, close)


def noise_in_lanes(
    value: Callable[[Callable[[Array], Array], Shaker | None], Any], shape: tuple[int, ...]
) -> tuple[Array, Array]:
    """The same of a function that is computed element by element, at all points and with all shakes at once.

    Parameters
    ----------
    value : callable
        From `spread` and a shaker to the value; `spread` gives each input's three points, on an axis in front. Without
        a shaker the value as it is computed.
    shape : tuple of int
        Of the value at one point.

    Returns
    -------
    wide, narrow : array

    Examples
    --------
    >>> from backlit.declared.gates import GATES
    >>> sine, x = GATES["sin"], np.array([0.0, 1.0])
    >>> def value(spread, shaker):
    ...     return shaker.gate(sine, [spread(x)]) if shaker else np.sin(spread(x))
    >>> wide, narrow = noise_in_lanes(value, (2,))
    >>> bool(0.0 < narrow[0] < wide[0] < wide[1] < 1e-14)
    True
    """

    def spread(x: Array) -> Array:
        return np.stack(around(x))

    ones = (1,) * len(shape)
    with np.errstate(all="ignore"):
        plain = np.broadcast_to(value(spread, None), (len(NEARNESS), *shape))
        shaken = np.broadcast_to(value(spread, Shaker(lanes=(RUNS, 1, *ones))), (RUNS, *plain.shape))
        here, close, far = _most(np.abs(shaken - plain))
    return np.maximum(here, far), np.maximum(here, close)


def nearby(x: Array | float, nearness: int = 13) -> Array:
    """A point about 2 ** -nearness from x, relative to it, that has all the digits a float can have."""
    x = np.asarray(x, np.float64)
    size = np.where(x == 0.0, 1.0, np.abs(x))
    with np.errstate(all="ignore"):
        near: Array = x + size * 2.0**-nearness * 0.738_205_149_261_433
        return near[()]


def around(x: Array | float) -> list[Array]:
    """A point and those near it, in the order of `NEARNESS`."""
    return [nearby(x, nearness) if nearness else np.asarray(x, np.float64)[()] for nearness in NEARNESS]
