"""What a recipe amounts to: the blueprint, a network ready to train, its optimizer, its regularization, the plan."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.declared.losses import natural_gate
from backlit.declared.optimizers import SETTINGS
from backlit.engine.network import Network
from backlit.engine.optimizer import Optimizer
from backlit.engine.regularization import Regularization
from backlit.engine.sharded import ShardedNetwork, active_ranks
from backlit.engine.threads import blocks_of
from backlit.estimators.tabular.recipe import Recipe
from backlit.network.blueprint import Blueprint, ParameterSlice
from backlit.network.building import mlp, with_periodic_embedding
from backlit.training.initial_parameters import initial
from backlit.training.plan import Plan

Vector = NDArray[np.float32]

FLOAT = np.dtype(np.float32)
"""All networks of raw frames compute in it."""


def blueprint_of(recipe: Recipe, loss: str, inputs: int, outputs: int, quantities: int) -> Blueprint:
    """One member's network; the first `quantities` inputs are numbers, and have a periodic embedding."""
    hidden, gate = recipe.hidden_layer_sizes, natural_gate(loss)
    network = mlp(
        inputs,
        hidden,
        outputs,
        hidden_gate=recipe.activation,
        output_gate=gate,
        loss=loss,
        parametric_activation=recipe.parametric_activation,
    )
    periodic = hidden and 0 < quantities <= recipe.max_periodic_columns
    return with_periodic_embedding(network, quantities) if periodic else network


def scale_outputs(blueprint: Blueprint, theta: Vector, factors: NDArray[Any]) -> None:
    """Multiply what leaves the last sum, one factor an output, by changing its parameters in place."""
    arrays = blueprint.arrays(theta)
    for name in ("w", "b"):
        arrays[f"{name}[{len(blueprint.neurons)}]"][...] *= factors


def initial_member(recipe: Recipe, blueprint: Blueprint, seed: int, number: int, rows: NDArray[np.float32]) -> Vector:
    """The initial parameters of a member, by its number from 0; `rows` are for initializers that look at data."""
    initializer = recipe.initializers[number % len(recipe.initializers)]
    return initial(blueprint, seed + number, FLOAT, initializer, rows)


def network_to_train(
    recipe: Recipe, blueprint: Blueprint, theta: Vector, rows: int, n_jobs: int | None, has_team: bool
) -> Network:
    """A network that trains the parameters in place, each array at its own rate.

    Without `has_team` it uses its caller's thread only, as one of several that train side by side.
    """
    batch_size = min(recipe.batch_size, rows)
    factors = np.array([learning_rate_multiplier(slot, recipe) for slot in blueprint.slots])
    if active_ranks() is not None:
        return ShardedNetwork(blueprint, theta, batch_size, factors=factors, on_callers_thread=True)
    if not has_team:
        return Network(blueprint, theta, batch_size, factors=factors, on_callers_thread=True)
    return Network(blueprint, theta, batch_size, n_jobs, blocks_of(None), factors)


def new_optimizer(recipe: Recipe, theta: Vector) -> Optimizer:
    """The recipe's optimizer before its first step."""
    settings: dict[str, Any] = {**SETTINGS, "beta_2": recipe.beta_2, "momentum": 0.95}
    return Optimizer(recipe.optimizer, theta.size, theta.dtype, settings)


def regularization_of(recipe: Recipe, rows: int) -> Regularization:
    """The regularizers' strengths where so many rows are learnt from."""
    return Regularization(
        weight_decay=recipe.weight_decay,
        dropout=recipe.dropout_of(rows),
        label_smoothing=recipe.label_smoothing,
        ema_decay=recipe.ema_decay,
    )


def plan_of(recipe: Recipe, blueprint: Blueprint, rows: int, seed: int) -> Plan:
    """How a member trains on so many rows."""
    batches = -(-rows // min(recipe.batch_size, rows))
    return Plan(
        epochs=recipe.epochs_of(batches),
        rate=recipe.rate_of(blueprint.output_gate),
        schedule=recipe.schedule,
        regularization=regularization_of(recipe, rows),
        regularization_decay=True,
        tolerance=0.0,
        patience=math.inf,
        cycle_gain=recipe.min_cycle_gain,
        weights_of="data",
        seed=seed,
    )


def learning_rate_multiplier(slot: ParameterSlice, recipe: Recipe) -> float:
    """How fast an array learns: weights as if sums were multiplied by 1 / sqrt(their terms) ('NTK parametrisation')."""
    if slot.declared.initializer:
        return slot.declared.rate_multiplier
    return 1.0 / math.sqrt(slot.shape[0]) if slot.decays else recipe.bias_rate
