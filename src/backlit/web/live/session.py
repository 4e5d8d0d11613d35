"""A training to watch: it runs in a thread of its own, publishes its pictures, and takes commands."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from backlit.engine.network import Vector
from backlit.engine.threads import single_threaded_blas
from backlit.estimators.shared.table_input import no_row
from backlit.training.history import Epoch
from backlit.web.live.diagnosing import flow_of, symptoms_of
from backlit.web.live.feed import Feed
from backlit.web.live.imaging import matrices, neuron_images, row_image
from backlit.web.live.learner import Learner
from backlit.web.live.observing import MOST_SHOWN, informative_axes, plane
from backlit.web.live.problems import Problem
from backlit.web.live.settings import Settings
from backlit.web.live.timeline import Moment, Timeline, point_json, rounded
from backlit.web.responses import to_json

State = Literal["paused", "running", "diverged"]

PICTURE_INTERVAL, PACED_INTERVAL = 1.0 / 15.0, 1.0 / 25.0
"""Seconds between two pictures, at least; the second where epochs wait for their time: of 20 a second each has one."""

MOMENT_INTERVAL = 1.0 / 60.0
"""Seconds between two moments that are kept for the curves and for rewinding, at least: a picture costs far more."""

MOMENT_SHARE, PICTURE_SHARE, PLANE_SHARE = 0.006, 0.015, 0.008
"""Of the time of a training that goes as fast as it can, at most, for moments, pictures and planes."""

PACED_SHARE = 0.2
"""Of the time for pictures where epochs wait for their time: then a picture costs none."""

UNWATCHED_TIME = 20.0
"""Seconds after which a training that nobody watches pauses."""

MOST_ROWS, MOST_AXES = 450, 12
"""Rows that are drawn, and inputs that a plane can be laid over."""

DRAWN: Mapping[str, Any] = {"w": np.s_[:MOST_SHOWN, :MOST_SHOWN], "b": np.s_[:MOST_SHOWN]}
"""What is sent of an array: the numbers between neurons that are drawn."""

Numbers = NDArray[np.float64]


class SharedClock(Protocol):
    """A clock that trainings share, as they and their endpoints see it: `backlit.web.live.clock`."""

    def play(self, pace: float) -> None: ...  # noqa: D102
    def pause(self) -> None: ...  # noqa: D102
    def step(self) -> None: ...  # noqa: D102
    def go_to(self, leader: TrainingSession, at: int) -> None: ...  # noqa: D102
    def keeps(self, epoch: int, due: bool) -> bool: ...  # noqa: D102
    def tick(self, session: TrainingSession, epoch: int) -> bool: ...  # noqa: D102
    def leave(self, session: TrainingSession) -> None: ...  # noqa: D102
    def drop(self, session: TrainingSession) -> None: ...  # noqa: D102


class TrainingSession:
    """One training and who watches it.

    Parameters
    ----------
    problem : Problem
    settings : Settings
    """

    def __init__(self, problem: Problem, settings: Settings) -> None:
        self.problem = problem
        self.settings = settings
        self.feed = Feed()
        self.state: State = "paused"
        self._learner = Learner(problem, settings)
        self.blueprint = self._learner.blueprint
        self._timeline = Timeline()
        self._lock = threading.Lock()  # held by whoever changes the training
        self._thread: threading.Thread | None = None
        self._halt = threading.Event()
        self._pace = 0.0
        self._due = self._moment_due = self._watched = self._begun = self._next_epoch = time.monotonic()
        self._first = 0
        self._rate = 0.0
        self.clock: SharedClock | None = None
        self._note()

    @property
    def epoch(self) -> int:
        """Finished epochs."""
        return self._learner.epoch

    @property
    def halting(self) -> bool:
        """Whether the training is told to end after this epoch."""
        return self._halt.is_set()

    @property
    def now(self) -> Moment:
        """The moment that is shown."""
        return self._timeline.now

    # -- commands, from any thread ------------------------------------------------------------------------------------

    def play(self, pace: float) -> None:
        """Train on at so many epochs a second, 0 for as many as there can be; it may be running already."""
        with self._lock:
            self._pace = pace
            if self.state == "running":
                return
            self._ready()
            self._halt.clear()
            self.state = "running"
            self._watched = time.monotonic()
            self._thread = threading.Thread(target=self._train, name="backlit training", daemon=True)
            self._thread.start()

    def pause(self) -> None:
        """Stop after the epoch that is running."""
        with self._lock:
            self._halted()

    def wait(self) -> None:
        """Wait for the end of a training that its clock has told to stop."""
        with self._lock:
            if self._thread:
                self._thread.join()
                self._thread = None

    def step(self) -> None:
        """Train on one mini-batch."""
        with self._lock:
            self._halted()
            self._ready()
            self._after(self._learner.step())

    def go_to(self, at: int) -> None:
        """Rewind to a moment, or go forward again to one that was rewound from."""
        with self._lock:
            self._halted()
            self._learner.go_to(self._timeline.go_to(at))
            self.state = "paused"
            self._publish()

    def nearest(self, epoch: float) -> int:
        """The moment that is kept nearest to an epoch."""
        moments = list(self._timeline)
        return min(range(len(moments)), key=lambda at: abs(moments[at].point.epoch - epoch))

    def close(self) -> None:
        """End for good; nothing is waited for."""
        self._halt.set()
        self._learner.stop()
        self.feed.close()
        if self.clock:
            self.clock.drop(self)

    def _halted(self) -> None:
        self._halt.set()
        if self._thread:
            self._thread.join()
            self._thread = None

    def _ready(self) -> None:
        """Stand where the timeline does: after a divergence that is the last moment before it."""
        self._learner.go_to(self._timeline.now)

    # -- the training's own thread ------------------------------------------------------------------------------------

    def _train(self) -> None:
        self._begun, self._first = time.monotonic(), self._learner.epoch
        self._publish()
        with single_threaded_blas():  # measuring too: threads that wait for their next product would take a processor
            finite = self._learner.run(self._on_epoch)
            clock = self.clock
            if clock:
                clock.leave(self)
            self._after(finite)

    def _after(self, finite: bool) -> None:
        if finite:
            self.state = "paused"
            self._note()
        else:
            self.state = "diverged"
            self._learner.go_to(self._timeline.now)
            self._publish()

    def _on_epoch(self, epoch: Epoch) -> bool:
        """Between two epochs: send a picture if it is time for one, wait, and return whether to stop."""
        now = time.monotonic()
        moment_due, picture_due = now >= self._moment_due, now >= self._due
        clock = self.clock
        if clock:  # all on it keep moments of the same epochs
            moment_due = clock.keeps(self._learner.epoch, moment_due or picture_due)
            picture_due = picture_due and moment_due
        if moment_due:
            begun = time.thread_time()
            self._keep()
            self._moment_due = now + _rest(time.thread_time() - begun, MOMENT_SHARE, MOMENT_INTERVAL)
        if picture_due:
            self._rate = (self._learner.epoch - self._first) / max(now - self._begun, 1e-9)
            begun = time.thread_time()
            self._note()
            limits = (PACED_SHARE, PACED_INTERVAL) if self._pace else (PICTURE_SHARE, PICTURE_INTERVAL)
            self._due = now + _rest(time.thread_time() - begun, *limits)
            if self.feed.listeners:
                self._watched = now
            elif now - self._watched > UNWATCHED_TIME:
                return True
        if self._pace:  # by the clock, so that neither the epoch nor its picture makes the next one late
            self._next_epoch = max(self._next_epoch + 1.0 / self._pace, now)
            self._halt.wait(self._next_epoch - time.monotonic())
        stops = clock.tick(self, self._learner.epoch) if clock else False
        return stops or self.halting

    # -- what is published --------------------------------------------------------------------------------------------

    def _note(self) -> None:
        """Keep where the training stands, and publish it."""
        self._keep()
        self._publish()

    def _keep(self) -> None:
        """Keep where the training stands, unless that is kept."""
        moment = self._learner.moment()
        if not len(self._timeline) or self._timeline.now.point.epoch != moment.point.epoch:
            self._timeline.add(moment)

    def _publish(self) -> None:
        self.feed.put(self._picture_json())

    def picture(self) -> dict[str, Any]:
        """What the page shows of the moment that the training stands at."""
        picture: dict[str, Any] = json.loads(self._picture_json())
        return picture

    def _picture_json(self) -> str:
        """The picture as JSON; points are written once, and stand in every picture that comes after."""
        points = ",".join(point_json(moment.point) for moment in list(self._timeline))
        return f'{to_json(self._but_points())[:-1]},"points":[{points}]}}'

    def _but_points(self) -> dict[str, Any]:
        now = self._timeline.now
        return {
            "state": self.state,
            "epoch": now.epoch,
            "batch": now.batch,
            "batches": self._learner.batches,
            "at": self._timeline.at,
            "speed": self._rate,
            **self._drawn_numbers(now.theta),
        }

    def _drawn_numbers(self, theta: Vector) -> dict[str, Any]:
        """The weights and biases of the first neurons, with their gradients on the mini-batch that comes next.

        Of wide layers, and of inputs that are an image, the rasters of both sides as well.
        """
        values, slopes = self.blueprint.arrays(theta), self.blueprint.arrays(self._learner.gradient())
        sides = {"": values, "d": slopes}
        layers = [
            {
                f"{side}{name}": _short(arrays[f"{name}[{number}]"][DRAWN[name]])
                for side, arrays in sides.items()
                for name in DRAWN
            }
            for number, _ in self.blueprint.numbered
        ]
        return {
            "layers": layers,
            "maps": {side: matrices(self.blueprint, arrays, MOST_SHOWN) for side, arrays in sides.items()},
            "images": {side: neuron_images(self.blueprint, arrays, MOST_SHOWN) for side, arrays in sides.items()},
        }

    def described(self) -> dict[str, Any]:
        """What does not change: the network, the columns, and some rows to draw."""
        return {
            "name": self.problem.name,
            "columns": self.problem.columns,
            "axes": informative_axes(self.problem, MOST_AXES),
            "classes": self.problem.classes,
            "shown": MOST_SHOWN,
            "widths": [self.blueprint.inputs, *(layer.outputs for layer in self.blueprint.layers)],
            "gates": [layer.gate for layer in self.blueprint.layers],
            "loss": self.blueprint.loss,
            "parameters": self.blueprint.parameter_count,
            "count": len(self.problem.inputs),
            "rows": self._drawn(),
            "image": self.image(0),
        }

    def image(self, row: int) -> dict[str, Any] | None:
        """A row's inputs as an image, where they are one."""
        inputs = self.problem.inputs
        return row_image(inputs[row], float(inputs.min()), float(inputs.max()))

    def _drawn(self) -> dict[str, Any]:
        """Some rows, learnt from or held out, with their numbers in the data."""
        parts = ((self._learner.learn, MOST_ROWS), (self._learner.held, MOST_ROWS // 3))
        chosen = np.concatenate([rows[:most] for rows, most in parts])
        return {
            "number": chosen.tolist(),
            "held": [bool(row) for row in np.isin(chosen, self._learner.held)],
            "x": [_short(row) for row in self.problem.inputs[chosen][:, :MOST_AXES]],
            "y": _short(self.problem.targets[chosen, 0]),
        }

    def plane(self, across: int, up: int) -> dict[str, Any]:
        """The network's answers over two of its inputs, as it stands, and how long to rest before the next ones."""
        begun = time.thread_time()
        with single_threaded_blas():
            result = plane(self.blueprint, self._timeline.now.theta, self.problem, across, up)
        return {**result, "rest": _rest(time.thread_time() - begun, PLANE_SHARE, PICTURE_INTERVAL)}

    def flow(self) -> dict[str, Any]:
        """Where the gradient is lost on its way back, at the moment that is shown."""
        with single_threaded_blas():
            return flow_of(self._learner, self._timeline.now)

    def diagnosis(self, lang: str) -> dict[str, Any]:
        """What keeps the network from learning, at the moment that is shown."""
        moments = list(self._timeline)[: self._timeline.at + 1]
        losses = tuple(moment.point.loss for moment in moments)
        with single_threaded_blas():
            return symptoms_of(self._learner, moments[-1], moments[0], losses, lang)

    def sample(self, row: int) -> tuple[Numbers, Numbers, Numbers]:
        """The parameters as they stand, and one row's inputs and targets.

        Raises
        ------
        BacklitError
            If there is no such row.
        """
        rows = len(self.problem.inputs)
        if not 0 <= row < rows:
            raise no_row(row, "the data", rows)
        index = np.array([row])
        theta = np.asarray(self._timeline.now.theta, np.float64)
        return theta, self.problem.inputs[row], np.asarray(self.problem.dense(index)[0], np.float64)


def _rest(spent: float, share: float, least: float) -> float:
    """Seconds, `least` or more, from a measurement that took so many of a processor to the next one.

    Examples
    --------
    >>> _rest(0.001, share=0.01, least=0.04), _rest(0.001, share=0.2, least=0.04)
    (0.1, 0.04)
    """
    return max(least, spent / share)


def _short(values: Vector) -> Any:
    """An array as lists of numbers of a few digits."""
    if values.ndim == 1:
        return [rounded(value) for value in values.tolist()]
    return [_short(row) for row in values]
