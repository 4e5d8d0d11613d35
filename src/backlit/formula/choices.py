"""What a choice leaves out: a branch that is not chosen is not read, so it need have neither a value nor a slope."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from backlit.declared.gate_kinds import Gate
from backlit.formula.derivative import primitive_tree
from backlit.formula.expression import Call, Name, Number, postorder
from backlit.formula.numpy import SPELLINGS

Mask = np.bool | NDArray[np.bool]
"""Where something holds: one answer, or one for each element."""


class Read(NamedTuple):
    """Of one operand, element by element: whether its value is read, and whether its slope is."""

    value: Mask
    slope: Mask


_YES, _NO = np.True_, np.False_

CHOICES: Mapping[str, Callable[..., tuple[tuple[Mask, Mask], ...]]] = {
    # a condition is read, but moving it a little changes nothing: its slope is not
    "where": lambda c, x, z: ((_YES, _NO), (c != 0, c != 0), (c == 0, c == 0)),
    "less": lambda x, z: ((_YES, _NO), (_YES, _NO)),
    "greater": lambda x, z: ((_YES, _NO), (_YES, _NO)),
    # what is beaten has no part in the result; at a tie both have; nan never loses
    "max": lambda x, z: (((~(x < z)),) * 2, ((~(z < x)),) * 2),
    "min": lambda x, z: (((~(x > z)),) * 2, ((~(z > x)),) * 2),
}
"""Primitive -> for each operand, where its value and where its slope is read, by the operands' values."""


@lru_cache(maxsize=4096)
def chooses(gate: Gate) -> bool:
    """Whether a gate holds a choice.

    Examples
    --------
    >>> from backlit.declared.gates import GATES
    >>> [chooses(GATES[name]) for name in ("relu", "sigmoid")]
    [True, False]
    """
    return any(isinstance(node, Call) and node.gate in CHOICES for node in postorder(primitive_tree(gate)))


def operands_read(gate: Gate, values: Mapping[str, Any], needed: Read) -> dict[str, Read]:
    """Which elements of a gate's operands its value and its slope depend on.

    Parameters
    ----------
    gate : Gate
    values : mapping of str to array
        Its operands by name.
    needed : Read
        Which elements of its output are read.

    Returns
    -------
    dict of str to Read

    Examples
    --------
    >>> from backlit.declared.gates import GATES
    >>> where = GATES["where"]
    >>> read = operands_read(where, {"c": 0.0, "x": -1.0, "z": 2.0}, Read(np.True_, np.True_))
    >>> {name: bool(part.value) for name, part in read.items()}
    {'c': True, 'x': False, 'z': True}
    """
    nodes = list(postorder(primitive_tree(gate)))
    inside, computed = _computed(nodes, values)
    reads: list[Read] = [Read(_NO, _NO)] * len(nodes)
    reads[-1] = needed
    result = {name: Read(_NO, _NO) for name in gate.operands}
    for place in range(len(nodes) - 1, -1, -1):
        node, here = nodes[place], reads[place]
        if isinstance(node, Name):
            before = result[node.id]
            result[node.id] = Read(before.value | here.value, before.slope | here.slope)
        elif isinstance(node, Call):
            choice = CHOICES.get(node.gate)
            parts = choice(*(computed[operand] for operand in inside[place])) if choice else ((_YES, _YES),) * 3
            for operand, (value, slope) in zip(inside[place], parts, strict=False):
                reads[operand] = Read(here.value & value, here.slope & slope)
    return result


def _computed(nodes: list[Any], values: Mapping[str, Any]) -> tuple[list[list[int]], list[Any]]:
    """Of every node in order the places of its operands, and its value."""
    inside: list[list[int]] = []
    computed: list[Any] = []
    stack: list[int] = []
    with np.errstate(all="ignore"):
        for place, node in enumerate(nodes):
            operands: list[int] = []
            if isinstance(node, Call):
                operands = stack[len(stack) - len(node.operands) :]
                del stack[len(stack) - len(node.operands) :]
                computed.append(SPELLINGS[node.gate](*(computed[operand] for operand in operands)))
            else:
                computed.append(np.float64(node.value) if isinstance(node, Number) else np.asarray(values[node.id]))
            inside.append(operands)
            stack.append(place)
    return inside, computed
