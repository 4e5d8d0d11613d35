"""How a training shares out its mini-batches: into how many blocks, among how many threads, and when by inputs."""

from __future__ import annotations

import numpy as np

from backlit.engine.threads import team_size
from backlit.network.blueprint import Blueprint

TEAM_WORK = 4e6
"""Multiplications of a step from which a second thread pays: two barriers cost about what these take on one."""
INPUT_WEIGHTS = 2**15
"""Weights of the first layer from which a team shares it out by inputs, not by rows: `sum_inputs` has the reason."""
PARTIAL_SUMS = 2**18
"""Numbers up to which the sums of a part are worth to be kept: more are in no cache when they are added up."""


class Sharing:
    """How many threads share how many blocks of a mini-batch, and the numbers that they share.

    Parameters
    ----------
    blueprint : Blueprint
    capacity : int
        Rows of a mini-batch.
    threads : int or None
        How many threads may carry it; all processors if None.
    blocks : int or None
        Into how many blocks of rows it is cut, where it is large enough; as many as threads if None.

    Attributes
    ----------
    costs : ndarray of float64, shape (blocks, 2)
        What each block adds to the loss and to the penalty.
    shared : ndarray of int64, shape (32,)
        The barrier's counter, and whether the team is to stop, each in a cache line of its own.
    """

    def __init__(self, blueprint: Blueprint, capacity: int, threads: int | None, blocks: int | None) -> None:
        team = team_size(threads)  # also where one thread is enough: the number is checked
        most_blocks = (blocks or team) if step_work(blueprint, capacity) >= TEAM_WORK else 1
        self.blocks = min(most_blocks, capacity)
        self.team = min(team, self.blocks)
        first = blueprint.layers[0]
        pays = first.inputs * first.outputs >= INPUT_WEIGHTS and capacity * first.outputs <= PARTIAL_SUMS
        plain = first.declared.weighted_sum and first.groups == 1
        self.by_inputs = pays and plain and 1 < self.blocks <= first.inputs
        self.costs = np.zeros((self.blocks, 2))
        self.shared = np.zeros(32, np.int64)


def step_work(blueprint: Blueprint, rows: int) -> float:
    """The multiplications of a training step over so many rows: forward, to the inputs, to the weights."""
    return 3.0 * rows * blueprint.multiplications
