"""The training loop of the lecture: forward, loss, backward, step, mini-batch after mini-batch, epoch after epoch.

One compiled call carries a whole epoch (`kernels/passes.py`, `train_epoch`, reads like the lecture); what is decided
between two epochs is decided here.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.declared.schedules import SCHEDULES
from backlit.declared.schedules import rates as scheduled
from backlit.engine.network import NONE, Network, Regularization
from backlit.engine.optimizer import Optimizer
from backlit.engine.rng import Stream, epoch_seed

Matrix = NDArray[np.floating[Any]]
Vector = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Samples:
    """Rows to learn from: inputs (n, inputs); targets (n, outputs) or (n, 1) classes; weights (n,) or (0,): equal."""

    inputs: Matrix
    targets: Matrix
    weights: Vector

    def __len__(self) -> int:
        return len(self.inputs)

    def rows(self, some: NDArray[np.int64]) -> Samples:
        """Some of the rows."""
        weights = self.weights[some] if self.weights.size else self.weights
        return Samples(np.ascontiguousarray(self.inputs[some]), np.ascontiguousarray(self.targets[some]), weights)


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train: every choice that is made before the first epoch."""

    epochs: int
    rate: float
    schedule: str = "constant"
    rate_rule: str = "constant"  # "invscaling" and "adaptive" are scikit-learn's for sgd
    power_t: float = 0.5
    regularization: Regularization = NONE
    regularization_decay: bool = False  # dropout and decoupled decay fall to 0 in the second half, along a cosine
    shuffle: bool = True
    tolerance: float = 1e-4
    patience: float = 10
    cycle_gain: float = 0.0  # a wave of the schedule that mends the best score by no more than this part is the last
    seed: int = 0


@dataclass(slots=True)
class Epoch:
    """What is known after an epoch: its number from 1, loss, validation score, rate, and how many are planned."""

    number: int
    loss: float
    score: float | None
    rate: float
    planned: int


SHORTEST_CYCLE = 4
"""Epochs after which a wave of the schedule can be judged."""

RAN_OUT = "all epochs were run"
"""Why a training stopped, when nothing stopped it."""


@dataclass(slots=True)
class History:
    """What happened in a training."""

    epochs: list[Epoch] = field(default_factory=list)
    best_epoch: int = 0
    waited: int = 0
    stopped: str = RAN_OUT
    diverged: bool = False
    interrupted: bool = False


class Divergence(UserWarning):
    """A training left the finite numbers; the best finite parameters were kept."""


