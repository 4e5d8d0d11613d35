"""A graph: the wires that lead to an output, in the order in which they were made."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from backlit.formula.notes import Note
from backlit.graph.messages import no_value
from backlit.graph.needed import needed
from backlit.graph.wire import Wire


@dataclass(frozen=True, eq=False)
class Graph:
    """A computation as data.

    Parameters
    ----------
    wires : tuple of Wire
        In forward order: operands stand before the gate that takes them.
    output : Wire
    note : str
        What a reader should know about how it was built; empty if nothing.
    notes : tuple of Note
        What of a formula was read otherwise than it is spelled.
    """

    wires: tuple[Wire, ...]
    output: Wire
    note: str = ""
    notes: tuple[Note, ...] = ()

    @property
    def given(self) -> tuple[Wire, ...]:
        """The inputs and parameters: what a gradient can be asked for."""
        return tuple(wire for wire in self.wires if wire.kind in ("input", "parameter"))

    @property
    def gates(self) -> tuple[Wire, ...]:
        """The wires that a gate computed."""
        return tuple(wire for wire in self.wires if wire.rule)

    def named(self, name: str) -> Wire | None:
        """The wire of that name, if there is one."""
        return self._by_name.get(name)

    @cached_property
    def _by_name(self) -> dict[str, Wire]:
        return {wire.name: wire for wire in self.wires if wire.name}

    def consumers(self) -> dict[Wire, list[Wire]]:
        """Wire -> the gates that take it, each once, in forward order."""
        taken: dict[Wire, list[Wire]] = {wire: [] for wire in self.wires}
        for wire in self.wires:
            for operand in dict.fromkeys(wire.operands):
                taken[operand].append(wire)
        return taken


RESULT = "f"
"""What the output of a formula or a function is called that gives it no name, as in the lecture."""


def complete(
    output: Wire,
    also: Iterable[Wire] = (),
    note: str = "",
    notes: tuple[Note, ...] = (),
    result: str = "",
) -> Graph:
    """Make the graph that ends in `output`, and name its gates q1, q2, ...

    Parameters
    ----------
    output : Wire
    also : iterable of Wire
        Wires that belong to the picture although the output may not depend on them.
    note : str, optional
    notes : tuple of Note, optional
    result : str, optional
        What the output is called, where it is a gate without a name and no other wire has this one.

    Returns
    -------
    Graph

    Raises
    ------
    BacklitError
        If a gate that the output depends on has no finite value.
    """
    wires = reached([output, *also])
    _refuse_what_is_not_finite(wires, output)
    if result and output.rule and not output.name and all(wire.name != result for wire in wires):
        output.name = result
    name_gates(wires)
    return Graph(tuple(wires), output, note, notes)


def _refuse_what_is_not_finite(wires: list[Wire], output: Wire) -> None:
    """Every value that the output depends on is finite; one in a branch that is not chosen need not be."""
    if all(np.isfinite(wire.value) if wire.value.ndim == 0 else np.isfinite(wire.value).all() for wire in wires):
        return
    reads = needed(wires, output)
    for wire in wires:
        bad = ~np.isfinite(wire.value) & (reads[wire].value if wire in reads else False)
        if bad.any():
            raise no_value(wire, bad)


def reached(ends: Iterable[Wire]) -> list[Wire]:
    """Every wire on a way to one of `ends`, each once, in forward order."""
    stack = list(ends)
    seen = set(stack)
    while stack:
        for operand in stack.pop().operands:
            if operand not in seen:
                seen.add(operand)
                stack.append(operand)
    return sorted(seen, key=lambda wire: wire.serial)


def name_gates(wires: Collection[Wire]) -> None:
    """Give every gate without a name the next free one of q1, q2, ..."""
    taken = {wire.name for wire in wires}
    free = (name for name in map("q{}".format, itertools.count(1)) if name not in taken)
    for wire in wires:
        if wire.rule and not wire.name:
            wire.name = next(free)
