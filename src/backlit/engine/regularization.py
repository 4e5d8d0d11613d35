"""What is done against overfitting in an epoch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Regularization:
    """What is done against overfitting in an epoch.

    Parameters
    ----------
    l2_penalty : float
        L2 penalty ``l2_penalty / 2`` times the sum of squared weights, over the mini-batch's mass, as in scikit-learn.
    weight_decay : float
        Decoupled weight decay: weights are multiplied by ``1 - rate * weight_decay`` before each step (AdamW).
    dropout : float
        Part of the hidden units that is dropped, in each row at random.
    label_smoothing : float
        Part of each class label that is spread over all classes.
    ema_decay : float
        Part of the parameters' running mean that stays at each step, 0 for no mean (Polyak and Juditsky 1992; as an
        exponential mean, Kingma and Ba 2015, section 7.2).
    """

    l2_penalty: float = 0.0
    weight_decay: float = 0.0
    dropout: float = 0.0
    label_smoothing: float = 0.0
    ema_decay: float = 0.0

    def strengths(self) -> NDArray[np.float64]:
        """All of them, in the order in which compiled passes read them."""
        return np.array([self.l2_penalty, self.weight_decay, self.dropout, self.label_smoothing, self.ema_decay])


NONE = Regularization()
