"""The rows that a training learns from, and the order in which an epoch meets them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from backlit.engine.network import Network
from backlit.engine.optimizer import Optimizer
from backlit.engine.regularization import Regularization
from backlit.engine.rng import Stream
from backlit.training.plan import Plan

Matrix = NDArray[np.floating[Any]]
Vector = NDArray[np.floating[Any]]


class TrainingRows(Protocol):
    """Rows that a training learns from, wherever they are: `Samples` in memory, those of `backlit.scale` on a disk."""

    def __len__(self) -> int: ...

    def head(self, rows: int) -> Matrix:
        """The inputs of the first rows, so many at most."""
        ...

    def mean_weight(self, plan: Plan) -> float:
        """What a mini-batch's losses are divided by, times its rows; 0: by the sum of its own weights."""
        ...

    def order(self, plan: Plan, epoch: int, shuffles: Stream) -> Any:
        """In which order an epoch, counted from 0, meets the rows; for `train_epoch`."""
        ...

    def train_epoch(
        self,
        network: Network,
        optimizer: Optimizer,
        rates: NDArray[np.float64],
        order: Any,
        regularization: Regularization,
        seed: int,
        mean_weight: float,
    ) -> float:
        """Every mini-batch of an order once: forward, loss, backward, update; the mean loss as the rows were met."""
        ...


@dataclass(frozen=True, slots=True)
class Samples:
    """Rows to learn from.

    Parameters
    ----------
    inputs : ndarray, shape (n, inputs), C-contiguous
    targets : ndarray, shape (n, outputs), or (n, 1) with classes counted from 0
    weights : ndarray, shape (n,) or (0,)
        Empty: all samples count the same.
    """

    inputs: Matrix
    targets: Matrix
    weights: Vector

    def __len__(self) -> int:
        return len(self.inputs)

    def mean_weight(self, plan: Plan) -> float:
        """What a mini-batch's losses are divided by, times its rows; 0: by the sum of its own weights."""
        return float(self.weights.mean(dtype=np.float64)) if plan.weights_of == "data" and self.weights.size else 0.0

    def head(self, rows: int) -> Matrix:
        """The inputs of the first rows, so many at most."""
        return self.inputs[:rows]

    def order(self, plan: Plan, epoch: int, shuffles: Stream) -> NDArray[np.int64]:
        """The order in which an epoch meets the rows; see `row_order`."""
        return row_order(plan, epoch, len(self), shuffles)

    def train_epoch(
        self,
        network: Network,
        optimizer: Optimizer,
        rates: NDArray[np.float64],
        order: NDArray[np.int64],
        regularization: Regularization,
        seed: int,
        mean_weight: float,
    ) -> float:
        """Every mini-batch of an order once, in one compiled call; the mean loss as the rows were met."""
        return network.train_epoch(
            optimizer, rates, self.inputs, self.targets, self.weights, order, regularization, seed, mean_weight
        )

    def rows(self, indices: NDArray[np.int64]) -> Samples:
        """The rows at these indices, copied."""
        weights = self.weights[indices] if self.weights.size else self.weights
        return Samples(np.ascontiguousarray(self.inputs[indices]), np.ascontiguousarray(self.targets[indices]), weights)


def row_order(plan: Plan, epoch: int, n: int, shuffles: Stream | None = None) -> NDArray[np.int64]:
    """The order in which an epoch, counted from 0, meets the rows.

    Parameters
    ----------
    plan : Plan
        Its seed and epoch fix the order, whatever epochs were run before.
    epoch, n : int
        The epoch and the number of rows.
    shuffles : Stream, optional
        Of the plan's seed, kept by a caller that needs many orders.

    Returns
    -------
    ndarray of int64, shape (n,)

    Examples
    --------
    >>> row_order(Plan(1, 0.1, shuffle=False), 0, 4).tolist()
    [0, 1, 2, 3]
    >>> sorted(row_order(Plan(1, 0.1), 0, 4).tolist())
    [0, 1, 2, 3]
    """
    if not plan.shuffle:
        return np.arange(n, dtype=np.int64)
    shuffles = shuffles or Stream(plan.seed, "shuffle")
    return shuffles.at(epoch).permutation(n).astype(np.int64, copy=False)
