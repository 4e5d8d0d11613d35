"""A decision tree in a network: a neuron for each comparison, a neuron for each leaf, and what a leaf adds to outputs.

A gate that is flat below 0 and rises above it, such as selu, makes both. A comparison's neuron rests on the flat part
where the comparison holds, and is large where it does not; a leaf's neuron is lifted by a constant and pushed down by
each of its comparisons that does not hold, so that it is high in the leaf and flat elsewhere. The weights are so steep
that nothing lies between; rows closer to a threshold than a ten-thousandth of an input's unit excepted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.declared.gates import GATES
from backlit.formula.numpy import value_of
from backlit.network.blueprint import Blueprint, Layer

Vector = NDArray[Any]
Indices = NDArray[np.int64]

GATES_WITH_LEAVES = ("selu", "elu", "relu")
"""Hidden gates that are flat below 0 and rise above it."""
STEEPNESS = 1e5
"""Of a comparison's neuron."""
PUSH = 10.0
"""Of a comparison that does not hold, on its leaves."""
LIFT = 10.0
"""Of a leaf's neuron, where all hold."""


@dataclass(frozen=True, eq=False, slots=True)
class Leaves:
    """The leaves of a tree, and what each adds to each output.

    Attributes
    ----------
    inputs : ndarray of int, shape (n_comparisons,)
        Which input is compared.
    thresholds, signs : ndarray, shape (n_comparisons,)
        It holds where ``sign * (input - threshold) <= 0``.
    required : ndarray of bool, shape (n_comparisons, n_leaves)
        Which must hold in which leaf.
    values : ndarray, shape (n_leaves, outputs)
    """

    inputs: Indices
    thresholds: NDArray[np.float64]
    signs: NDArray[np.float64]
    required: NDArray[np.bool_]
    values: NDArray[np.float64]

    def __call__(self, rows: NDArray[Any]) -> NDArray[np.float64]:
        """What is added for each row, shape (n, outputs).

        Examples
        --------
        >>> one = np.array([0])
        >>> high = Leaves(one, np.array([0.5]), np.array([-1.0]), np.array([[True]]), np.array([[7.0]]))
        >>> high(np.array([[0.0], [1.0]])).tolist()
        [[0.0], [7.0]]
        """
        broken = self.signs * (rows[:, self.inputs] - self.thresholds) > 0.0
        return np.asarray((broken.astype(np.int64) @ self.required.astype(np.int64) == 0) @ self.values)


def with_leaves(blueprint: Blueprint, theta: Vector, trees: Sequence[Leaves]) -> tuple[Blueprint, Vector]:
    """The network plus the mean of the trees, before the output gate.

    Parameters
    ----------
    blueprint : Blueprint
        Dense and grouped layers, at least two of them hidden, with one of `GATES_WITH_LEAVES`, and maybe a periodic
        embedding in front.
    theta : ndarray, shape (theta_size,)
    trees : sequence of Leaves
        One for each group of the network.

    Returns
    -------
    blueprint, theta

    Examples
    --------
    >>> from backlit.network.building import mlp
    >>> small = mlp(1, (2, 2, 2), 1, hidden_gate="selu", output_gate="identity", loss="squared")
    >>> one = np.array([0])
    >>> high = Leaves(one, np.array([0.5]), np.array([-1.0]), np.array([[True]]), np.array([[7.0]]))
    >>> whole, _ = with_leaves(small, np.zeros(small.theta_size), [high])
    >>> [(layer.kind, layer.inputs, layer.outputs) for layer in whole.layers]
    [('dense', 1, 3), ('dense', 3, 3), ('dense', 3, 3), ('parametric', 3, 3), ('dense', 3, 1)]
    """
    groups, hidden = len(trees), len(blueprint.neurons) - 1
    widest = (max(len(tree.inputs) for tree in trees), max(len(tree.values) for tree in trees))
    more = [*widest, *[blueprint.outputs] * (hidden - 2)]
    layers: list[Layer] = []
    number = 0
    for layer in blueprint.layers:
        if not layer.declared.numbered:
            layers.append(layer)
            continue
        inputs = layer.inputs + (groups * more[number - 1] if number else 0)
        outputs = layer.outputs + (groups * more[number] if number < hidden else 0)
        layers.append(replace(layer, inputs=inputs, outputs=outputs))
        if 2 <= number < hidden:
            layers.append(Layer("parametric", outputs, outputs))
        number += 1
    whole = Blueprint(tuple(layers), blueprint.loss)
    made = np.zeros(whole.theta_size, theta.dtype)
    old, new = blueprint.arrays(theta), whole.arrays(made)
    positions = _Positions(tuple(layer.outputs for layer in blueprint.neurons[:-1]), tuple(more), groups)
    for name, values in old.items():
        new[name][positions.kept(name, values.shape)] = values
    for group, tree in enumerate(trees):
        _write(new, positions, group, tree, blueprint.neurons[0].gate)
    return whole, made


