"""The parameters that a training starts from."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.declared.initializers import DISTRIBUTIONS, INITIALIZERS, Fan
from backlit.engine.aligned import zeros
from backlit.engine.rng import generator
from backlit.errors import choose
from backlit.network.blueprint import Blueprint

LSUV_ROWS = 2_000
"""Rows of the data that pre-activations are measured on, at most."""
LEAST_DEVIATION = 1e-3
"""A neuron whose pre-activation varies by less stays as it is: one row, or a constant, has no scale."""


def initial(
    blueprint: Blueprint, seed: int, dtype: np.dtype[Any], rule: str = "glorot", rows: NDArray[Any] | None = None
) -> NDArray[Any]:
    """The vector of parameters that a training starts from.

    Parameters
    ----------
    blueprint : Blueprint
    seed : int
        Each array of parameters has a random generator of its own, keyed by this and by its offset.
    dtype : dtype
        float32 or float64.
    rule : {"glorot", "normal", "scaled_normal", "lsuv"}
        With "lsuv" (layer-sequential unit variance) each hidden neuron's weights are scaled so that its pre-activation
        has a standard deviation of 1 over the rows (Mishkin and Matas 2016; Holzmueller et al. 2024 with other biases
        and for the last layer too).
    rows : ndarray of `dtype`, shape (n, inputs), C-contiguous, optional
        Of the data, for "lsuv", which takes 2,000 of them.

    Returns
    -------
    ndarray of `dtype`, shape (blueprint.theta_size,)
        Padding is 0.

    Raises
    ------
    BacklitError
        If there is no such rule.

    Examples
    --------
    >>> from backlit.network.building import mlp
    >>> initial(mlp(2, (), 2), 0, np.dtype(np.float32)).shape
    (32,)
    """
    initializer = choose("init", rule, INITIALIZERS)
    saturating = blueprint.neurons[0].gate == "sigmoid"
    theta = zeros("theta", blueprint.theta_size, dtype)
    for slot in blueprint.slots:
        rng = generator(seed, "initial", slot.offset)
        if slot.declared.initializer:
            distribution, width = slot.declared.initializer
            slot.view(theta)[...] = DISTRIBUTIONS[distribution](rng, width, slot.shape)
        else:
            layer = blueprint.layers[slot.row]
            fan = Fan(layer.inputs, layer.outputs, slot.decays, saturating)
            slot.view(theta)[...] = initializer.draw(rng, fan, slot.shape)
    if initializer.unit_variance and rows is not None:
        _to_unit_variance(blueprint, theta, rows)
    return theta


def _to_unit_variance(blueprint: Blueprint, theta: NDArray[Any], rows: NDArray[Any]) -> None:
    """Scale the hidden layers' weights, from the first layer on: each gets what those before it make of the rows."""
    from backlit.engine.network import Network

    sample = rows[np.linspace(0, len(rows) - 1, min(len(rows), LSUV_ROWS)).astype(np.int64)]
    network = Network(blueprint, theta, len(sample), threads=1)
    arrays = blueprint.arrays(theta)
    for row, (number, layer) in enumerate(blueprint.numbered[:-1]):
        if layer.declared.numbered:
            deviation = network.pre_activations(sample)[row].std(axis=0, dtype=np.float64)
            arrays[f"w[{number}]"] /= np.where(deviation < LEAST_DEVIATION, 1.0, deviation)
