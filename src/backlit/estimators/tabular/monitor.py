"""Who hears of the epochs of a fit, and can end it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from backlit.training.rules.time_limit import TimeLimit


class FitMonitor:
    """Who hears of the epochs of all members, one at a time, and can stop them all."""

    def __init__(
        self, members: int, verbose: bool, on_epoch: Callable[[Any], bool | None] | None, deadline: float
    ) -> None:
        self.networks: list[Any] = []
        self._members = members
        self._verbose = verbose
        self._on_epoch = on_epoch
        self._time_limit = TimeLimit(deadline)
        self._lock = threading.Lock()
        self._stopped = False

    def __call__(self, number: int, epoch: Any) -> bool:
        """An epoch of a member is over; the answer is whether it shall stop."""
        with self._lock:
            if self._verbose:
                member = f"member {number + 1}, " if self._members > 1 else ""
                print(f"{member}epoch {epoch.number}: loss {epoch.loss:.5f}, validation score {epoch.score:.5f}")
            try:
                if self._on_epoch and not self._stopped and self._on_epoch(epoch):
                    self.stop()
                if self._time_limit.passed():
                    self.stop()
            except BaseException:
                self.stop()
                raise
            return self._stopped

    def stop(self) -> None:
        """End all members, each after the step that it is in."""
        self._stopped = True
        for network in self.networks:
            network.stop()
