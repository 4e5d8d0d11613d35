"""A straight line in a network: a neuron of each hidden layer that carries a weighted sum past the gates.

A parametric activation with blend 0 passes on what its gate got. So the line of an output is one neuron of the first
layer, passed on by one neuron of each further layer (of each group), and added in the last: the whole stays one network
of layers that follow each other. Its inputs stand behind those of the network without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.network.blueprint import Blueprint, Layer

Vector = NDArray[Any]
Positions = NDArray[np.int64]


def with_line(
    blueprint: Blueprint, theta: Vector, weights: NDArray[Any], bias: NDArray[Any]
) -> tuple[Blueprint, Vector]:
    """The network plus ``x @ weights + bias``.

    Parameters
    ----------
    blueprint : Blueprint
        Dense and grouped layers, and maybe a periodic embedding; its output gate is ``identity``.
    theta : ndarray, shape (theta_size,)
    weights : ndarray, shape (inputs, outputs)
        The inputs beyond those of the blueprint are new.
    bias : ndarray, shape (outputs,) or (1,)

    Returns
    -------
    blueprint, theta

    Examples
    --------
    >>> from backlit.network.building import mlp
    >>> small = mlp(2, (4, 4), 1, output_gate="identity", loss="squared")
    >>> whole, _ = with_line(small, np.zeros(small.theta_size), np.ones((3, 1)), np.zeros(1))
    >>> [(layer.kind, layer.inputs, layer.outputs) for layer in whole.layers]
    [('dense', 3, 5), ('parametric', 5, 5), ('dense', 5, 5), ('parametric', 5, 5), ('dense', 5, 1)]
    """
    straight, lines = len(weights) - blueprint.inputs, blueprint.outputs
    groups = max(layer.groups for layer in blueprint.neurons)
    layers: list[Layer] = []
    for layer in blueprint.layers:
        first, last = layer is blueprint.neurons[0], layer is blueprint.layers[-1]
        if not layer.declared.numbered:
            layers.append(replace(layer, inputs=layer.inputs + straight, outputs=layer.outputs + straight))
            continue
        inputs = layer.inputs + (straight if first else groups * lines)
        outputs = layer.outputs + (0 if last else groups * lines)
        layers.append(replace(layer, inputs=inputs, outputs=outputs))
        if not last:
            layers.append(Layer("parametric", outputs, outputs))
    whole = Blueprint(tuple(layers), blueprint.loss)
    made = np.zeros(whole.theta_size, theta.dtype)
    old, new = blueprint.arrays(theta), whole.arrays(made)
    parts = _Parts(whole, straight, lines, groups)
    for name, values in old.items():
        new[name][parts.inner(name, new[name].shape)] = values
    _write_line(new, parts, weights)
    new[f"b[{len(blueprint.neurons)}]"][...] += bias
    return whole, made


def _write_line(new: dict[str, Vector], parts: _Parts, weights: NDArray[Any]) -> None:
    """Put a line into the arrays of a network that has room for it."""
    lines, groups, depth = parts.lines, parts.groups, len(parts.whole.neurons)
    for number in range(1, depth):
        carried = parts.carried(new[f"b[{number}]"].size)
        new[f"blend[{number}]"][...] = 1.0
        new[f"blend[{number}]"][carried] = 0.0
        if number == 1:
            new["w[1]"][np.ix_(parts.line_inputs(new["w[1]"].shape[0]), carried)] = np.tile(weights, groups)
        else:
            inner = new[f"w[{number}]"].shape[0]
            new[f"w[{number}]"][inner - lines :, carried] = np.tile(np.eye(lines), groups)
    if depth == 1:
        new["w[1]"][parts.line_inputs(new["w[1]"].shape[0])] += weights
    else:
        carried = parts.carried(new[f"w[{depth}]"].shape[0])
        new[f"w[{depth}]"][carried] = np.tile(np.eye(lines), (groups, 1)) / groups


def without_line(blueprint: Blueprint, theta: Vector, straight: int) -> tuple[Blueprint, Vector, NDArray[Any]]:
    """A network `with_line` apart: the network, its parameters (with the line's bias), and the line's weights.

    Parameters
    ----------
    blueprint, theta
        As `with_line` gave them.
    straight : int
        How many inputs, the last ones, only the line takes.

    Examples
    --------
    >>> from backlit.network.building import mlp
    >>> small = mlp(2, (4, 4), 1, output_gate="identity", loss="squared")
    >>> theta, line = np.arange(float(small.theta_size)), np.ones((3, 1))
    >>> again, numbers, weights = without_line(*with_line(small, theta, line, np.zeros(1)), straight=1)
    >>> again == small, bool((weights == line).all())
    (True, True)
    """
    lines = blueprint.outputs
    groups = max(layer.groups for layer in blueprint.neurons)
    layers: list[Layer] = []
    for layer in blueprint.layers:
        first, last = layer is blueprint.neurons[0], layer is blueprint.layers[-1]
        if layer.kind == "parametric":
            continue
        if not layer.declared.numbered:
            layers.append(replace(layer, inputs=layer.inputs - straight, outputs=layer.outputs - straight))
            continue
        inputs = layer.inputs - (straight if first else groups * lines)
        layers.append(replace(layer, inputs=inputs, outputs=layer.outputs - (0 if last else groups * lines)))
    inner = Blueprint(tuple(layers), blueprint.loss)
    made = np.zeros(inner.theta_size, theta.dtype)
    old, new = blueprint.arrays(theta), inner.arrays(made)
    parts = _Parts(blueprint, straight, lines, groups)
    for name, values in new.items():
        values[...] = old[name][parts.inner(name, old[name].shape)]
    weights = np.zeros((blueprint.inputs, lines), theta.dtype)
    taken = parts.line_inputs(old["w[1]"].shape[0])
    if len(blueprint.neurons) == 1:  # what the line takes of the other inputs is part of the network
        weights[inner.inputs :] = old["w[1]"][taken[inner.inputs :]]
    else:
        weights[...] = old["w[1]"][np.ix_(taken, parts.carried(old["b[1]"].size)[:lines])]
    return inner, made, weights


@dataclass(frozen=True, slots=True)
class _Parts:
    """Which parts of a whole's arrays are the line's: `lines` neurons at the end of each group carry it."""

    whole: Blueprint
    straight: int
    lines: int
    groups: int

    def carried(self, width: int) -> Positions:
        """The neurons of a hidden layer that carry lines, group by group."""
        each = width // self.groups
        return np.concatenate([np.arange((g + 1) * each - self.lines, (g + 1) * each) for g in range(self.groups)])

    def line_inputs(self, width: int) -> Positions:
        """The inputs of the first layer of neurons that are the network's inputs; features follow them."""
        return np.arange(min(self.whole.inputs, width))

    def inner(self, name: str, shape: Sequence[int]) -> Any:
        """The part of an array that is the network's without the line."""
        slot = next(slot for slot in self.whole.slots if slot.name == name)
        layer, last = self.whole.layers[slot.row], slot.row + 1 == len(self.whole.layers)
        if not layer.declared.numbered:
            return ...
        outputs = np.arange(shape[-1])
        outputs = outputs if last else np.setdiff1d(outputs, self.carried(shape[-1]))
        if slot.parameter == "b":
            return outputs
        inputs = np.arange(shape[0])
        if slot.layer == 1:
            behind = np.arange(self.whole.inputs - self.straight, self.whole.inputs)
            inputs = np.setdiff1d(inputs, behind)
        elif last:
            inputs = np.setdiff1d(inputs, self.carried(shape[0]))
        else:
            inputs = inputs[: -self.lines]
        return np.ix_(inputs, outputs)
