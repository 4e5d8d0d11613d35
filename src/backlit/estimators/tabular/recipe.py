"""What a tabular network is trained with when nothing is chosen: the defaults, as data, one row a task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

RATES: Mapping[str, float] = {"softmax": 0.04, "sigmoid": 0.04, "exp": 0.04, "identity": 0.2}
"""Output gate -> the schedule's base rate: where the error signal grows with the output, steps are smaller."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """The defaults of one task: the body, its gate, how the network ends, and how it is trained."""

    hidden: tuple[int, ...]
    gate: str
    blend: bool  # whether each hidden neuron learns how much of its gate it uses
    loss: str
    starts: tuple[str, ...]  # of the members, who take turns
    input_scales: bool  # whether inputs are as loud as their column tells of the targets, or all alike
    bias_rate: float
    optimizer: str
    schedule: str
    beta_2: float
    dropout: float
    few_rows: int  # up to which `dropout_of_few` is silent
    dropout_of_few: float
    decay: float
    smoothing: float
    average: float  # what stays at a step of the weights' running mean, which is kept; 0 for the weights themselves
    steps: int  # of the optimizer, about, within these limits of epochs
    fewest_epochs: int
    most_epochs: int
    batch: int
    validation: float
    most_periodic: int  # columns of numbers up to which each makes waves
    number_steps: int  # of each column of numbers, between its quantiles; fewer where columns are many
    cycle_gain: float  # a wave of the schedule that mends the best by no more than this part is the last
    members: int  # networks trained side by side, whose logits are averaged
    error_weight: float  # the best epoch has the least log loss plus so many times the error rate

    def dropout_of(self, rows: int) -> float:
        """The part of the hidden units that is silent where so many rows are learnt from."""
        return self.dropout_of_few if rows <= self.few_rows else self.dropout

    def epochs_of(self, batches: int) -> int:
        """How many epochs of so many mini-batches a training takes: small data is gone over more often."""
        return min(max(round(self.steps / batches), self.fewest_epochs), self.most_epochs)


CLASSIFICATION = Recipe(
    hidden=(256, 256, 256),
    gate="selu",
    blend=False,
    loss="cross_entropy",
    starts=("lsuv", "glorot"),
    input_scales=True,
    bias_rate=0.1,
    optimizer="adam",
    schedule="coslog4",
    beta_2=0.95,
    dropout=0.15,
    few_rows=800,
    dropout_of_few=0.3,
    decay=0.02,
    smoothing=0.1,
    average=0.0,
    steps=2_800,
    fewest_epochs=56,
    most_epochs=224,
    batch=256,
    validation=0.2,
    most_periodic=256,
    number_steps=0,
    cycle_gain=0.01,
    members=4,
    error_weight=4.0,
)
REGRESSION = replace(
    CLASSIFICATION,
    starts=("glorot",),
    gate="mish",
    loss="squared",
    smoothing=0.0,
    number_steps=32,
    error_weight=0.0,
)
RECIPES: Mapping[str, Recipe] = {"classification": CLASSIFICATION, "regression": REGRESSION}
"""Mostly RealMLP's choices (Holzmueller et al. 2024, 'Better by default'), as far as the engine has the parts."""
