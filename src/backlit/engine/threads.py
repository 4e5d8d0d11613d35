"""The team of threads that carries an epoch, and the one pool of threads that it leaves room for."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, TypeVar

from threadpoolctl import OpenBLASController, ThreadpoolController

from backlit.engine.thread_pool import Helpers
from backlit.errors import BacklitError

T = TypeVar("T")


FIXED_BLOCKS = 2
"""Blocks of rows in every mini-batch of a deterministic training: at most as many threads share it."""

LIMITS = ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS")
"""Variables of the environment by which whoever starts this process limits its threads."""


@lru_cache(maxsize=1)
def _blas_controllers(process: int) -> list[Any]:
    """The BLAS libraries of this process that have threads, found once."""
    import scipy.linalg.cython_blas  # noqa: F401  # the BLAS that the kernels call has to be loaded to be found

    return list(ThreadpoolController().select(user_api="blas").lib_controllers)


class _Shared:
    """What this process has once: the threads that BLAS had, how many threads run, and helpers that stay."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Nobody trains, and nobody holds BLAS."""
        self.lock = threading.Lock()
        self.holders = 0
        self.before: list[int] = []
        self.running = 0
        self.helpers: dict[int, Helpers] = {}

    def forked(self) -> None:
        """Begin anew in a child process: the parent's threads are not here, and BLAS is nobody's."""
        held, before = self.holders > 0, self.before
        self.begin()
        if held:
            _set(before)


_SHARED = _Shared()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_SHARED.forked)


def _set(numbers: Sequence[int]) -> None:
    """Give each BLAS library its number of threads, whichever thread calls."""
    free = getattr(OpenBLASController, "clear_controlling_thread", None)  # from threadpoolctl 3.8 on
    if free:  # else the limits of all threads but the first that set one are ignored
        free(force=True)
    for library, number in zip(_blas_controllers(os.getpid()), numbers, strict=True):
        library.set_num_threads(number)
    if free:
        free(force=True)


def _now() -> list[int]:
    """How many threads each BLAS library has."""
    return [library.num_threads for library in _blas_controllers(os.getpid())]


def _blas_threads() -> list[int]:
    """How many threads each BLAS library has, or had before trainings held them at one."""
    with _SHARED.lock:
        return _SHARED.before if _SHARED.holders else _now()


def processors() -> int:
    """How many threads may run here, at least 1.

    These are the processors that the system gives this process, less where BLAS was limited (joblib's workers,
    threadpoolctl) or a variable of `LIMITS` is set.
    """
    affinity = getattr(os, "sched_getaffinity", None)
    available = len(affinity(0)) if affinity else os.cpu_count() or 1
    limits = [int(os.environ[name]) for name in LIMITS if os.environ.get(name, "").isdecimal()]
    return max(1, min([available, *_blas_threads(), *limits]))  # a BLAS without threads is not listed


def team_size(requested: int | None) -> int:
    """The number of threads for a training: what was requested (scikit-learn's `n_jobs`), at most all there are.

    Raises
    ------
    BacklitError
        If 0 threads are requested.

    Examples
    --------
    >>> team_size(1), team_size(None) == team_size(-1) == processors()
    (1, True)
    """
    if requested == 0:
        raise BacklitError("n_jobs: 0 threads cannot train; use 1 or more, or -1 for all processors")
    there = processors()
    if requested is None:
        return there
    return min(requested, there) if requested > 0 else max(1, there + 1 + requested)


def blocks_of(deterministic: bool | None) -> int | None:
    """Into how many blocks mini-batches are cut, or None: as many as there are threads.

    Determinism is the default where it costs nothing: where the machine has no more processors than blocks.
    """
    if deterministic is None:
        deterministic = (os.cpu_count() or 1) <= FIXED_BLOCKS
    return FIXED_BLOCKS if deterministic else None


@contextmanager
def single_threaded_blas() -> Iterator[None]:
    """BLAS on one thread a call: two pools of threads in one process fight, and its threads decide its rounding.

    Several threads of a process may need it at once; BLAS has its threads back when the last one is done.
    """
    with _SHARED.lock:
        if not _SHARED.holders:
            _SHARED.before = _now()
            _set([1] * len(_SHARED.before))
        _SHARED.holders += 1
    try:
        yield
    finally:
        with _SHARED.lock:
            _SHARED.holders -= 1
            if not _SHARED.holders:
                _set(_SHARED.before)


