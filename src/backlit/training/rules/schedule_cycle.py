"""A cosine cycle of the schedule that was not worth its epochs is the last."""

from __future__ import annotations

import math
from typing import Self

from backlit.declared.schedules import SCHEDULES
from backlit.training.history import Epoch, History
from backlit.training.learning_rate import LearningRate
from backlit.training.messages import cycle_gained_too_little
from backlit.training.plan import Plan

SHORTEST_CYCLE = 4
"""Epochs after which a cycle of the schedule can be judged."""


class ScheduleCycle:
    """Stops at the end of a cycle, where the rate is 0, if it improved the best score by too small a part of it.

    Parameters
    ----------
    ends : sequence of int
        Epochs, from 1, after which a cycle is over.
    gain : float
        The least part of the best score at the end of the cycle before; of a score that may be above 0, any gain.

    Examples
    --------
    >>> rule, history = ScheduleCycle([1, 3], gain=0.01), History()
    >>> [rule.after_epoch(history.record(0.5, score, 0.1, 9), history) for score in (-1.0, -1.0, -0.995)]
    [None, None, 'the schedule cycle that ended in epoch 3 improved the best score too little']
    """

    def __init__(self, ends: tuple[int, ...] | list[int], gain: float) -> None:
        self._ends, self._gain = frozenset(ends), gain
        self._best = self._best_at_end = -math.inf

    @classmethod
    def of(cls, plan: Plan, rate: LearningRate) -> Self | None:
        """The rule of a plan whose schedule has cycles that are judged."""
        ends = cycle_end_epochs(plan)
        return cls(ends, plan.cycle_gain) if ends else None

    def after_epoch(self, epoch: Epoch, history: History) -> str | None:
        """A reason to stop if a cycle has just ended and brought too little."""
        self._best = max(self._best, epoch.quality)
        if epoch.score is None or epoch.number not in self._ends:
            return None
        gain, least = self._best - self._best_at_end, self._gain * max(-self._best_at_end, 0.0)
        self._best_at_end = self._best
        # before the first end there was no best, so that the gain is infinite
        return cycle_gained_too_little(epoch.number) if math.isfinite(gain) and gain <= least else None


def cycle_end_epochs(plan: Plan) -> tuple[int, ...]:
    """The epochs, from 1, after which a cycle of the schedule is over, if the plan judges cycles.

    Examples
    --------
    >>> cycle_end_epochs(Plan(128, 0.1, "coslog4", cycle_gain=0.01)), cycle_end_epochs(Plan(128, 0.1, "coslog4"))
    ((9, 26, 60), ())
    """
    if not plan.cycle_gain:
        return ()
    ends = (round(end * plan.epochs) for end in SCHEDULES[plan.schedule].cycle_ends)
    return tuple(end for end in ends if end >= SHORTEST_CYCLE)
