"""Networks side by side as one network, whose logits are the mean of theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.declared.layers import FEATURES
from backlit.network.blueprint import Blueprint
from backlit.network.building import mlp, with_periodic_embedding

Vector = NDArray[Any]


def merged(blueprints: Sequence[Blueprint], thetas: Sequence[Vector]) -> tuple[Blueprint, Vector]:
    """One network whose logits are the mean of the members' logits: their hidden layers stand side by side.

    The first layer hears the inputs as a whole, hidden layers are grouped, and the last one takes the mean.

    Parameters
    ----------
    blueprints : sequence of Blueprint
        All alike; with hidden layers, if they make waves.
    thetas : sequence of ndarray, shape (theta_size,)

    Returns
    -------
    blueprint, theta

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
    last = len(first.neurons)
    columns = first.front.groups if first.front else 0
    layers = mlp(first.inputs, [layer.outputs * count for layer in first.neurons[:-1]], first.outputs).layers
    layers = tuple(
        replace(wide, gate=own.gate, blended=own.blended, kind="grouped", groups=count)
        if 1 < number < last
        else replace(wide, gate=own.gate, blended=own.blended)
        for number, (wide, own) in enumerate(zip(layers, first.neurons, strict=True), 1)
    )
    together = Blueprint(layers, first.loss)
    if columns:
        together = with_periodic_embedding(together, columns, count)
    theta = np.zeros(together.theta_size, thetas[0].dtype)
    for own, slot in zip(first.slots, together.slots, strict=True):
        arrays = [own.view(part) for part in thetas]
        if own.layer == 0:
            joined = _by_column(arrays, columns, own.parameter == "frequency").reshape(slot.shape)
        elif own.layer == 1 and own.parameter == "w" and columns:
            joined = _waves_to_members(arrays, first.inputs, columns)
        elif own.layer < last:
            joined = np.concatenate(arrays, axis=-1)
        elif own.parameter == "w" and last > 1:
            joined = np.concatenate(arrays, axis=0) / count
        else:
            joined = np.mean(arrays, axis=0)
        slot.view(theta)[...] = joined
    return together, theta


def _by_column(arrays: Sequence[Vector], columns: int, rows: bool) -> Vector:
    """A periodic layer's arrays: what belongs to one column stands side by side, member after member.

    `rows` says whether the array has a row for each column, and not a run of its last axis.
    """
    if rows:
        return np.concatenate(arrays, axis=-1)
    parts = [array.reshape(*array.shape[:-1], columns, -1) for array in arrays]
    return np.concatenate(parts, axis=-1)


def _waves_to_members(arrays: Sequence[Vector], inputs: int, columns: int) -> Vector:
    """The first layer of neurons: each member hears all inputs and its own waves; it is deaf to the others' waves."""
    count, width = len(arrays), arrays[0].shape[1]
    plain = np.concatenate([array[:inputs] for array in arrays], axis=1)
    waves = np.zeros((columns, count, FEATURES, count * width), arrays[0].dtype)
    for member, array in enumerate(arrays):
        own = slice(member * width, (member + 1) * width)
        waves[:, member, :, own] = array[inputs:].reshape(columns, FEATURES, width)
    return np.concatenate([plain, waves.reshape(-1, count * width)])
