"""Numbers that overflow end a training."""

from __future__ import annotations

import math
import warnings

import numpy as np

from backlit.engine.network import Network
from backlit.engine.optimizer import Optimizer
from backlit.training.history import History
from backlit.training.learning_rate import LearningRate
from backlit.training.messages import not_finite
from backlit.training.samples import TrainingRows


class Divergence(UserWarning):
    """A training left the finite numbers; the best finite parameters were kept."""


class Finiteness:
    """Ends a training whose loss, parameters or outputs are no longer finite, with a warning.

    Parameters
    ----------
    network : Network
    rate : LearningRate
        For the warning.
    optimizer : Optimizer, optional
        Whose memory is looked at, too.
    """

    def __init__(self, network: Network, rate: LearningRate, optimizer: Optimizer | None = None) -> None:
        self._network, self._rate, self._optimizer = network, rate, optimizer

    def broken_by(self, loss: float, history: History) -> bool:
        """Whether the epoch that has just run left the finite numbers: then it is not recorded."""
        if math.isfinite(loss) and self._parameters_are_finite():
            return False
        self._record(history, len(history.epochs) + 1)
        return True

    def check_outputs(self, samples: TrainingRows, history: History) -> None:
        """Whether the parameters are finite at the end, and what they make of a mini-batch and the optimizer kept too.

        Where a mean of squares has overflowed, steps are 0: parameters stay finite because they no longer learn.
        """
        finite = self._parameters_are_finite() and self._outputs_are_finite(samples) and self._moments_are_finite()
        if not finite:
            self._record(history, len(history.epochs))

    def _parameters_are_finite(self) -> bool:
        return bool(np.logical_and.reduce(np.isfinite(self._network.theta)))  # `all` goes a longer way to the same

    def _moments_are_finite(self) -> bool:
        return self._optimizer is None or bool(np.isfinite(self._optimizer.state).all())

    def _outputs_are_finite(self, samples: TrainingRows) -> bool:
        return bool(np.isfinite(self._network.predict(samples.head(self._network.capacity))).all())

    def _record(self, history: History, epoch: int) -> None:
        history.diverged = True
        history.stopped = not_finite(epoch)
        warnings.warn(
            f"training diverged in epoch {epoch} at a learning rate of {self._rate.base:g}; the best finite "
            "parameters are kept: use a smaller rate, or scale the inputs",
            Divergence,
            stacklevel=4,  # the caller of `train`
        )
