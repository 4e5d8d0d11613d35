"""THE list of ways in which parameters start."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.blueprint import Blueprint, Layer, Slot
from backlit.errors import choose
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
    "uniform": lambda chance, width, shape: chance.uniform(-width, width, shape),
}
"""The distributions that a layer's declaration may ask for."""

INITIALS: Mapping[str, Rule] = {"glorot": _glorot, "normal": _normal, "scaled_normal": _scaled_normal}


def initial(blueprint: Blueprint, seed: int, dtype: np.dtype[Any], rule: str = "glorot") -> NDArray[Any]:
    """The flat parameter vector that a training starts from.

    Parameters
    ----------
    rule : {"glorot", "normal", "scaled_normal"}

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
    flat = np.zeros(blueprint.flat_size, dtype)
    for slot in blueprint.slots:
        chance = generator(seed, "initial", slot.offset)
        if slot.declared.start:
            slot.view(flat)[...] = STARTS[slot.declared.start[0]](chance, slot.declared.start[1], slot.shape)
        else:
            slot.view(flat)[...] = draw(chance, blueprint.neurons[slot.layer - 1], slot, saturating)
    return flat
