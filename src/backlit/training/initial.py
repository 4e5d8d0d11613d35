"""THE list of ways in which parameters start."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.blueprint import Blueprint, Layer, Slot
from backlit.errors import choose
from backlit.training.arrays import zeros
from backlit.training.chance import generator

Draw = NDArray[np.float64]
Rule = Callable[[np.random.Generator, Layer, Slot, bool], Draw]


def _glorot(chance: np.random.Generator, layer: Layer, slot: Slot, saturating: bool) -> Draw:
    """Uniform within sqrt(6 / (inputs + outputs)), sqrt(2 / ...) with sigmoid gates, biases too.

    Glorot and Bengio 2010, equation 16, with scikit-learn's factor for the logistic gate.
    """
    bound = math.sqrt((2.0 if saturating else 6.0) / (layer.inputs + layer.outputs))
    return chance.uniform(-bound, bound, slot.shape)


def _normal(chance: np.random.Generator, layer: Layer, slot: Slot, saturating: bool) -> Draw:
    """Everything N(0, 1): large, so that sigmoid gates start saturated (Nielsen 2015, chapter 1)."""
    return chance.normal(size=slot.shape)


def _scaled_normal(chance: np.random.Generator, layer: Layer, slot: Slot, saturating: bool) -> Draw:
    """Weights N(0, 1 / inputs), biases N(0, 1) (Nielsen 2015, chapter 3)."""
    scale = 1.0 / math.sqrt(layer.inputs) if slot.decays else 1.0
    return chance.normal(scale=scale, size=slot.shape)


STARTS: Mapping[str, Callable[[np.random.Generator, float, tuple[int, ...]], Draw]] = {
    "normal": lambda chance, width, shape: chance.normal(scale=width, size=shape),
    "constant": lambda chance, value, shape: np.full(shape, value),
    "uniform": lambda chance, width, shape: chance.uniform(-width, width, shape),
}
"""The distributions that a layer's declaration may ask for."""

INITIALS: Mapping[str, Rule] = {
    "glorot": _glorot,
    "normal": _normal,
    "scaled_normal": _scaled_normal,
    "unit_sums": _glorot,  # then `_to_unit_sums`
}
LOOKED_AT = 2_000
"""Rows of the data that sums are measured on, at most."""
LEAST_DEVIATION = 1e-3
"""A neuron whose sum varies by less stays as it is: one row, or a constant, says nothing of its scale."""


def initial(
    blueprint: Blueprint, seed: int, dtype: np.dtype[Any], rule: str = "glorot", rows: NDArray[Any] | None = None
) -> NDArray[Any]:
    """The flat parameter vector that a training starts from.

    Parameters
    ----------
    rule : {"glorot", "normal", "scaled_normal", "unit_sums"}
        With "unit_sums" each hidden neuron's weights are scaled so that its sum varies by a standard deviation of 1
        over the rows (Mishkin and Matas 2016; Holzmueller et al. 2024 with other biases and for the last layer too).
    rows : ndarray of `dtype`, shape (n, inputs), C-contiguous, optional
        Of the data, for "unit_sums", which looks at 2,000 of them.

    Returns
    -------
    ndarray of `dtype`, shape (blueprint.flat_size,)
        Padding is 0.

    Raises
    ------
    BacklitError
        If there is no such rule.

    Examples
    --------
    >>> from backlit.blueprint import mlp
    >>> initial(mlp(2, (), 2), 0, np.dtype(np.float32)).shape
    (32,)
    """
    draw = choose("init", rule, INITIALS)
    saturating = blueprint.neurons[0].gate == "sigmoid"
    flat = zeros("theta", blueprint.flat_size, dtype)
    for slot in blueprint.slots:
        chance = generator(seed, "initial", slot.offset)
        if slot.declared.start:
            slot.view(flat)[...] = STARTS[slot.declared.start[0]](chance, slot.declared.start[1], slot.shape)
        else:
            slot.view(flat)[...] = draw(chance, blueprint.neurons[slot.layer - 1], slot, saturating)
    if rule == "unit_sums" and rows is not None:
        _to_unit_sums(blueprint, flat, rows)
    return flat


def _to_unit_sums(blueprint: Blueprint, flat: NDArray[Any], rows: NDArray[Any]) -> None:
    """Scale the hidden layers' weights, from the first layer on: each hears what those before it make of the rows."""
    from backlit.training.network import Network

    some = rows[np.linspace(0, len(rows) - 1, min(len(rows), LOOKED_AT)).astype(np.int64)]
    network = Network(blueprint, flat, len(some), threads=1)
    arrays = blueprint.arrays(flat)
    for number, _ in blueprint.numbered[:-1]:
        if number:
            deviation = network.sums(some)[number - blueprint.numbered[0][0]].std(axis=0, dtype=np.float64)
            arrays[f"w[{number}]"] /= np.where(deviation < LEAST_DEVIATION, 1.0, deviation)
