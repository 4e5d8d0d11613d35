"""Short trainings: what the same network would do at another rate, or with more steps. Engine and loop are the same."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backlit.declared.optimizers import SETTINGS
from backlit.diagnosis.case import Case, Rows
from backlit.engine.network import Network
from backlit.engine.optimizer import Optimizer
from backlit.engine.regularization import Regularization
from backlit.engine.threads import FIXED_BLOCKS, single_threaded_blas
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


def lower_factor(optimizer: str | None, rate: float | None) -> float:
    """By how much a rate is lowered: a tenth, or as far as the usual one, if that is lower still.

    Examples
    --------
    >>> lower_factor("adam", 0.005), lower_factor("adam", 1.0)
    (0.1, 0.001)
    """
    return 0.1 if not rate else min(0.1, usual_rate(optimizer) / rate)


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
    frozen: tuple[str, ...] = ()
    clip_norm: float | None = None

    def train(self, epochs: int, after_epoch: Callable[[Network, float], bool] | None = None) -> Network:
        """Train so many epochs; `after_epoch`, of the network and the epoch's loss, returns whether to stop."""
        moved = np.array([float(slot.name not in self.frozen) for slot in self.blueprint.slots])
        network = Network(
            self.blueprint,
            np.array(self.theta, np.float64),
            self.batch_size,
            blocks=FIXED_BLOCKS,  # the same bits, and so the same verdict, whatever the number of processors
            factors=moved if self.frozen else None,
        )
        if self.clip_norm is not None and self.optimizer in ("sgd", "momentum"):
            return clipped_training(self, network, epochs, after_epoch)
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


def clipped_training(
    run: Run, network: Network, epochs: int, after_epoch: Callable[[Network, float], bool] | None
) -> Network:
    """Steps whose gradient is cut to a norm: the engine has no clipping, so that each step is taken here.

    Adam's steps do not depend on the gradient's size, so that only those of sgd and momentum are cut.
    """
    assert run.clip_norm is not None
    rng, theta = np.random.default_rng(run.seed), network.theta
    velocity = np.zeros_like(theta)
    moved = np.ones_like(theta)
    for slot in run.blueprint.slots:
        if slot.name in run.frozen:
            slot.view(moved)[...] = 0.0
    momentum = run.momentum if run.optimizer == "momentum" else 0.0
    with np.errstate(all="ignore"):
        for _ in range(epochs):
            order, losses = rng.permutation(len(run.rows)), []
            for begin in range(0, len(order), run.batch_size):
                batch = run.rows.at(order[begin : begin + run.batch_size])
                shares = np.full(len(batch), 1 / len(batch))
                alpha = run.regularization.l2_penalty / len(batch)
                loss, gradient = network.loss_and_gradient(batch.inputs, batch.targets, shares, alpha)
                norm = float(np.linalg.norm(gradient))
                velocity = momentum * velocity - run.rate * min(1.0, run.clip_norm / max(norm, 1e-300)) * gradient
                theta += moved * velocity
                losses.append(loss)
            if not np.isfinite(theta).all() or (
                after_epoch is not None and after_epoch(network, float(np.mean(losses)))
            ):
                break
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
        frozen=known.frozen,
        clip_norm=known.clip_norm,
    )


def initial_of(case: Case) -> NDArray[np.float64]:
    """The parameters that the training started from, or others drawn by its rule."""
    known = case.training
    if known.initial is not None:
        return np.asarray(known.initial, np.float64)
    rows = np.ascontiguousarray(case.rows.inputs, np.float64)
    return initial(case.blueprint, known.seed, np.dtype(np.float64), known.init, rows)
