"""The chain rule in a network of dense layers, read off whole arrays: only what one number needs is taken apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from backlit.declared.gate_kinds import Array, Gate
from backlit.declared.losses import loss_named
from backlit.errors import BacklitError
from backlit.formula import GATES
from backlit.formula.derivative import differentiate, local_tree
from backlit.formula.expression import Call, Expression, Name, Number, names, parse, substitute
from backlit.formula.numpy import evaluator
from backlit.formula.text import to_text
from backlit.graph import Gradients, Graph, Wire
from backlit.graph.unroll import element_name
from backlit.network.blueprint import Blueprint
from backlit.tracing.derivation.chain import MAX_PATHS, Factor
from backlit.tracing.lookup import entry, one_number

OUTPUT = "L"
"""What a derivation calls the loss."""


class Part(NamedTuple):
    """One number of a network: x[i], a parameter, z[l][j], a[l][j], or the loss itself (level 0)."""

    stem: str
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
            entry = self._blueprint.neurons[level - 1].inputs_of(j)[i]
            return [
                self._into_sum(node, Part("z", level, (j,)), element_name(self._blueprint.input_name(level), [entry]))
            ]
        if stem == "b":
            return [self._into_sum(node, Part("z", level, index), None)]
        if stem not in ("x", "z", "a"):
            return self._into_part(node)
        if stem == "x" and self._blueprint.parts_of(0):
            return self._onward(node, "mul", (Number(1.0), 1.0), self._rows(0))
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
        for row in self._mixing:
            if node.level < self._blueprint.numbered[row][0] or self._stands_before(node, row):
                total = min(total * self._blueprint.layers[row].outputs, MAX_PATHS + 1)
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
        level = int(levels[0]) if levels else 0
        if wire.kind == "constant" or not self._has_chain(stem, level):
            raise BacklitError(f"{name!r} has no chain of its own; name a weight such as w[1][0][0]")
        return Part(stem, level, index)

    def _has_chain(self, stem: str, level: int) -> bool:
        """Whether each number of an array reaches the loss one by one: not through a periodic embedding's cosines."""
        if stem in ("w", "b", "a") or (stem == "z" and level):
            return True
        if stem == "x":
            return all(part.declared.elementwise or part.declared.across for part in self._blueprint.parts_of(0))
        kinds = [self._blueprint.layers[row].declared for row in self._owners(stem, level)]
        return bool(kinds) and all(
            kind.elementwise or (bool(kind.across) and stem in names(parse(kind.formula, GATES))) for kind in kinds
        )

    def _owners(self, stem: str, level: int) -> list[int]:
        """The rows of the blueprint that have a parameter of this name."""
        return [slot.row for slot in self._blueprint.slots if slot.name == f"{stem}[{level}]"]

    @cached_property
    def _mixing(self) -> list[int]:
        """The rows of the blueprint that mix a row's numbers without weights."""
        return [row for row, layer in enumerate(self._blueprint.layers) if layer.declared.across]

    def _stands_before(self, node: Part, row: int) -> bool:
        """Whether a number of the same layer goes through that row of the blueprint."""
        if node.level != self._blueprint.numbered[row][0] or node.stem == "a":
            return False
        return node.stem in ("x", "z", "w", "b") or max(self._owners(node.stem, node.level)) < row

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
        gated, *parts = self._rows(level)
        made = self._blueprint.wire_names[gated][1]
        scope = {gate.operands[0]: Name(self.name(node)), "y": Name(element_name(made, (j,)))}
        local, slope = substitute(local_tree(gate, 0), scope), float(self._edge_local(made)[j])
        return self._onward(node, gate.name, (local, slope), parts)

    def _onward(
        self, node: Part, gate: str, so_far: tuple[Expression, float], rows: Sequence[int]
    ) -> list[tuple[Factor, Part]]:
        """The edges to what leaves a layer, through some of its parts: one, or one to each where a part mixes them."""
        level, at = node.level, node.at
        mixing = next((row for row in rows if row in self._mixing), None)
        if mixing is None:
            a, (local, slope) = Part("a", level, at), self._through_parts(level, at, *so_far, rows)
            return [(Factor(self.name(a), self.name(node), gate, local, slope), a)]
        before, after = [row for row in rows if row < mixing], [row for row in rows if row > mixing]
        so_far = self._through_parts(level, at, *so_far, before)
        edges, kind = [], self._blueprint.layers[mixing].kind
        gate = kind if gate in ("identity", "mul") else f"{gate}, {kind}"
        for k in range(self._blueprint.layers[mixing].outputs):
            local, slope = self._across(mixing, level, at, (k,))
            if so_far[0] != Number(1.0):
                local, slope = Call("mul", (so_far[0], local)), so_far[1] * slope
            a, (local, slope) = Part("a", level, (k,)), self._through_parts(level, (k,), local, slope, after)
            edges.append((Factor(self.name(a), self.name(node), gate, local, slope), a))
        return edges

    def _across(self, row: int, level: int, at: tuple[int, ...], to: tuple[int, ...]) -> tuple[Expression, float]:
        """What is multiplied, and its value, from an input of a part that mixes numbers to one of its outputs."""
        layer = self._blueprint.layers[row]
        tree, here = parse(layer.declared.across, GATES), self._names(row, level, to)
        there = {f"{name}_in": known for name, known in self._names(row, level, at).items()}
        numbers = {"same": Number(float(at == to)), "width": Number(float(layer.outputs))}
        tree = substitute(tree, {**here, **there, **numbers})
        value = float(evaluator(tree)({name: self._value(name) for name in names(tree)}))
        if level and layer.gate != "identity":
            gate, slope = self._gate_slope(row, to)
            tree, value = Call("mul", (tree, gate)), value * slope
        return tree, value

    def _rows(self, level: int) -> list[int]:
        """The rows of the blueprint that share a number."""
        return [row for row, (number, _) in enumerate(self._blueprint.numbered) if number == level]

    def _through_parts(
        self, level: int, at: tuple[int, ...], local: Expression, slope: float, rows: Sequence[int]
    ) -> tuple[Expression, float]:
        """What is multiplied, and its value, from before some elementwise parts of a layer to behind them."""
        for row in rows:
            kind = self._blueprint.layers[row].declared
            if kind.slope:
                tree, inner = parse(kind.slope, GATES), {"slope": local}
            else:
                tree, inner = differentiate(parse(kind.formula, GATES), "x"), {}
            value = self._at(tree, row, level, at, {"slope": slope} if kind.slope else {})
            tree = substitute(tree, {**self._names(row, level, at), **inner})
            if kind.slope or local == Number(1.0):
                local, slope = tree, value
            else:
                local, slope = Call("mul", (local, tree)), slope * value
            if level and self._blueprint.layers[row].gate != "identity":
                tree, value = self._gate_slope(row, at)
                local, slope = Call("mul", (local, tree)), slope * value
        return local, slope

    def _gate_slope(self, row: int, at: tuple[int, ...]) -> tuple[Expression, float]:
        """The local gradient of the gate behind a part, and its value, at one position."""
        gate, (before, made) = GATES[self._blueprint.layers[row].gate], self._blueprint.wire_names[row]
        assert isinstance(gate, Gate)
        scope = {gate.operands[0]: Name(element_name(before, at)), "y": Name(element_name(made, at))}
        return substitute(local_tree(gate, 0), scope), float(self._edge_local(made)[at])

    def _names(self, row: int, level: int, at: tuple[int, ...]) -> dict[str, Expression]:
        """The variables of a part's formula -> the numbers that they stand for, at one position."""
        entering = self._blueprint.wire_names[row - 1][1] if row else "x"
        arrays = {parameter.name: f"{parameter.name}[{level}]" for parameter in self._blueprint.layers[row].parameters}
        arrays |= {step: f"{step}[{level}]" for step, _ in self._blueprint.layers[row].declared.steps}
        arrays |= {"x": entering, "z": f"z[{level}]"}
        single = {name for name, array in arrays.items() if self._wire(array).value.size == 1}
        return {name: Name(element_name(array, (0,) if name in single else at)) for name, array in arrays.items()}

    def _at(
        self,
        tree: Expression,
        row: int,
        level: int,
        at: tuple[int, ...],
        known: Mapping[str, float] = MappingProxyType({}),
    ) -> float:
        """The value of a formula in a part's variables, at one position."""
        where = self._names(row, level, at)
        values = {variable: self._value(to_text(where[variable])) for variable in names(tree) if variable in where}
        return float(evaluator(tree)({**values, **known}))

    def _into_part(self, node: Part) -> list[tuple[Factor, Part]]:
        """From a parameter of a part to what leaves the layer."""
        row = self._owners(node.stem, node.level)[0]
        tree = differentiate(parse(self._blueprint.layers[row].declared.formula, GATES), node.stem)
        value = self._at(tree, row, node.level, node.at)
        local = substitute(tree, self._names(row, node.level, node.at))
        if node.level and self._blueprint.layers[row].gate != "identity":
            tree, slope = self._gate_slope(row, node.at)
            local, value = Call("mul", (local, tree)), value * slope
        return self._onward(node, "mul", (local, value), range(row + 1, self._rows(node.level)[-1] + 1))

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
            "j": Number(float(j)),
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
