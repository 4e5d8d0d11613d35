"""Every gradient of the compiled passes against JAX, an outside oracle that shares nothing with us."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from backlit.engine.network import Network
from backlit.engine.threads import single_threaded_blas
from backlit.network.blueprint import Blueprint, Layer
from backlit.network.building import mlp, with_periodic_embedding
from backlit.training.initial_parameters import initial

jax.config.update("jax_enable_x64", True)

GATES = {
    "sigmoid": jax.nn.sigmoid,
    "tanh": jnp.tanh,
    "relu": jax.nn.relu,
    "leaky_relu": jax.nn.leaky_relu,
    "elu": jax.nn.elu,
    "selu": jax.nn.selu,
    "gelu": lambda x: jax.nn.gelu(x, approximate=False),
    "silu": jax.nn.silu,
    "mish": jax.nn.mish,
    "softplus": jax.nn.softplus,
    "identity": lambda x: x,
    "sin": jnp.sin,
    "exp": jnp.exp,
}
ENDS = {
    ("softmax", "cross_entropy"): lambda z, y: -jnp.sum(y * jax.nn.log_softmax(z)),
    ("softmax", "squared"): lambda z, y: jnp.sum((jax.nn.softmax(z) - y) ** 2),
    ("softmax", "quadratic"): lambda z, y: jnp.sum((jax.nn.softmax(z) - y) ** 2) / 2,
    ("sigmoid", "binary_cross_entropy"): lambda z, y: jnp.sum(jnp.logaddexp(0, z) - y * z),
    ("sigmoid", "quadratic"): lambda z, y: jnp.sum((jax.nn.sigmoid(z) - y) ** 2) / 2,
    ("identity", "squared"): lambda z, y: jnp.sum((z - y) ** 2),
    ("identity", "quadratic"): lambda z, y: jnp.sum((z - y) ** 2) / 2,
    ("identity", "absolute"): lambda z, y: jnp.sum(jnp.abs(z - y)),
    ("exp", "poisson"): lambda z, y: jnp.sum(jnp.exp(z) - y * z),
    ("softplus", "poisson"): lambda z, y: jnp.sum(jax.nn.softplus(z) - y * jnp.log(jax.nn.softplus(z))),
}
NETWORKS = [
    *[mlp(5, (4, 3), 3, hidden_gate=gate) for gate in GATES],
    *[mlp(5, (4,), 3, hidden_gate="tanh", output_gate=gate, loss=loss) for gate, loss in ENDS],
    mlp(3, (), 2),
    with_periodic_embedding(mlp(5, (4,), 3, hidden_gate="selu"), 3),
    with_periodic_embedding(mlp(5, (4,), 3, hidden_gate="selu"), 5),
    Blueprint((Layer("periodic", 4, 22, "identity", 3), Layer("dense", 22, 2, "softmax")), "cross_entropy"),
    Blueprint(
        (Layer("dense", 3, 6, "tanh"), Layer("grouped", 6, 9, "relu", 3), Layer("dense", 9, 2, "softmax")),
        "cross_entropy",
    ),
    *[mlp(5, (4, 3), 3, hidden_gate=gate, parametric_activation=True) for gate in GATES],
    with_periodic_embedding(mlp(5, (4,), 3, hidden_gate="selu", parametric_activation=True), 3),
    mlp(4, (3,), 1, hidden_gate="sigmoid", output_gate="identity", loss="squared"),
    mlp(2, (3, 4, 5, 4), 1, hidden_gate=("relu", "tanh", "gelu", "selu"), output_gate="identity", loss="quadratic"),
]


def name(network: Blueprint) -> str:
    return "-".join(
        [*(layer.kind if layer.kind == "parametric" else layer.gate for layer in network.layers), network.loss]
    )


def periodic(x, frequency, phase, mix, shift):
    """The formula of Holzmueller et al. 2024, column by column, with einsum."""
    columns, many = frequency.shape
    cosines = jnp.cos(2 * jnp.pi * x[:, :columns, None] * frequency + phase.reshape(columns, many))
    sets = cosines.reshape(len(x), columns, many // 16, 16)
    features = jnp.einsum("rcsk,kcsq->rcsq", sets, mix.reshape(16, columns, many // 16, 3))
    return jnp.concatenate([x, features.reshape(len(x), -1) + shift], axis=1)


def oracle(network: Blueprint, theta, x, y, weights, alpha):
    def loss(theta):
        z = a = x
        squares = 0.0
        for row, (number, layer) in enumerate(network.numbered):
            w, *more = (
                jax.lax.dynamic_slice(theta, (slot.offset,), (slot.size,)).reshape(slot.shape)
                for slot in network.slots
                if slot.row == row
            )
            if layer.kind == "periodic":
                a = periodic(a, w, *more)
                continue
            if layer.kind == "parametric":
                a = z + w * (a - z)
                continue
            squares += jnp.sum(w**2)
            parts = zip(jnp.split(a, layer.groups, axis=1), jnp.split(w, layer.groups, axis=1), strict=True)
            z = jnp.concatenate([part @ block for part, block in parts], axis=1) + more[0]
            a = GATES.get(layer.gate, lambda z: z)(z) if number < len(network.neurons) else z
        end = ENDS[(network.output_gate, network.loss)]
        return jnp.sum(weights * jax.vmap(end)(z, y)) + alpha * squares / 2

    return jax.value_and_grad(loss)(theta)


@pytest.mark.parametrize("network", NETWORKS, ids=name)
def test_gradient_equals_jax(network: Blueprint) -> None:
    rng = np.random.default_rng(3)
    theta = initial(network, 1, np.dtype(np.float64))
    for slot in network.slots:
        if slot.parameter == "blend":
            slot.view(theta)[...] = rng.uniform(0.3, 1.4, slot.shape)
    x = rng.normal(size=(7, network.inputs))
    y = np.eye(network.outputs)[rng.integers(0, network.outputs, 7)]
    if network.output_gate != "softmax":
        y = rng.uniform(0.1, 0.9, size=y.shape)
    weights = rng.uniform(0.5, 2.0, 7)
    weights /= weights.sum()
    loss, gradient = Network(network, theta, 7).loss_and_gradient(x, y, weights, 0.3)
    true_loss, true_gradient = oracle(network, theta, x, y, weights, 0.3)
    np.testing.assert_allclose(loss, true_loss, rtol=1e-12)
    np.testing.assert_allclose(gradient, true_gradient, rtol=1e-10, atol=1e-14)


def test_prediction_in_pieces_equals_prediction_at_once() -> None:
    network = mlp(4, (6,), 3, hidden_gate="tanh")
    theta = initial(network, 0, np.dtype(np.float32))
    x = np.random.default_rng(0).normal(size=(23, 4)).astype(np.float32)
    pieces = Network(network, theta, 5).predict(x)
    np.testing.assert_allclose(pieces, Network(network, theta, 23).predict(x), rtol=1e-6)
    np.testing.assert_allclose(pieces.sum(axis=1), 1.0, rtol=1e-6)


@pytest.mark.parametrize("rows", [1, 64, 65, 200, 513])
def test_threads_that_predict_change_no_bit(rows: int) -> None:
    blueprint = mlp(32, (256, 256), 3)
    network = Network(blueprint, initial(blueprint, 0, np.dtype(np.float32)), capacity=64)
    inputs = np.random.default_rng(rows).normal(size=(rows, 32)).astype(np.float32)
    with single_threaded_blas():
        alone = network.predict(inputs)
        assert all(np.array_equal(network.predict(inputs, threads), alone) for threads in (2, 3, 16))
