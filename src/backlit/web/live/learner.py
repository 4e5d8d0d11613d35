"""A network in training that can be stopped, stepped and rewound: the engine's own training, a stretch at a time."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from backlit.declared.optimizers import OPTIMIZERS
from backlit.engine.network import Network, Vector
from backlit.engine.optimizer import Optimizer
from backlit.engine.regularization import Regularization
from backlit.errors import BacklitError
from backlit.estimators.mlp.classifier import MLPClassifier
from backlit.training.history import Epoch
from backlit.training.initial_parameters import initial
from backlit.training.loop import train
from backlit.training.plan import Plan
from backlit.training.samples import Samples, row_order
from backlit.web.live.observing import MEASURED_ROWS, Observer
from backlit.web.live.problems import Problem
from backlit.web.live.settings import Settings
from backlit.web.live.timeline import Moment, Point

Rows = NDArray[np.int64]

STRETCH = 10_000
"""Epochs of one call of the training loop, which keeps the history of each."""

FEWEST_LEARNING_ROWS = 2


class Learner:
    """The state of one training: parameters, the optimizer's memory, finished epochs, mini-batches of the next.

    Parameters
    ----------
    problem : Problem
    settings : Settings

    Raises
    ------
    BacklitError
        If the settings do not go with the problem.

    Examples
    --------
    >>> from backlit.web.live.problems import toy
    >>> from backlit.web.live.settings import settings_of
    >>> learner = Learner(toy("xor", 0), settings_of({"batch": 50}))
    >>> learner.step(), learner.epoch, learner.batch, learner.batches
    (True, 0, 1, 5)
    """

    def __init__(self, problem: Problem, settings: Settings) -> None:
        self.problem = problem
        self.settings = settings
        self.blueprint = settings.blueprint(problem.inputs.shape[1], problem.outputs, len(problem.classes))
        self.learn, self.held = _split(len(problem.inputs), settings.held, settings.seed)
        self.batch_size = min(settings.batch, len(self.learn))
        self.batches = -(-len(self.learn) // self.batch_size)
        self.epoch = self.batch = 0
        kind = OPTIMIZERS[settings.optimizer]
        theta = initial(self.blueprint, settings.seed, np.dtype(np.float64), settings.init, problem.inputs)
        self._network = Network(self.blueprint, theta, self.batch_size, threads=1)
        usual = MLPClassifier().get_params()
        constants = {name: usual[name] for name in kind.settings}
        self._optimizer = Optimizer(settings.optimizer, theta.size, theta.dtype, constants)
        self._regularization = Regularization(**{"weight_decay" if kind.decoupled else "l2_penalty": settings.penalty})
        self._observer = Observer(self.blueprint, problem, self.batch_size)
        self._measured_rows = [rows[:MEASURED_ROWS] for rows in (self.learn, self.held)]

    @property
    def theta(self) -> Vector:
        """The parameters."""
        return self._network.theta

    @property
    def next_batch(self) -> Rows:
        """The rows of the mini-batch that comes next."""
        return self._rest()[: self.batch_size]

    # -- going on -----------------------------------------------------------------------------------------------------

    def run(self, on_epoch: Callable[[Epoch], bool | None]) -> bool:
        """Train epoch after epoch until the callback answers True; an epoch begun in steps is ended first.

        Returns
        -------
        bool
            Whether all stayed finite.
        """
        stopping = False

        def after_epoch(epoch: Epoch) -> bool:
            nonlocal stopping
            self.epoch, self.batch = self.epoch + 1, 0
            stopping = bool(on_epoch(epoch))
            return stopping

        if self.batch and not self._train(self._rest(), self._plan(1, shuffle=False), after_epoch):
            return False
        while not stopping:
            if not self._train(self.learn, self._plan(STRETCH, shuffle=True), after_epoch):
                return False
        return True

    def step(self) -> bool:
        """Train on the next mini-batch; the answer is whether all stayed finite."""
        if not self._train(self.next_batch, self._plan(1, shuffle=False), None):
            return False
        ended, self.batch = divmod(self.batch + 1, self.batches)
        self.epoch += ended
        return True

    def stop(self) -> None:
        """End a training after the step that it is in, wherever that leaves the epoch; for another thread."""
        self._network.stop()

    def _train(self, rows: Rows, plan: Plan, on_epoch: Callable[[Epoch], bool] | None) -> bool:
        inputs, targets = self.problem.inputs[rows], self.problem.targets[rows]
        samples = Samples(inputs, targets, np.empty(0))
        return not train(
            self._network, self._optimizer, samples, plan, on_epoch=on_epoch, first_epoch=self.epoch
        ).diverged

    def _plan(self, epochs: int, shuffle: bool) -> Plan:
        return Plan(
            epochs=epochs,
            rate=self.settings.rate,
            regularization=self._regularization,
            shuffle=shuffle,
            tolerance=0.0,
            patience=np.inf,
            seed=self.settings.seed,
        )

    def _rest(self) -> Rows:
        """The rows of this epoch that are still to come, in their order."""
        order = row_order(self._plan(1, shuffle=True), self.epoch, len(self.learn))
        return self.learn[order[self.batch * self.batch_size :]]

    # -- measuring, and going back ------------------------------------------------------------------------------------

    def moment(self) -> Moment:
        """Where the training stands."""
        loss, score = self._observer.measured(self.theta, self._measured_rows[0])
        held = self._observer.measured(self.theta, self._measured_rows[1]) if len(self.held) else (None, None)
        point = Point(self.epoch + self.batch / self.batches, loss, score, *held)
        memory, settings = self._optimizer.state.copy(), self._optimizer.settings.copy()
        return Moment(self.epoch, self.batch, self.theta.copy(), memory, settings, point)

    def go_to(self, moment: Moment) -> None:
        """Be where the training stood."""
        self.epoch, self.batch = moment.epoch, moment.batch
        np.copyto(self.theta, moment.theta)
        np.copyto(self._optimizer.state, moment.memory)
        np.copyto(self._optimizer.settings, moment.settings)

    def gradient(self) -> Vector:
        """The gradient of the mean loss of the mini-batch that comes next, theta as the parameters; no penalty."""
        return self._observer.gradient(self.theta, self.next_batch)


def _split(rows: int, held: float, seed: int) -> tuple[Rows, Rows]:
    """Rows to learn from and rows held out, both in random order."""
    order = np.random.default_rng(seed).permutation(rows)
    count = round(rows * held)
    if rows - count < FEWEST_LEARNING_ROWS:
        raise BacklitError(f"{rows - count} rows are left to learn from; hold out fewer, or give more")
    return order[count:], order[:count]
