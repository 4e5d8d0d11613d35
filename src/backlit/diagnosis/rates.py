"""Short trainings: what the same network would do at another rate, or with more steps. Engine and loop are the same."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backlit.declared.optimizers import SETTINGS
from backlit.diagnosis.case import Case, Rows
from backlit.engine.network import Network, Regularization
from backlit.engine.optimizer import Optimizer
from backlit.engine.threads import single_threaded_blas
from backlit.network.blueprint import Blueprint
from backlit.training.initial_parameters import initial
from backlit.training.loop import train
from backlit.training.plan import Plan
from backlit.training.samples import Samples

USUAL_RATES = {"sgd": 0.1, "momentum": 0.01, "nesterov": 0.01, "muon": 0.01}
"""Optimizer -> the rate that texts and tools start from; 0.001 for adam and its kin (Kingma and Ba 2015)."""
USUAL_RATE = 0.001
USUAL_BATCH = 32


def usual_rate(optimizer: str | None) -> float:
    """The rate that an optimizer is mostly used with.

    Examples
    --------
    >>> usual_rate("adam"), usual_rate("sgd")
    (0.001, 0.1)
    """
    return USUAL_RATES.get(optimizer or "adam", USUAL_RATE)


@dataclass(frozen=True, slots=True)
class Run:
    """A training to be made: everything that decides it."""

    blueprint: Blueprint
    theta: NDArray[np.float64]
    rows: Rows
    optimizer: str
    rate: float
    batch_size: int
    regularization: Regularization
    momentum: float = SETTINGS["momentum"]
    seed: int = 0
    shuffle: bool = True

    def train(self, epochs: int, after_epoch: Callable[[Network, float], bool] | None = None) -> Network:
        """Train so many epochs; `after_epoch`, of the network and the epoch's loss, returns whether to stop."""
        network = Network(self.blueprint, np.array(self.theta, np.float64), self.batch_size, threads=1)
        optimizer = Optimizer(
            self.optimizer, network.theta.size, network.theta.dtype, {**SETTINGS, "momentum": self.momentum}
        )
        samples = Samples(
            np.ascontiguousarray(self.rows.inputs, np.float64),
            np.ascontiguousarray(self.rows.targets, np.float64),
            np.empty(0),
        )
        plan = Plan(
            epochs, self.rate, regularization=self.regularization, patience=np.inf, seed=self.seed, shuffle=self.shuffle
        )
        with warnings.catch_warnings(), single_threaded_blas():
            warnings.simplefilter("ignore")  # a run that diverges is a result
            train(
                network,
                optimizer,
                samples,
                plan,
                on_epoch=None if after_epoch is None else lambda epoch: after_epoch(network, epoch.loss),
            )
        return network


def run_of(case: Case, theta: NDArray[np.float64], rows: Rows | None = None) -> Run:
    """The case's training from some parameters; what is not known of it is as usual."""
    known = case.training
    rows = case.rows if rows is None else rows
    optimizer = known.optimizer or "adam"
    regularization = Regularization(
        l2_penalty=known.l2_penalty or 0.0, weight_decay=known.weight_decay or 0.0, dropout=known.dropout or 0.0
    )
    return Run(
        case.blueprint,
        theta,
        rows,
        optimizer,
        usual_rate(optimizer) if known.rate is None else known.rate,
        min(known.batch_size or USUAL_BATCH, len(rows)),
        regularization,
        SETTINGS["momentum"] if known.momentum is None else known.momentum,
        known.seed,
    )


def initial_of(case: Case) -> NDArray[np.float64]:
    """The parameters that the training started from, or others drawn by its rule."""
    known = case.training
    if known.initial is not None:
        return np.asarray(known.initial, np.float64)
    rows = np.ascontiguousarray(case.rows.inputs, np.float64)
    return initial(case.blueprint, known.seed, np.dtype(np.float64), known.init, rows)