def comparisons_in(blueprint: Blueprint, theta: Vector) -> tuple[Indices, NDArray[np.float64]]:
    """The inputs that trees in a network compare, and with what; each pair once.

    Parameters
    ----------
    blueprint : Blueprint
    theta : ndarray, shape (theta_size,)

    Returns
    -------
    inputs, thresholds : ndarray, shape (n_comparisons,)

    Examples
    --------
    >>> from backlit.network.building import mlp
    >>> small = mlp(1, (2, 2), 1, hidden_gate="selu", output_gate="identity", loss="squared")
    >>> one = np.array([0])
    >>> high = Leaves(one, np.array([0.5]), np.array([-1.0]), np.array([[True]]), np.array([[7.0]]))
    >>> comparisons_in(*with_leaves(small, np.zeros(small.theta_size), [high]))[1].tolist()
    [0.5]
    """
    arrays = blueprint.arrays(theta)
    weights = arrays["w[1]"].astype(np.float64)
    steep = _steep(weights)
    neurons = np.flatnonzero(steep.any(axis=0))
    inputs = steep[:, neurons].argmax(axis=0)
    thresholds = -arrays["b[1]"][neurons].astype(np.float64) / weights[inputs, neurons]
    pairs = sorted(set(zip(inputs.tolist(), thresholds.tolist(), strict=True)))
    return np.array([pair[0] for pair in pairs], np.int64), np.array([pair[1] for pair in pairs], np.float64)


