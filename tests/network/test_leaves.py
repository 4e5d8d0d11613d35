"""Decision trees carried in a network: the sum of both, whatever the gate, the depth and the number of members."""

from __future__ import annotations

import numpy as np
import pytest

from backlit.engine.network import Network
from backlit.network.building import mlp, with_periodic_embedding
from backlit.network.leaves import GATES_WITH_LEAVES, Leaves, with_leaves
from backlit.network.merging import merged
from backlit.training.initial_parameters import initial


def drawn(chance: np.random.Generator, inputs: int, comparisons: int, leaves: int, outputs: int) -> Leaves:
    return Leaves(
        chance.integers(0, inputs, comparisons),
        chance.normal(0, 0.5, comparisons),
        chance.choice([-1.0, 1.0], comparisons),
        chance.random((comparisons, leaves)) < 0.3,
        chance.normal(0, 3, (leaves, outputs)),
    )


@pytest.mark.parametrize("gate", GATES_WITH_LEAVES)
@pytest.mark.parametrize("outputs", [1, 3])
@pytest.mark.parametrize("members", [1, 3])
@pytest.mark.parametrize(("hidden", "columns"), [((5, 4), 0), ((5, 4, 3), 7), ((6, 5, 4, 3), 2)])
def test_network_with_trees_is_the_sum(
    hidden: tuple[int, ...], columns: int, members: int, outputs: int, gate: str
) -> None:
    member = mlp(7, hidden, outputs, hidden_gate=gate, output_gate="identity", loss="squared")
    member = with_periodic_embedding(member, columns) if columns else member
    thetas = [initial(member, seed, np.dtype(np.float32)) for seed in range(members)]
    network, theta = merged([member] * members, thetas)
    chance = np.random.default_rng(members)
    trees = [drawn(chance, 7, 4 + number, 5 - number, outputs) for number in range(members)]
    x = chance.normal(size=(200, 7)).astype(np.float32)
    whole, parameters = with_leaves(network, theta, trees)
    added = np.mean([tree(x) for tree in trees], axis=0)
    assert np.ptp(added) > 0.5
    expected = Network(network, theta, 200).predict(x) + added
    np.testing.assert_allclose(Network(whole, parameters, 200).predict(x), expected, rtol=1e-4, atol=1e-4)
