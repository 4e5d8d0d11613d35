"""The lecture's first network: four inputs, three sigmoid neurons, one linear output, L = (y - a)^2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.errors import BacklitError
from backlit.network.blueprint import Blueprint
from backlit.network.building import mlp
from backlit.tracing import Trace, trace

FIRST_LAYER = ((0.1, -0.2, 0.4), (0.3, 0.2, -0.1), (-0.5, 0.1, 0.2), (0.2, -0.4, 0.3))
"""Weights from the four inputs (rows) to the three neurons (columns); the lecture names none, these are ours."""


def one_weight(
    x: Any = (1.0, 2.0, -1.0, 0.5),
    w1: Any = FIRST_LAYER,
    w2: Any = (0.7, -0.3, 0.5),
    y: float = 1.0,
) -> Trace:
    """Trace the lecture's first network, to ask for the gradient of any one of its weights.

    Parameters
    ----------
    x : array-like, shape (4,)
        The inputs; the lecture's x1 is ``x[0]``.
    w1 : array-like, shape (4, 3)
        Weights into the hidden layer; the lecture's w11 is ``w[1][0][0]``.
    w2 : array-like, shape (3,)
        Weights into the output; the lecture's w21 is ``w[2][0][0]``.
    y : float
        The target.

    Returns
    -------
    Trace
        Of the loss L = (y - a)^2. The lecture has no biases; they are there, and 0.

    Raises
    ------
    BacklitError
        If a shape is another, or a number is not finite.

    Examples
    --------
    >>> derivation = one_weight().derivation("w[1][0][0]")
    >>> [round(factor.value, 6) for factor in derivation.paths[0]], round(derivation.gradient, 6)
    ([-0.647414, 1.0, 0.7, 0.168298, 1.0], -0.076271)
    """
    blueprint = mlp(4, (3,), 1, hidden_gate="sigmoid", output_gate="identity", loss="squared")
    theta = np.zeros(blueprint.theta_size)
    arrays = blueprint.arrays(theta)
    arrays["w[1]"][...] = _shaped("w1", w1, (4, 3))
    arrays["w[2]"][:, 0] = _shaped("w2", w2, (3,))
    return trace(LectureNetwork(blueprint, theta), x=_shaped("x", x, (4,)), y=_shaped("y", y, ()))


@dataclass(frozen=True)
class LectureNetwork:
    """The network with its weights given instead of learned, as far as a trace needs it."""

    network_: Blueprint
    theta_: NDArray[np.float64]

    def as_network_row(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[Any, Any]:
        """One sample, as the network takes it."""
        return x, np.atleast_1d(y)


def _shaped(name: str, values: Any, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Numbers of that shape."""
    array = np.asarray(values, np.float64)
    if array.shape != shape:
        raise BacklitError(f"one_weight: {name} has shape {array.shape}; give {shape}")
    return array
