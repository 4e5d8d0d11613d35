"""A watch over the processes of an MPI job: one that is stopped, or whose machine is gone, ends the job with a word."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

BEAT = 0.5
"""Seconds between two signs of life."""

LOST_AFTER = 15.0
"""Seconds without one after which a rank counts as lost: the job is to end within 30."""

MOST_UNHEARD = 8
"""Signs of life on their way to a rank that does not take them, at most."""


class Watch:
    """Tells the next rank twice a second that this one lives, and listens to the one before, on a thread of its own.

    MPI itself waits without end for a process that was stopped by a signal, or whose machine is gone. The thread lives
    as long as the process runs Python at all, however long a step takes.

    Parameters
    ----------
    world : mpi4py.MPI.Comm
        One of the watch's own.
    end : callable
        Gets a line that says which rank is lost, and ends the job.
    most : float
        Seconds without a sign of life.
    """

    def __init__(self, world: Any, end: Callable[[str], None], most: float = LOST_AFTER) -> None:
        self._world, self._end, self._most = world, end, most
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Watch no longer; all ranks call it at the same time."""
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        rank, size = self._world.Get_rank(), self._world.Get_size()
        before, following = (rank - 1) % size, (rank + 1) % size
        sent: list[Any] = []
        word, received = bytearray(1), bytearray(1)
        heard = looked = time.monotonic()
        while not self._ended.wait(BEAT):
            sent = [request for request in sent if not request.Test()]
            if len(sent) < MOST_UNHEARD:
                sent.append(self._world.Isend(word, following))
            now = time.monotonic()
            if now - looked > self._most / 2:  # it was this process that stood still
                heard = now
            looked = now
            while self._world.Iprobe(before):
                self._world.Recv(received, before)
                heard = now
            if now - heard > self._most:
                self._end(
                    f"rank {before} of {size} gives no sign of life for {self._most:.0f} s: it is stopped, "
                    "or its machine is gone; see to it, and start again (--resume goes on from a checkpoint)"
                )
                return
