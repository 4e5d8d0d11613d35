"""Networks that are built often: a multilayer perceptron, and one whose inputs have a periodic embedding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from backlit.declared.layers.periodic import FEATURES
from backlit.errors import BacklitError
from backlit.network.blueprint import Blueprint, Layer


def with_periodic_embedding(blueprint: Blueprint, columns: int) -> Blueprint:
    """The same network whose first layer also takes a periodic embedding of the first columns.

    Examples
    --------
    >>> [layer.outputs for layer in with_periodic_embedding(mlp(5, (8,), 2), 3).layers]
    [14, 8, 2]
    """
    first, *rest = blueprint.layers
    outputs = first.inputs + FEATURES * columns
    embedding = Layer("periodic", first.inputs, outputs, groups=columns)
    return Blueprint((embedding, replace(first, inputs=outputs), *rest), blueprint.loss)


def mlp(
    inputs: int,
    hidden: Sequence[int],
    outputs: int,
    *,
    hidden_gate: str | Sequence[str] = "relu",
    output_gate: str = "softmax",
    loss: str = "cross_entropy",
    parametric_activation: bool = False,
) -> Blueprint:
    """A multilayer perceptron: dense layers, one gate for all hidden layers or one for each.

    With `parametric_activation` each hidden neuron learns how much of its gate it uses.

    Raises
    ------
    BacklitError
        If the number of gates is not the number of hidden layers.

    Examples
    --------
    >>> mlp(64, (100, 50), 10, hidden_gate=("tanh", "relu")).layers[1]
    Layer(kind='dense', inputs=100, outputs=50, gate='relu', groups=1)
    """
    gates = [hidden_gate] * len(hidden) if isinstance(hidden_gate, str) else list(hidden_gate)
    if len(gates) != len(hidden):
        raise BacklitError(f"activation: {len(gates)} gates for {len(hidden)} hidden layers; name one for each")
    layers: list[Layer] = []
    for width, gate in zip(hidden, gates, strict=True):
        layers.append(Layer("dense", layers[-1].outputs if layers else inputs, width, gate))
        if parametric_activation:
            layers.append(Layer("parametric", width, width))
    layers.append(Layer("dense", layers[-1].outputs if layers else inputs, outputs, output_gate))
    return Blueprint(tuple(layers), loss)
