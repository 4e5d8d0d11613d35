"""What a diagnosis looks at: a network, rows, and what is known of the training. It knows no estimator and no tool."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.errors import BacklitError, choose
from backlit.network.blueprint import Blueprint
from backlit.training.snapshots import Snapshots

Matrix = NDArray[np.float64]
LEAST = {"rate": 0.0, "batch_size": 1.0, "epochs": 0.0, "max_epochs": 0.0, "momentum": 0.0, "l2_penalty": 0.0,
         "weight_decay": 0.0, "dropout": 0.0, "clip_norm": 0.0}  # fmt: skip
"""Fact of a training that is a number -> the least that it can be."""


@dataclass(frozen=True, slots=True)
class Training:
    """What is known of how a network was trained; None, or empty, where it is not.

    Parameters
    ----------
    optimizer : str
        One of `backlit.declared.optimizers.OPTIMIZERS`.
    rate : float
        The learning rate.
    batch_size, epochs, max_epochs : int
        Rows of a mini-batch; epochs that were trained; epochs at most.
    momentum, l2_penalty, weight_decay, dropout : float
    clip_norm : float
        Gradients of a larger norm are scaled down to it.
    loss_curve : sequence of float
        The loss of each epoch.
    seed : int
        Of initial parameters and shuffles.
    init : str
        One of `backlit.declared.initializers.INITIALIZERS`.
    initial : ndarray, shape (theta_size,)
        The parameters that the training started from.
    frozen : tuple of str
        Arrays that were not trained, such as ``w[1]``.
    balanced : bool
        Whether classes were weighted by their frequency.
    """

    optimizer: str | None = None
    rate: float | None = None
    batch_size: int | None = None
    epochs: int | None = None
    max_epochs: int | None = None
    momentum: float | None = None
    l2_penalty: float | None = None
    weight_decay: float | None = None
    dropout: float | None = None
    clip_norm: float | None = None
    loss_curve: tuple[float, ...] = ()
    seed: int = 0
    init: str = "glorot"
    initial: Matrix | None = None
    frozen: tuple[str, ...] = ()
    balanced: bool = False

    def updated(self, facts: Mapping[str, Any]) -> Training:
        """The same with further facts.

        Raises
        ------
        BacklitError
            If a fact's name is not known, or it is a number no training has.

        Examples
        --------
        >>> Training(rate=0.1).updated({"batch_size": 32}).batch_size
        32
        """
        names = {part.name: part for part in fields(self)}
        for name in facts:
            choose("training", name, names)
            least = LEAST.get(name)
            if least is not None and facts[name] is not None and not _at_least(facts[name], least):
                raise BacklitError(f"training {name!r}: {facts[name]!r}; give a number of at least {least:g}")
        arrays = {name: tuple(facts[name]) for name in ("loss_curve", "frozen") if name in facts}
        return replace(self, **{**facts, **arrays})


@dataclass(frozen=True, slots=True)
class Rows:
    """Inputs and targets as the network takes them, shape (n, inputs) and (n, outputs)."""

    inputs: Matrix
    targets: Matrix

    def __len__(self) -> int:
        return len(self.inputs)

    def at(self, indices: NDArray[np.int64]) -> Rows:
        """The rows at these indices."""
        return Rows(self.inputs[indices], self.targets[indices])


@dataclass(frozen=True, slots=True)
class Case:
    """A network to be diagnosed.

    Parameters
    ----------
    blueprint : Blueprint
    theta : ndarray, shape (theta_size,)
    rows : Rows
        That were learnt from.
    task : {"classification", "regression"}
    validation : Rows, optional
        That were not.
    training : Training
    columns : tuple of str
        Names of the inputs.
    labels : tuple of str
        Names of the classes.
    tool : str
        Which tool the network is of: the key of the code that changes it (`backlit.diagnosis.mend`).
    snapshots : Snapshots, optional
        The parameters at some epochs of the training.

    Examples
    --------
    >>> from backlit.network.building import mlp
    >>> neuron = mlp(1, (), 1, output_gate="sigmoid", loss="quadratic")
    >>> case = Case(neuron, np.zeros(neuron.theta_size), Rows(np.ones((1, 1)), np.zeros((1, 1))), "classification")
    >>> case.column(0)
    'x[0]'
    """

    blueprint: Blueprint
    theta: Matrix
    rows: Rows
    task: str
    validation: Rows | None = None
    training: Training = field(default_factory=Training)
    columns: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    tool: str = "network"
    snapshots: Snapshots | None = None

    def __post_init__(self) -> None:
        for name, rows in (("X", self.rows), ("X_val", self.validation)):
            if rows is None:
                continue
            if not len(rows) or len(rows.inputs) != len(rows.targets):
                raise BacklitError(
                    f"{name}: {len(rows.targets)} targets for {len(rows)} rows; give as many, at least 1"
                )
            widths = rows.inputs.shape[1], rows.targets.shape[1]
            if widths != (self.blueprint.inputs, self.blueprint.outputs):
                raise BacklitError(
                    f"{name}: {widths[0]} inputs and {widths[1]} targets, but the network has "
                    f"{self.blueprint.inputs} and {self.blueprint.outputs}"
                )

    def column(self, number: int) -> str:
        """The name of an input."""
        return self.columns[number] if self.columns else f"x[{number}]"

    def named_columns(self, numbers: NDArray[Any]) -> str:
        """The names of the first of some inputs, and how many more there are."""
        names = ", ".join(self.column(int(number)) for number in numbers[:5])
        return names if len(numbers) <= 5 else f"{names}, ... ({len(numbers)})"

    @property
    def one_label(self) -> bool:
        """Whether each row has one class, as a one-hot row or as one output."""
        return self.task == "classification" and (self.rows.targets.shape[1] == 1 or sum_to_one(self.rows.targets))


def _at_least(value: Any, least: float) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value) and float(value) >= least


def sum_to_one(targets: Matrix) -> bool:
    """Whether every row does, as one-hot rows do and rows of several labels do not."""
    return bool((np.abs(targets.sum(axis=1) - 1) <= 1e-6).all())
