"""What the recipe makes of a blueprint: a network ready to train, its optimizer, what is done against overfitting."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from backlit.estimators.tabular.recipe import Recipe
from backlit.network.blueprint import Blueprint, Slot

if TYPE_CHECKING:
    from backlit.engine.network import Network, Regularization
    from backlit.engine.optimizer import Optimizer

Vector = NDArray[np.float32]


def ready(recipe: Recipe, blueprint: Blueprint, theta: Vector, batch: int, n_jobs: int | None, guest: bool) -> Network:
    """A network that trains the parameters in place, each array at its own rate; a guest uses its caller's thread."""
    from backlit.engine.network import Network
    from backlit.engine.threads import blocks_of

    factors = np.array([rate_factor(slot, recipe) for slot in blueprint.slots])
    if guest:
        return Network(blueprint, theta, batch, factors=factors, guest=True)
    return Network(blueprint, theta, batch, n_jobs, blocks_of(None), factors)


def new_optimizer(recipe: Recipe, theta: Vector) -> Optimizer:
    """The recipe's optimizer at its beginning."""
    from backlit.engine.optimizer import Optimizer

    settings: dict[str, Any] = {"beta_1": 0.9, "beta_2": recipe.beta_2, "epsilon": 1e-8, "momentum": 0.95}
    return Optimizer(recipe.optimizer, theta.size, theta.dtype, settings)


def regularization(recipe: Recipe, rows: int) -> Regularization:
    """What is done against overfitting where so many rows are learnt from."""
    from backlit.engine.network import Regularization

    return Regularization(
        weight_decay=recipe.decay,
        dropout=recipe.dropout_of(rows),
        label_smoothing=recipe.smoothing,
        ema_decay=recipe.average,
    )


def rate_factor(slot: Slot, recipe: Recipe) -> float:
    """How fast an array learns: weights as if sums were multiplied by 1 / sqrt(their terms) ('NTK parametrisation')."""
    if slot.declared.start:
        return slot.declared.rate
    return 1.0 / math.sqrt(slot.shape[0]) if slot.decays else recipe.bias_rate
