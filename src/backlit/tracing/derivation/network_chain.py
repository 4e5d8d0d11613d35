"""The chain rule in a network of dense layers, read off whole arrays: only what one number needs is taken apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

import numpy as np

from backlit.declared.gate_kinds import Array, Gate
from backlit.declared.layers import BLENDED, BLENDED_SLOPE
from backlit.declared.losses import loss_named
from backlit.errors import BacklitError
from backlit.formula import GATES
from backlit.formula.derivative import differentiate, local_tree
from backlit.formula.expression import Call, Expression, Name, Number, parse, substitute
from backlit.formula.numpy import evaluator
from backlit.graph import Gradients, Graph, Wire
from backlit.graph.unroll import element_name
from backlit.network.blueprint import Blueprint
from backlit.tracing.derivation.chain import MAX_PATHS, Factor
from backlit.tracing.lookup import entry, one_number

OUTPUT = "L"
"""What a derivation calls the loss."""


class Part(NamedTuple):
    """One number of a network: x[i], a weight, a bias, a blend, z[l][j], a[l][j], or the loss itself (level 0)."""

    stem: Literal["x", "w", "b", "blend", "z", "a", "L"]
    level: int
    at: tuple[int, ...]


LOSS = Part("L", 0, ())


class NetworkChain:
    """The walk from a part of a network to its loss."""

    def __init__(self, blueprint: Blueprint, graph: Graph, gradients: Gradients) -> None:
        self._blueprint = blueprint
        self._graph = graph
        self._gradients = gradients
        self._depth = len(blueprint.neurons)

    def outgoing(self, node: Part) -> list[tuple[Factor, Part]]:
        """The edges to the parts that the part feeds."""
        stem, level, index = node
        if stem == "w":
            i, j = index
            heard = element_name(self._blueprint.heard(level), [self._blueprint.neurons[level - 1].inputs_of(j)[i]])
            return [self._into_sum(node, Part("z", level, (j,)), heard)]
        if stem == "b":
            return [self._into_sum(node, Part("z", level, index), None)]
        if stem == "blend":
            return [self._into_blend(node)]
        if stem == "z":
            return self._through_gate(node)
        if stem == "a" and level == self._depth:
            return [self._into_loss(node, loss_named(self._blueprint.loss).local, self._blueprint.loss)]
        (i,) = index
        layer = self._blueprint.neurons[level]
        return [
            self._into_sum(
                node, Part("z", level + 1, (j,)), self.name(Part("w", level + 1, (layer.inputs_of(j).index(i), j)))
            )
            for j in layer.neurons_fed_by(i)
        ]

    def gradient(self, node: Part) -> float:
        """The loss's derivative with respect to the part."""
        if node == LOSS:
            return 1.0
        return float(self._array_gradient(node)[node.at])

    def ways(self, node: Part) -> int:
        """How many paths lead to the loss."""
        if node == LOSS:
            return 1
        widths = [layer.outputs // layer.groups for layer in self._blueprint.neurons]
        total = 1
        for width in widths[node.level :]:
            total = min(total * width, MAX_PATHS + 1)
        softmax = self._blueprint.output_gate == "softmax" and not self._fused()
        if softmax and not (node.stem == "a" and node.level == self._depth):
            total = min(total * widths[-1], MAX_PATHS + 1)
        return total

    def name(self, node: Part) -> str:
        """The part's name, L for the loss."""
        if node == LOSS:
            return OUTPUT
        levels = [] if node.stem == "x" else [node.level]
        return node.stem + "".join(f"[{i}]" for i in (*levels, *node.at))

    def is_output(self, node: Part) -> bool:
        """Whether it is the loss."""
        return node == LOSS

    def part(self, name: str) -> Part:
        """The part of that name; it must be a single number."""
        wire, index = one_number(self._graph, name)
        stem, *levels = wire.name.replace("]", "").split("[")
        waved = self._blueprint.front is not None and stem == "x"  # many ways through cosines
        if stem not in ("x", "w", "b", "blend", "z", "a") or wire.kind == "constant" or waved:
            raise BacklitError(f"{name!r} has no chain of its own; name a weight such as w[1][0][0]")
        return Part(stem, int(levels[0]) if levels else 0, index)  # type: ignore[arg-type]

    def _into_sum(self, node: Part, z: Part, local: str | None) -> tuple[Factor, Part]:
        value = 1.0 if local is None else self._value(local)
        tree = Number(1.0) if local is None else Name(local)
        return Factor(self.name(z), self.name(node), "weighted_sum", tree, value), z

    def _through_gate(self, node: Part) -> list[tuple[Factor, Part]]:
        _, level, (j,) = node
        if level == self._depth and self._fused():
            fusion = self._blueprint.fusion
            assert fusion is not None
            return [self._into_loss(node, fusion.delta, fusion.name)]
        gate = GATES[self._blueprint.neurons[level - 1].gate]
        if gate.name == "softmax":
            return [self._through_softmax(node, k) for k in range(self._blueprint.outputs)]
        assert isinstance(gate, Gate)
        a, blended = Part("a", level, (j,)), self._blueprint.neurons[level - 1].blended
        made = f"s[{level}]" if blended else f"a[{level}]"
        scope = {gate.operands[0]: Name(self.name(node)), "y": Name(element_name(made, (j,)))}
        local, slope = substitute(local_tree(gate, 0), scope), float(self._edge_local(made)[j])
        if blended:
            blend = self.name(Part("blend", level, (j,)))
            local = substitute(parse(BLENDED_SLOPE, GATES), {"blend": Name(blend), "slope": local})
            slope = evaluator(parse(BLENDED_SLOPE, GATES))({"blend": self._value(blend), "slope": slope})
        return [(Factor(self.name(a), self.name(node), gate.name, local, slope), a)]

    def _into_blend(self, node: Part) -> tuple[Factor, Part]:
        a, names = Part("a", node.level, node.at), {s: element_name(f"{s}[{node.level}]", node.at) for s in "sz"}
        local = differentiate(parse(BLENDED, GATES), "blend")
        value = evaluator(local)({stem: self._value(name) for stem, name in names.items()})
        tree = substitute(local, {stem: Name(name) for stem, name in names.items()})
        return Factor(self.name(a), self.name(node), "mul", tree, float(value)), a

    def _through_softmax(self, node: Part, k: int) -> tuple[Factor, Part]:
        j = node.at[0]
        a, same = Part("a", node.level, (k,)), Name(self.name(Part("a", node.level, (j,))))
        other: Expression = Name(self.name(a))
        local = (
            Call("mul", (other, Call("sub", (Number(1.0), other))))
            if j == k
            else Call("mul", (Call("neg", (other,)), same))
        )
        jacobian = self._edge_local(f"a[{node.level}]")
        return Factor(self.name(a), self.name(node), "softmax", local, float(jacobian[k, j])), a

    def _into_loss(self, node: Part, local: str, gate: str) -> tuple[Factor, Part]:
        (j,) = node.at
        scope: Mapping[str, Expression] = {
            "a": Name(self.name(Part("a", self._depth, (j,)))),
            "z": Name(self.name(Part("z", self._depth, (j,)))),
            "y": Name(f"y[{j}]"),
        }
        tree = substitute(parse(local, GATES), scope)
        return Factor(OUTPUT, self.name(node), gate, tree, self.gradient(node)), LOSS

    def _fused(self) -> bool:
        """Whether the loss was computed from z: its outputs a then carry no gradient."""
        return self._gradients[self._wire(f"a[{self._depth}]")] is None

    def _wire(self, name: str) -> Wire:
        return entry(self._graph, name)[0]

    def _value(self, name: str) -> float:
        wire, index = entry(self._graph, name)
        return float(wire.value[index])

    def _array_gradient(self, node: Part) -> Array:
        name = "x" if node.stem == "x" else f"{node.stem}[{node.level}]"
        gradient = self._gradients[self._wire(name)]
        assert gradient is not None
        return gradient

    def _edge_local(self, name: str) -> Array:
        wire = self._wire(name)
        (edge,) = self._gradients.edges(wire)
        assert edge.local is not None
        return np.asarray(edge.local)
