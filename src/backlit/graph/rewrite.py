"""The same computation of scalars coarser or finer: gates taken apart, gates fused, weighted sums as one gate.

Wires that stand in both graphs keep their names, so that a reader finds them again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from backlit.declared.gate_kinds import Gate
from backlit.formula import GATES
from backlit.formula.derivative import expand, is_primitive, value_tree
from backlit.formula.expression import Call, Expression, Name, Number, postorder
from backlit.graph.from_formula import apply
from backlit.graph.nary_gates import WEIGHTED_SUM, Rule
from backlit.graph.tape import Graph, complete
from backlit.graph.wire import Wire, record

Swap = tuple[Rule, tuple[Wire, ...]]
"""A gate that can stand for a wire's own, and the operands that it would take."""

COMMUTING = frozenset({"add", "mul"})


def expanded(graph: Graph) -> Graph:
    """Take gates such as sigmoid apart into the gates that they are built of.

    Examples
    --------
    >>> from backlit.graph import read
    >>> [wire.gate for wire in expanded(read("sigmoid(x)", {"x": 1})).gates]
    ['neg', 'exp', 'add', 'div']
    """
    return _rebuilt(graph, _apart)


def fused(graph: Graph) -> Graph:
    """Put gates together wherever they are how a larger gate is declared; only what nothing else reads vanishes.

    Examples
    --------
    >>> from backlit.graph import read
    >>> [wire.gate for wire in fused(read("1 / (1 + exp(-(x * w)))", {"x": 1, "w": 2})).gates]
    ['mul', 'sigmoid']
    """
    shared, declared = _shared(graph), _declarations()
    return _rebuilt(graph, lambda wire, _: next(_declared(wire, shared, declared), None))


def summed(graph: Graph) -> Graph:
    """Put sums of products together into one weighted sum each, as a neuron has it: w0*x0 + w1*x1 + w2.

    Examples
    --------
    >>> from backlit.graph import read
    >>> [wire.gate for wire in summed(read("exp(a * x + b * y + c)", dict.fromkeys("axbyc", 1))).gates]
    ['weighted_sum', 'exp']
    """
    shared = _shared(graph)
    return _rebuilt(graph, lambda wire, _: _weighted(wire, shared))


def _shared(graph: Graph) -> frozenset[Wire]:
    """Wires that more than one operand place reads, or the reader of the whole: they must stay."""
    seen: set[Wire] = set()
    again = {graph.output}
    for wire in graph.wires:
        for operand in wire.operands:
            (again if operand in seen else seen).add(operand)
    return frozenset(again)


def _rebuilt(graph: Graph, change: Callable[[Wire, Sequence[Wire]], Swap | Wire | None]) -> Graph:
    """The graph anew, from the output back: what a change swallows is not made at all."""
    plan: dict[Wire, Swap | None] = {}
    made: dict[Wire, Wire] = {}
    stack: list[tuple[Wire, bool]] = [(graph.output, False), *((wire, False) for wire in reversed(graph.given))]
    while stack:
        wire, ready = stack.pop()
        if wire in made:
            continue
        if wire.rule is None:
            made[wire] = Wire(wire.name, wire.kind, wire.value)
            continue
        if not ready:
            found = change(wire, ())
            plan[wire] = found if isinstance(found, tuple) else None
            operands = found[1] if isinstance(found, tuple) else wire.operands
            stack += [(wire, True), *((operand, False) for operand in reversed(operands))]
            continue
        swap = plan[wire]
        rule, operands = swap or (wire.rule, wire.operands)
        new = [made[operand] for operand in operands]
        changed = change(wire, new) if swap is None else None
        made[wire] = changed if isinstance(changed, Wire) else record(rule, new, wire.axis, wire.name)
    return complete(made[graph.output], made.values(), graph.note)


def _apart(wire: Wire, operands: Sequence[Wire]) -> Wire | None:
    gate = wire.rule
    if not operands or not isinstance(gate, Gate) or is_primitive(gate) or not isinstance(value_tree(gate), Call):
        return None
    return apply(expand(value_tree(gate)), dict(zip(gate.operands, operands, strict=True)), wire.name)


def _declarations() -> list[tuple[Gate, Expression]]:
    """The gates that are built of others, with what of; the largest first."""
    trees = [
        (gate, expand(value_tree(gate)))
        for gate in GATES.values()
        if isinstance(gate, Gate) and isinstance(value_tree(gate), Call) and not is_primitive(gate)
    ]
    return sorted(trees, key=lambda pair: -len(list(postorder(pair[1]))))


def _declared(wire: Wire, shared: frozenset[Wire], declared: Sequence[tuple[Gate, Expression]]) -> Iterator[Swap]:
    """The gates whose declaration the wire is."""
    for gate, tree in declared:
        for bound in _matches(tree, wire, shared, {}, root=True):
            yield gate, tuple(bound[name] for name in gate.operands)


def _matches(
    tree: Expression, wire: Wire, shared: frozenset[Wire], bound: dict[str, Wire], root: bool = False
) -> Iterator[dict[str, Wire]]:
    """Every way to read a wire as a formula: name -> wire. Depth is that of a gate's declaration."""
    if isinstance(tree, Name):
        if bound.get(tree.id, wire) is wire:
            yield {**bound, tree.id: wire}
        return
    if isinstance(tree, Number):
        if wire.kind == "constant" and not wire.name and float(wire.value) == tree.value:
            yield bound
        return
    if wire.gate != tree.gate or (wire in shared and not root):
        return
    orders = [wire.operands, wire.operands[::-1]] if tree.gate in COMMUTING else [wire.operands]
    for order in orders:
        found = [bound]
        for part, operand in zip(tree.operands, order, strict=True):
            found = [more for so_far in found for more in _matches(part, operand, shared, so_far)]
        yield from found


def _weighted(wire: Wire, shared: frozenset[Wire]) -> Swap | None:
    """A sum of two products or more and at most one other term."""
    if wire.gate != "add":
        return None
    terms = list(_terms(wire, shared, root=True))
    products = [term for term in terms if term.gate == "mul" and term not in shared]
    rest = [term for term in terms if term not in products]
    if len(products) < 2 or len(rest) > 1:
        return None
    sides = zip(*(term.operands for term in products), strict=True)
    return WEIGHTED_SUM, (*(operand for side in sides for operand in side), *rest)


def _terms(wire: Wire, shared: frozenset[Wire], root: bool = False) -> Iterator[Wire]:
    """The terms of a sum from left to right; a term that something else reads too is not taken apart."""
    stack = [(wire, root)]
    while stack:
        term, top = stack.pop()
        if term.gate == "add" and (top or term not in shared):
            stack += [(operand, False) for operand in reversed(term.operands)]
        else:
            yield term
