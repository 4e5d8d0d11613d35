"""Numbers too small to be normal are 0 in a training, and only there."""

from __future__ import annotations

import numpy as np
import pytest

from backlit.engine.network import Network
from backlit.engine.optimizer import Optimizer
from backlit.engine.program import FLUSHES
from backlit.network.building import mlp


@pytest.mark.skipif(not FLUSHES, reason="only x86's modes are set")
@pytest.mark.parametrize(("hidden", "batch"), [(8, 4), (4000, 64)], ids=["alone", "team"])
def test_an_input_that_is_silent_leaves_none_behind(hidden: int, batch: int) -> None:
    blueprint = mlp(20, (hidden,), 2)
    rng = np.random.default_rng(0)
    theta = (rng.normal(size=blueprint.theta_size) / 10).astype(np.float32)
    network = Network(blueprint, theta, batch, threads=2, blocks=2)
    settings = {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8}
    optimizer = Optimizer("adam", theta.size, theta.dtype, settings)
    rows = rng.normal(size=(100 * batch, 20)).astype(np.float32)
    targets, none = (rows[:, :1] > 0).astype(np.float32), np.empty(0, np.float32)
    rows[batch:, 5] = 0  # heard in the first mini-batch only
    with network.team:
        for _ in range(12):
            network.train_epoch(optimizer, np.full(100, 1e-3), rows, targets, none, np.arange(len(rows)))
            rows[:, 5] = 0
    least = np.finfo(np.float32).tiny
    states = np.abs(optimizer.state)
    assert not ((states > 0) & (states < least)).any()
    assert (optimizer.state[0] == 0).any()  # momentum 0.9 ** 1000 is below the least normal number
    assert np.float32(least) * np.float32(0.5) > 0  # this thread has its own again
