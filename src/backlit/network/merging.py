"""Several networks as one network, whose logits are the mean of theirs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.declared.layer_kind import Members
from backlit.network.blueprint import Blueprint, Layer

Vector = NDArray[Any]


def merged(blueprints: Sequence[Blueprint], thetas: Sequence[Vector]) -> tuple[Blueprint, Vector]:
    """One network whose logits are the mean of the members' logits: their hidden layers lie side by side.

    Each layer's declaration defines what holds several of it (`merged`), and how its arrays are joined (`joined`).

    Parameters
    ----------
    blueprints : sequence of Blueprint
        All alike.
    thetas : sequence of ndarray, shape (theta_size,)

    Returns
    -------
    blueprint, theta

    Raises
    ------
    BacklitError
        If a layer cannot hold several members where it stands.

    Examples
    --------
    >>> from backlit.network.building import mlp
    >>> small = mlp(4, (8, 8), 3)
    >>> [(layer.kind, layer.outputs) for layer in merged([small] * 2, [np.zeros(small.theta_size)] * 2)[0].layers]
    [('dense', 16), ('grouped', 16), ('dense', 3)]
    """
    first, count = blueprints[0], len(blueprints)
    if count == 1:
        return first, thetas[0].copy()  # what is done to the whole is not done to its member
    positions, width = (np.arange(first.inputs),) * count, first.inputs
    layers: list[Layer] = []
    members: list[Members] = []
    for layer in first.layers:
        members.append(Members(positions, width, last=layer is first.layers[-1]))
        kind, (inputs, width, groups), positions = layer.declared.merged(layer.kind, layer.widths, members[-1])
        layers.append(Layer(kind, inputs, width, layer.gate, groups))
    together = Blueprint(tuple(layers), first.loss)
    theta = np.zeros(together.theta_size, thetas[0].dtype)
    for part, slot in zip(first.slots, together.slots, strict=True):
        layer = first.layers[part.row]
        arrays = [part.view(member) for member in thetas]
        slot.view(theta)[...] = layer.declared.joined(part.parameter, arrays, layer.widths, members[part.row])
    return together, theta
