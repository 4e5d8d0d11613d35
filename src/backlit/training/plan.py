"""How to train: every choice that is made before the first epoch."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from backlit.engine.regularization import NONE, Regularization
from backlit.engine.rng import epoch_seed


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train.

    Parameters
    ----------
    epochs : int
        At most so many.
    rate : float
        Learning rate that the schedule starts from.
    schedule : str
        An entry of `backlit.declared.schedules.SCHEDULES`.
    rate_rule : {"constant", "invscaling", "adaptive"}
        scikit-learn's ``learning_rate`` of the solver sgd.
    power_t : float
        Exponent of "invscaling".
    regularization : Regularization
    regularization_decay : bool
        Whether dropout and decoupled weight decay fall to 0 in the second half of the epochs, along a cosine.
    shuffle : bool
        Whether each epoch meets the rows in a new order.
    tolerance, patience : float
        Stop after more than `patience` epochs in a row whose quality exceeded the best so far by no more than
        `tolerance`.
    cycle_gain : float
        Stop after a cycle of the schedule that improved the best score by no more than this part of it; 0: never.
    weights_of : {"batch", "data"}
        Whether a mini-batch's loss is divided by the sum of its own weights, as in scikit-learn, where a weight counts
        the less the smaller the mini-batch, or by the mean weight of all rows times its rows: then the gradient's mean
        over mini-batches is that of the whole data's weighted loss.
    seed : int
        Of the shuffles and of dropout.
    """

    epochs: int
    rate: float
    schedule: str = "constant"
    rate_rule: str = "constant"
    power_t: float = 0.5
    regularization: Regularization = NONE
    regularization_decay: bool = False
    shuffle: bool = True
    tolerance: float = 1e-4
    patience: float = 10
    cycle_gain: float = 0.0
    weights_of: str = "batch"
    seed: int = 0

    def regularization_in(self, epoch: int) -> Regularization:
        """The regularization of an epoch, counted from 0; what decays is taken at the epoch's middle.

        Examples
        --------
        >>> plan = Plan(4, 0.1, regularization=Regularization(dropout=0.5), regularization_decay=True)
        >>> [round(plan.regularization_in(epoch).dropout, 3) for epoch in range(4)]
        [0.5, 0.5, 0.427, 0.073]
        """
        whole = self.regularization
        if not self.regularization_decay:
            return whole
        left = cosine_in_second_half((epoch + 0.5) / self.epochs)
        return replace(whole, dropout=whole.dropout * left, weight_decay=whole.weight_decay * left)

    def dropout_seed(self, epoch: int) -> int:
        """The seed of an epoch's dropout masks; the epoch is counted from the first that the network ever had."""
        return epoch_seed(self.seed, epoch) if self.regularization.dropout else 0


def cosine_in_second_half(done: float) -> float:
    """Factor 1 in the first half of a training, then along a cosine to 0 (Holzmueller et al. 2024, 'flat_cos').

    Parameters
    ----------
    done : float
        The fraction of the training that is done, 0 to 1.

    Examples
    --------
    >>> [round(cosine_in_second_half(done), 3) for done in (0.0, 0.5, 0.75, 1.0)]
    [1.0, 1.0, 0.5, 0.0]
    """
    return (1.0 + math.cos(math.pi * (max(1.0, 2.0 * done) - 1.0))) / 2.0
