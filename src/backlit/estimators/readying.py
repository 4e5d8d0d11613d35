"""What the recipe makes of a blueprint: a network ready to train, its optimizer, what is done against overfitting."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from backlit.blueprint import Blueprint, Slot
from backlit.tabular.recipe import Recipe

if TYPE_CHECKING:
    from backlit.training.network import Network, Regular
    from backlit.training.optimizers import Optimizer

Flat = NDArray[np.float32]


def ready(recipe: Recipe, blueprint: Blueprint, flat: Flat, batch: int, n_jobs: int | None, guest: bool) -> Network:
    """A network that trains the parameters in place, each array at its own rate; a guest uses its caller's thread."""
    from backlit.training.network import Network
    from backlit.training.threads import blocks_of

    factors = np.array([rate_factor(slot, recipe) for slot in blueprint.slots])
    if guest:
        return Network(blueprint, flat, batch, factors=factors, guest=True)
    return Network(blueprint, flat, batch, n_jobs, blocks_of(None), factors)


def new_optimizer(recipe: Recipe, flat: Flat) -> Optimizer:
    """The recipe's optimizer at its beginning."""
    from backlit.training.optimizers import Optimizer

    settings: dict[str, Any] = {"beta_1": 0.9, "beta_2": recipe.beta_2, "epsilon": 1e-8, "momentum": 0.95}
    return Optimizer(recipe.optimizer, flat.size, flat.dtype, settings)


def regular(recipe: Recipe, rows: int) -> Regular:
    """What is done against overfitting where so many rows are learnt from."""
    from backlit.training.network import Regular

    return Regular(
        decay=recipe.decay, dropout=recipe.dropout_of(rows), smoothing=recipe.smoothing, average=recipe.average
    )


def rate_factor(slot: Slot, recipe: Recipe) -> float:
    """How fast an array learns: weights as if sums were multiplied by 1 / sqrt(their terms) ('NTK parametrisation')."""
    if slot.declared.start:
        return slot.declared.rate
    return 1.0 / math.sqrt(slot.shape[0]) if slot.decays else recipe.bias_rate
