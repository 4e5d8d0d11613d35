"""How tightly each operator binds, for every emitter that writes infix."""

from __future__ import annotations

from collections.abc import Mapping

ATOM = 9
BINDING: Mapping[str, int] = {
    "where": 0,
    "less": 1,
    "greater": 1,
    "add": 2,
    "sub": 2,
    "mul": 3,
    "div": 3,
    "matmul": 3,
    "neg": 4,
    "pow": 5,
}
"""Gate -> how tightly it binds; what is not listed is written as a call and binds as an atom."""


def constant(value: float) -> str:
    """A constant as a formula shows it: 2 rather than 2.0."""
    return str(int(value)) if value == int(value) and abs(value) < 1e16 else repr(value)
