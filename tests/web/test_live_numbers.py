"""What is watched is the engine's own training: the same bits, forward, step by step, and once more after a rewind."""

from __future__ import annotations

import base64
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backlit import MLPClassifier, trace
from backlit.declared.optimizers import OPTIMIZERS
from backlit.engine.network import Network
from backlit.experiments.one_weight import LectureNetwork
from backlit.web.live.learner import Learner
from backlit.web.live.observing import MOST_SHOWN, SIDE, TILE_STEP
from backlit.web.live.problems import toy
from backlit.web.live.session import TrainingSession
from backlit.web.live.settings import settings_of
from backlit.web.live.timeline import Moment, Point, Timeline

pytestmark = pytest.mark.filterwarnings(
    "ignore::sklearn.exceptions.ConvergenceWarning",
    "ignore::backlit.training.rules.finiteness.Divergence",  # as `serve` has it
)

EPOCHS = 4
SMALL = {"hidden": [[4, "tanh"]], "batch": 50, "rate": 0.05}


def learner(data: str = "moons", **changes: Any) -> Learner:
    return Learner(toy(data, 0), settings_of({**SMALL, **changes}))


def run(learning: Learner, epochs: int) -> list[float]:
    """The losses that the engine tells of."""
    told: list[float] = []
    assert learning.run(lambda epoch: told.append(epoch.loss) or len(told) == epochs)
    return told


# -- the engine's training --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("optimizer", "solver"),
    [
        ("adam", {}),
        ("nesterov", {"solver": "sgd"}),
        ("momentum", {"solver": "sgd", "nesterovs_momentum": False}),
        ("sgd", {"solver": "sgd", "momentum": 0.0}),
    ],
)
def test_it_is_the_training_of_fit(optimizer: str, solver: dict[str, Any]) -> None:
    watched = learner(optimizer=optimizer, penalty=0.001)
    told = run(watched, EPOCHS)
    x, y = watched.problem.inputs[watched.learn], watched.problem.targets[watched.learn, 0].astype(int)
    settings = {"learning_rate_init": 0.05, "batch_size": 50, "alpha": 0.001, "max_iter": EPOCHS, "random_state": 0}
    fitted = MLPClassifier((4,), activation="tanh", **settings, **solver).fit(x, y)
    np.testing.assert_array_equal(watched.theta, fitted.theta_)
    assert told == fitted.loss_curve_


def test_the_loss_curve_is_the_engines_history() -> None:
    """With all rows in one mini-batch the engine's loss of an epoch is the loss at its beginning."""
    watched = learner(batch=4096)
    assert watched.batches == 1
    curve = [watched.moment().point.loss]
    for _ in range(EPOCHS):
        assert watched.step()
        curve.append(watched.moment().point.loss)
    told = run(learner(batch=4096), EPOCHS)
    np.testing.assert_allclose(curve[:-1], told, rtol=1e-12)
    assert curve[-1] < curve[0]


@pytest.mark.parametrize("optimizer", list(OPTIMIZERS))
def test_steps_come_to_the_same_as_whole_epochs(optimizer: str) -> None:
    stepped, whole = learner(optimizer=optimizer), learner(optimizer=optimizer)
    for _ in range(stepped.batches * 2):
        assert stepped.step()
    run(whole, 2)
    assert (stepped.epoch, stepped.batch) == (whole.epoch, whole.batch) == (2, 0)
    np.testing.assert_array_equal(stepped.theta, whole.theta)


def test_an_epoch_begun_in_steps_is_ended_by_running() -> None:
    mixed, whole = learner(), learner()
    for _ in range(3):
        mixed.step()
    run(mixed, 2)
    run(whole, 2)
    np.testing.assert_array_equal(mixed.theta, whole.theta)


def test_a_step_of_plain_descent_is_the_graphs_gradient() -> None:
    """The graph shares no code with the engine: its gradients of single rows, averaged, lead the step."""
    learning = learner(optimizer="sgd", held=0, batch=7)
    rows, before = learning.next_batch, learning.theta.copy()
    x, y = learning.problem.inputs[rows], learning.problem.dense(rows)
    model = LectureNetwork(learning.blueprint, before)
    each = [trace(model, x=x[i], y=y[i], zoom="layer").gradients for i in range(len(rows))]
    assert learning.step()
    old, new = learning.blueprint.arrays(before), learning.blueprint.arrays(learning.theta)
    for name, array in old.items():
        expected = array - 0.05 * np.mean([gradients[name] for gradients in each], axis=0)
        np.testing.assert_allclose(new[name], expected, rtol=1e-9, atol=1e-12)