def train(
    network: Network,
    optimizer: Optimizer,
    samples: Samples,
    plan: Plan,
    *,
    validate: Callable[[Network], float] | None = None,
    on_epoch: Callable[[Epoch], bool | None] | None = None,
    first_epoch: int = 0,
    first_sample: int = 0,
) -> History:
    """Train a network in place.

    Parameters
    ----------
    validate : callable, optional
        A score to be made large, after each epoch; the parameters of its best epoch are restored at the end.
    on_epoch : callable, optional
        FitMonitor of each epoch; training stops when it answers True.
    first_epoch : int
        Epochs already behind this network, so that shuffles go on where they stopped.
    first_sample : int
        Samples already seen, for the rule ``"invscaling"``.

    Returns
    -------
    History

    Warns
    -----
    Divergence
        When the loss, a parameter or an output is no longer finite; the best finite parameters are restored.
    """
    history = History()
    batches = -(-len(samples) // network.capacity)
    best, waited = -np.inf, 0
    kept, before = network.theta.copy(), network.theta.copy()
    base, shuffles = plan.rate, Stream(plan.seed, "shuffle")
    cycle_ends, best_at_cycle_end = cycle_end_epochs(plan), -np.inf
    try:
        with network.team:
            for number in range(plan.epochs):
                order = row_order(plan, first_epoch + number, len(samples), shuffles)
                rates = scheduled(plan.schedule, base, number, plan.epochs, batches)
                if plan.rate_rule == "invscaling":  # scikit-learn counts samples, once an epoch
                    rates = rates / (first_sample + number * len(samples) + 1.0) ** plan.power_t
                np.copyto(before, network.theta)
                loss = network.train_epoch(
                    optimizer,
                    rates,
                    samples.inputs,
                    samples.targets,
                    samples.weights,
                    order,
                    _regularization(plan, number),
                    epoch_seed(plan.seed, first_epoch + number) if plan.regularization.dropout else 0,
                )
                if not np.isfinite(loss) or not np.isfinite(network.theta).all():
                    _diverged(history, number + 1, base)
                    break
                with network.using_ema():
                    score = validate(network) if validate else None
                    epoch = Epoch(number + 1, loss, score, float(rates[-1]), plan.epochs)
                    history.epochs.append(epoch)
                    stop = on_epoch(epoch) if on_epoch else None

                    # a loss has to fall by the tolerance to count as progress, a score has to rise by it
                    reached = -loss if score is None else score
                    waited = 0 if reached > best + plan.tolerance else waited + 1
                    if reached > best:
                        history.best_epoch = number + 1
                        if score is None:  # a loss is of the parameters that the epoch met, not of those that it left
                            kept, before = before, kept
                        else:
                            np.copyto(kept, network.theta)
                    best = max(best, reached)
                history.waited = waited
                if waited > plan.patience:
                    if plan.rate_rule != "adaptive" or base <= 1e-6:
                        history.stopped = f"no progress of {plan.tolerance:g} in {plan.patience:g} epochs"
                        break
                    base, waited = base / 5.0, 0
                if epoch.number in cycle_ends and score is not None:
                    gain = best - best_at_cycle_end  # from nothing it is infinite
                    if np.isfinite(gain) and gain <= plan.cycle_gain * max(-best_at_cycle_end, 0.0):
                        ended = f"the wave of the schedule that ended in epoch {epoch.number}"
                        history.stopped = f"{ended} brought too little"
                        break
                    best_at_cycle_end = best
                if stop:
                    history.stopped = "the callback asked for it"
                    break
    except KeyboardInterrupt:
        history.interrupted = True
        history.stopped = f"it was interrupted in epoch {len(history.epochs) + 1}"
        warnings.warn(f"Training interrupted by user: {history.stopped}; the best so far is kept.", stacklevel=2)
    if not history.diverged:
        network.adopt_ema()
    if not history.diverged and not _sound(network, samples):
        _diverged(history, len(history.epochs), base)
    seen = first_sample + len(history.epochs) * len(samples)
    optimizer.learning_rate = base / (seen + 1.0) ** plan.power_t if plan.rate_rule == "invscaling" else base
    if validate or history.diverged:
        np.copyto(network.theta, kept)
    return history


def cycle_end_epochs(plan: Plan) -> tuple[int, ...]:
    """The epochs, from 1, after which a wave of the schedule is over, if the plan judges waves.

    Examples
    --------
    >>> cycle_end_epochs(Plan(128, 0.1, "coslog4", cycle_gain=0.01)), cycle_end_epochs(Plan(128, 0.1, "coslog4"))
    ((9, 26, 60), ())
    """
    if not plan.cycle_gain:
        return ()
    ends = (round(trough * plan.epochs) for trough in SCHEDULES[plan.schedule].cycle_ends)
    return tuple(end for end in ends if end >= SHORTEST_CYCLE)


def _regularization(plan: Plan, epoch: int) -> Regularization:
    """What regularises this epoch (Holzmueller et al. 2024, 'flat_cos', taken at the epoch's middle)."""
    if not plan.regularization_decay:
        return plan.regularization
    done = (epoch + 0.5) / plan.epochs
    left = (1.0 + math.cos(math.pi * (max(1.0, 2.0 * done) - 1.0))) / 2.0
    return replace(
        plan.regularization,
        dropout=plan.regularization.dropout * left,
        weight_decay=plan.regularization.weight_decay * left,
    )


def row_order(plan: Plan, epoch: int, n: int, shuffles: Stream | None = None) -> NDArray[np.int64]:
    """The order in which an epoch (counted from 0) meets the rows; `shuffles` of the plan's seed is kept for many."""
    if not plan.shuffle:
        return np.arange(n, dtype=np.int64)
    shuffles = shuffles or Stream(plan.seed, "shuffle")
    return shuffles.at(epoch).permutation(n).astype(np.int64, copy=False)


def _sound(network: Network, samples: Samples) -> bool:
    """Whether the parameters are numbers, and what they make of a mini-batch too."""
    if not np.isfinite(network.theta).all():
        return False
    return bool(np.isfinite(network.predict(samples.inputs[: network.capacity])).all())


def _diverged(history: History, epoch: int, rate: float) -> None:
    history.diverged = True
    history.stopped = f"the loss left the finite numbers in epoch {epoch}"
    warnings.warn(
        f"training diverged in epoch {epoch} at a learning rate of {rate:g}; the best finite parameters are kept: "
        "use a smaller rate, or scale the inputs",
        Divergence,
        stacklevel=3,
    )
