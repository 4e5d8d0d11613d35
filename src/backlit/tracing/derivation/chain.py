"""The chain rule as data: factors, the paths that they form, and the forks at which paths are summed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from backlit.formula.expression import Expression, Number
from backlit.graph import Gradients, Graph, Wire
from backlit.graph.labels import local_expression

MAX_PATHS = 64
"""More paths than these are not listed one by one."""

SHOWN = 5
"""So many contributions of a fork are shown, the largest ones."""


@dataclass(frozen=True, slots=True)
class Factor:
    """One derivative of a product: of wire `top` with respect to wire `under`, through one gate."""

    top: str
    under: str
    gate: str
    local: Expression
    value: float


@dataclass(frozen=True, slots=True)
class Contribution:
    """What comes back through one edge: the gradient that arrives at the gate, times the local gradient."""

    factor: Factor
    upstream: float

    @property
    def value(self) -> float:
        """Upstream times local."""
        return self.upstream * self.factor.value if math.isfinite(self.factor.value) else 0.0


@dataclass(frozen=True, slots=True)
class Fork:
    """A wire's gradient as the sum over the gates that take it; the largest first, `rest` of them unwritten."""

    wire: str
    largest: tuple[Contribution, ...]
    rest: int
    rest_sum: float
    total: float


Path = tuple[Factor, ...]


@dataclass(frozen=True)
class ChainRule:
    """The chain rule for one number, as data.

    Attributes
    ----------
    wrt, output : str
        The derivative is of `output` with respect to `wrt`.
    gradient : float
        The result.
    paths : tuple of tuple of Factor
        Every path from the output back to `wrt`; empty where there are more than `MAX_PATHS`.
    forks : tuple of Fork
        Instead of paths: the sums at the forks along the way of the largest contributions.
    note : str
    """

    wrt: str
    output: str
    gradient: float
    paths: tuple[Path, ...]
    forks: tuple[Fork, ...]
    note: str


Node = TypeVar("Node")


class Chain(Protocol[Node]):
    """A way to walk from a wire to the output."""

    def outgoing(self, node: Node) -> list[tuple[Factor, Node]]:
        """The edges towards the output."""
        ...

    def gradient(self, node: Node) -> float:
        """The output's derivative with respect to a wire."""
        ...

    def ways(self, node: Node) -> int:
        """How many paths lead to the output, or any number above `MAX_PATHS`."""
        ...

    def name(self, node: Node) -> str:
        """What a derivation calls the wire."""
        ...

    def is_output(self, node: Node) -> bool:
        """Whether the walk ends here."""
        ...


def paths(chain: Chain[Node], start: Node) -> list[Path]:
    """Every path from a wire to the output, each from the output's end on."""
    found: list[Path] = []
    stack: list[tuple[Node, _Link | None]] = [(start, None)]
    while stack:
        node, link = stack.pop()
        if chain.is_output(node):
            found.append(_unwound(link))
            continue
        ahead = [(factor, following) for factor, following in chain.outgoing(node) if chain.ways(following)]
        stack += [(following, _Link(factor, link)) for factor, following in reversed(ahead)]
    return found


def product(path: Path) -> float:
    """The factors multiplied: 0 where one is not finite, as only in a branch that is not chosen."""
    values = [factor.value for factor in path]
    return math.prod(values) if all(map(math.isfinite, values)) else 0.0


def followed(chain: Chain[Node], start: Node) -> list[Fork]:
    """The sums at the forks on one way, from the output's end on: at each fork the largest contribution leads on."""
    forks = []
    node = start
    while not chain.is_output(node):
        parts = [
            (Contribution(factor, chain.gradient(following)), following)
            for factor, following in chain.outgoing(node)
            if chain.ways(following)
        ]
        parts.sort(key=lambda part: -abs(part[0].value))
        forks.append(_fork(chain.name(node), [part for part, _ in parts]))
        node = parts[0][1]
    return forks[::-1]


def _fork(wire: str, parts: Sequence[Contribution]) -> Fork:
    carrying = sum(part.value != 0.0 for part in parts)
    shown = min(SHOWN, max(carrying, 1))
    rest = math.fsum(part.value for part in parts[shown:])
    total = math.fsum(part.value for part in parts)
    return Fork(wire, tuple(parts[:shown]), len(parts) - shown, rest, total)


@dataclass(frozen=True, slots=True)
class _Link:
    """A path under construction, sharing its beginning with others."""

    factor: Factor
    before: _Link | None


def _unwound(link: _Link | None) -> Path:
    factors = []
    while link is not None:
        factors.append(link.factor)
        link = link.before
    return tuple(factors)


class GraphChain:
    """The chain over a graph of scalars: every edge is a factor."""

    def __init__(self, graph: Graph, gradients: Gradients) -> None:
        self._graph = graph
        self._gradients = gradients
        self._consumers = graph.consumers()
        self._ways = self._counted()

    def outgoing(self, node: Wire) -> list[tuple[Factor, Wire]]:
        """The edges to the gates that take the wire; a gate that takes it twice has two."""
        found = []
        for gate in self._consumers[node]:
            for edge in self._gradients.edges(gate):
                if edge.operand is node and edge.local is not None:
                    local = local_expression(gate, edge.slot) or Number(float(edge.local))
                    factor = Factor(self.name(gate), self.name(node), gate.gate or "", local, float(edge.local))
                    found.append((factor, gate))
        return found

    def gradient(self, node: Wire) -> float:
        """The output's derivative with respect to the wire."""
        gradient = self._gradients[node]
        return 0.0 if gradient is None else float(gradient)

    def ways(self, node: Wire) -> int:
        """How many paths lead to the output."""
        return self._ways[node]

    def name(self, node: Wire) -> str:
        """The wire's name."""
        return node.name

    def is_output(self, node: Wire) -> bool:
        """Whether it is the graph's output."""
        return node is self._graph.output

    def _counted(self) -> dict[Wire, int]:
        ways = dict.fromkeys(self._graph.wires, 0)
        ways[self._graph.output] = 1
        for wire in reversed(self._graph.wires):
            for operand in wire.operands:
                ways[operand] = min(ways[operand] + ways[wire], MAX_PATHS + 1)
        return ways
