"""The team of threads that carries an epoch, and the one pool of threads that it leaves room for."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from threadpoolctl import ThreadpoolController

from backlit.errors import BacklitError


@lru_cache(maxsize=1)
def _blas(process: int) -> ThreadpoolController:
    """The BLAS libraries of this process, found once."""
    import scipy.linalg.cython_blas  # noqa: F401  # the BLAS that the kernels call has to be loaded to be found

    return ThreadpoolController().select(user_api="blas")


def processors() -> int:
    """How many threads may run: the processors of this process, less where BLAS was limited (joblib, threadpoolctl)."""
    affinity = getattr(os, "sched_getaffinity", None)
    available = len(affinity(0)) if affinity else os.cpu_count() or 1
    limits = [library.num_threads for library in _blas(os.getpid()).lib_controllers]
    return max(1, *([min(available, *limits)] if limits else [available]))


def team_size(asked: int | None) -> int:
    """The number of threads for a training: what was asked for (scikit-learn's `n_jobs`), or all there are.

    Raises
    ------
    BacklitError
        If 0 threads are asked for.
    """
    if asked is None:
        return processors()
    if asked == 0:
        raise BacklitError("n_jobs: 0 threads cannot train; use 1 or more, or -1 for all processors")
    return asked if asked > 0 else max(1, processors() + 1 + asked)


@contextmanager
def single_threaded_blas() -> Iterator[None]:
    """BLAS on one thread a call while a team runs: two pools of threads in one process fight."""
    with _blas(os.getpid()).limit(limits=1, user_api="blas"):
        yield


def run_team(work: Callable[[int], Any], team: int, stop: Callable[[], None]) -> Any:
    """Run ``work(rank)`` on every thread of a team and return what rank 0 returned.

    The calling thread only waits, so that Ctrl-C is heard at once; it then calls `stop`, and waits for the end.
    """
    results: dict[int, Any] = {}

    def run(rank: int) -> None:
        try:
            results[rank] = work(rank)
        except BaseException as error:  # carried to the caller, who raises it
            results[rank] = error
            stop()

    threads = [threading.Thread(target=run, args=(rank,), daemon=True) for rank in range(team)]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            thread.join()
    except KeyboardInterrupt:
        stop()
        for thread in threads:
            thread.join()
        raise
    for result in results.values():
        if isinstance(result, BaseException):
            raise result
    return results[0]
