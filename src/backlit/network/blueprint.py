"""The frozen description of a network: layers, widths, gates, loss. It computes nothing.

All parameters live in one vector, theta; a blueprint defines which part of it is which array.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.declared.gates import GATES
from backlit.declared.layer_kind import LayerKind, Parameter, Widths
from backlit.declared.layers import LAYERS
from backlit.declared.losses import FUSIONS, Fusion, loss_named
from backlit.errors import BacklitError, DamagedFile, choose

Vector = NDArray[np.floating[Any]]

ALIGNMENT = 16
"""Each array starts at a multiple of this many numbers: 64 bytes in float32, a cache line."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of a network: its kind, its widths, and the gate that its pre-activation goes through.

    `groups` is how many groups of neurons share the inputs out among themselves, 1 where each takes all of them; of a
    periodic layer, how many of the inputs, from the first, are embedded.
    """

    kind: str
    inputs: int
    outputs: int
    gate: str = "identity"
    groups: int = 1

    @property
    def declared(self) -> LayerKind:
        """Its entry in the list of layers."""
        return LAYERS[self.kind]

    @property
    def widths(self) -> Widths:
        """Its inputs, outputs and groups."""
        return Widths(self.inputs, self.outputs, self.groups)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """What it learns."""
        return self.declared.parameters

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """The shapes of the arrays of its parameters."""
        widths = self.declared.named_widths(self.widths)
        return tuple(tuple([widths[name] for name in parameter.shape]) for parameter in self.parameters)

    def inputs_of(self, j: int) -> range:
        """The inputs that neuron j takes, in the order of its weights."""
        inner = self.inputs // self.groups
        first = j // (self.outputs // self.groups) * inner
        return range(first, first + inner)

    def neurons_fed_by(self, i: int) -> range:
        """The neurons that take input i."""
        width = self.outputs // self.groups
        first = i // (self.inputs // self.groups) * width
        return range(first, first + width)


@dataclass(frozen=True, slots=True)
class ParameterSlice:
    """Where one array of parameters lies in theta; `name` is the lecture's, such as ``w[1]``.

    `layer` is the layer's number, which parts between two layers of neurons share; `row` its index in the blueprint.
    """

    name: str
    layer: int
    row: int
    declared: Parameter
    shape: tuple[int, ...]
    offset: int

    @property
    def parameter(self) -> str:
        """The array's name within its layer."""
        return self.declared.name

    @property
    def decays(self) -> bool:
        """Whether weight decay applies."""
        return self.declared.decays

    @property
    def size(self) -> int:
        """How many numbers the array holds."""
        return math.prod(self.shape)

    def view(self, theta: Vector) -> Vector:
        """The array itself, as a view of theta: writing into it writes into the network."""
        return theta[self.offset : self.offset + self.size].reshape(self.shape)


