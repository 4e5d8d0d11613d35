"""What arrives at a wire on the way back: one upstream and one local gradient through each gate that takes it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from backlit.declared.gate_kinds import Array
from backlit.declared.gates import GATES
from backlit.drawing.numbers import number
from backlit.errors import BacklitError
from backlit.formula.expression import Name, substitute
from backlit.graph import Edge, Gradients, Wire
from backlit.graph.backward import local_gradient
from backlit.graph.labels import local_expression, local_formula
from backlit.tracing import Trace
from backlit.tracing.derivation.as_text import bracketed, partial
from backlit.tracing.derivation.chain import GraphChain


@dataclass(frozen=True, slots=True)
class Arrival:
    """What comes back to a wire through one operand of one gate.

    Attributes
    ----------
    gate, top : str
        The gate, and the wire that leaves it.
    single : bool
        Whether the gate takes this operand only, as an activation does.
    upstream, local : float
    local_text : str
        The local gradient in symbols.
    pattern : str
        What the gate does with a gradient: "distributor", "router", "switcher", or "".
    swapped : float or None
        The local gradient of the other operand, where there are exactly two.
    beyond : float or None
        The gradient on the far side of the next gate, where that is a gate of one operand.
    beyond_name : str
        The wire on its far side.
    """

    gate: str
    top: str
    single: bool
    upstream: float
    local: float
    local_text: str
    pattern: str
    swapped: float | None
    beyond: float | None
    beyond_name: str

    @property
    def value(self) -> float:
        """Upstream times local."""
        return self.upstream * self.local


@dataclass(frozen=True, slots=True)
class GradientQuestion:
    """A wire whose gradient is asked for, with all that arrives at it; nothing arrives at the output."""

    wire: str
    output: str
    value: float
    gradient: float
    arrivals: tuple[Arrival, ...]

    @property
    def scale(self) -> float:
        """The largest contribution: where several cancel, what is left is judged beside it."""
        return max((abs(arrival.value) for arrival in self.arrivals), default=0.0)

    def symbols(self) -> str:
        """Upstream times local in symbols, summed over what arrives."""
        return " + ".join(f"{self._upstream(arrival)} · {arrival.local_text}" for arrival in self.arrivals)

    def written(self) -> str:
        """Upstream times local, in symbols and in numbers; the product itself is left to the reader.

        Examples
        --------
        >>> from backlit import trace
        >>> find(trace("(x + y) * z", x=-2, y=5, z=-4), "x").written()
        '∂f/∂x = ∂f/∂q1 · 1 = (-4) × 1'
        """
        of = partial(self.output, self.wire)
        if not self.arrivals:
            return f"{of} = 1"
        numbers = (f"{in_product(arrival.upstream)} × {in_product(arrival.local)}" for arrival in self.arrivals)
        return f"{of} = {self.symbols()} = {' + '.join(numbers)}"

    def _upstream(self, arrival: Arrival) -> str:
        return "1" if arrival.top == self.output else partial(self.output, arrival.top)


def in_product(value: float) -> str:
    """A number that can stand in a product."""
    text = number(value)
    return f"({text})" if text.startswith("-") else text


def askable(trace: Trace) -> list[str]:
    """The wires whose gradients can be asked for, in forward order: neither constants nor the output.

    Raises
    ------
    BacklitError
        If a wire is an array.

    Examples
    --------
    >>> from backlit import trace
    >>> askable(trace("(x + y) * z", x=-2, y=5, z=-4))
    ['x', 'y', 'z', 'q1']
    """
    gradients = _gradients(trace)
    known = [wire for wire in trace.graph.wires if wire.kind != "constant" and gradients[wire] is not None]
    return [wire.name for wire in known if wire is not trace.graph.output]


def find(trace: Trace, name: str) -> GradientQuestion:
    """The wire of that name, with what arrives at it.

    Raises
    ------
    BacklitError
        If there is none, it has no gradient, or a wire is an array.
    """
    gradients = _gradients(trace)
    chain = GraphChain(trace.graph, gradients)
    output = trace.graph.output
    wire = output if name == chain.name(output) else trace.graph.named(name)
    if wire is None or wire.kind == "constant" or gradients[wire] is None:
        known = ", ".join([*askable(trace), chain.name(output)])
        raise BacklitError(f"practice: {name!r} is no wire with a gradient; there are {known}")
    consumers = trace.graph.consumers()
    arrivals = tuple(
        _arrival(chain, gate, edge, gradients, consumers[gate])
        for gate in consumers[wire]
        for edge in gradients.edges(gate)
        if edge.operand is wire and edge.local is not None
    )
    return GradientQuestion(chain.name(wire), chain.name(output), float(wire.value), chain.gradient(wire), arrivals)


def _gradients(trace: Trace) -> Gradients:
    """The backward sweep, of a trace of single numbers."""
    for wire in trace.graph.wires:
        if wire.value.ndim:
            raise BacklitError(
                f"practice: {wire.name or 'a constant'} is an array of shape {wire.value.shape}; "
                "take a formula of single numbers"
            )
    return trace.wires.gradients


def _arrival(chain: GraphChain, gate: Wire, edge: Edge, gradients: Gradients, following: list[Wire]) -> Arrival:
    assert edge.local is not None
    assert edge.upstream is not None
    two = len(gate.operands) == 2
    swapped = _single(local_gradient(gate, 1 - edge.slot)) if two else math.nan
    through_one = len(following) == 1 and len(following[0].operands) == 1
    return Arrival(
        gate=gate.gate or "",
        top=chain.name(gate),
        single=len(gate.operands) == 1,
        upstream=float(edge.upstream),
        local=_single(edge.local),
        local_text=_local_text(chain, gate, edge),
        pattern=_pattern(gate),
        swapped=swapped if math.isfinite(swapped) else None,
        beyond=float(gradients.of[following[0]]) if through_one else None,
        beyond_name=chain.name(following[0]) if through_one else "",
    )


def _single(local: Array) -> float:
    """The one number of a local gradient; of sum, softmax and the like it is an array even for a single number."""
    return float(np.asarray(local).item())


def _local_text(chain: GraphChain, gate: Wire, edge: Edge) -> str:
    """The local gradient as a factor; a gate over whole arrays has no formula for it, only its symbol."""
    tree = local_expression(gate, edge.slot)
    if tree is not None:
        return bracketed(substitute(tree, {gate.name: Name(chain.name(gate))}))
    written = local_formula(gate, edge.slot)
    return f"({written})" if written else partial(chain.name(gate), chain.name(edge.operand))


def _pattern(gate: Wire) -> str:
    rule = GATES.get(gate.gate or "")
    return rule.pattern if rule else ""
