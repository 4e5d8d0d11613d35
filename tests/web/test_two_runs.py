"""Two trainings on one clock: the same epochs together, moments of the same epochs, one alone where the other ends."""

from __future__ import annotations

from typing import Any

import pytest

from backlit.web.live.clock import Clock
from backlit.web.live.problems import toy
from backlit.web.live.session import TrainingSession
from backlit.web.live.settings import settings_of

SMALL = {"hidden": [[4, "tanh"]], "batch": 50, "rate": 0.05}

pytestmark = pytest.mark.filterwarnings("ignore::backlit.training.rules.finiteness.Divergence")


def run_of(**changes: Any) -> TrainingSession:
    return TrainingSession(toy("xor", 0), settings_of({**SMALL, **changes}))


def reach(session: TrainingSession, epoch: int) -> None:
    """Wait for a training that runs."""
    while session.epoch < epoch and session.state == "running":
        session._thread.join(0.01)


def epochs(session: TrainingSession) -> list[float]:
    return [moment.point.epoch for moment in session._timeline]


def test_they_stop_after_the_same_epoch_and_rewind_to_the_same() -> None:
    first, second = run_of(), run_of(hidden=[[64, "sigmoid"], [64, "tanh"]], optimizer="sgd", batch=1)
    clock = Clock((first, second))  # one epoch of the second takes many times longer
    clock.play(0.0)
    reach(second, 8)
    assert abs(first.epoch - second.epoch) <= 1
    clock.pause()
    assert first.state == second.state == "paused"
    assert first.epoch == second.epoch >= 8
    assert epochs(first) == epochs(second)
    clock.go_to(first, 1)
    assert first.now.point.epoch == second.now.point.epoch == epochs(first)[1]
    clock.step()
    assert (first.now.batch, second.now.batch) == (1, 1)
    clock.play(0.0)
    reach(first, 10)
    clock.pause()
    assert first.epoch == second.epoch >= 10
    assert epochs(first)[-1] == epochs(second)[-1]


def test_however_often_they_are_stopped_it_is_after_the_same_epoch() -> None:
    first, second = run_of(), run_of(rate=0.01)
    clock = Clock((first, second))
    for goal in range(5, 200, 13):
        clock.play(0.0)
        reach(second, goal)
        clock.pause()
        assert first.epoch == second.epoch == first.now.epoch == second.now.epoch


def test_a_run_beside_learns_what_it_learns_alone() -> None:
    alone, beside = run_of(rate=0.02), run_of(rate=0.02)
    Clock((run_of(), beside)).play(0.0)
    alone.play(0.0)
    reach(alone, 20)
    alone.pause()
    reach(beside, alone.epoch)
    beside.clock.pause()
    at = beside.nearest(alone.epoch)
    shared = set(epochs(alone)) & set(epochs(beside))
    assert 0.0 in shared
    for epoch in shared:
        one, other = (session._timeline._moments[session.nearest(epoch)] for session in (alone, beside))
        assert one.theta.tobytes() == other.theta.tobytes()
    assert at >= 0


def test_who_diverges_or_is_closed_is_not_waited_for() -> None:
    wild, calm = run_of(rate=1e6, optimizer="sgd", loss="quadratic", hidden=[[8, "identity"]]), run_of()
    wild = TrainingSession(toy("hills", 0), wild.settings)
    clock = Clock((wild, calm))
    clock.play(0.0)
    reach(calm, 50)
    assert wild.state == "diverged"
    assert calm.epoch >= 50
    wild.close()
    assert calm.clock is None
    assert wild.clock is None
    calm.pause()
    assert calm.state == "paused"


def test_the_page_can_ask_for_it(client: Any) -> None:
    made = [client.post("/api/sessions", {"data": "xor", **SMALL, "optimizer": name}).json for name in ("sgd", "adam")]
    first, second = (one["number"] for one in made)
    assert client.post(f"/api/sessions/{first}/beside", {"other": first}).status == 422
    assert client.post(f"/api/sessions/{first}/beside", {"other": "none"}).status == 404
    assert client.post(f"/api/sessions/{first}/beside", {"other": second}).status == 200
    client.post(f"/api/sessions/{second}/step")  # of either
    with client.feed(first) as pictures:
        assert next(pictures)["batch"] == 1
    client.post(f"/api/sessions/{first}/go", {"at": 0})
    with client.feed(second) as pictures:
        assert next(pictures)["batch"] == 0
