"""The neutral tree of a drawing: boxes, links and a witness, as every backend reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from backlit.errors import BacklitError

Number: TypeAlias = float | str | None
"""A number; a short summary of an array such as ``"[3x4]"``; None: it was not computed, which is not 0."""

Kind: TypeAlias = Literal["input", "parameter", "constant", "gate", "output"]
GIVEN: frozenset[str] = frozenset({"input", "parameter", "constant"})
"""The kinds of boxes that nothing computes."""

KINDS = GIVEN | {"gate", "output"}
PATTERNS = frozenset({"", "distributor", "router", "switcher"})


MIDDLE = 127
"""The byte of a raster that stands for 0."""


@dataclass(frozen=True, slots=True)
class Raster:
    """A grid of numbers as it is drawn: shares of their largest magnitude.

    Parameters
    ----------
    rows, columns : int
    shares : bytes
        Row by row from the top left, 0 to 254; 127 is 0.

    Examples
    --------
    >>> Raster(1, 2, bytes([127, 254])).columns
    2
    """

    rows: int
    columns: int
    shares: bytes

    def __post_init__(self) -> None:
        """Refuse what is no grid."""
        if not 0 < self.rows * self.columns == len(self.shares):
            raise BacklitError(
                f"raster: {len(self.shares)} bytes are no {self.rows} rows of {self.columns}; give one for each cell"
            )


@dataclass(frozen=True, slots=True)
class Image:
    """A raster with the name of what it shows, beside a circuit."""

    name: str
    raster: Raster


@dataclass(frozen=True, slots=True)
class Box:
    """One value of a computation and what made it.

    Parameters
    ----------
    name : str
        Of the wire that leaves the box.
    kind : {"input", "parameter", "constant", "gate", "output"}
    symbol : str
        What is drawn in it: ``+``, ``×``, ``σ``; for inputs the name.
    formula : str
        Such as ``q1 * z``.
    value, gradient : float, str or None
        The gradient is that of the circuit's output with respect to this value.
    pattern : {"", "distributor", "router", "switcher"}
    gate : str
        The name of the gate that made the value; a page that steps through the circuit recomputes with it.
    raster : Raster, optional
        The value as a picture, where it is a matrix, or an input that is an image.

    Examples
    --------
    >>> Box("q1", "gate", "+", "x + y", 3.0, -4.0, "distributor").gradient
    -4.0
    """

    name: str
    kind: Kind
    symbol: str
    formula: str = ""
    value: Number = None
    gradient: Number = None
    pattern: str = ""
    gate: str = ""
    raster: Raster | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """An edge from a box to one operand of a gate, with the chain rule's three numbers.

    Parameters
    ----------
    source, target : str
        Names of boxes.
    slot : int
        Which operand of the target, from 0; ``x * x`` has two links.
    local, upstream, contribution : float, str or None
        d target / d operand; d output / d target; their product.
    local_formula : str
        The local gradient in symbols, such as ``z``.

    Examples
    --------
    >>> Link("q1", "f", 0, local=-4.0, upstream=1.0, contribution=-4.0, local_formula="z").slot
    0
    """

    source: str
    target: str
    slot: int
    local: Number = None
    upstream: Number = None
    contribution: Number = None
    local_formula: str = ""


@dataclass(frozen=True, slots=True)
class WitnessRow:
    """A gradient beside its finite difference.

    `undecided` says, in each language, why it cannot be told whether they agree; empty where it can.

    Examples
    --------
    >>> WitnessRow("x", -4.0, -4.0, agrees=True).agrees
    True
    """

    name: str
    gradient: Number
    finite_difference: Number
    agrees: bool
    undecided: Mapping[str, str] = field(default_factory=dict)

    def verdict(self, table: Mapping[str, str]) -> str:
        """Yes, no, or that it cannot be told."""
        return table["undecided" if self.undecided else "yes" if self.agrees else "no"]


@dataclass(frozen=True, slots=True)
class Circuit:
    """Boxes in forward order and the links between them.

    Parameters
    ----------
    title : str
    boxes : tuple of Box
        Each after all that it reads.
    links : tuple of Link
    output : str
        The name of the box whose gradient is 1.
    witness : tuple of WitnessRow
    images : tuple of Image
        What stands beside it on a page, such as the weights of a first layer's neurons.

    Raises
    ------
    BacklitError
        If two boxes share a name, a kind or pattern is unknown, or a link or the output refers to no box.

    Examples
    --------
    >>> x, y = Box("x", "input", "x", value=3.0), Box("y", "gate", "exp", "exp(x)")
    >>> Circuit("exp(x)", (x, y), (Link("x", "y", 0),), output="y").output
    'y'
    """

    title: str
    boxes: tuple[Box, ...]
    links: tuple[Link, ...]
    output: str
    witness: tuple[WitnessRow, ...] = ()
    images: tuple[Image, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what no backend could draw."""
        place: dict[str, int] = {}
        for box in self.boxes:
            if box.name in place:
                raise BacklitError(f"circuit: two boxes are called {box.name!r}; give each box a name of its own")
            if box.kind not in KINDS:
                raise BacklitError(f"box {box.name!r}: unknown kind {box.kind!r}; use one of {sorted(KINDS)}")
            if box.pattern not in PATTERNS:
                raise BacklitError(f"box {box.name!r}: unknown pattern {box.pattern!r}; use one of {sorted(PATTERNS)}")
            place[box.name] = len(place)
        if self.output not in place:
            raise BacklitError(f"circuit: the output {self.output!r} is no box; name one of the boxes")
        for link in self.links:
            for end in (link.source, link.target):
                if end not in place:
                    raise BacklitError(f"link {link.source!r} -> {link.target!r}: {end!r} is no box; add the box")
            if place[link.source] >= place[link.target]:
                raise BacklitError(
                    f"link {link.source!r} -> {link.target!r} runs backward; list each box after all that it reads"
                )

    @property
    def lacks(self) -> bool:
        """Whether a number on the drawing was not computed."""
        return any(box.value is None or box.gradient is None for box in self.boxes) or any(
            link.local is None or link.upstream is None or link.contribution is None for link in self.links
        )
