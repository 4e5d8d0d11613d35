"""The parameters of the best epoch, kept."""

from __future__ import annotations

import math

import numpy as np

from backlit.training.history import Epoch, History
from backlit.training.samples import Vector


class KeepBest:
    """Keeps the parameters of the epoch of highest quality, and never stops a training.

    Parameters
    ----------
    theta : ndarray, shape (parameters,)
        The network's, changed in place by the training.

    Examples
    --------
    >>> theta = np.array([1.0])
    >>> best = KeepBest(theta)
    >>> best.before_epoch()
    >>> theta[:] = 2.0
    >>> best.after_epoch(Epoch(1, 0.5, 0.9, 0.1, 9), History())
    >>> theta[:] = 3.0
    >>> best.restore()
    >>> theta.tolist()
    [2.0]
    """

    def __init__(self, theta: Vector) -> None:
        self._theta = theta
        self._best = -math.inf
        self._kept, self._before = theta.copy(), theta.copy()

    @property
    def kept(self) -> Vector:
        """The parameters of the best epoch so far."""
        return self._kept

    def before_epoch(self) -> None:
        """Remember the parameters that the epoch starts from."""
        np.copyto(self._before, self._theta)

    def after_epoch(self, epoch: Epoch, history: History) -> None:
        """Keep the parameters if none were better."""
        quality = epoch.quality
        if quality > self._best:
            self._best, history.best_epoch = quality, epoch.number
            if epoch.score is None:  # a loss is of the parameters that the epoch met, not of those that it left
                self._kept, self._before = self._before, self._kept
            else:
                np.copyto(self._kept, self._theta)

    def restore(self) -> None:
        """Put the kept parameters back, or those of the start if no epoch was good."""
        np.copyto(self._theta, self._kept)