def is_of_network(blueprint: Blueprint, widths: Sequence[int]) -> NDArray[np.bool_]:
    """Which parameters are the network's without its trees.

    Parameters
    ----------
    blueprint : Blueprint
        As `with_leaves` gave it.
    widths : sequence of int
        Of the hidden layers of one group, without trees.

    Returns
    -------
    ndarray of bool, shape (theta_size,)

    Examples
    --------
    >>> from backlit.network.building import mlp
    >>> small = mlp(1, (2, 2), 1, hidden_gate="selu", output_gate="identity", loss="squared")
    >>> one = np.array([0])
    >>> high = Leaves(one, np.array([0.5]), np.array([-1.0]), np.array([[True]]), np.array([[7.0]]))
    >>> whole, _ = with_leaves(small, np.zeros(small.theta_size), [high])
    >>> int(is_of_network(whole, (2, 2)).sum()) == small.parameter_count
    True
    """
    hidden = blueprint.neurons[:-1]
    groups = max(layer.groups for layer in hidden)
    more = tuple(layer.outputs // groups - width for layer, width in zip(hidden, widths, strict=True))
    positions = _Positions(tuple(groups * width for width in widths), more, groups)
    marked = np.zeros(blueprint.theta_size, bool)
    for name, flags in blueprint.arrays(marked).items():
        if not name.startswith("blend"):
            flags[positions.kept(name, flags.shape)] = True
    if any(more):
        _clear_inner_rows(blueprint.arrays(marked), positions)
    return marked


def _clear_inner_rows(flags: dict[str, Vector], positions: _Positions) -> None:
    """The rows by which a layer takes the new neurons of the one before, in groups of its own, are the trees'."""
    for number in range(2, len(positions.widths) + 1):
        flags[f"w[{number}]"][positions.widths[number - 2] // positions.groups :] = False


def without_comparisons(blueprint: Blueprint, theta: Vector) -> Vector:
    """The parameters of a network whose trees add the same to every row: what is left has slopes in place of steps."""
    smooth = theta.copy()
    weights = blueprint.arrays(smooth)["w[1]"]
    weights[_steep(weights)] = 0.0
    return smooth


def _steep(weights: NDArray[Any]) -> NDArray[np.bool_]:
    """Which weights are comparisons': the one of a neuron, about as large as it is made, where all others are small."""
    large = np.abs(weights) > 1.0
    made = np.abs(np.abs(weights) / STEEPNESS - 1.0) < 0.01
    return np.asarray(made & (large.sum(axis=0) == 1))


@dataclass(frozen=True, slots=True)
class _Positions:
    """Where the neurons of the network without trees lie: in each layer and group the `more` new ones follow them."""

    widths: tuple[int, ...]
    more: tuple[int, ...]
    groups: int

    def old(self, layer: int, group: int) -> Indices:
        """The neurons of a hidden layer (from 1) and group that were there."""
        each = self.widths[layer - 1] // self.groups
        return group * (each + self.more[layer - 1]) + np.arange(each)

    def new(self, layer: int, group: int) -> Indices:
        """Those that are new."""
        return np.asarray(self.old(layer, group)[-1] + 1 + np.arange(self.more[layer - 1]))

    def kept(self, name: str, shape: Sequence[int]) -> Any:
        """The part of an array that is the network's without trees."""
        stem, number = name.rstrip("]").split("[")
        layer, hidden = int(number), len(self.widths)
        if stem not in ("w", "b"):
            return ...
        everywhere = [np.concatenate([self.old(at + 1, g) for g in range(self.groups)]) for at in range(hidden)]
        outputs = everywhere[layer - 1] if layer <= hidden else np.arange(shape[-1])
        if stem == "b":
            return outputs
        inputs = everywhere[-1] if layer > hidden else np.arange(shape[0])  # inside: those of the group, first
        return np.ix_(inputs, outputs)


def _write(new: dict[str, Vector], positions: _Positions, group: int, tree: Leaves, gate: str) -> None:
    """Put one group's tree into the arrays of a network that has room for it."""
    value = value_of(GATES[gate])
    rest, high = float(value(np.float64(-1e4))), float(value(np.float64(LIFT)))
    comparisons = positions.new(1, group)[: len(tree.inputs)]
    new["w[1]"][tree.inputs, comparisons] = STEEPNESS * tree.signs
    new["b[1]"][comparisons] = -STEEPNESS * tree.signs * tree.thresholds
    leaves = positions.new(2, group)[: len(tree.values)]
    first = positions.widths[0] // positions.groups
    new["w[2]"][np.ix_(first + np.arange(len(tree.inputs)), leaves)] = -PUSH * tree.required
    new["b[2]"][leaves] = LIFT + PUSH * rest * tree.required.sum(axis=0)
    added = tree.values / (high - rest)
    offset = -rest * added.sum(axis=0)
    hidden = len(positions.widths)
    if hidden == 2:
        new["w[3]"][leaves] = added / positions.groups
        new["b[3]"][...] += offset / positions.groups
        return
    for layer in range(3, hidden + 1):
        carriers = positions.new(layer, group)
        blend = new[f"blend[{layer}]"]
        blend[positions.old(layer, group)], blend[carriers] = 1.0, 0.0
        above = positions.widths[layer - 2] // positions.groups
        if layer == 3:
            new["w[3]"][np.ix_(above + np.arange(len(tree.values)), carriers)] = added
            new["b[3]"][carriers] = offset
        else:
            new[f"w[{layer}]"][np.ix_(above + np.arange(len(carriers)), carriers)] = np.eye(len(carriers))
    new[f"w[{hidden + 1}]"][positions.new(hidden, group)] = np.eye(len(offset)) / positions.groups
