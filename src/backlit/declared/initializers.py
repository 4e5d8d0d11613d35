"""THE list of initializers, and the distributions that a layer's declaration may name for an array of its own."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Shape = tuple[int, ...]
Draw = NDArray[np.float64]


class Fan(NamedTuple):
    """What an initializer knows of an array: its layer's widths, whether it holds weights, and the hidden gate."""

    inputs: int
    outputs: int
    weights: bool
    saturating: bool  # whether the hidden gate is the sigmoid


@dataclass(frozen=True, slots=True)
class Initializer:
    """A rule by which weights and biases are drawn.

    `draw` takes a generator, the array's `Fan` and its shape. Where `unit_variance` is set, hidden weights are then
    scaled so that each pre-activation has a standard deviation of 1 over the data (`training.initial_parameters`).
    """

    draw: Callable[[np.random.Generator, Fan, Shape], Draw]
    unit_variance: bool = False


def _glorot(rng: np.random.Generator, fan: Fan, shape: Shape) -> Draw:
    """Uniform within sqrt(6 / (inputs + outputs)), sqrt(2 / ...) with sigmoid gates, biases too.

    Glorot and Bengio 2010, equation 16, with scikit-learn's factor for the logistic gate.
    """
    bound = math.sqrt((2.0 if fan.saturating else 6.0) / (fan.inputs + fan.outputs))
    return rng.uniform(-bound, bound, shape)


def _normal(rng: np.random.Generator, fan: Fan, shape: Shape) -> Draw:
    """Everything N(0, 1): large, so that sigmoid gates start saturated (Nielsen 2015, chapter 1)."""
    return rng.normal(size=shape)


def _scaled_normal(rng: np.random.Generator, fan: Fan, shape: Shape) -> Draw:
    """Weights N(0, 1 / inputs), biases N(0, 1) (Nielsen 2015, chapter 3)."""
    return rng.normal(scale=1.0 / math.sqrt(fan.inputs) if fan.weights else 1.0, size=shape)


INITIALIZERS: Mapping[str, Initializer] = {
    "glorot": Initializer(_glorot),
    "normal": Initializer(_normal),
    "scaled_normal": Initializer(_scaled_normal),
    # layer-sequential unit variance: Mishkin and Matas 2016
    "lsuv": Initializer(_glorot, unit_variance=True),
}

DISTRIBUTIONS: Mapping[str, Callable[[np.random.Generator, float, Shape], Any]] = {
    "normal": lambda rng, width, shape: rng.normal(scale=width, size=shape),
    "constant": lambda rng, value, shape: np.full(shape, value),
    "uniform": lambda rng, width, shape: rng.uniform(-width, width, shape),
}
"""Name -> draw of an array, from a generator, the distribution's width (or value), and the array's shape."""
