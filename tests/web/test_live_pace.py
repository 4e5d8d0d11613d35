"""How often a training in hand is shown: by a clock of the test's own, so that nothing is waited for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from backlit.web.live import session as module
from backlit.web.live.problems import toy
from backlit.web.live.session import TrainingSession
from backlit.web.live.settings import settings_of
from backlit.web.live.timeline import Point, point_json
from backlit.web.responses import to_json

pytestmark = pytest.mark.engine

EPOCHS = 100


class Watched:
    """A training whose every epoch, moment and picture takes as long as is said, and who listens to it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, pace: float, epoch: float, picture: float) -> None:
        self.now = self.worked = 0.0
        self.shown: list[dict[str, Any]] = []
        clock = SimpleNamespace(monotonic=lambda: self.now, thread_time=lambda: self.worked)
        monkeypatch.setattr(module, "time", clock)
        self.session = TrainingSession(toy("moons", 0), settings_of({}))
        publish, self.session._pace, self.epoch = self.session._publish, pace, epoch

        def published() -> None:
            publish()
            self.spend(picture)
            self.shown.append(json.loads(self.session.feed._latest[1]))

        listener = SimpleNamespace(call_soon_threadsafe=lambda call: None)
        self.session.feed._listeners = {asyncio.Event(): listener}  # type: ignore[dict-item]  # one that is never late
        monkeypatch.setattr(self.session, "_publish", published)
        monkeypatch.setattr(self.session._halt, "wait", self.wait)

    def spend(self, seconds: float) -> None:
        self.now, self.worked = self.now + seconds, self.worked + seconds

    def wait(self, seconds: float) -> None:
        self.now += max(seconds, 0.0)

    def train(self, epochs: int) -> None:
        for _ in range(epochs):
            self.session._learner.epoch += 1
            self.spend(self.epoch)
            assert not self.session._on_epoch(None)  # type: ignore[arg-type]  # its losses are not looked at


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    made = []

    def watch(**times: float) -> Watched:
        made.append(Watched(monkeypatch, **times))
        return made[-1]

    yield watch
    for one in made:
        one.session.close()


@pytest.mark.parametrize("epoch", [1e-4, 0.02])
def test_at_20_epochs_a_second_each_has_its_picture_in_time(watched: Any, epoch: float) -> None:
    training = watched(pace=20.0, epoch=epoch, picture=0.005)
    training.train(EPOCHS)
    assert [picture["epoch"] for picture in training.shown] == list(range(1, EPOCHS + 1))
    assert training.now == pytest.approx(EPOCHS / 20.0, rel=0.02)  # neither epochs nor pictures made it slower


def test_who_is_behind_does_not_catch_up(watched: Any) -> None:
    training = watched(pace=20.0, epoch=0.2, picture=0.001)
    training.train(5)
    training.epoch = 0.001
    before = training.now
    training.train(20)
    assert training.now - before == pytest.approx(1.0, rel=0.06)


def test_as_fast_as_it_can_pictures_take_little_of_its_time(watched: Any) -> None:
    training = watched(pace=0.0, epoch=1e-4, picture=3e-4)
    training.train(20_000)
    pictures = len(training.shown) / training.now
    assert 10 <= pictures <= 1.05 / module.PICTURE_INTERVAL
    assert pictures * 3e-4 <= 1.05 * module.PICTURE_SHARE


def test_pictures_that_take_long_come_less_often(watched: Any) -> None:
    training = watched(pace=0.0, epoch=1e-3, picture=0.02)
    training.train(20_000)
    assert len(training.shown[1:]) / training.now * 0.02 <= 1.05 * module.PICTURE_SHARE


def test_a_point_is_told_as_json_tells_it() -> None:
    for point in (Point(1.5, 0.123456789, 1.0, None, float("nan")), Point(1e6, 1e-30, -2.0, float("inf"), 0.5)):
        numbers = [None if n is None else float(f"{n:.5g}") for n in point]
        assert point_json(point) == to_json(numbers)
