"""The seam to MPI, of mpi4py: which process this is, and what all of them say together."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import numba
import numpy as np
import pyarrow
from numpy.typing import NDArray

from backlit import __version__
from backlit.engine.processor import vectors_here
from backlit.engine.ranks import OneProcess, Ranks, check_alike
from backlit.engine.sharded import training_together
from backlit.errors import extra_imports
from backlit.scale.placement import placed, processors_here
from backlit.scale.watch import Watch

T = TypeVar("T")

LAUNCHED = ("PMI_SIZE", "OMPI_COMM_WORLD_SIZE", "PMIX_RANK")
"""Variables that launchers set: MPICH's and Slurm's, Open MPI's, PMIx's."""

AT_FAULT = 2
"""The exit status of a job that ends with a line of ours."""

PATIENCE = 1.0
"""Seconds for which another rank lets rank 0 speak first where all have the same error."""


def launched(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether an MPI launcher started this process with others.

    Examples
    --------
    >>> launched({}), launched({"PMI_SIZE": "4"}), launched({"PMI_SIZE": "1"})
    (False, True, False)
    """
    return any(name in environment and environment[name] != "1" for name in LAUNCHED)


class MPIRanks:
    """The processes of ``MPI.COMM_WORLD``."""

    def __init__(self) -> None:
        with extra_imports("mpi", "a training over several processes needs"):
            from mpi4py import MPI
        self._mpi, self._world = MPI, MPI.COMM_WORLD.Dup()
        self.rank, self.size = self._world.Get_rank(), self._world.Get_size()
        self._watch: Watch | None = None

    def watch(self) -> None:
        """End the job with a line where a process is stopped or lost, until `leave`."""
        if self.size > 1 and self._mpi.Query_thread() == self._mpi.THREAD_MULTIPLE:
            self._watch = Watch(self._world.Dup(), self.fail)

    def leave(self) -> None:
        """Wait for all, and watch no longer."""
        self.barrier()
        if self._watch is not None:
            self._watch.stop()

    def neighbours(self) -> tuple[list[frozenset[int]], int]:
        """The processors of each process of this machine, and which of them this one is."""
        here = self._world.Split_type(self._mpi.COMM_TYPE_SHARED)
        try:
            return here.allgather(processors_here()), here.Get_rank()
        finally:
            here.Free()

    def gather(self, part: NDArray[Any]) -> list[NDArray[Any]]:
        """Every process's array of one type, in the order of the ranks."""
        part = np.ascontiguousarray(part).reshape(-1)
        counts = np.empty(self.size, np.int64)
        self._world.Allgather(np.array([part.size], np.int64), counts)
        whole = np.empty(int(counts.sum()), part.dtype)
        self._world.Allgatherv(part, [whole, counts.tolist()])
        return np.split(whole, np.cumsum(counts)[:-1])

    def allreduce(self, array: NDArray[Any]) -> None:
        """Put the sum over all processes into each one's array."""
        self._world.Allreduce(self._mpi.IN_PLACE, array)

    def broadcast(self, value: T) -> T:
        """Rank 0's value, in every process."""
        return self._world.bcast(value, 0)  # type: ignore[no-any-return]

    def collect(self, value: T) -> list[T]:
        """Every process's value, in the order of the ranks."""
        return self._world.allgather(value)  # type: ignore[no-any-return]

    def barrier(self) -> None:
        """Wait for all."""
        self._world.Barrier()

    def fail(self, line: str) -> None:
        """Say why, and end all processes."""
        print(f"backlit: {' '.join(line.split())}", file=sys.__stderr__, flush=True)
        self._world.Abort(AT_FAULT)


def installation() -> dict[str, str]:
    """What the bits depend on besides the data, and what must be the same in all processes."""
    return {
        "Backlit": __version__,
        "Numba": numba.__version__,
        "NumPy": np.__version__,
        "pyarrow": pyarrow.__version__,
        "vectors of the processor": vectors_here()[0].name,
    }


@contextmanager
def distributed(*, deterministic: bool = False, spread: str = "rows") -> Iterator[Ranks]:
    """Let fits of the tabular estimators train with all processes of an MPI job.

    All processes run the same program on the same rows, and end with the same model. An error in one process ends all,
    with a line that names it.

    Parameters
    ----------
    deterministic : bool, default False
        Whether 1, 2, 3, ... processes (12 at most) end in the same bits; gradients are then gathered, which moves as
        many times more bytes as there are shards.
    spread : {"rows", "members"}, default "rows"
        What is shared out. Of ``"rows"`` each process has its part of every mini-batch, and gradients are summed; one
        process alone trains as without it but for the order of sums. Of ``"members"`` each process trains whole
        networks, to the bits of one process alone: nothing moves until they are done.

    Yields
    ------
    Ranks
        `rank`, `size`; rank 0 is the one to write and speak.

    Raises
    ------
    ParameterError
        If `spread` is something else.
    MissingExtra
        If a launcher started several processes and mpi4py is not installed.

    Examples
    --------
    >>> with distributed() as ranks:
    ...     ranks.size
    1
    """
    ranks: Any = MPIRanks() if launched() else OneProcess()
    if ranks.size == 1:
        with training_together(ranks, deterministic, spread):
            yield ranks
        return
    ranks.watch()
    try:
        check_alike(ranks, "installation", installation())
        with placed(*ranks.neighbours()), training_together(ranks, deterministic, spread):
            yield ranks
        ranks.leave()
    except (Exception, KeyboardInterrupt) as error:
        if ranks.rank:
            time.sleep(PATIENCE)
        ranks.fail(f"rank {ranks.rank} of {ranks.size}: {str(error) or type(error).__name__}")
        raise
