"""All that an epoch hands to the next: with it a training goes on elsewhere, and ends with the same bits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.engine.network import Network
from backlit.engine.optimizer import Optimizer
from backlit.training.history import Epoch, History
from backlit.training.learning_rate import LearningRate
from backlit.training.rules.callback import Callback
from backlit.training.rules.keep_best import KeepBest
from backlit.training.rules.rule import Rule


@dataclass(frozen=True, slots=True)
class Progress:
    """The changing parts of a training, between two epochs.

    Shuffles and dropout are keyed by the seed and the number of the epoch, so that they have no state; and a rule's
    state follows from the epochs that it has seen.
    """

    network: Network
    optimizer: Optimizer
    rate: LearningRate
    best: KeepBest
    rules: Sequence[Rule]
    history: History

    def record(self, loss: float, score: float | None, rate: float, planned: int) -> bool:
        """Add an epoch, and ask every rule of it; whether one of them stops the training."""
        epoch = self.history.record(loss, score, rate, planned)
        reasons = [reason for rule in self.rules if (reason := rule.after_epoch(epoch, self.history))]
        if reasons:
            self.history.stopped = reasons[-1]
        return bool(reasons)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What the epochs so far have made, as it is now: parameters, those of the best epoch, moments, EMA."""
        arrays = {
            "theta": self.network.theta,
            "best": self.best.kept,
            "moments": self.optimizer.state,
            "settings": self.optimizer.settings,
        }
        return arrays if self.network.ema is None else {**arrays, "ema": self.network.ema}

    def restore(self, epochs: Sequence[Epoch], arrays: Mapping[str, NDArray[Any]]) -> None:
        """Put a new training where another one was; the caller's function is not called for its epochs.

        Parameters
        ----------
        epochs : sequence of Epoch
            Those that were recorded; every rule sees them again.
        arrays : mapping of str to ndarray
            As `arrays` gave them; those that are absent are left alone.
        """
        for epoch in epochs:
            self.history.epochs.append(epoch)
            for rule in self.rules:
                if not isinstance(rule, Callback):
                    rule.after_epoch(epoch, self.history)
        if "ema" in arrays:
            self.network.begin_ema(arrays["ema"])
        for name, array in self.arrays().items():
            if name in arrays:
                np.copyto(array, arrays[name])
        self.optimizer.learning_rate = self.rate.after(len(epochs))
