"""A line carried through a network: the sum of both, in one network that can be taken apart again."""

from __future__ import annotations

import numpy as np
import pytest

from backlit.engine.network import Network
from backlit.network.building import mlp, with_periodic_embedding
from backlit.network.merging import merged
from backlit.network.straight import with_line, without_line
from backlit.training.initial_parameters import initial


@pytest.mark.parametrize("outputs", [1, 3])
@pytest.mark.parametrize("members", [1, 3])
@pytest.mark.parametrize(("hidden", "columns"), [((), 0), ((5,), 0), ((5,), 3), ((5, 4), 0), ((5, 4, 3), 7)])
def test_network_with_a_line_is_their_sum(hidden: tuple[int, ...], columns: int, members: int, outputs: int) -> None:
    member = mlp(7, hidden, outputs, hidden_gate="mish", output_gate="identity", loss="squared")
    member = with_periodic_embedding(member, columns) if columns else member
    thetas = [initial(member, seed, np.dtype(np.float64)) for seed in range(members)]
    network, theta = merged([member] * members, thetas)
    chance = np.random.default_rng(members)
    weights, bias, x = chance.normal(size=(9, outputs)), chance.normal(size=outputs), chance.normal(size=(6, 9))
    x[:, 7:] *= 1e5  # what is not clipped
    whole, parameters = with_line(network, theta, weights, bias)
    expected = Network(network, theta, 6).predict(np.ascontiguousarray(x[:, :7])) + x @ weights + bias
    np.testing.assert_allclose(Network(whole, parameters, 6).predict(x), expected, rtol=1e-12)
    inner, numbers, line = without_line(whole, parameters, straight=2)
    assert inner == network
    x[:, 7:] /= 1e5
    rest = Network(inner, numbers, 6).predict(np.ascontiguousarray(x[:, :7])) + x @ line
    np.testing.assert_allclose(rest, Network(whole, parameters, 6).predict(x), rtol=1e-9)
