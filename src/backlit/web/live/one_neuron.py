"""One neuron of a network in training as a circuit of its own: its weighted sum and its gate, at one row."""

from __future__ import annotations

from typing import Any

import numpy as np

from backlit.errors import BacklitError
from backlit.network.forward import forward
from backlit.tracing import Trace, trace
from backlit.web.live.session import TrainingSession

MOST_SCALARS = 6
"""Inputs that have a box each; more stand as one array."""


def neuron(session: TrainingSession, row: int, layer: int, at: int) -> Trace:
    """A neuron's output from what it reads, with the parameters as they stand.

    Parameters
    ----------
    session : TrainingSession
    row : int
        Of the data.
    layer, at : int
        Layers count from 1, neurons from 0.

    Returns
    -------
    Trace
        Of a softmax, whose neurons depend on each other, the weighted sum alone.

    Raises
    ------
    BacklitError
        If there is no such row or neuron.
    """
    theta, x, _ = session.sample(row)
    blueprint = session.blueprint
    layers = dict(blueprint.numbered)
    if layer not in layers or not 0 <= at < layers[layer].outputs:
        raise BacklitError(f"neuron: there is no a[{layer}][{at}]; the network has {len(layers)} layers")
    arrays = blueprint.arrays(theta)
    read = x if layer == 1 else forward(blueprint, theta, x[None, :])[f"a[{layer - 1}]"][0]
    weights, bias = arrays[f"w[{layer}]"][:, at], float(arrays[f"b[{layer}]"][at])
    letter, gate = ("x" if layer == 1 else "a"), layers[layer].gate
    values: dict[str, Any] = {"b": bias}
    if len(weights) > MOST_SCALARS:
        values |= {"w": np.asarray(weights, float).tolist(), letter: np.asarray(read, float).tolist()}
        text = f"sum(w * {letter}) + b"
    else:
        for number, (weight, value) in enumerate(zip(weights, read, strict=True)):
            values |= {f"w{number}": float(weight), f"{letter}{number}": float(value)}
        text = " + ".join([*(f"w{number} * {letter}{number}" for number in range(len(weights))), "b"])
    traced = trace(text if gate in ("identity", "softmax") else f"{gate}({text})", **values)
    traced.title = f"a[{layer}][{at}] = {traced.title}"
    return traced
