"""Ranks that are forks of one process, joined by pipes: killed without a word, and started again in another number."""

from __future__ import annotations

import os
import pickle
import signal
import tempfile
import traceback
from collections.abc import Callable
from multiprocessing import Pipe
from pathlib import Path
from typing import Any

import numpy as np

from backlit.engine.sharded import training_together


class ProcessRanks:
    """One of some processes; rank 0 has a pipe to each."""

    def __init__(self, rank: int, size: int, pipes: list[Any]) -> None:
        self.rank, self.size, self._pipes = rank, size, pipes

    def _all(self, mine: Any) -> list[Any]:
        """What each has, in the order of the ranks, in every process."""
        if self.rank:
            pipe = self._pipes[self.rank - 1][1]
            pipe.send(mine)
            return pipe.recv()
        everything = [mine, *(ours.recv() for ours, _ in self._pipes)]
        for ours, _ in self._pipes:
            ours.send(everything)
        return everything

    def gather(self, part: np.ndarray) -> list[np.ndarray]:
        return self._all(part)

    def allreduce(self, array: np.ndarray) -> None:
        array[:] = np.sum(self._all(array), axis=0)

    def broadcast(self, value: Any) -> Any:
        return self._all(value)[0]

    def collect(self, value: Any) -> list[Any]:
        return self._all(value)

    def barrier(self) -> None:
        self._all(None)


Work = Callable[[Callable[..., None]], Any]
"""Gets what is called at every sign of progress; gives what is compared."""


def run(size: int, work: Work, kill_after: int | None = None) -> Any:
    """Rank 0's result of work that several processes do together, deterministically; None where they were killed.

    Parameters
    ----------
    size : int
    work : callable
    kill_after : int, optional
        After so many signs of progress, of whichever rank, all are killed, the last first.
    """
    pipes = [Pipe() for _ in range(size - 1)]
    reading, writing = os.pipe()
    with tempfile.TemporaryDirectory() as folder:
        children = []
        for rank in range(size):
            child = os.fork()
            if not child:
                os.close(reading)
                _child(ProcessRanks(rank, size, pipes), work, writing, Path(folder))
            children.append(child)
        os.close(writing)
        for _ in range(kill_after or 0):
            if not os.read(reading, 1):
                break
        if kill_after is not None:
            for child in reversed(children):
                os.kill(child, signal.SIGKILL)
        statuses = [os.waitpid(child, 0)[1] for child in children]
        os.close(reading)
        for pipe in pipes:
            for end in pipe:
                end.close()
        if any(os.WIFSIGNALED(status) for status in statuses):
            return None
        outcome = (Path(folder) / "result").read_bytes()
        assert statuses == [0] * size, outcome.decode(errors="replace")
        return pickle.loads(outcome)


def _child(ranks: ProcessRanks, work: Work, writing: int, folder: Path) -> None:
    """Do the work, and end."""
    try:
        with training_together(ranks, True):
            result = pickle.dumps(work(lambda *_: os.write(writing, b".") and None))
        status = 0
    except BaseException:
        result, status = traceback.format_exc().encode(), 1
    if status or not ranks.rank:
        (folder / "result").write_bytes(result)
    os._exit(status)
