"""A network of weighted sums made ready to predict in panels, on as many threads as pay."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.engine.aligned import LINE, empty, zeros
from backlit.engine.crew import WORDS, crew_of
from backlit.engine.processor import vectors_here
from backlit.engine.program import JOB, Program
from backlit.network.blueprint import Blueprint

Matrix = NDArray[np.floating[Any]]
Table = NDArray[np.int64]

PANEL_PAYS = 8
"""Rows from which a panel, which may be filled in part, is faster than products of the rows as they lie."""
HELP_PAYS = 300_000
"""Multiplications of a prediction from which helpers are asked."""
NEAR_WEIGHTS = 2**15
"""Weights up to which a network's are near whichever panel comes next."""
PANELS = (1, 4)
"""Panels that go through the layers together: of such a network, and of larger ones, whose weights are then read less
often."""
_AT = {name: number for number, name in enumerate(JOB)}


class PanelPrediction:
    """Predictions of one network; one thread at a time may call it.

    Parameters
    ----------
    program : Program
    blueprint : Blueprint
        Of weighted sums alone (`possible`).
    theta : ndarray, shape (theta_size,)
    layers : ndarray of int64
        The network's table.
    kernels : ndarray of int64
        Kernels that belong to no layer.
    """

    def __init__(self, program: Program, blueprint: Blueprint, theta: Matrix, layers: Table, kernels: Table) -> None:
        self._call = program.panels
        self._dtype, self._blueprint = theta.dtype, blueprint
        self._crew = crew_of(theta.dtype.name, partial(_help, self._call, theta.dtype))
        self._alone = np.zeros(4 * WORDS, np.int64)  # a board that no helper looks at
        self._held: list[NDArray[Any]] = [theta, layers, kernels]
        self._panel = 2 * vectors_here()[0].lanes(theta.dtype.name)
        self._many = PANELS[blueprint.multiplications > NEAR_WEIGHTS]
        self._all_outputs = sum(layer.outputs for layer in blueprint.layers)
        lanes = self._panel // 2  # rows are turned in squares of vectors, which are written whole
        turned = -(-blueprint.inputs // lanes) * lanes
        self._widest = max(turned, *(layer.outputs for layer in blueprint.layers))
        self._takes_single_rows = all(layer.groups == 1 for layer in blueprint.layers)
        self._threads, self._has_weights = 0, False
        self._rows_for_help = max(-(-HELP_PAYS // blueprint.multiplications), 2)
        self._job = zeros("job", len(JOB), np.dtype(np.int64))
        values = {
            "network": layers.ctypes.data,
            "layers": len(layers),
            "panels": self._many,
            "kernels": kernels.ctypes.data,
            "theta": theta.ctypes.data,
        }
        for name, value in values.items():
            self._job[_AT[name]] = value

    def takes(self, rows: int) -> bool:
        """Whether so many rows are faster this way."""
        return rows >= PANEL_PAYS or (rows == 1 and self._takes_single_rows)

    def _hold(self, name: str, size: int, dtype: np.dtype[Any] | None = None) -> None:
        array = empty(name, size, dtype or self._dtype)
        self._held.append(array)
        self._job[_AT[name]] = array.ctypes.data

    def _hold_scratch(self, threads: int) -> None:
        """Memory for so many threads."""
        del self._held[3:]
        self._hold("packed", 2 * WORDS, np.dtype(np.int64))
        self._job[_AT["taken"]] = self._job[_AT["packed"]] + LINE
        half = self._many * self._panel * self._widest
        half = max(half, -(-self._all_outputs // 2))  # a single row's are side by side
        self._hold("scratch", 2 * half * threads)
        self._job[_AT["scratch_step"]] = 2 * half * self._dtype.itemsize
        self._hold("sums", self._all_outputs)
        self._threads = threads
        self._has_weights = False

    def _hold_weights(self) -> None:
        """Memory for packed weights, which a single row does not need."""
        self._has_weights = True
        self._hold("weights", self._blueprint.multiplications)
        self._hold("biases", self._all_outputs * self._panel)

    def __call__(self, inputs: Matrix, outputs: Matrix, threads: int) -> bool:
        """Fill the outputs, C-contiguous as the inputs and of the engine's type; whether all inputs are finite."""
        crew = self._crew
        helpers = min(threads - 1, crew.most) if len(inputs) >= self._rows_for_help else 0
        if helpers >= self._threads:
            self._hold_scratch(helpers + 1)
        if len(inputs) > 1 and not self._has_weights:
            self._hold_weights()
        if not helpers or not crew.lock.acquire(blocking=False):
            return bool(self._call(self._alone, 1, 0, self._job, 0, inputs, outputs))
        try:
            crew.wake(helpers)
            return bool(self._call(crew.board, crew.number(), 0, self._job, helpers, inputs, outputs))
        finally:
            crew.lock.release()


_NO_JOB = np.zeros(len(JOB), np.int64)


def _help(call: Callable[..., Any], dtype: np.dtype[Any], board: Table, rank: int) -> None:
    """What a helper does when it is woken."""
    nothing = np.empty((0, 0), dtype)
    call(board, 0, rank, _NO_JOB, 0, nothing, nothing)


def possible(program: Program, blueprint: Blueprint) -> bool:
    """Whether a network's predictions can go in panels."""
    return program.skips_zeros and all(layer.declared.weighted_sum for layer in blueprint.layers)