# -- rewinding --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("optimizer", list(OPTIMIZERS))
def test_after_a_rewind_the_same_numbers_come_again(optimizer: str) -> None:
    learning = learner(optimizer=optimizer)
    run(learning, 2)
    learning.step()  # into the middle of an epoch
    there = learning.moment()

    def onward() -> list[Any]:
        seen = []
        for _ in range(learning.batches + 2):
            assert learning.step()
            seen.append((learning.epoch, learning.batch, learning.theta.tolist(), learning.moment().point))
        return [*seen, run(learning, 2), learning.theta.tolist()]

    first = onward()
    learning.go_to(there)
    assert onward() == first


def test_a_live_training_rewinds_to_each_moment_and_on_again() -> None:
    live = TrainingSession(toy("xor", 0), settings_of(SMALL))
    for _ in range(7):
        live.step()
    first = live.picture()
    live.go_to(3)
    rewound = live.picture()
    assert (rewound["at"], rewound["points"]) == (3, first["points"])  # the future is still there to go back to
    live.go_to(7)
    assert live.picture() == first
    live.go_to(3)
    for _ in range(4):
        live.step()
    assert live.picture() == first
    live.go_to(2)
    live.step()
    assert live.picture()["points"] == first["points"][:4]  # who trains on from the past has another future


def test_what_diverges_stands_at_the_last_finite_moment_and_learns_on_from_an_earlier_one() -> None:
    live = TrainingSession(
        toy("hills", 0), settings_of({**SMALL, "optimizer": "sgd", "rate": 1e4, "hidden": [[8, "identity"]]})
    )
    for _ in range(60):
        live.step()
        if live.state == "diverged":
            break
    assert live.state == "diverged"
    picture = live.picture()
    assert np.isfinite(live._timeline.now.theta).all()
    assert picture["at"] == len(picture["points"]) - 1
    live.go_to(0)
    assert (live.state, live.picture()["epoch"]) == ("paused", 0)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 400)), max_size=60), st.integers(4, 12))
