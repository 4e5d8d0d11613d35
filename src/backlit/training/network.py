"""A blueprint made ready to run: its table for the compiled passes, its kernels, and preallocated buffers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.blueprint import Blueprint
from backlit.training.compiled import program
from backlit.training.optimizers import Optimizer

Vector = NDArray[np.floating[Any]]
Matrix = NDArray[np.floating[Any]]


class Network:
    """Compiled passes of one blueprint over one flat parameter vector.

    Parameters
    ----------
    blueprint : Blueprint
    theta : ndarray of float32 or float64, shape (blueprint.flat_size,)
        The parameters; its type is the engine's precision. Training changes it in place.
    capacity : int
        Rows that the buffers hold: the size of a mini-batch.

    Examples
    --------
    >>> import numpy as np
    >>> from backlit.blueprint import mlp
    >>> blueprint = mlp(2, (3,), 1, output_gate="identity", loss="squared")
    >>> network = Network(blueprint, np.zeros(blueprint.flat_size, np.float32), capacity=8)
    >>> network.predict(np.ones((2, 2), np.float32)).tolist()
    [[0.0], [0.0]]
    """

    def __init__(self, blueprint: Blueprint, theta: Vector, capacity: int) -> None:
        self.blueprint = blueprint
        self.theta = theta
        self.capacity = capacity
        self._program = program(theta.dtype.name)
        self._passes = self._program.passes
        self._activate, self._head = self._program.head(blueprint.output_gate, blueprint.loss)
        self._table, width = self._layout()
        self._x = self._matrix(blueprint.inputs)
        self._y = self._matrix(blueprint.outputs)
        self._weight = np.empty(capacity, theta.dtype)
        self._z, self._a = (np.empty(width, theta.dtype) for _ in range(2))
        self._delta = np.empty(0, theta.dtype)
        self._grad = np.empty(0, theta.dtype)

    def _matrix(self, columns: int) -> Matrix:
        return np.empty((self.capacity, columns), self.theta.dtype)

    def _layout(self) -> tuple[NDArray[np.int64], int]:
        """The table of layers, and the length of a buffer that holds all of them."""
        rows = []
        buffer = 0
        for number, layer in enumerate(self.blueprint.layers, 1):
            w, b = (slot.offset for slot in self.blueprint.slots if slot.layer == number)
            hidden = number < len(self.blueprint.layers)
            gate = self._program.gate(layer.gate) if hidden else (0, 0)  # the last gate belongs to the head
            rows.append((layer.inputs, layer.outputs, w, b, buffer, *gate))
            buffer += self.capacity * layer.outputs
        return np.array(rows, np.int64), buffer

    def _prepare_backward(self) -> None:
        if not self._grad.size:
            self._delta = np.empty_like(self._z)
            self._grad = np.zeros_like(self.theta)  # padding stays 0

    def predict(self, inputs: Matrix) -> Matrix:
        """The outputs, shape (rows, outputs), for C-contiguous rows of the engine's float type."""
        outputs = np.empty((len(inputs), self.blueprint.outputs), self.theta.dtype)
        self._passes.predict(self._table, self._activate, self.theta, inputs, outputs, self._x, self._z, self._a)
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
        self._prepare_backward()
        loss = self._passes.loss_and_gradient(
            self._table, self._head, self.theta, self._grad,
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
        """
        self._prepare_backward()
        step = self._program.step(optimizer.kernel)
        loss = self._passes.train_epoch(
            self._table, self._head, step, self.theta, self._grad,
            optimizer.state, optimizer.settings, rates, inputs, targets, weights, order, float(alpha),
            self._x, self._y, self._weight, self._z, self._a, self._delta,
        )  # fmt: skip
        return float(loss)
