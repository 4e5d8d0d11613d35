"""Networks that are built often: a multilayer perceptron, and one whose inputs have a periodic embedding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from backlit.declared.layers import FEATURES
from backlit.errors import BacklitError
from backlit.network.blueprint import Blueprint, Layer


def with_periodic_embedding(blueprint: Blueprint, columns: int, sets: int = 1) -> Blueprint:
    """The same network with waves of its first inputs beside all of them, for its first layer to hear.

    Each column makes `sets` sets of waves, one for each network that stands side by side in it.

    Examples
    --------
    >>> [layer.outputs for layer in with_periodic_embedding(mlp(5, (8,), 2), 3).layers]
    [14, 8, 2]
    """
    first, *rest = blueprint.layers
    outputs = first.inputs + FEATURES * columns * sets
    front = Layer("periodic", first.inputs, outputs, "identity", columns)
    return Blueprint((front, replace(first, inputs=outputs), *rest), blueprint.loss)


def mlp(
    inputs: int,
    hidden: Sequence[int],
    outputs: int,
    *,
    hidden_gate: str | Sequence[str] = "relu",
    output_gate: str = "softmax",
    loss: str = "cross_entropy",
    blended: bool = False,
) -> Blueprint:
    """A multilayer perceptron: dense layers, one gate for all hidden layers or one for each.

    `blended` is for its hidden layers.

    Raises
    ------
    BacklitError
        If the number of gates is not the number of hidden layers.

    Examples
    --------
    >>> mlp(64, (100, 50), 10, hidden_gate=("tanh", "relu")).layers[1]
    Layer(kind='dense', inputs=100, outputs=50, gate='relu', groups=1, blended=False)
    """
    gates = [hidden_gate] * len(hidden) if isinstance(hidden_gate, str) else list(hidden_gate)
    if len(gates) != len(hidden):
        raise BacklitError(f"activation: {len(gates)} gates for {len(hidden)} hidden layers; name one for each")
    widths = [inputs, *hidden, outputs]
    layers = (
        Layer("dense", before, after, gate, blended=blended and number < len(hidden))
        for number, (before, after, gate) in enumerate(zip(widths, widths[1:], [*gates, output_gate], strict=False))
    )
    return Blueprint(tuple(layers), loss)
