"""How wide a step may be before a wave turns so far that its values no longer show its slope."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from backlit.declared.gate_kinds import Array, Gate
from backlit.formula.derivative import primitive_tree
from backlit.formula.expression import Call, postorder
from backlit.formula.numpy import SPELLINGS, interpreted

PERIODIC = frozenset({"sin", "cos"})
"""The primitives that repeat themselves, every 2 pi."""

LARGEST_TURN = 1.0
"""Radians: a step that turns a wave by more may see any slope."""

MOST_TRIES = 60


@lru_cache(maxsize=4096)
def oscillates(gate: Gate) -> bool:
    """Whether a gate's value repeats itself somewhere inside.

    Examples
    --------
    >>> from backlit.declared.gates import GATES
    >>> oscillates(GATES["cos"]), oscillates(GATES["tanh"])
    (True, False)
    """
    return any(isinstance(node, Call) and node.gate in PERIODIC for node in postorder(primitive_tree(gate)))


def angles(gate: Gate, operands: list[Any]) -> list[Array]:
    """What a gate's waves are taken of, in radians."""
    arguments: list[Array] = []

    def compute(primitive: str, inner: list[Any]) -> Any:
        if primitive in PERIODIC:
            arguments.append(inner[0])
        return SPELLINGS[primitive](*inner)

    interpreted(primitive_tree(gate), dict(zip(gate.operands, operands, strict=True)), compute)
    return arguments


def widest_step(turned: Callable[[Array], Array], first: Array) -> Array:
    """The widest step, of `first` and narrower, that turns no wave by more than `LARGEST_TURN`.

    Parameters
    ----------
    turned : callable
        From a step to the largest turn, in radians, that it makes.
    first : array

    Examples
    --------
    >>> float(widest_step(lambda step: 1e6 * step, np.float64(1.0))) <= 1e-6
    True
    """
    step = first
    with np.errstate(all="ignore"):
        for _ in range(MOST_TRIES):
            turn = turned(step)
            far = ~(turn <= LARGEST_TURN)
            if not far.any():
                break
            step = np.where(far, step / np.clip(np.where(np.isfinite(turn), 1.1 * turn, 2.0), 2.0, 1e9), step)
    return step
