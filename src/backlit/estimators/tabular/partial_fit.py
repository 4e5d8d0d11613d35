"""One epoch on further rows, from the parameters as they are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from backlit.engine.network import Network
from backlit.engine.optimizer import Optimizer
from backlit.engine.threads import single_threaded_blas
from backlit.errors import BacklitError
from backlit.estimators.shared.arguments import seed_of
from backlit.estimators.shared.provenance import provenance
from backlit.estimators.tabular.building import (
    blueprint_of,
    initial_member,
    network_to_train,
    new_optimizer,
    regularization_of,
)
from backlit.estimators.tabular.fit import NO_FINITE_EPOCH, FitInput, merge, record
from backlit.estimators.tabular.line import Line, LinePlan
from backlit.estimators.tabular.recipe import Recipe, recipe_of
from backlit.estimators.tabular.rows import encode
from backlit.network.leaves import comparisons_in, is_of_network
from backlit.network.straight import with_line, without_line
from backlit.training.history import History
from backlit.training.loop import train
from backlit.training.plan import Plan
from backlit.training.samples import Samples

if TYPE_CHECKING:
    from backlit.estimators.tabular.base import BaseTabular  # for its type only: base.py calls this module

PARTIAL_RATE = 0.1
"""The rate of `partial_fit`, which has no schedule, over the highest of a schedule."""


def partial_fit(model: BaseTabular, given: FitInput) -> None:
    """Train the network one epoch; the first call makes it."""
    recipe, again, seed = recipe_of(model), "theta_" in vars(model), None
    targets = model._encode_target(given.y) if again else model._learn_target(given.y, given.classes)
    model._observe_targets(targets)
    samples, line = encode(model, recipe, given.X, targets, given.sample_weight, again)
    if not again:
        task, encoder, seed = model._fit_task(recipe, targets), model.encoder_, seed_of(model.random_state)
        blueprint = blueprint_of(recipe, task.loss, encoder.n_outputs, task.outputs, encoder.n_quantities)
        numbers = range(recipe.n_members)
        merge(model, blueprint, [initial_member(recipe, blueprint, seed, n, samples.inputs) for n in numbers])
        record(model, [])
    train_one_epoch(model, recipe, samples, line)
    earlier = vars(model).get("provenance_") if again else None
    model.provenance_ = provenance(samples, seed, {"epochs": model.n_iter_}, earlier)


def train_one_epoch(model: BaseTabular, recipe: Recipe, samples: Samples, line: LinePlan | None) -> None:
    """One epoch of the merged network, at a constant rate; a line beside it stays as it is."""
    blueprint, theta = model.network_, model.theta_
    if line is not None:
        blueprint, theta, weights = without_line(blueprint, theta, samples.inputs.shape[1] - line.member_inputs)
        samples = Line(weights, np.zeros(weights.shape[1]), np.ones(weights.shape[1]), line.member_inputs).left(samples)
    network = network_to_train(recipe, blueprint, theta, len(samples), model.n_jobs, has_team=True)
    if "_optimizer" not in vars(model):
        model._optimizer = new_optimizer(recipe, theta)
    highest = recipe.rate_of(model.network_.output_gate)
    regularization = regularization_of(recipe, len(samples))
    has_tree = bool(comparisons_in(blueprint, theta)[0].size)
    if has_tree:  # which cannot do without one of its comparisons
        regularization = replace(regularization, dropout=0.0)
    plan = Plan(
        epochs=1,
        rate=highest if model.learning_rate is not None else PARTIAL_RATE * highest,
        regularization=regularization,
        weights_of="data",
        seed=seed_of(model.random_state) + model.n_iter_,
    )
    with single_threaded_blas():
        if has_tree:
            history = _train_around_tree(network, model._optimizer, samples, plan, recipe)
        else:
            history = train(network, model._optimizer, samples, plan)
    if line is not None:
        model.theta_[...] = with_line(blueprint, theta, weights, np.zeros(weights.shape[1]))[1]
    if history.diverged:
        del model._optimizer  # its memory is not finite
        raise BacklitError(NO_FINITE_EPOCH)
    model.n_iter_ += len(history.epochs)
    model.__dict__.pop("_members", None)  # the members were trained as one
    model.__dict__.pop("residuals_", None)  # the parameters have moved on from what was held out


def _train_around_tree(network: Network, optimizer: Optimizer, samples: Samples, plan: Plan, recipe: Recipe) -> History:
    """One epoch in which a tree stays as it is: it is put back after each mini-batch, before it has moved."""
    theta = network.theta
    fixed = ~is_of_network(network.blueprint, recipe.hidden_layer_sizes)
    tree = theta[fixed]
    order = np.random.default_rng(plan.seed).permutation(len(samples))
    size = min(recipe.batch_size, len(samples))
    histories = []
    for start in range(0, len(samples), size):
        histories.append(train(network, optimizer, samples.rows(order[start : start + size]), plan))
        theta[fixed] = tree
        if histories[-1].diverged:
            break
    return histories[-1]
