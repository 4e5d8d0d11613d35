"""What is recorded of a training: an entry for each epoch, and why it ended."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from backlit.training.messages import RAN_OUT


@dataclass(slots=True)
class Epoch:
    """What is known after an epoch.

    Parameters
    ----------
    number : int
        From 1.
    loss : float
        Mean over the samples, each as it was met: before the step of its own mini-batch.
    score : float or None
        On the validation data, to be made large; None without them.
    rate : float
        The learning rate of the last mini-batch.
    planned : int
        How many epochs the training has at most.

    Examples
    --------
    >>> Epoch(1, 0.5, None, 0.001, 10).quality, Epoch(1, 0.5, 0.8, 0.001, 10).quality
    (-0.5, 0.8)
    >>> Epoch(1, 0.5, float("nan"), 0.001, 10).quality
    -inf
    """

    number: int
    loss: float
    score: float | None
    rate: float
    planned: int

    @property
    def quality(self) -> float:
        """What the best epoch has most of: the score, or the negative loss where there is none.

        A score that is not finite has quality -inf, so that its epoch is never the best.
        """
        if self.score is None:
            return -self.loss
        return self.score if math.isfinite(self.score) else -math.inf


@dataclass(slots=True)
class History:
    """What happened in a training.

    Parameters
    ----------
    epochs : list of Epoch
    best_epoch : int
        Number of the epoch of highest quality, from 1; 0 before any, and where no score was finite.
    waited : int
        Epochs since the last progress, when the training ended.
    stopped : str
        Why it ended, in words.
    diverged : bool
        Whether the loss, a parameter or an output was no longer finite.
    interrupted : bool
        Whether Ctrl-C ended it.
    """

    epochs: list[Epoch] = field(default_factory=list)
    best_epoch: int = 0
    waited: int = 0
    stopped: str = RAN_OUT
    diverged: bool = False
    interrupted: bool = False

    def record(self, loss: float, score: float | None, rate: float, planned: int) -> Epoch:
        """Add an epoch, and return it.

        Examples
        --------
        >>> history = History()
        >>> history.record(0.5, None, 0.001, 10).number, history.record(0.4, None, 0.001, 10).number
        (1, 2)
        """
        epoch = Epoch(len(self.epochs) + 1, loss, score, rate, planned)
        self.epochs.append(epoch)
        return epoch
