"""Formulas to practise on: small whole numbers in, short numbers everywhere."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from backlit.errors import BacklitError
from backlit.formula.expression import Call, Expression, Name, Number
from backlit.formula.text import to_text
from backlit.tracing import Trace, trace
from backlit.tracing.views import TracedWire

VALUES = (-5, -4, -3, -2, 2, 3, 4, 5)
"""Of inputs: 0 and 1 would hide mistakes."""

LARGEST_NUMBER = 99
TRIES = 10_000


class Shape(NamedTuple):
    """What may be put around a part of a formula, and the gate that must then be in it."""

    gate: str
    around: Callable[[Expression], Expression]


SHAPES: Mapping[str, Shape] = {
    "product": Shape("mul", lambda x: x),
    "quotient": Shape("div", lambda x: x),
    "double": Shape("mul", lambda x: Call("mul", (Number(2.0), x))),
    "square": Shape("pow", lambda x: Call("pow", (x, Number(2.0)))),
    "relu": Shape("relu", lambda x: Call("relu", (x,))),
    "sigmoid": Shape("sigmoid", lambda x: Call("sigmoid", (x,))),
    "exp": Shape("exp", lambda x: Call("exp", (x,))),
}


@dataclass(frozen=True)
class Level:
    """What a formula of a level is made of.

    Attributes
    ----------
    variables : str
    leaves : int
        More leaves than variables make forks.
    gates : tuple of str
        Of two operands, drawn as often as they are listed.
    shapes : tuple of str
        One of them is drawn for each formula.
    alike : bool
        Whether inputs may have the same size, so that sums can be 0: there sigmoid and exp are short.
    digits : int
        Behind the point, at most, of every value and gradient.
    """

    variables: str
    leaves: int
    gates: tuple[str, ...]
    shapes: tuple[str, ...]
    alike: bool
    digits: int


LEVELS: Mapping[int, Level] = {
    1: Level("xyz", 3, ("add", "sub", "mul", "mul", "max"), ("product",), False, 0),
    2: Level("xyz", 4, ("add", "sub", "mul", "mul", "max", "min"), ("product", "double"), False, 0),
    3: Level("xyzw", 5, ("add", "sub", "mul", "mul", "div"), ("quotient", "square", "relu", "sigmoid", "exp"), True, 3),
}

CHOICES = frozenset({"max", "min"})
ROUNDING = 1e-9

OFTEN = 0.3
"""How often a part of a formula gets its shape."""


def expression(seed: int, level: int = 1, number: int = 0) -> Trace:
    """A formula of a level with values for its inputs.

    Parameters
    ----------
    seed : int
    level : {1, 2, 3}
        1: two gates, every input used once. 2: with a fork. 3: also quotients, squares and activations.
    number : int
        Which one of this seed.

    Returns
    -------
    Trace
        Its inputs are whole numbers; all values and gradients are at most 99, with at most 3 digits behind the point.

    Raises
    ------
    BacklitError
        If there is no such level.

    Examples
    --------
    >>> t = expression(seed=0, level=1)
    >>> sorted(t.gradients) == sorted(expression(seed=0, level=1).gradients)
    True
    """
    if level not in LEVELS:
        raise BacklitError(f"level {level} is unknown; choose one of {', '.join(map(str, LEVELS))}")
    rng = random.Random(f"{seed} {level} {number}")  # text, so that (1, 2) and (2, 1) differ
    shape = SHAPES[rng.choice(LEVELS[level].shapes)]
    for _ in range(TRIES):
        found = _tried(rng, LEVELS[level], shape)
        if found is not None:
            return found
    raise AssertionError(f"no formula of level {level} within {TRIES} tries")


def _tried(rng: random.Random, level: Level, shape: Shape) -> Trace | None:
    """A formula with values, if its numbers are short and it teaches something."""
    names = list(level.variables)
    leaves = names + [rng.choice(names) for _ in range(level.leaves - len(names))]
    rng.shuffle(leaves)
    text = to_text(_grown(rng, level.gates, shape, [Name(leaf) for leaf in leaves]))
    if level.alike:
        numbers = rng.choices(VALUES, k=len(names))
    else:
        sizes = rng.sample(sorted({abs(value) for value in VALUES}), len(names))
        numbers = [rng.choice((-1, 1)) * size for size in sizes]
    values = dict(zip(names, numbers, strict=True))
    try:
        traced = trace(text, **values)
        return traced if _is_nice(traced, shape.gate, level.digits) else None
    except BacklitError:  # a division by zero
        return None


def _grown(rng: random.Random, gates: Sequence[str], shape: Shape, leaves: list[Expression]) -> Expression:
    """A random tree over the leaves, in their order."""
    if len(leaves) == 1:
        return leaves[0]
    cut = rng.randint(1, len(leaves) - 1)
    operands = (_grown(rng, gates, shape, leaves[:cut]), _grown(rng, gates, shape, leaves[cut:]))
    tree = Call(rng.choice(gates), operands)
    return shape.around(tree) if rng.random() < OFTEN else tree


def _is_nice(traced: Trace, required: str, digits: int) -> bool:
    """Short numbers, the gate that is required, few zeros, nothing dull."""
    gates = [wire for wire in traced.wires if wire.gate]
    numbers = [number for wire in traced.wires for number in (wire.value, wire.gradient) if number is not None]
    numbers += [edge.contribution for wire in gates for edge in wire.edges if edge.contribution is not None]
    zeros = sum(gradient == 0.0 for gradient in traced.gradients.values())
    return (
        zeros <= 1
        and required in {wire.gate for wire in gates}
        and all(_is_short(float(number), digits) for number in numbers)
        and not any(map(_is_dull, gates))
    )


def _is_short(number: float, digits: int) -> bool:
    return abs(number) <= LARGEST_NUMBER and math.isclose(number, round(number, digits), rel_tol=ROUNDING)


def _is_dull(wire: TracedWire) -> bool:
    """Such as x - x, max(x, x), a choice at a tie, where the gradient is a matter of taste, or a sigmoid that is 1."""
    operands = [edge.operand for edge in wire.edges]
    if len(operands) == 2 and operands[0] is operands[1]:
        return wire.gate != "mul"
    if wire.gate in ("relu", "sigmoid"):
        return operands[0].value == 0.0 if wire.gate == "relu" else wire.value == 1.0
    return wire.gate in CHOICES and operands[0].value == operands[1].value
