"""The learning rates of a training: the schedule's, times a base that a rule may lower."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from backlit.declared.schedules import rates as scheduled
from backlit.training.plan import Plan


class LearningRate:
    """The learning rate of every mini-batch.

    Parameters
    ----------
    plan : Plan
    n : int
        Rows of an epoch.
    batches : int
        Mini-batches of an epoch.
    first_sample : int
        Samples met before, for "invscaling".

    Examples
    --------
    >>> rate = LearningRate(Plan(10, 0.1), n=4, batches=2)
    >>> rate.of_epoch(0).tolist()
    [0.1, 0.1]
    """

    def __init__(self, plan: Plan, n: int, batches: int, first_sample: int = 0) -> None:
        self.base = float(plan.rate)  # a rate may be given as a whole number
        self._plan = plan
        self._n = n
        self._batches = batches
        self._first_sample = first_sample
        self._is_constant = plan.schedule == "constant"
        self._falls = plan.rate_rule == "invscaling"

    def of_epoch(self, epoch: int) -> NDArray[np.float64]:
        """The rate of each mini-batch of an epoch (counted from 0), shape (batches,)."""
        if self._is_constant:  # the schedule's 1 times the base; an epoch of a small network takes as long as to ask it
            rates = np.full(self._batches, self.base)
        else:
            rates = scheduled(self._plan.schedule, self.base, epoch, self._plan.epochs, self._batches)
        return rates / self._inverse_scaling(epoch) if self._falls else rates

    def after(self, epochs: int) -> float:
        """The base rate with which the epoch after so many would go on."""
        return self.base / self._inverse_scaling(epochs) if self._falls else self.base

    def _inverse_scaling(self, epoch: int) -> float:
        """The divisor of "invscaling": scikit-learn counts samples, once an epoch."""
        return float((self._first_sample + epoch * self._n + 1.0) ** self._plan.power_t)
