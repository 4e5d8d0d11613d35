"""Each is the other's witness: every gradient of `engine` against `graph`, for every gate, layer, output and loss.

The loops go over the registries, so a new gate, layer or loss cannot escape.
"""

from __future__ import annotations

import numpy as np
import pytest

from backlit.declared.gate_kinds import Gate
from backlit.declared.gates import GATES
from backlit.declared.layers import LAYERS
from backlit.declared.losses import FUSIONS, LOSSES
from backlit.engine.network import Network
from backlit.engine.rng import generator
from backlit.graph import backward
from backlit.graph import network as read_as_graph
from backlit.network.blueprint import Blueprint, Layer
from backlit.network.building import mlp

HIDDEN = [gate.name for gate in GATES.values() if isinstance(gate, Gate) and len(gate.operands) == 1]
FAMILIES = [family.member(*family.example).name for family in GATES.families.values()]
OUTPUTS = ("softmax", "sigmoid", "identity", "exp", "softplus", "tanh")
UNDEFINED = {  # outputs that may be negative or above 1, where these losses take a logarithm
    ("identity", "cross_entropy"), ("identity", "binary_cross_entropy"), ("identity", "poisson"),
    ("tanh", "cross_entropy"), ("tanh", "binary_cross_entropy"), ("tanh", "poisson"),
    ("exp", "binary_cross_entropy"), ("softplus", "binary_cross_entropy"),
}  # fmt: skip
ENDS = [(gate, loss) for gate in OUTPUTS for loss in LOSSES if (gate, loss) not in UNDEFINED]
POSITIVE = ("log", "sqrt", "log1p")


def with_layer(kind: str, gate: str, output_gate: str, loss: str) -> Blueprint:
    """A network that has a layer of this kind, before or behind a gate."""
    outputs, hidden = 3 if output_gate == "softmax" else 2, Layer("dense", 4, 6, gate)
    layers = {
        "dense": (hidden, Layer("dense", 6, 4, gate)),
        "grouped": (hidden, Layer("grouped", 6, 4, gate, 2)),
        "periodic": (Layer("periodic", 4, 10, groups=2), Layer("dense", 10, 4, gate)),
    }.get(kind, (hidden, Layer(kind, 6, 6), Layer("dense", 6, 4, gate)))
    return Blueprint((*layers, Layer("dense", 4, outputs, output_gate)), loss)


NETWORKS = [
    *[mlp(3, (4,), 2, hidden_gate=gate, output_gate="identity", loss="squared") for gate in HIDDEN],
    *[mlp(3, (4,), 3, hidden_gate="tanh", output_gate=gate, loss=loss) for gate, loss in ENDS],
    *[mlp(3, (4, 3), 2, hidden_gate=gate, parametric_activation=True) for gate in HIDDEN if gate not in POSITIVE],
    *[with_layer(kind, gate, "softmax", "cross_entropy") for kind in LAYERS for gate in HIDDEN if gate not in POSITIVE],
    *[with_layer(kind, "tanh", gate, loss) for kind in LAYERS for gate, loss in ENDS],
    *[mlp(3, (4,), 2, hidden_gate=gate, output_gate="identity", loss="squared") for gate in FAMILIES],
    mlp(3, (4,), 2, hidden_gate="tanh", output_gate="scaled_tanh(1.5, 0.5)", loss="squared"),
    # a part with a gate, a part in front, and a part at the end
    Blueprint(
        (
            Layer("scaling", 3, 3),
            Layer("dense", 3, 5),
            Layer("scaling", 5, 5, "tanh"),
            Layer("dense", 5, 2),
            Layer("scaling", 2, 2),
        ),
        "squared",
    ),
    Blueprint((Layer("scaling", 3, 3), Layer("clipping", 3, 3), Layer("dense", 3, 2)), "squared"),
    # a layer norm in front, with a gate, and at the end
    Blueprint(
        (
            Layer("norm", 3, 3),
            Layer("dense", 3, 5),
            Layer("norm", 5, 5, "tanh"),
            Layer("dense", 5, 2),
            Layer("norm", 2, 2),
        ),
        "squared",
    ),
    mlp(5, (), 3),
    mlp(2, (3, 4, 2, 3), 2, hidden_gate=("relu", "selu", "gelu", "sigmoid")),
]


def test_every_fusion_is_looped_over() -> None:
    assert set(FUSIONS) <= set(ENDS)


@pytest.mark.parametrize(
    "network", NETWORKS, ids=lambda n: "-".join([*(f"{layer.kind}.{layer.gate}" for layer in n.layers), n.loss])
)
def test_training_equals_graph(network: Blueprint) -> None:
    chance = generator(11, "initial")
    theta = np.zeros(network.theta_size)
    positive = set(POSITIVE) & {layer.gate for layer in network.layers}
    for slot in network.slots:  # positive weights where a gate takes positive numbers only
        low = 0.1 if positive or slot.parameter == "epsilon" else -0.6
        slot.view(theta)[...] = chance.uniform(low, 0.9, slot.shape)
    x = chance.uniform(0.2, 1.0, (6, network.inputs))
    if network.output_gate == "softmax" or network.loss == "cross_entropy":
        y = np.eye(network.outputs)[chance.integers(0, network.outputs, 6)]
    else:
        y = chance.uniform(0.1, 0.9, (6, network.outputs))
    loss, gradient = Network(network, theta, 6).loss_and_gradient(x, y, np.full(6, 1 / 6))
    graph = read_as_graph(network, theta, x, y)
    swept = backward(graph)
    assert loss == pytest.approx(float(graph.output.value), rel=1e-12)
    wires = {wire.name: wire for wire in graph.wires}
    for slot in network.slots:
        np.testing.assert_allclose(slot.view(gradient), swept[wires[slot.name]], rtol=1e-10, atol=1e-15)