def test_a_timeline_keeps_its_ends_and_its_bounds(actions: list[tuple[bool, int]], most: int) -> None:
    line, zeros, epoch = Timeline(most=most, lately=most // 2), np.zeros(1), 0
    for rewinds, at in actions:
        if rewinds and len(line):
            assert line.go_to(at) is line.now
            epoch = line.now.epoch
        epoch += 1
        line.add(Moment(epoch, 0, zeros, zeros, zeros, Point(epoch, 0.0, 0.0, None, None)))
        epochs = [moment.epoch for moment in line]
        assert epochs == sorted(set(epochs))
        assert len(line) <= most
        assert (epochs[0], line.now.epoch) == (1, epoch)


# -- what is shown ----------------------------------------------------------------------------------------------------


def test_the_picture_carries_weights_and_the_gradients_of_the_next_mini_batch() -> None:
    live = TrainingSession(toy("petals", 0), settings_of({**SMALL, "hidden": [[12, "relu"]]}))
    live.step()
    learning, picture = live._learner, live.picture()
    rows = learning.next_batch
    network = Network(live.blueprint, learning.theta.copy(), len(rows))
    inputs, targets = learning.problem.inputs[rows], learning.problem.dense(rows)
    loss, theta = network.loss_and_gradient(inputs, targets, np.full(len(rows), 1 / len(rows)))
    values, slopes = live.blueprint.arrays(learning.theta), live.blueprint.arrays(theta)
    assert np.isfinite(loss)
    for number, layer in enumerate(picture["layers"], start=1):
        for side, arrays in (("", values), ("d", slopes)):
            for name in "wb":
                shown, whole = np.array(layer[f"{side}{name}"]), arrays[f"{name}[{number}]"]
                cut = whole[tuple(slice(MOST_SHOWN) for _ in whole.shape)]
                np.testing.assert_allclose(shown, cut, rtol=1e-4, atol=1e-12)
    assert np.shape(picture["layers"][1]["w"]) == (MOST_SHOWN, 3)


def test_looking_changes_nothing() -> None:
    watched, alone = learner(), learner()
    for _ in range(12):
        watched.moment()
        watched.gradient()
        watched.step()
        alone.step()
    np.testing.assert_array_equal(watched.theta, alone.theta)


@pytest.mark.parametrize("data", ["xor", "petals", "hills"])
def test_the_plane_is_what_the_network_answers(data: str) -> None:
    live = TrainingSession(toy(data, 0), settings_of(SMALL))
    for _ in range(10):
        live.step()
    found, problem = live.plane(1, 0), live.problem
    left, right, bottom, top = found["extent"]
    ys, xs = (axis.ravel() for axis in np.meshgrid(*[np.linspace(0, 1, SIDE)] * 2, indexing="ij"))
    places = np.column_stack([bottom + ys * (top - bottom), left + xs * (right - left)])
    network = Network(live.blueprint, live._timeline.now.theta.copy(), len(places))
    answers = network.predict(np.ascontiguousarray(places))
    if not problem.classes:
        answers = (answers - problem.targets.min()) / np.ptp(problem.targets)
    shown = np.array([np.frombuffer(base64.b64decode(text), np.uint8) for text in found["answers"]]).T
    assert np.abs(shown - np.clip(answers * 255, 0, 255)).max() <= 1
    assert [len(layer) for layer in found["neurons"]] == [2, 4]
    tile = np.frombuffer(base64.b64decode(found["neurons"][0][1]), np.int8).reshape(SIDE // TILE_STEP, -1)
    assert (np.diff(tile.astype(int), axis=1) > 0).all()  # an input grows along its own axis
    assert (np.diff(tile.astype(int), axis=0) == 0).all()


def test_scores_are_of_the_rows_held_out() -> None:
    learning = learner("petals")
    run(learning, 10)
    point = learning.moment().point
    network = Network(learning.blueprint, learning.theta.copy(), 150)
    for rows, score in ((learning.learn, point.score), (learning.held, point.held_score)):
        right = network.predict(learning.problem.inputs[rows]).argmax(axis=1) == learning.problem.targets[rows, 0]
        assert score == right.mean()
    assert not set(learning.learn) & set(learning.held)


# -- curves ---------------------------------------------------------------------------------------------------------


def test_a_fast_training_keeps_moments_between_its_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that goes on by a millisecond whenever it is looked at: moments come four times as often as pictures."""
    now = iter(range(10**9))
    session = TrainingSession(toy("moons", 0), settings_of(SMALL))
    monkeypatch.setattr("backlit.web.live.session.time.monotonic", lambda: next(now) / 1000)
    monkeypatch.setattr("backlit.web.live.session.time.thread_time", lambda: 0.0)
    session._due = session._moment_due = 0.0
    pictures: list[str] = []
    monkeypatch.setattr(session.feed, "put", pictures.append)
    session._learner.run(lambda epoch: session._on_epoch(epoch) or epoch.number >= 1200)
    points = session.picture()["points"]
    assert len(points) > 3 * len(pictures)
    assert max(after[0] - before[0] for before, after in pairwise(points)) < 40
    session.close()


def test_the_axes_begin_with_the_inputs_that_tell_most() -> None:
    described = TrainingSession(toy("iris", 0), settings_of(SMALL)).described()
    assert [described["columns"][at] for at in described["axes"]] == ["petal length", "petal width"]
    assert TrainingSession(toy("hills", 0), settings_of(SMALL)).described()["axes"] == [0, 1]


def test_inputs_that_are_an_image_come_with_rasters_of_the_exact_numbers() -> None:
    session = TrainingSession(toy("digits", 0), settings_of({**SMALL, "hidden": [[12, "relu"]]}))
    described, picture = session.described(), session.picture()
    assert (described["image"]["rows"], described["image"]["columns"]) == (8, 8)
    row = np.frombuffer(base64.b64decode(described["image"]["shares"]), np.uint8)
    inputs = session.problem.inputs
    assert np.allclose(row / 254, (inputs[0] - inputs.min()) / np.ptp(inputs), atol=1 / 254)
    weights = session.blueprint.arrays(session.sample(0)[0])["w[1]"]
    for at, image in enumerate(picture["images"][""]):
        shares = np.frombuffer(base64.b64decode(image["shares"]), np.uint8)
        assert np.allclose((shares / 127.0 - 1) * image["most"], weights[:, at], atol=image["most"] / 127)
    assert len(picture["images"][""]) == len(picture["images"]["d"]) == MOST_SHOWN
    assert [(one["rows"], one["columns"]) for one in picture["maps"][""]] == [(64, 12), (12, 10)]
    plain = TrainingSession(toy("moons", 0), settings_of(SMALL))
    assert plain.described()["image"] is None
    assert plain.picture()["maps"] == plain.picture()["images"] == {"": [], "d": []}
