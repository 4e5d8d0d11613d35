"""THE list of optimizers, as data: the compiled step, its constants, and how many vectors it remembers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.errors import choose
from backlit.training.arrays import rows_apart


@dataclass(frozen=True, slots=True)
class OptimizerKind:
    """A rule for steps: its kernel in steps.py, the names of its settings in order, its vectors of memory.

    `decoupled` says that weights decay beside the step (`Regular.decay`), not by a penalty in the gradient. Where there
    is a `matrix_kernel`, a module with a step of whole matrices, hidden layers' weights are stepped by it.
    """

    kernel: str
    settings: tuple[str, ...]
    vectors: int
    decoupled: bool = False
    matrix_kernel: str = ""


BETAS = ("beta_1", "beta_2", "epsilon")


OPTIMIZERS: Mapping[str, OptimizerKind] = {
    "sgd": OptimizerKind("sgd", (), 0),
    "momentum": OptimizerKind("momentum", ("momentum",), 1),
    "nesterov": OptimizerKind("nesterov", ("momentum",), 1),
    "adam": OptimizerKind("adam", BETAS, 2),
    "adamw": OptimizerKind("adam", BETAS, 2, decoupled=True),
    "nadam": OptimizerKind("nadam", BETAS, 2),
    "muon": OptimizerKind("adam", (*BETAS, "momentum"), 4, decoupled=True, matrix_kernel="muon"),
}


class Optimizer:
    """An optimizer at work: its constants, its memory, and (in `settings`) how many steps it has taken."""

    def __init__(self, name: str, size: int, dtype: np.dtype[Any], settings: Mapping[str, float]) -> None:
        kind = choose("optimizer", name, OPTIMIZERS)
        self.name = name
        self.learning_rate = 0.0  # of the next epoch, as the training loop leaves it
        self.kernel, self.matrix_kernel = kind.kernel, kind.matrix_kernel
        own = [settings[key] for key in kind.settings]
        self.settings: NDArray[np.float64] = np.array([0.0, 0.0, *own])  # rate and number of the step come first
        self.state = rows_apart("state", max(kind.vectors, 1), size if kind.vectors else 1, dtype)
