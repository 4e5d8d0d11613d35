"""What an MLP's parameters amount to: the blueprint, the optimizer, the regularization, the plan of a training."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np

from backlit.declared.optimizers import OPTIMIZERS
from backlit.declared.schedules import SCHEDULES
from backlit.engine.optimizer import Optimizer
from backlit.engine.regularization import Regularization
from backlit.errors import BacklitError
from backlit.estimators.mlp.parameters import ACTIVATIONS, RATE_RULES
from backlit.estimators.shared.arguments import widths_of
from backlit.network.blueprint import Blueprint
from backlit.network.building import mlp, with_periodic_embedding
from backlit.training.plan import Plan

if TYPE_CHECKING:
    from backlit.estimators.mlp.base import BaseMLP  # for its type only: its parameters are read here
    from backlit.estimators.mlp.head import Head


def blueprint_of(model: BaseMLP, inputs: int, head: Head) -> Blueprint:
    """The network that the parameters describe, for so many inputs.

    Raises
    ------
    BacklitError
        If a layer or a gate is not possible, or there are more periodic features than inputs.
    """
    hidden = widths_of(model.hidden_layer_sizes)
    names = [model.activation] * len(hidden) if isinstance(model.activation, str) else list(model.activation)
    gates = [ACTIVATIONS.get(name, name) for name in names]
    parametric = model.parametric_activation
    network = mlp(
        inputs,
        hidden,
        head.outputs,
        hidden_gate=gates,
        output_gate=head.gate,
        loss=head.loss,
        parametric_activation=parametric,
    )
    if model.periodic_features > inputs:
        raise BacklitError(
            f"periodic_features: {model.periodic_features} columns have an embedding, but X has {inputs}; "
            "give so many at most"
        )
    return with_periodic_embedding(network, model.periodic_features) if model.periodic_features else network


def new_optimizer(model: BaseMLP) -> Optimizer:
    """The solver's optimizer before its first step."""
    name = model.solver
    if name == "sgd" and model.momentum > 0:
        name = "nesterov" if model.nesterovs_momentum else "momentum"
    settings = {setting: getattr(model, setting) for setting in OPTIMIZERS[name].settings}
    return Optimizer(name, model.theta_.size, model.theta_.dtype, settings)


def schedule_of(model: BaseMLP) -> str:
    """The schedule of a training of known length."""
    return model.learning_rate if model.learning_rate in SCHEDULES else "constant"


def regularization_of(model: BaseMLP, head: Head, partial: bool) -> Regularization:
    """The strengths of the regularizers; decoupled weight decay takes the penalty's place."""
    decoupled = OPTIMIZERS[model.solver].decoupled
    return Regularization(
        l2_penalty=0.0 if decoupled else model.alpha,
        weight_decay=model.weight_decay if decoupled else 0.0,
        dropout=model.dropout,
        label_smoothing=head.label_smoothing if head.gate == "softmax" else 0.0,  # others: `smoothed_targets`
        ema_decay=0.0 if partial else model.ema_decay,
    )


def plan_of(model: BaseMLP, head: Head, partial: bool) -> Plan:
    """How a call of `fit` trains; a call of `partial_fit` is one epoch at a constant rate."""
    return Plan(
        epochs=1 if partial else model.max_iter,
        rate=model.learning_rate_init,
        schedule="constant" if partial else schedule_of(model),
        rate_rule=model.learning_rate if model.solver == "sgd" and model.learning_rate in RATE_RULES else "constant",
        power_t=model.power_t,
        regularization=regularization_of(model, head, partial),
        regularization_decay=model.regularization_decay and not partial,
        shuffle=model.shuffle,
        tolerance=model.tol,
        patience=np.inf if partial else model.n_iter_no_change,
        seed=model._seed,
    )


def batch_size_of(model: BaseMLP, rows: int) -> int:
    """Rows of a mini-batch, at most all there are."""
    if isinstance(model.batch_size, str):  # "auto"
        return min(200, rows)
    if model.batch_size > rows:
        warnings.warn(
            "Got `batch_size` less than 1 or larger than sample size. It is going to be clipped",
            stacklevel=6,
        )
    return min(model.batch_size, rows)
