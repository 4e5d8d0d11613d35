"""Backlit's compiled epoch."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from backlit.blueprint import mlp
from backlit.training.arrays import zeros
from backlit.training.network import Network
from backlit.training.optimizers import Optimizer
from benchmarks.cases import BETAS, EPSILON, RATE, Case


def prepare(case: Case) -> Callable[[], None]:
    blueprint = mlp(case.widths[0], case.widths[1:-1], case.widths[-1], hidden_gate=case.gate)
    theta = zeros("theta", blueprint.flat_size, np.dtype(np.float32))
    flat = [array for pair in case.weights() for array in pair]
    for slot, array in zip(blueprint.slots, flat, strict=True):
        slot.view(theta)[...] = array
    network = Network(blueprint, theta, case.batch)
    network.team.__enter__()  # its threads stay from epoch to epoch, as in a training
    settings = {"beta_1": BETAS[0], "beta_2": BETAS[1], "epsilon": EPSILON}
    optimizer = Optimizer("adam", theta.size, theta.dtype, settings)
    x, y = case.data()
    targets = y.astype(np.float32)[:, None]
    rates, rng, none = np.full(case.steps, RATE), np.random.default_rng(2), np.empty(0, np.float32)

    def epoch() -> None:
        network.train_epoch(optimizer, rates, x, targets, none, rng.permutation(case.rows))

    return epoch
