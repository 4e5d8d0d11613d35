"""The frozen description of a network: layers, widths, gates, loss. It computes nothing.

All parameters live in one flat vector; a blueprint says which part of it is which array.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.declared.gates import GATES
from backlit.declared.layers import BLEND, FEATURES, LAYERS, Parameter
from backlit.declared.losses import FUSIONS, Fusion, loss_named
from backlit.errors import BacklitError, DamagedFile, choose

Vector = NDArray[np.floating[Any]]

ALIGNMENT = 16
"""Each array starts at a multiple of this many numbers: 64 bytes in float32, a cache line."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of a network: its kind, its widths, and the gate that its pre-activation goes through.

    `groups` is how many groups of neurons share the inputs out among themselves, 1 where each hears all of them; of a
    periodic layer, how many of the inputs, from the first, have waves. Where it is `blended` each neuron learns how
    much of its gate it uses (`backlit.declared.layers.BLENDED`).
    """

    kind: str
    inputs: int
    outputs: int
    gate: str
    groups: int = 1
    blended: bool = False

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """What it learns."""
        own = LAYERS[self.kind].parameters
        return (*own, BLEND) if self.blended else own

    @property
    def widths(self) -> Mapping[str, int]:
        """The widths that the shapes of its parameters are named by."""
        return LAYERS[self.kind].widths(self.inputs, self.outputs, self.groups)

    def inputs_of(self, j: int) -> range:
        """The inputs that neuron j hears, in the order of its weights."""
        inner = self.inputs // self.groups
        first = j // (self.outputs // self.groups) * inner
        return range(first, first + inner)

    def neurons_fed_by(self, i: int) -> range:
        """The neurons that hear input i."""
        width = self.outputs // self.groups
        first = i // (self.inputs // self.groups) * width
        return range(first, first + width)


@dataclass(frozen=True, slots=True)
class Slot:
    """Where one array of parameters lies in the flat vector; `name` is the lecture's, such as ``w[1]``."""

    name: str
    layer: int
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
        """The array itself, as a view of the flat vector: writing into it writes into the network."""
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
        for number, layer in self.numbered:
            self._check(number - self.numbered[0][0], number, layer)

    def _check(self, at: int, number: int, layer: Layer) -> None:
        choose(f"layer {number}: kind", layer.kind, LAYERS)
        if layer.blended and (not number or at + 1 == len(self.layers)):
            raise BacklitError(f"layer {number}: no hidden layer of neurons, so it has no blend")
        if layer.inputs < 1 or layer.outputs < 1:
            raise BacklitError(f"layer {number}: widths {layer.inputs} -> {layer.outputs}; each is at least 1")
        if LAYERS[layer.kind].front:
            features = layer.outputs - layer.inputs
            if number or not 0 < layer.groups <= layer.inputs or features < 1 or features % (FEATURES * layer.groups):
                raise BacklitError(f"layer {number}: a {layer.kind} layer {layer} cannot be built")
            return
        if layer.groups < 1 or layer.inputs % layer.groups or layer.outputs % layer.groups:
            raise BacklitError(
                f"layer {number}: {layer.groups} groups do not share out widths {layer.inputs} -> {layer.outputs}"
            )
        if layer.groups > 1 and layer.kind != "grouped":
            raise BacklitError(f"layer {number}: a {layer.kind} layer has no groups; its kind is 'grouped'")
        before = self.layers[at - 1].outputs if at else layer.inputs
        if before != layer.inputs:
            raise BacklitError(f"layer {number}: takes {layer.inputs} inputs, but layer {number - 1} gives {before}")
        if layer.gate == "softmax" and at + 1 == len(self.layers):
            return
        try:
            GATES.elementwise(layer.gate)
        except BacklitError as error:
            raise error.located(f"layer {number}") from None

    @property
    def numbered(self) -> tuple[tuple[int, Layer], ...]:
        """The layers with their numbers: those of neurons count from 1, what stands before them is 0."""
        first = 0 if self.layers[0].kind in LAYERS and LAYERS[self.layers[0].kind].front else 1
        return tuple(enumerate(self.layers, first))

    @property
    def neurons(self) -> tuple[Layer, ...]:
        """The layers of neurons: layer l of the lecture is ``neurons[l - 1]``."""
        return tuple(layer for number, layer in self.numbered if number)

    @property
    def front(self) -> Layer | None:
        """What stands before the layers of neurons, if anything does."""
        return next((layer for number, layer in self.numbered if not number), None)

    def heard(self, number: int) -> str:
        """The name of what enters a layer of neurons: ``x``, or ``a`` of the layer before."""
        return "x" if number == 1 and self.front is None else f"a[{number - 1}]"

    @cached_property
    def blended(self) -> bool:
        """Whether any neuron learns how much of its gate it uses."""
        return any(layer.blended for layer in self.layers)

    @property
    def multiplications(self) -> int:
        """How many multiplications carry one row forward through the sums."""
        return sum(layer.inputs * layer.outputs // layer.groups for layer in self.layers)

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
    def fusion(self) -> Fusion | None:
        """The named fusion of output gate and loss, if there is one."""
        return FUSIONS.get((self.output_gate, self.loss))

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        """Every array of parameters, layer by layer."""
        slots: list[Slot] = []
        offset = 0
        for number, layer in self.numbered:
            for parameter in layer.parameters:
                shape = tuple(layer.widths[width] for width in parameter.shape)
                name = f"{parameter.name}[{number}]"
                slots.append(Slot(name, number, parameter, shape, offset))
                offset += -(-math.prod(shape) // ALIGNMENT) * ALIGNMENT
        return tuple(slots)

    @property
    def theta_size(self) -> int:
        """Length of the flat vector, padding included."""
        last = self.slots[-1]
        return last.offset + -(-last.size // ALIGNMENT) * ALIGNMENT

    @property
    def parameter_count(self) -> int:
        """How many numbers are learned."""
        return sum(slot.size for slot in self.slots)

    @property
    def learning_rate_multipliers(self) -> NDArray[np.float64] | None:
        """Each array's own factor of the learning rate; none if all are 1."""
        rates = np.array([slot.declared.rate for slot in self.slots])
        return None if (rates == 1.0).all() else rates

    def arrays(self, theta: Vector) -> dict[str, Vector]:
        """Every array by its name, as views of the flat vector."""
        return {slot.name: slot.view(theta) for slot in self.slots}

    def to_state(self) -> dict[str, Any]:
        """The blueprint as JSON-ready data."""
        layers = [
            [layer.kind, layer.inputs, layer.outputs, layer.gate, layer.groups, *[1] * layer.blended]
            for layer in self.layers
        ]
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
                Layer(str(k), int(i), int(o), str(g), int(more[0]) if more else 1, any(more[1:]))
                for k, i, o, g, *more in state["layers"]
            )
            return cls(layers, str(state["loss"]))
        except (KeyError, TypeError, ValueError) as error:
            if isinstance(error, BacklitError):
                raise
            raise DamagedFile("blueprint: its description cannot be read; the file is damaged or foreign") from None