@contextmanager
def leased(team: int) -> Iterator[int]:
    """As many threads of a team as other trainings of this process leave free, at least 1; given back at the end."""
    there = processors()
    with _SHARED.lock:
        threads = max(1, min(team, there - _SHARED.running))
        _SHARED.running += threads
    try:
        yield threads
    finally:
        with _SHARED.lock:
            _SHARED.running -= threads


class Team:
    """Threads that carry whatever they are given together; within ``with`` they stay until its end.

    A new thread touches the memory of its stack for the first time, and the panels of matrix products lie there: on a
    virtual machine that takes as long as a step of a small network.
    """

    def __init__(self) -> None:
        self._threads: ThreadPoolExecutor | None = None
        self._size = 0
        self._stays = False

    def __enter__(self) -> Team:
        self._stays = True
        return self

    def __exit__(self, *error: object) -> None:
        self._stays = False
        self._leave()

    def _leave(self) -> None:
        if self._threads:
            self._threads.shutdown()
        self._threads = None

    def _gather(self, size: int) -> ThreadPoolExecutor:
        """As many threads at least: those that wait for each other must all be there."""
        if self._threads is None or size > self._size:
            self._leave()
            self._threads, self._size = ThreadPoolExecutor(size), size
        return self._threads

    def run(self, work: Callable[[int], Any], size: int, stop: Callable[[], None]) -> Any:
        """Run ``work(rank)`` on so many threads at once, and return what rank 0 returned.

        The calling thread only waits, so that it handles Ctrl-C at once; it then calls `stop`, and waits for the end.
        """

        def run(rank: int) -> Any:
            try:
                return work(rank)
            except BaseException:
                stop()  # or the others would wait for it
                raise

        threads = self._gather(size)
        running = [threads.submit(run, rank) for rank in range(size)]
        try:
            wait(running)
        except KeyboardInterrupt:
            stop()
            wait(running)
            raise
        finally:
            if not self._stays:
                self._leave()
        results = [future.result() for future in running]
        return results[0]


def side_by_side(
    works: Sequence[Callable[[], T]], threads: int | None, stop: Callable[[], None]
) -> tuple[list[T], bool]:
    """Run some trainings on one thread each, as many at once as there are threads; a call of BLAS has one.

    The calling thread only waits: on Ctrl-C it calls `stop`, which must end what runs, and waits for the end.

    Returns
    -------
    results : list
        Of those that were begun.
    interrupted : bool
        Whether Ctrl-C came.
    """
    team = min(team_size(threads), len(works))
    with single_threaded_blas(), leased(team) as free, ThreadPoolExecutor(free) as pool:
        running = [pool.submit(work) for work in works]
        try:
            return [future.result() for future in running], False
        except KeyboardInterrupt:
            begun = [future for future in running if not future.cancel()]
            stop()
            return [future.result() for future in begun], True
        except BaseException:
            _end(running, stop)
            raise


def shared_out(works: Sequence[Callable[[], None]], threads: int | None, stop: Callable[[], None]) -> None:
    """Run short works, with one thread for each call of BLAS: the first here, the others by threads that stay.

    New threads take as long as a thousand rows of three times 256 neurons. On Ctrl-C, or an error, `stop` is called,
    which must end what runs.
    """
    team = min(team_size(threads), len(works))
    with single_threaded_blas(), leased(team) as free:
        mine, others = (works[:1], works[1:]) if free > 1 else (works, ())
        helpers = _helpers(max(free - 1, 1))
        helpers.step_aside()
        running = [helpers.submit(work) for work in others]
        try:
            for work in mine:
                work()
            wait(running)
        except BaseException:
            _end(running, stop)
            raise
        for future in running:
            future.result()


def _end(running: Sequence[Future[Any]], stop: Callable[[], None]) -> None:
    """Begin nothing more, stop what runs, and wait for it."""
    for future in running:
        future.cancel()
    stop()
    wait(running)


def _helpers(size: int) -> Helpers:
    """So many threads that stay until the process ends; a fork has none, and makes its own."""
    with _SHARED.lock:
        if size not in _SHARED.helpers:
            _SHARED.helpers[size] = Helpers(size)
        return _SHARED.helpers[size]
