"""THE list of optimizers: the kernel that takes a step, the names of its settings, the vectors that it remembers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OptimizerKind:
    """A rule for steps: its kernel in steps.py, the names of its settings in order, its vectors of memory.

    `decoupled` says that weights decay apart from the step (`Regularization.weight_decay`), not by a penalty in the
    gradient.
    Where there is a `matrix_kernel`, a module with a step of whole matrices, hidden layers' weights are stepped by it.
    """

    kernel: str
    settings: tuple[str, ...]
    vectors: int
    decoupled: bool = False
    matrix_kernel: str = ""


BETAS = ("beta_1", "beta_2", "epsilon")

SETTINGS: Mapping[str, float] = {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8, "momentum": 0.9}
"""The settings' usual values (Kingma and Ba 2015; scikit-learn's defaults)."""

OPTIMIZERS: Mapping[str, OptimizerKind] = {
    "sgd": OptimizerKind("sgd", (), 0),
    "momentum": OptimizerKind("momentum", ("momentum",), 1),
    "nesterov": OptimizerKind("nesterov", ("momentum",), 1),
    "adam": OptimizerKind("adam", BETAS, 2),
    "adamw": OptimizerKind("adam", BETAS, 2, decoupled=True),
    "nadam": OptimizerKind("nadam", BETAS, 2),
    "muon": OptimizerKind("adam", (*BETAS, "momentum"), 4, decoupled=True, matrix_kernel="muon"),
}
