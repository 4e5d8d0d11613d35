"""What a rule of the training loop is."""

from __future__ import annotations

from typing import Protocol

from backlit.training.history import Epoch, History


class Rule(Protocol):
    """Decides after each epoch whether the training goes on.

    What it decides depends on nothing but the epochs that it has seen: where a training is resumed from a checkpoint,
    it sees them again.
    """

    def after_epoch(self, epoch: Epoch, history: History) -> str | None:
        """The reason to stop, in words, or None to go on.

        While it runs, the network's parameters are those that were validated: their running mean, if one is kept.
        """
        ...
