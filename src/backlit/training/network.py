"""A blueprint made ready to run: its table for the compiled passes, its kernels, and preallocated buffers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.blueprint import Blueprint
from backlit.training.compiled import program
from backlit.training.optimizers import Optimizer
from backlit.training.threads import run_team, single_threaded_blas, team_size

Vector = NDArray[np.floating[Any]]
Matrix = NDArray[np.floating[Any]]

TEAM_WORK = 4e6
"""Multiplications of a step from which a second thread pays: two barriers cost about what these take on one."""
ALONE = 2e7
"""Multiplications of an epoch up to which no thread is started: Ctrl-C waits for it, a millisecond or so."""


class Network:
    """Compiled passes of one blueprint over one flat parameter vector.

    Parameters
    ----------
    blueprint : Blueprint
    theta : ndarray of float32 or float64, shape (blueprint.flat_size,)
        The parameters; its type is the engine's precision. Training changes it in place.
    capacity : int
        Rows that the buffers hold: the size of a mini-batch.
    threads : int, optional
        How many threads may carry a mini-batch; all processors unless given. Small networks use one.
    blocks : int, optional
        Into how many blocks of rows a mini-batch is cut: equal numbers give equal bits, whatever the threads.

    Examples
    --------
    >>> import numpy as np
    >>> from backlit.blueprint import mlp
    >>> blueprint = mlp(2, (3,), 1, output_gate="identity", loss="squared")
    >>> network = Network(blueprint, np.zeros(blueprint.flat_size, np.float32), capacity=8)
    >>> network.predict(np.ones((2, 2), np.float32)).tolist()
    [[0.0], [0.0]]
    """

    def __init__(
        self, blueprint: Blueprint, theta: Vector, capacity: int, threads: int | None = None, blocks: int | None = None
    ) -> None:
        self.blueprint = blueprint
        self.theta = theta
        self.capacity = capacity
        self._program = program(theta.dtype.name)
        self._passes = self._program.passes
        self._activate, self._head = self._program.head(blueprint.output_gate, blueprint.loss)
        self._work = 3.0 * capacity * sum(layer.inputs * layer.outputs for layer in blueprint.layers)
        self._threads = threads
        self._blocks = blocks
        self._table, self._width = self._layout(capacity)
        self._z, self._a = (np.empty(self._width, theta.dtype) for _ in range(2))
        self._delta = np.empty(0, theta.dtype)
        self._grad = np.empty(0, theta.dtype)
        self._x = np.empty((0, 0), theta.dtype)
        self._lanes: _Lanes | None = None

    def _layout(self, rows: int) -> tuple[NDArray[np.int64], int]:
        """The table of layers, and the length of a buffer that holds so many rows of all of them."""
        table = []
        buffer = 0
        for number, layer in enumerate(self.blueprint.layers, 1):
            w, b = (slot.offset for slot in self.blueprint.slots if slot.layer == number)
            hidden = number < len(self.blueprint.layers)
            gate = self._program.gate(layer.gate) if hidden else (0, 0)  # the last gate belongs to the head
            table.append((layer.inputs, layer.outputs, w, b, buffer, *gate))
            buffer += rows * layer.outputs
        return np.array(table, np.int64), buffer

    def _kernels(self, head: int, step: int = 0) -> NDArray[np.int64]:
        return np.array([self._program.blas, head, step], np.int64)

    def predict(self, inputs: Matrix) -> Matrix:
        """The outputs, shape (rows, outputs), for C-contiguous rows of the engine's float type."""
        if not self._x.size:
            self._x = np.empty((self.capacity, self.blueprint.inputs), self.theta.dtype)
        outputs = np.empty((len(inputs), self.blueprint.outputs), self.theta.dtype)
        kernels = self._kernels(self._activate)
        self._passes.predict(self._table, kernels, self.theta, inputs, outputs, self._x, self._z, self._a)
        return outputs

    def loss_and_gradient(
        self, inputs: Matrix, targets: Matrix, weights: Vector, alpha: float = 0.0
    ) -> tuple[float, Vector]:
        """The weighted mean loss of at most `capacity` rows plus the L2 penalty, and its gradient (a buffer).

        Parameters
        ----------
        inputs, targets : ndarray, shape (rows, inputs) and (rows, outputs)
        weights : ndarray, shape (rows,)
            Summing to 1.
        alpha : float
            The penalty is ``alpha / 2`` times the sum of squared weights.
        """
        if not self._grad.size:
            self._delta = np.empty_like(self._z)
            self._grad = np.zeros_like(self.theta)  # padding stays 0
        loss = self._passes.loss_and_gradient(
            self._table, self._kernels(self._head), self.theta, self._grad,
            inputs, targets, weights, float(alpha), self._z, self._a, self._delta,
        )  # fmt: skip
        return float(loss), self._grad

    def train_epoch(
        self,
        optimizer: Optimizer,
        rates: NDArray[np.float64],
        inputs: Matrix,
        targets: Matrix,
        weights: Vector,
        order: NDArray[np.int64],
        alpha: float,
    ) -> float:
        """Every mini-batch of `order` once, one learning rate each; the mean loss as the samples were met.

        Parameters
        ----------
        targets : ndarray, shape (n, outputs), or (n, 1) with classes counted from 0
        weights : ndarray, shape (n,) or (0,)
            Empty: all samples count the same.

        Raises
        ------
        KeyboardInterrupt
            Within a step of Ctrl-C; the parameters are those of that step.
        """
        if self._lanes is None:
            self._lanes = _Lanes(self)
        lanes = self._lanes
        lanes.shared[:] = 0
        kernels = self._kernels(self._head, self._program.step(optimizer.kernel))
        settings = np.tile(optimizer.settings, (lanes.blocks, 1))

        def work(rank: int) -> float:
            loss = self._passes.train_epoch(
                lanes.table, kernels, rank, lanes.team, lanes.shared, self.theta, lanes.grads, optimizer.state,
                settings, rates, inputs, targets, weights, order, self.capacity, float(alpha), lanes.x, lanes.y,
                lanes.weight, lanes.z, lanes.a, lanes.delta, lanes.parts,
            )  # fmt: skip
            return float(loss)

        if lanes.team == 1 and self._work * len(rates) < ALONE:
            loss = work(0)
        else:
            with single_threaded_blas():
                loss = run_team(work, lanes.team, lanes.stop)
        optimizer.settings[:] = settings[0]
        return float(loss)


class _Lanes:
    """The buffers of a training: one lane for each block of rows."""

    def __init__(self, network: Network) -> None:
        large = network._work >= TEAM_WORK
        self.team = team_size(network._threads) if large else 1
        self.blocks = network._blocks or self.team
        self.team = min(self.team, self.blocks)
        rows = -(-network.capacity // self.blocks)
        self.table, width = network._layout(rows)
        dtype = network.theta.dtype
        self.x = np.empty((self.blocks, rows, network.blueprint.inputs), dtype)
        self.y = np.empty((self.blocks, rows, network.blueprint.outputs), dtype)
        self.weight = np.empty((self.blocks, rows), dtype)
        self.z, self.a, self.delta = (np.empty((self.blocks, width), dtype) for _ in range(3))
        self.grads = np.zeros((self.blocks, network.theta.size), dtype)  # padding stays 0
        self.parts = np.zeros((self.blocks, 2))
        self.shared = np.zeros(32, np.int64)
        self._stop_at = network._passes.STOP

    def stop(self) -> None:
        """Ask the team to end after the step it is in."""
        self.shared[self._stop_at] = 1
