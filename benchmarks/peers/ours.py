"""Backlit's compiled epoch."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from backlit.engine.aligned import zeros
from backlit.engine.network import Network
from backlit.engine.optimizer import Optimizer
from backlit.engine.regularization import Regularization
from backlit.network.building import mlp
from benchmarks.cases import BETAS, EPSILON, RATE, Case


def prepare(case: Case) -> Callable[[], None]:
    blueprint = mlp(case.widths[0], case.widths[1:-1], case.widths[-1], hidden_gate=case.gate)
    theta = zeros("theta", blueprint.theta_size, np.dtype(case.precision))
    arrays = [array for pair in case.weights() for array in pair]
    for slot, array in zip(blueprint.slots, arrays, strict=True):
        slot.view(theta)[...] = array
    network = Network(blueprint, theta, case.batch)
    network.team.__enter__()  # its threads stay from epoch to epoch, as in a training
    settings = {"beta_1": BETAS[0], "beta_2": BETAS[1], "epsilon": EPSILON}
    optimizer = Optimizer("adam", theta.size, theta.dtype, settings)
    x, y = case.data()
    targets, samples = y.astype(case.precision)[:, None], case.samples()
    weights = np.empty(0, case.precision) if samples is None else samples
    rates, rng, seed = np.full(case.steps, RATE), np.random.default_rng(2), [0]
    regularization = Regularization(dropout=case.dropout)

    def epoch() -> None:
        seed[0] += 1
        network.train_epoch(optimizer, rates, x, targets, weights, rng.permutation(case.rows), regularization, seed[0])

    return epoch
