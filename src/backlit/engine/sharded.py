"""A network that several processes train together: each mini-batch in shards, their gradients summed over all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.engine.network import Matrix, Network, Vector
from backlit.engine.optimizer import Optimizer
from backlit.engine.ranks import OneProcess, Ranks, tree_sum
from backlit.engine.regularization import NONE, Regularization
from backlit.errors import ParameterError

SHARDS = 12
"""Shards of a deterministic mini-batch, whatever the number of ranks: 1, 2, 3, 4, 6 and 12 ranks have as many each."""

FILE = "passes/shards.py"

_ACTIVE: list[tuple[Ranks, bool]] = []


@contextmanager
def training_together(ranks: Ranks, deterministic: bool) -> Iterator[None]:
    """Let the tabular fits inside train with these processes.

    Raises
    ------
    ParameterError
        If a deterministic training is to have more ranks than shards.
    """
    if deterministic and ranks.size > SHARDS:
        message = f"deterministic: {ranks.size} ranks for {SHARDS} shards of a mini-batch; start {SHARDS} ranks at most"
        raise ParameterError(message, parameter="deterministic")
    _ACTIVE.append((ranks, deterministic))
    try:
        yield
    finally:
        _ACTIVE.pop()


def active_ranks() -> Ranks | None:
    """The processes that train together here, or None."""
    return _ACTIVE[-1][0] if _ACTIVE else None


def ranks_here() -> Ranks:
    """The processes that train together here; this one alone where nobody started others."""
    return active_ranks() or OneProcess()


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
        ranks, deterministic = _ACTIVE[-1]
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
