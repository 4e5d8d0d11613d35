"""Receives the epochs of a fit: prints them, calls the user's callback, and ends the fit."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from backlit.training.rules.time_limit import TimeLimit
from backlit.training.snapshots import Snapshot, Snapshots


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
    snapshots : Snapshots, optional
        What keeps the first member's parameters at chosen epochs.

    Attributes
    ----------
    timed_out : bool
        Whether the deadline ended it.
    aborted : bool
        Whether Ctrl-C or an error ended it, each training in the middle of an epoch.
    """

    def __init__(
        self,
        members: int,
        verbose: bool,
        on_epoch: Callable[[Any], bool | None] | None,
        deadline: float,
        snapshots: Snapshots | None = None,
    ) -> None:
        self._networks: dict[int, Any] = {}
        self._snapshots = snapshots
        self._members = members
        self._verbose = verbose
        self._on_epoch = on_epoch
        self._time_limit = TimeLimit(deadline)
        self._lock = threading.Lock()
        self._stopped = False
        self.timed_out = self.aborted = False

    def begin(self, number: int, network: Any) -> None:
        """Know a member's network, which is about to be trained."""
        self._networks[number] = network
        if number == 0 and self._snapshots is not None:
            self._snapshots.keep(0, network.theta, None)

    def kept_of(self, number: int) -> Sequence[Snapshot]:
        """The snapshots of a member; the first alone has any."""
        return self._snapshots.kept if number == 0 and self._snapshots is not None else ()

    def __call__(self, number: int, epoch: Any) -> bool:
        """Receive an epoch of a member; return whether its training stops."""
        if number == 0 and self._snapshots is not None:
            self._snapshots.keep(epoch.number, self._networks[0].theta, epoch.rate)
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
        for network in list(self._networks.values()):
            network.stop()
