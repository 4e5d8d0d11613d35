"""Early stopping: no progress for too long."""

from __future__ import annotations

import math
from typing import Self

from backlit.training.history import Epoch, History
from backlit.training.learning_rate import LearningRate
from backlit.training.messages import no_progress
from backlit.training.plan import Plan


class Patience:
    """Stops after more than `patience` epochs in a row without progress (Prechelt 1998, 'Early stopping, but when?').

    Parameters
    ----------
    tolerance : float
        A score has to rise, or a loss to fall, by more than this against the best so far to count as progress.
    patience : float
        Epochs; inf: never stop, only count.

    Examples
    --------
    >>> rule, history = Patience(tolerance=0.0, patience=1), History()
    >>> [rule.after_epoch(history.record(loss, None, 0.1, 9), history) for loss in (0.5, 0.5, 0.6)]
    [None, None, 'no progress of 0 in 1 epochs']
    """

    def __init__(self, tolerance: float, patience: float) -> None:
        self._tolerance, self._patience = tolerance, patience
        self._best = -math.inf
        self._waited = 0

    @classmethod
    def of(cls, plan: Plan, rate: LearningRate) -> Self | None:
        """The rule of a plan; with an adaptive rate `AdaptiveRate` takes its place."""
        return None if plan.rate_rule == "adaptive" else cls(plan.tolerance, plan.patience)

    def after_epoch(self, epoch: Epoch, history: History) -> str | None:
        """Count the epochs without progress; a reason to stop if they are too many."""
        quality = epoch.quality
        self._waited = 0 if quality > self._best + self._tolerance else self._waited + 1
        self._best = max(self._best, quality)
        history.waited = self._waited
        return no_progress(self._tolerance, self._patience) if self._waited > self._patience else None

    def restart(self) -> None:
        """Count from 0 again."""
        self._waited = 0
