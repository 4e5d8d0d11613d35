"""Receives the epochs of a fit: prints them, calls the user's callback, and ends the fit."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from backlit.training.rules.time_limit import TimeLimit


class FitMonitor:
    """A callback of the training loops of all members, one call at a time, that can stop them all.

    Parameters
    ----------
    members : int
    verbose : bool
    on_epoch : callable, optional
        The user's; returning True stops the fit.
    deadline : float
        When the fit ends, on the clock of `time.monotonic`.

    Attributes
    ----------
    timed_out : bool
        Whether the deadline ended it.
    aborted : bool
        Whether Ctrl-C or an error ended it, each training in the middle of an epoch.
    """

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
        self.timed_out = self.aborted = False

    def __call__(self, number: int, epoch: Any) -> bool:
        """Receive an epoch of a member; return whether its training stops."""
        with self._lock:
            if self._verbose:
                member = f"member {number + 1}, " if self._members > 1 else ""
                print(f"{member}epoch {epoch.number}: loss {epoch.loss:.5f}, validation score {epoch.score:.5f}")
            try:
                if self._on_epoch and not self._stopped and self._on_epoch(epoch):
                    self._stop()
                if self._time_limit.passed():
                    self.timed_out = True
                    self._stop()
            except BaseException:
                self.stop()
                raise
            return self._stopped

    def stop(self) -> None:
        """End all members, each after its current step, since the fit is broken off."""
        self.aborted = True
        self._stop()

    def _stop(self) -> None:
        self._stopped = True
        for network in self.networks:
            network.stop()
