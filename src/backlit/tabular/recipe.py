"""What a tabular network is trained with when nothing is chosen: the defaults, as data, one row a task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Recipe:
    """The defaults of one task: the body, its gate, how the network ends, and how it is trained."""

    hidden: tuple[int, ...]
    gate: str
    output_gate: str
    loss: str
    rate: float
    schedule: str
    beta_2: float
    epochs: int
    batch: int
    validation: float
    patience: int


RECIPES: Mapping[str, Recipe] = {
    "classification": Recipe(
        (256, 256, 256), "selu", "softmax", "cross_entropy", 0.002, "coslog4", 0.95, 128, 256, 0.2, 40
    ),
    "regression": Recipe((256, 256, 256), "mish", "identity", "squared", 0.004, "coslog4", 0.95, 256, 256, 0.2, 80),
}
