"""Names of wires and of their elements: ``w[1]`` is an array, ``w[1][0][2]`` one of its numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

import numpy as np

from backlit.errors import BacklitError
from backlit.graph import Graph, Wire
from backlit.graph.unroll import element_name

Index = tuple[int, ...]
Entry = tuple[Wire, Index]
"""A wire and the index of one of its numbers; the index of a whole array is shorter than its shape."""

_LAST_INDEX = re.compile(r"^(.+)\[(\d+)\]$")


class NoSuchName(BacklitError, KeyError):  # noqa: N818 -- it is caught as a KeyError, by mappings
    """A name that is no wire's and no element's."""

    __str__ = Exception.__str__


def entry(graph: Graph, name: str) -> Entry:
    """The wire of that name, or the wire and the index of its element.

    Raises
    ------
    NoSuchName
        Naming the nearest names there are, or the shape that the index is out of.
    """
    stem, index = name, ()  # type: tuple[str, Index]
    while True:
        wire = graph.named(stem)
        if wire is not None:
            return wire, _inside(wire, name, index)
        match = _LAST_INDEX.match(stem)
        if not match:
            raise _unknown(name, [wire.name for wire in graph.wires if wire.name])
        stem, index = match[1], (int(match[2]), *index)


def one_number(graph: Graph, name: str) -> Entry:
    """The entry that is a single number.

    Raises
    ------
    BacklitError
        If the name is unknown, or an array's.
    """
    wire, index = entry(graph, name)
    missing = wire.value.ndim - len(index)
    if missing:
        raise BacklitError(f"{name!r} is an array; name one number of it, such as {name + '[0]' * missing}")
    return wire, index


def entries_of(wire: Wire, index: Index = ()) -> list[Entry]:
    """Every number of an entry: all of an array's, or the one that the index names."""
    return [(wire, (*index, *rest)) for rest in np.ndindex(wire.value.shape[len(index) :])]


def entries_named(graph: Graph, names: str | Iterable[str]) -> list[Entry]:
    """Every number that some names stand for; only inputs and parameters have names here.

    Raises
    ------
    BacklitError
        If a name is unknown, or not an input's or a parameter's.
    """
    entries = []
    for name in [names] if isinstance(names, str) else names:
        wire, index = entry(graph, name)
        if wire.kind not in ("input", "parameter"):
            raise BacklitError(f"{name!r} is a {wire.kind}'s wire; name an input or a parameter")
        entries += entries_of(wire, index)
    return entries


def entry_name(which: Entry) -> str:
    """An entry's name."""
    return element_name(which[0].name, which[1])


def _inside(wire: Wire, name: str, index: Index) -> Index:
    shape = wire.value.shape
    if len(index) > len(shape) or any(i >= width for i, width in zip(index, shape, strict=False)):
        what = f"has shape {shape}" if shape else "is a single number"
        raise NoSuchName(f"{name!r}: {wire.name} {what}; indices count from 0")
    return index


def _unknown(name: str, known: Sequence[str]) -> NoSuchName:
    close = get_close_matches(name, known, 3) or known[:8]
    return NoSuchName(f"{name!r} is not in this trace; there are {', '.join(close)} and their elements")
