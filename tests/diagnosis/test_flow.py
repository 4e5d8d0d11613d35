"""The flow of the gradient: its shares telescope exactly, and the engine's gradient is the witness."""

from __future__ import annotations

import math

import numpy as np
import pytest

from backlit.diagnosis.flow import factors, flow
from backlit.engine.network import Network
from backlit.errors import BacklitError
from backlit.network.building import mlp, with_periodic_embedding
from backlit.network.merging import merged
from backlit.training.initial_parameters import initial

FLOAT = np.dtype(np.float64)

NETWORKS = {
    "softmax": mlp(5, (7, 6), 3, hidden_gate="tanh"),
    "quadratic": mlp(5, (7,), 3, hidden_gate="sigmoid", output_gate="sigmoid", loss="quadratic"),
    "numbers": mlp(5, (8, 8, 8), 3, hidden_gate="relu", output_gate="identity", loss="huber"),
    "parametric": mlp(5, (7, 4), 3, hidden_gate="selu", parametric_activation=True),
    "periodic": with_periodic_embedding(mlp(5, (7,), 3, hidden_gate="mish"), 2),
    "deep": mlp(5, (6,) * 9, 3, hidden_gate="sigmoid"),
}
SEVERAL = mlp(5, (4, 4), 3, hidden_gate="tanh")


def batch(rows: int = 12) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.normal(size=(rows, 5)), np.eye(3)[rng.integers(3, size=rows)]


@pytest.mark.parametrize("name", NETWORKS)
def test_the_shares_sum_to_the_gradients_norm(name: str) -> None:
    blueprint = NETWORKS[name]
    theta, (x, y) = initial(blueprint, 1, FLOAT), batch()
    seen = flow(blueprint, theta, x, y)
    _, gradient = Network(blueprint, theta.copy(), 12).loss_and_gradient(x, y, np.full(12, 1 / 12))
    engine = blueprint.arrays(gradient)
    for number in range(1, len(blueprint.neurons) + 1):
        norm = np.linalg.norm(engine[f"w[{number}]"])
        assert sum(share for _, share in seen.shares(number)) == pytest.approx(math.log10(norm), abs=1e-12)
        assert seen.layers[number - 1].gradient_norm == pytest.approx(norm, rel=1e-12)
    assert {name for name, _ in seen.shares(1)} >= {"error", "pairing", "input[1]"}


def test_members_that_were_merged_have_a_flow() -> None:
    thetas = [initial(SEVERAL, seed, FLOAT) for seed in range(2)]
    blueprint, theta = merged([SEVERAL] * 2, thetas)
    seen = flow(blueprint, theta, *batch())
    assert sum(share for _, share in seen.shares(1)) == pytest.approx(math.log10(seen.layers[0].gradient_norm))


def test_a_norm_of_zero_is_named() -> None:
    blueprint = NETWORKS["numbers"]
    theta = initial(blueprint, 1, FLOAT)
    blueprint.arrays(theta)["w[2]"][...] = 0
    blueprint.arrays(theta)["b[2]"][...] = -1  # every unit of layer 2 is dead
    seen = flow(blueprint, theta, *batch())
    assert seen.layers[1].dead == 1.0
    assert "|delta[2]|" in seen.layers[1].zero_norms
    assert seen.layers[1].sigma_share is None
    with pytest.raises(BacklitError, match=r"\|.*\| is 0 and has no logarithm"):
        seen.shares(1)


def test_the_lectures_slow_start() -> None:
    for loss, pairing in (("quadratic", 0.0176627), ("binary_cross_entropy", 1.0)):
        neuron = mlp(1, (), 1, output_gate="sigmoid", loss=loss)
        theta = np.zeros(neuron.theta_size)
        for array in neuron.arrays(theta).values():
            array[...] = 2.0
        seen = flow(neuron, theta, np.ones((1, 1)), np.zeros((1, 1)), rate=0.15)
        assert seen.error_share is not None
        assert seen.pairing_share is not None
        assert 10**seen.error_share == pytest.approx(0.98201379)
        assert 10**seen.pairing_share == pytest.approx(pairing, rel=1e-5)
        assert seen.layers[0].update_ratio == pytest.approx(0.15 * seen.layers[0].gradient_norm / 2)


def test_one_weight_is_a_product_of_three_factors() -> None:
    for name in ("quadratic", "numbers", "parametric"):
        blueprint = NETWORKS[name]
        theta, (x, y) = initial(blueprint, 1, FLOAT), batch(1)
        gradients = flow(blueprint, theta, x, y).gradients
        for weight in ((1, 4, 2), (1, 0, 3)):
            number, i, j = weight
            product = factors(blueprint, theta, x[0], y[0], weight)
            if name != "parametric":  # whose gate is one part of what the unit gives
                assert product.gradient == pytest.approx(gradients[f"w[{number}]"][i, j], rel=1e-12)
    with pytest.raises(BacklitError, match="no weight 1,5,0"):
        factors(NETWORKS["numbers"], theta, x[0], y[0], (1, 5, 0))
