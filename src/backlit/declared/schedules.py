"""THE list of learning-rate schedules: a rate for every mini-batch of an epoch."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backlit.errors import choose

Fractions = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Schedule:
    """A rule for the learning rate over a training.

    Parameters
    ----------
    factor : callable
        From fractions of the training that are done, 0 to 1, to factors of the base rate.
    cycle_ends : tuple of float
        Where, before the end, the rate has fallen to 0: what was learnt until there can be judged.
    """

    factor: Callable[[Fractions], Fractions]
    cycle_ends: tuple[float, ...] = ()


SCHEDULES: Mapping[str, Schedule] = {
    "constant": Schedule(np.ones_like),
    "cosine": Schedule(lambda t: (1.0 + np.cos(math.pi * t)) / 2.0),
    "one_cycle": Schedule(lambda t: np.where(t < 0.2, t / 0.2, (1.0 + np.cos(math.pi * (t - 0.2) / 0.8)) / 2.0)),
    # Holzmueller et al. 2024, 'Better by default', section 3: four cosine cycles over log time
    "coslog4": Schedule(
        lambda t: (1.0 - np.cos(2.0 * math.pi * np.log2(1.0 + 15.0 * t))) / 2.0,
        cycle_ends=tuple((2.0**cycle - 1.0) / 15.0 for cycle in (1, 2, 3)),
    ),
}


def rates(schedule: str, base: float, epoch: int, epochs: int, batches: int) -> NDArray[np.float64]:
    """The learning rate of each mini-batch of an epoch (counted from 0).

    Raises
    ------
    BacklitError
        If there is no such schedule.

    Examples
    --------
    >>> rates("cosine", 0.1, 0, 1, 4).round(4).tolist()
    [0.1, 0.0854, 0.05, 0.0146]
    """
    factor = choose("schedule", schedule, SCHEDULES).factor
    done = (epoch * batches + np.arange(batches)) / (epochs * batches)
    return base * factor(done)
