"""A network that several processes train together: each mini-batch in shards, their gradients summed over all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from backlit.engine.network import Matrix, Network, Vector
from backlit.engine.optimizer import Optimizer
from backlit.engine.ranks import OneProcess, Ranks, tree_sum
from backlit.engine.regularization import NONE, Regularization
from backlit.errors import BacklitError, ParameterError

T = TypeVar("T")

SHARDS = 12
"""Shards of a deterministic mini-batch, whatever the number of ranks: 1, 2, 3, 4, 6 and 12 ranks have as many each."""

FILE = "passes/shards.py"

SPREADS = ("rows", "members")
"""What processes share out: the rows of each mini-batch, or whole networks."""


class Together(NamedTuple):
    """Who trains together, and how."""

    ranks: Ranks
    deterministic: bool = False
    spread: str = SPREADS[0]


_ACTIVE: list[Together | None] = []


@contextmanager
def training_together(ranks: Ranks, deterministic: bool, spread: str = SPREADS[0]) -> Iterator[None]:
    """Let the tabular fits inside train with these processes.

    Raises
    ------
    ParameterError
        If a deterministic training is to have more ranks than shards, or `spread` is unknown.
    """
    if spread not in SPREADS:
        raise ParameterError(f"spread: {spread!r} is none of {', '.join(SPREADS)}", parameter="spread")
    if deterministic and ranks.size > SHARDS:
        message = f"deterministic: {ranks.size} ranks for {SHARDS} shards of a mini-batch; start {SHARDS} ranks at most"
        raise ParameterError(message, parameter="deterministic")
    with _active(Together(ranks, deterministic, spread)):
        yield


@contextmanager
def training_alone() -> Iterator[None]:
    """Let what is trained inside be trained by this process alone."""
    with _active(None):
        yield


@contextmanager
def _active(together: Together | None) -> Iterator[None]:
    _ACTIVE.append(together)
    try:
        yield
    finally:
        _ACTIVE.pop()


def together_here() -> Together | None:
    """Who trains together here, and how; None where this process trains alone."""
    return _ACTIVE[-1] if _ACTIVE else None


def active_ranks() -> Ranks | None:
    """The processes that train together here, or None."""
    together = together_here()
    return None if together is None else together.ranks


def ranks_here() -> Ranks:
    """The processes that train together here; this one alone where nobody started others."""
    return active_ranks() or OneProcess()


def networks_apart(ranks: Ranks, numbers: range, train: Callable[[range], tuple[list[T], bool]]) -> list[T]:
    """Let each process train some of the networks, and give all of them to all.

    Parameters
    ----------
    ranks : Ranks
    numbers : range
        Of the networks, from 0.
    train : callable
        Trains some of them; returns these, and whether Ctrl-C ended them.

    Raises
    ------
    BacklitError
        If there are fewer networks than processes, or the training was interrupted.
    """
    if len(numbers) < ranks.size:
        raise BacklitError(
            f"spread: {len(numbers)} networks for {ranks.size} ranks; start as many ranks at most, "
            "give a larger n_members, or spread the rows"
        )
    with training_alone():
        trained, interrupted = train(numbers[ranks.rank :: ranks.size])
    if interrupted and ranks.size > 1:  # the others wait for this one's networks
        raise BacklitError(f"the training was interrupted in rank {ranks.rank}; fit again")
    collected = ranks.collect(trained)
    return [collected[number % ranks.size][number // ranks.size] for number in numbers]


class ShardedNetwork(Network):
    """A network of which each process has a copy, with the same bits before and after every step.

    Deterministic, the gradients of fixed shards are gathered and added in a fixed tree, so that the bits are those of
    any number of processes; else each process has one shard, and the library sums.
    """

    def train_epoch(
        self,
        optimizer: Optimizer,
        rates: NDArray[np.float64],
        inputs: Matrix,
        targets: Matrix,
        weights: Vector,
        order: NDArray[np.int64],
        regularization: Regularization = NONE,
        seed: int = 0,
        mean_weight: float = 0.0,
        *,
        continues: bool = False,
    ) -> float:
        """Every mini-batch of `order` once; the mean loss as the samples were met. See `Network.train_epoch`."""
        together = together_here()
        assert together is not None
        ranks, deterministic = together.ranks, together.deterministic
        workspace, sharing = self._prepare_training(inputs, regularization)
        if not continues:
            sharing.shared[:] = 0
        workspace.take_state(optimizer.state)
        kernels = self._training_kernels(optimizer, regularization)
        arrays = self._matrices if optimizer.matrix_kernel else self._arrays
        unused = () if regularization.dropout > 0 else ("dropped", "mask")
        addresses, strengths = workspace.table("partial", "listed", *unused), regularization.strengths()
        gradient_of, step = (self._program.entry(name, FILE) for name in ("shard_gradient", "step"))
        gradient = workspace["gradient"]
        shards = SHARDS if deterministic else ranks.size
        mine = [shard for shard in range(shards) if shard * ranks.size // shards == ranks.rank]
        parts = np.empty((len(mine) if deterministic else 0, gradient.size), gradient.dtype)
        total = np.zeros(1)
        penalties = mass = 0.0
        for number, rate in enumerate(rates.tolist()):
            start = number * self.capacity
            rows = min(self.capacity, len(order) - start)
            bounds = [rows * shard // shards for shard in range(shards + 1)]
            for place, shard in enumerate(mine):
                first, count = bounds[shard], bounds[shard + 1] - bounds[shard]
                if not count:
                    gradient[:] = 0.0
                else:
                    total += gradient_of(
                        self._table, kernels, addresses, inputs, targets, weights, mean_weight, order, start, rows,
                        first, count, strengths, seed,
                    )  # fmt: skip
                if deterministic:
                    parts[place] = gradient
            _sum_all(ranks, gradient, parts if deterministic else None)
            penalties += step(
                arrays, kernels, addresses, self._factors, optimizer.settings, rate, strengths, weights,
                mean_weight, order, start, rows,
            )  # fmt: skip
            met = order[start : start + rows]
            mass += float(weights[met].sum(dtype=np.float64)) if weights.size else float(rows)
            if self.stopping:
                break
        losses = float(tree_sum(ranks.gather(total))[0])
        return (losses + penalties) / mass if mass > 0.0 else 0.0


def _sum_all(ranks: Ranks, gradient: NDArray[Any], parts: NDArray[Any] | None) -> None:
    """Put the sum of all shards' gradients into the gradient."""
    if parts is None:
        ranks.allreduce(gradient)
    else:
        gradient[:] = tree_sum(list(np.concatenate(ranks.gather(parts)).reshape(SHARDS, -1)))
