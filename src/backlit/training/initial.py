"""Where the parameters start."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.blueprint import Blueprint
from backlit.training.chance import generator

SATURATING = frozenset({"sigmoid"})


def glorot(blueprint: Blueprint, seed: int, dtype: np.dtype[Any]) -> NDArray[Any]:
    """Weights and biases uniform within ``sqrt(6 / (inputs + outputs))``, ``sqrt(2 / ...)`` with sigmoid gates.

    Glorot and Bengio 2010, equation 16, with scikit-learn's factor for the logistic gate.

    Returns
    -------
    ndarray of `dtype`, shape (blueprint.flat_size,)
        Padding is 0.
    """
    factor = 2.0 if blueprint.layers[0].gate in SATURATING else 6.0
    flat = np.zeros(blueprint.flat_size, dtype)
    for slot in blueprint.slots:
        layer = blueprint.layers[slot.layer - 1]
        bound = math.sqrt(factor / (layer.inputs + layer.outputs))
        draw = generator(seed, "initial", slot.offset).uniform(-bound, bound, slot.shape)
        slot.view(flat)[...] = draw
    return flat
