"""A training that may take so many seconds."""

from __future__ import annotations

import time

from backlit.training.history import Epoch, History
from backlit.training.messages import TIME_LIMIT


class TimeLimit:
    """Stops after the first epoch that ends at or after the deadline.

    Parameters
    ----------
    deadline : float
        In seconds of `time.monotonic`; inf: never.

    Examples
    --------
    >>> TimeLimit(time.monotonic()).after_epoch(Epoch(1, 0.5, None, 0.1, 9), History())
    'the time limit was reached'
    """

    def __init__(self, deadline: float) -> None:
        self._deadline = deadline

    def passed(self) -> bool:
        """Whether the time is over."""
        return time.monotonic() >= self._deadline

    def after_epoch(self, epoch: Epoch, history: History) -> str | None:
        """A reason to stop if the time is over."""
        return TIME_LIMIT if self.passed() else None
