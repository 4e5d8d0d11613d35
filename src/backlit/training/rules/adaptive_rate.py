"""scikit-learn's adaptive rate: divide the learning rate by 5 where patience would stop."""

from __future__ import annotations

from typing import Self

from backlit.training.history import Epoch, History
from backlit.training.learning_rate import LearningRate
from backlit.training.plan import Plan
from backlit.training.rules.patience import Patience

DIVISOR = 5.0
LEAST_RATE = 1e-6
"""A rate up to which the training stops instead."""


class AdaptiveRate:
    """Lowers the learning rate when patience runs out, and stops when the rate is small already.

    Parameters
    ----------
    patience : Patience
    rate : LearningRate
        Its base is divided by 5 each time.

    Examples
    --------
    >>> plan = Plan(9, 0.1, rate_rule="adaptive", tolerance=0.0, patience=0)
    >>> rate, history = LearningRate(plan, n=4, batches=1), History()
    >>> rule = AdaptiveRate(Patience(plan.tolerance, plan.patience), rate)
    >>> [rule.after_epoch(history.record(0.5, None, 0.1, 9), history) for _ in range(2)], rate.base
    ([None, None], 0.02)
    """

    def __init__(self, patience: Patience, rate: LearningRate) -> None:
        self._patience, self._rate = patience, rate

    @classmethod
    def of(cls, plan: Plan, rate: LearningRate) -> Self | None:
        """The rule of a plan whose rate is adaptive."""
        return cls(Patience(plan.tolerance, plan.patience), rate) if plan.rate_rule == "adaptive" else None

    def after_epoch(self, epoch: Epoch, history: History) -> str | None:
        """Patience's reason to stop, if the rate cannot be lowered instead."""
        reason = self._patience.after_epoch(epoch, history)
        if reason is None or self._rate.base <= LEAST_RATE:
            return reason
        self._rate.base /= DIVISOR
        self._patience.restart()
        return None