@dataclass(frozen=True)
class Blueprint:
    """A network as data.

    Parameters
    ----------
    layers : tuple of Layer
        In forward order; the last one's gate is the output gate (``softmax`` only there).
    loss : str
        One of `backlit.declared.losses.LOSSES`.

    Raises
    ------
    BacklitError
        If widths do not follow on each other, or a gate, layer or loss is not known.

    Examples
    --------
    >>> from backlit.network.building import mlp
    >>> network = mlp(4, (3,), 1, hidden_gate="sigmoid", output_gate="identity", loss="squared")
    >>> [slot.name for slot in network.slots], network.parameter_count
    (['w[1]', 'b[1]', 'w[2]', 'b[2]'], 19)
    """

    layers: tuple[Layer, ...]
    loss: str

    def __post_init__(self) -> None:
        if not self.layers:
            raise BacklitError("blueprint: no layers; a network has at least one")
        loss_named(self.loss)
        for row, (number, layer) in enumerate(self.numbered):
            try:
                self._check(row, layer)
            except BacklitError as error:
                raise error.located(f"layer {number}") from None

    def _check(self, row: int, layer: Layer) -> None:
        """Raise BacklitError if a layer cannot be built, or cannot stand where it does."""
        kind = choose("kind", layer.kind, LAYERS)
        before = self.layers[row - 1] if row else None
        last = row + 1 == len(self.layers)
        if kind.slope and (before is None or not before.declared.numbered or last):
            raise BacklitError(f"a {kind.name} layer follows a hidden layer of neurons")
        if layer.inputs < 1 or layer.outputs < 1:
            raise BacklitError(f"widths {layer.inputs} -> {layer.outputs}; each is at least 1")
        uneven = kind.numbered and (layer.inputs % max(layer.groups, 1) or layer.outputs % max(layer.groups, 1))
        if layer.groups < 1 or uneven:
            raise BacklitError(f"{layer.groups} groups do not share out widths {layer.inputs} -> {layer.outputs}")
        shape_error = kind.shape_error(layer.widths)
        if kind.elementwise and (layer.inputs != layer.outputs or layer.groups > 1):
            shape_error = f"a {kind.name} layer has as many outputs as inputs, and no groups"
        if shape_error:
            raise BacklitError(shape_error)
        if kind.only_first and before is not None:
            raise BacklitError(f"a {kind.name} layer takes the inputs of the network, it follows no other layer")
        if before is not None and before.outputs != layer.inputs:
            raise BacklitError(f"takes {layer.inputs} inputs, but the layer before gives {before.outputs}")
        self._check_gate(row, layer, last)

    def _check_gate(self, row: int, layer: Layer, last: bool) -> None:
        if not layer.declared.numbered:
            if last and not layer.declared.gated:
                raise BacklitError(f"a {layer.kind} layer cannot be the last one")
            if layer.gate != "identity" and (last or not layer.declared.gated or not self.numbered[row][0]):
                raise BacklitError(f"a {layer.kind} layer has no gate there; neurons have")
            GATES.elementwise(layer.gate)
            same = [other for other in self._parts_before(row) if other.kind == layer.kind]
            if same:
                raise BacklitError(f"two {layer.kind} layers without a layer of neurons between them")
        elif not (last and layer.gate == "softmax"):
            GATES.elementwise(layer.gate)

    def _parts_before(self, row: int) -> list[Layer]:
        """The layers of the same number that stand before a row of the blueprint."""
        number = self.numbered[row][0]
        return [layer for at, layer in self.numbered[:row] if at == number]

    @cached_property
    def numbered(self) -> tuple[tuple[int, Layer], ...]:
        """The layers with their numbers: those of neurons count from 1, what follows one shares its number.

        What stands in front of the first layer of neurons has the number 0.
        """
        number, rows = 0, []
        for layer in self.layers:
            number += layer.kind not in LAYERS or layer.declared.numbered
            rows.append((number, layer))
        return tuple(rows)

    @property
    def neurons(self) -> tuple[Layer, ...]:
        """The layers of neurons: layer l of the lecture is ``neurons[l - 1]``."""
        return tuple(layer for layer in self.layers if layer.declared.numbered)

    def parts_of(self, number: int) -> tuple[Layer, ...]:
        """The layers that are not counted and share this number: after the layer of neurons, or in front (0)."""
        return tuple(layer for at, layer in self.numbered if at == number and not layer.declared.numbered)

    def input_name(self, number: int) -> str:
        """The name of what enters a layer of neurons: ``x``, or ``a`` of the layer before."""
        return "x" if number == 1 and not self.parts_of(0) else f"a[{number - 1}]"

    @cached_property
    def wire_names(self) -> tuple[tuple[str, str], ...]:
        """For each layer the names of its pre-activation and of what leaves it.

        ``z[l]`` is the formula of the first layer with number l, and ``a[l]`` what leaves the last one; between them
        are ``s[l]``, what the gate makes of ``z[l]``, and ``s2[l]``, ... A part that follows another layer has a first
        name, ``z2[l]``, ..., only where it has a gate.

        Examples
        --------
        >>> from backlit.network.building import mlp
        >>> mlp(4, (3,), 1, hidden_gate="tanh", parametric_activation=True).wire_names
        (('z[1]', 's[1]'), ('', 'a[1]'), ('z[2]', 'a[2]'))
        """
        numbers = [number for number, _ in self.numbered]
        names = []
        for row, number in enumerate(numbers):
            at = row - numbers.index(number)
            ends = row + 1 == len(numbers) or numbers[row + 1] != number
            leaves = "a" if ends else "s" if at == 0 else f"s{at + 1}"
            gated = self.layers[row].gate != "identity"
            before = f"z[{number}]" if at == 0 else f"z{at + 1}[{number}]" if gated else ""
            names.append((before, f"{leaves}[{number}]"))
        return tuple(names)

    @property
    def multiplications(self) -> int:
        """How many multiplications carry one row forward through the sums."""
        sums = (layer for layer in self.layers if not layer.declared.elementwise)
        return sum(layer.inputs * layer.outputs // layer.groups for layer in sums)

    @property
    def inputs(self) -> int:
        """Width of the input."""
        return self.layers[0].inputs

    @property
    def outputs(self) -> int:
        """Width of the output."""
        return self.layers[-1].outputs

    @property
    def output_gate(self) -> str:
        """The gate of the last layer."""
        return self.layers[-1].gate

    @property
    def to_logits(self) -> Blueprint:
        """The same network without its output gate: it ends in what that gate would get."""
        last = replace(self.layers[-1], gate="identity")
        return Blueprint((*self.layers[:-1], last), "squared")

    @property
    def fusion(self) -> Fusion | None:
        """The named fusion of output gate and loss, if there is one."""
        return FUSIONS.get((self.output_gate, self.loss))

    @cached_property
    def slots(self) -> tuple[ParameterSlice, ...]:
        """Every array of parameters, layer by layer."""
        slots: list[ParameterSlice] = []
        offset = 0
        for row, (number, layer) in enumerate(self.numbered):
            for parameter, shape in zip(layer.parameters, layer.shapes, strict=True):
                slots.append(ParameterSlice(f"{parameter.name}[{number}]", number, row, parameter, shape, offset))
                offset += -(-math.prod(shape) // ALIGNMENT) * ALIGNMENT
        return tuple(slots)

    @property
    def theta_size(self) -> int:
        """Length of theta, padding included."""
        last = self.slots[-1]
        return last.offset + -(-last.size // ALIGNMENT) * ALIGNMENT

    @property
    def parameter_count(self) -> int:
        """How many numbers are learned."""
        return sum(slot.size for slot in self.slots)

    @property
    def learning_rate_multipliers(self) -> NDArray[np.float64] | None:
        """Each array's own factor of the learning rate; none if all are 1."""
        rates = np.array([slot.declared.rate_multiplier for slot in self.slots])
        return None if (rates == 1.0).all() else rates

    def arrays(self, theta: Vector) -> dict[str, Vector]:
        """Every array by its name, as views of theta."""
        return {slot.name: slot.view(theta) for slot in self.slots}

    def to_state(self) -> dict[str, Any]:
        """The blueprint as JSON-ready data."""
        layers = [[layer.kind, layer.inputs, layer.outputs, layer.gate, layer.groups] for layer in self.layers]
        return {"layers": layers, "loss": self.loss}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Blueprint:
        """Read `to_state` back.

        Raises
        ------
        BacklitError
            If the data is not a blueprint's.
        """
        try:
            layers = tuple(
                Layer(str(kind), int(inputs), int(outputs), str(gate), *map(int, groups))
                for kind, inputs, outputs, gate, *groups in state["layers"]
            )
            return cls(layers, str(state["loss"]))
        except (KeyError, TypeError, ValueError) as error:
            if isinstance(error, BacklitError):
                raise
            raise DamagedFile("blueprint: its description cannot be read; the file is damaged or foreign") from None
