"""How many threads there are, who holds BLAS, who leases the processors."""

from __future__ import annotations

import os
import threading
from functools import partial

import numpy as np
import pytest
from threadpoolctl import ThreadpoolController, threadpool_limits

from backlit import BacklitError, MLPClassifier
from backlit.engine import threads
from backlit.engine.threads import (
    Team,
    blocks_of,
    leased,
    processors,
    shared_out,
    side_by_side,
    single_threaded_blas,
    team_size,
)


def blas_threads() -> list[int]:
    return [library.num_threads for library in ThreadpoolController().select(user_api="blas").lib_controllers]


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with eight processors."""
    monkeypatch.setattr(threads, "_blas_threads", lambda: [8, 8])
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(8)), raising=False)
    for name in threads.LIMITS:
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(("asked", "given"), [(None, 8), (1, 1), (3, 3), (20, 8), (-1, 8), (-2, 7), (-20, 1)])
def test_team_size(many: None, asked: int | None, given: int) -> None:
    assert team_size(asked) == given


def test_no_threads_cannot_train() -> None:
    with pytest.raises(BacklitError, match="n_jobs: 0 threads") as caught:
        team_size(0)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", threads.LIMITS)
def test_variables_limit(many: None, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "3")
    assert processors() == team_size(None) == team_size(5) == 3
    monkeypatch.setenv(name, "4,2")  # OpenMP's form for nested teams: left to OpenMP
    assert processors() == 8


def test_threadpoolctl_limits() -> None:
    with threadpool_limits(limits=1):
        assert processors() == team_size(None) == team_size(4) == 1


def test_holding_blas_does_not_look_like_a_limit() -> None:
    before = processors(), blas_threads()
    with single_threaded_blas():
        assert set(blas_threads()) == {1}
        assert processors() == before[0]
    assert blas_threads() == before[1]


def test_blas_is_given_back_by_the_last_of_several_threads() -> None:
    """The first to come is the first to leave, and the last to leave is another thread than the first to come."""
    before = blas_threads()
    first_left, last_may_leave, last_came = threading.Event(), threading.Event(), threading.Event()
    seen: list[list[int]] = []

    def late() -> None:
        with single_threaded_blas():
            last_came.set()
            last_may_leave.wait(10)
            seen.append(blas_threads())

    other = threading.Thread(target=late)
    with single_threaded_blas():
        other.start()
        assert last_came.wait(10)
    first_left.set()
    last_may_leave.set()
    other.join(10)
    assert seen == [[1] * len(before)]
    assert blas_threads() == before


def test_trainings_share_the_processors(many: None) -> None:
    with leased(8) as one, leased(8) as two, leased(2) as three:
        assert (one, two, three) == (8, 1, 1)
    with leased(5) as one, leased(5) as two:
        assert (one, two) == (5, 3)
    with leased(8) as again:
        assert again == 8


def test_side_by_side_gives_results_in_order_and_errors_at_once() -> None:
    squares = [partial(pow, number, 2) for number in range(5)]
    assert side_by_side(squares, None, lambda: None) == ([0, 1, 4, 9, 16], False)
    stopped = threading.Event()

    def fails() -> int:
        raise BacklitError("no")

    with pytest.raises(BacklitError, match="no"):
        side_by_side([fails, fails], 1, stopped.set)
    assert stopped.is_set()


def test_blocks() -> None:
    assert blocks_of(True) == threads.FIXED_BLOCKS
    assert blocks_of(False) is None
    assert blocks_of(None) == (threads.FIXED_BLOCKS if (os.cpu_count() or 1) <= threads.FIXED_BLOCKS else None)


def crew(team: Team, size: int) -> set[int]:
    """The threads that carry one piece of work."""
    idents: list[int] = []
    together = threading.Barrier(size)

    def work(rank: int) -> int:
        together.wait(timeout=60)  # all of them are at work at once
        idents.append(threading.get_ident())
        return rank

    assert team.run(work, size, lambda: None) == 0
    assert len(idents) == size
    return set(idents)


def test_a_team_stays_and_then_leaves() -> None:
    before = threading.active_count()
    team = Team()
    with team:
        first = crew(team, 3)
        assert crew(team, 3) == first
        assert crew(team, 2) <= first
        assert len(crew(team, 4)) == 4  # a larger one, though it began as three
    assert threading.active_count() == before
    assert len(crew(team, 2)) == 2  # without `with` it is gathered for one piece of work
    assert threading.active_count() == before


def test_an_error_of_one_stops_the_others() -> None:
    stopped = threading.Event()

    def work(rank: int) -> None:
        if rank:
            raise ValueError("rank 1 fell")
        assert stopped.wait(timeout=60)

    with pytest.raises(ValueError, match="rank 1 fell"):
        Team().run(work, 2, stopped.set)


def test_a_training_leaves_no_thread() -> None:
    before = threading.active_count()
    rows = np.random.default_rng(0).normal(size=(600, 40))
    MLPClassifier((256, 256), batch_size=300, random_state=0).partial_fit(rows, rows[:, 0] > 0, classes=[False, True])
    assert threading.active_count() == before


def test_shared_out_the_caller_works_beside_threads_that_stay(many: None) -> None:
    seen: list[set[int]] = []
    for _ in range(2):
        idents: list[int] = []
        together = threading.Barrier(2)

        def work(idents: list[int] = idents, together: threading.Barrier = together) -> None:
            together.wait(timeout=60)
            idents.append(threading.get_ident())

        shared_out([work, work], 2, lambda: None)
        seen.append(set(idents))
    assert seen[0] == seen[1]
    assert len(seen[0]) == 2
    assert threading.get_ident() in seen[0]


@pytest.mark.parametrize("failing", [0, 1])
def test_shared_out_an_error_stops_all(many: None, failing: int) -> None:
    stopped = threading.Event()

    def fails() -> None:
        raise BacklitError("no")

    def lasts() -> None:
        assert stopped.wait(timeout=60) or failing

    works = [lasts, lasts]
    works[failing] = fails
    if failing:
        stopped.set()
    with pytest.raises(BacklitError, match="no"):
        shared_out(works, 2, stopped.set)
    assert stopped.is_set()
