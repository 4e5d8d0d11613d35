"""How a model of raw frames is fitted, to be read from top to bottom: prepare, split, train, merge, calibrate.

What passes from step to step is frozen. Fitted attributes are written by `prepare`, `merge`, `calibrate` and `record`.
"""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from backlit.encoding import fit_encoder
from backlit.engine.network import Network
from backlit.engine.sharing import Sharing
from backlit.engine.threads import blocks_of, side_by_side, single_threaded_blas, team_size
from backlit.errors import BacklitError, DataWarning, warn
from backlit.estimators.inspection.columns import Groups
from backlit.estimators.shared.arguments import no_finite_score
from backlit.estimators.shared.checkpoint import FitCheckpoint, checkpoint_of
from backlit.estimators.shared.identity import Identity, identity_of
from backlit.estimators.shared.provenance import data_digest, provenance_of
from backlit.estimators.shared.sample_weights import normalized_weights, sample_weights
from backlit.estimators.tabular.building import (
    FLOAT,
    Vector,
    blueprint_of,
    initial_member,
    network_to_train,
    new_optimizer,
    plan_of,
)
from backlit.estimators.tabular.input_scaling import fold_scales_into_weights, input_scales
from backlit.estimators.tabular.metrics import FitTask, Objective, objective_of
from backlit.estimators.tabular.monitor import FitMonitor
from backlit.estimators.tabular.recipe import Recipe, recipe_of
from backlit.estimators.tabular.validation import MIN_ROWS, Rows, folds, group_codes, too_few_rows
from backlit.network.blueprint import Blueprint
from backlit.network.merging import merged
from backlit.training.history import History
from backlit.training.loop import train
from backlit.training.rules.checkpoint import Checkpoint
from backlit.training.samples import Samples, TrainingRows
from backlit.training.snapshots import snapshots_of

if TYPE_CHECKING:
    from backlit.estimators.tabular.base import BaseTabular  # for its type only: base.py calls this module

NO_FINITE_EPOCH = (
    "no epoch of the training ended in finite numbers, so that there are no parameters to keep; use a smaller "
    "learning_rate, or a metric whose scores are finite"
)

NO_WEIGHTS = np.empty(0, np.float32)


@dataclass(frozen=True, slots=True)
class FitInput:
    """The arguments of a call of `fit`."""

    X: Any
    y: Any
    sample_weight: Any = None
    X_val: Any = None
    y_val: Any = None
    groups: Any = None
    classes: Any = None
    on_epoch: Callable[[Any], bool | None] | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A fit's data as numbers, and how each member is made and trained."""

    samples: Samples
    columns: Groups
    recipe: Recipe
    task: FitTask
    metric: Any
    objective: Objective
    blueprint: Blueprint
    seed: int
    n_jobs: int | None
    members: Sequence[Vector] | None  # those of the last fit, from which this one continues


@dataclass(frozen=True, slots=True)
class MemberRows:
    """What a member learns from and validates on, both scaled; `sample`: inputs for initializers that look at data."""

    learn: TrainingRows
    held: Samples
    scales: NDArray[np.float32]
    sample: NDArray[np.float32]


class Split(Protocol):
    """The rows of a member, wherever they are."""

    def member_rows(self, prepared: Prepared) -> MemberRows:
        """Copy or open them."""
        ...


@dataclass(frozen=True, slots=True)
class SplitInMemory:
    """The rows that a member learns from, and those that select its best epoch."""

    data: Samples
    learn: Rows
    validation_data: Samples
    held: Rows

    def member_rows(self, prepared: Prepared) -> MemberRows:
        """The member's copies."""
        learn, held = self.data.rows(self.learn), self.validation_data.rows(self.held)
        scales = scales_of(prepared, learn)
        for samples in (learn, held):
            np.multiply(samples.inputs, scales, out=samples.inputs)
        return MemberRows(learn, held, scales, learn.inputs)


@dataclass(frozen=True, slots=True)
class Member:
    """A trained network: parameters, history, and its outputs for the rows held out, with their targets and weights."""

    theta: Vector
    history: History
    outputs: NDArray[Any]
    targets: NDArray[Any]
    weights: NDArray[Any]


def fit(model: BaseTabular, given: FitInput) -> None:
    """Prepare, split, train, merge, calibrate."""
    with checkpoint_of(model) as checkpoint:
        prepared = prepare(model, given, checkpoint)
        splits = split_rows(model, given, prepared)
        checkpoint.begin(identity(model, prepared, splits))
        deadline = math.inf if model.time_limit is None else time.monotonic() + float(model.time_limit)
        snapshots = snapshots_of(model.diagnose, prepared.blueprint)
        monitor = FitMonitor(len(splits), model.verbose, given.on_epoch, deadline, snapshots)
        members = train_members(model, prepared, splits, monitor, checkpoint)
    copies = 1 if given.X_val is None else len(members)
    samples = prepared.samples
    digest = data_digest(samples.inputs, samples.targets, samples.weights)
    conclude(model, prepared, members, copies, len(samples), digest)
    if snapshots is not None:
        model.snapshots_ = snapshots


def conclude(
    model: BaseTabular, prepared: Prepared, members: Sequence[Member], copies: int, rows: int, digest: str
) -> None:
    """Merge, calibrate, and keep what happened; `copies` members answered the same rows held out."""
    model._members = [member.theta for member in members]
    merge(model, prepared.blueprint, model._members)
    outputs, targets, weights = (
        np.concatenate([getattr(member, name) for member in members]) for name in ("outputs", "targets", "weights")
    )
    model._calibrate(outputs, targets, weights, copies=copies)
    if not np.isfinite(model.theta_).all():
        raise BacklitError(NO_FINITE_EPOCH)
    record(model, [member.history for member in members])
    model.__dict__.pop("snapshots_", None)
    stopped = "; ".join(sorted({member.history.stopped for member in members}))
    facts = {"epochs": model.n_iter_, "best_epoch": model.best_epoch_, "stopped": stopped}
    model.provenance_ = provenance_of(rows, digest, prepared.seed, facts)


def prepare(model: BaseTabular, given: FitInput, checkpoint: FitCheckpoint) -> Prepared:
    """Read targets and weights, encode the frame, and describe the network."""
    recipe, seed = recipe_of(model), checkpoint.seed(model.random_state)
    again = model.warm_start and "_members" in vars(model)
    model.__dict__.pop("_optimizer", None)  # of partial_fit
    targets = model._encode_target(given.y) if again else model._learn_target(given.y, given.classes)
    model._observe_targets(targets)
    if len(targets) < MIN_ROWS and given.X_val is None:
        raise too_few_rows(len(targets))
    samples = encode(model, recipe, given.X, targets, given.sample_weight, again)
    task = model._fit_task(recipe, targets)
    encoder = model.encoder_
    blueprint = blueprint_of(recipe, task.loss, encoder.n_outputs, task.outputs, encoder.n_quantities)
    members = model._members if again else None
    if members and (len(members) != recipe.n_members or members[0].size != blueprint.theta_size):
        raise BacklitError("the network's parameters have changed since the last fit; call fit, without warm_start")
    objective = objective_of(model.metric, task)
    columns = model._column_inputs()
    return Prepared(samples, columns, recipe, task, model.metric, objective, blueprint, seed, model.n_jobs, members)


def encode(
    model: BaseTabular, recipe: Recipe, X: Any, targets: NDArray[np.float32], weights: Any, again: bool
) -> Samples:
    """The rows as numbers, by the model's encoder; the first time it is fitted to them."""
    if not again:
        encoder = fit_encoder(X, steps=recipe.number_steps, missing=model.missing, day_first=model.day_first)
        text = model._target_text()
        if text is not None:
            encoder = replace(encoder, notes=(*encoder.notes, *text.notes), target=text)
        model._set_encoder(encoder)
        if encoder.notes:
            warn(DataWarning(encoder.notes))
    rows = model.encoder_.encode(X)
    if len(rows) != len(targets):
        raise BacklitError(f"y: {len(targets)} targets for {len(rows)} rows of X; they must be as many")
    weights = sample_weights(weights, len(rows))
    by_class = model._class_weights(targets)
    if by_class is not None:
        weights = normalized_weights(by_class * (weights if weights.size else 1.0))
    return Samples(rows, targets, weights)


def split_rows(model: BaseTabular, given: FitInput, prepared: Prepared) -> list[SplitInMemory]:
    """For each member the rows to learn from and the rows to validate on; the caller's own, if given."""
    data, recipe = prepared.samples, prepared.recipe
    if given.X_val is not None:
        validation = validation_samples(model, given.X_val, given.y_val, data.targets.shape[1])
        all_rows, held = np.arange(len(data)), np.arange(len(validation))
        return [SplitInMemory(data, all_rows, validation, held)] * recipe.n_members
    parts = folds(
        len(data),
        recipe.n_members,
        float(recipe.validation_fraction),
        strata=prepared.task.strata,
        groups=None if given.groups is None else group_codes(given.groups, len(data)),
        ordered=model.ordered,
        seed=prepared.seed,
    )
    return [SplitInMemory(data, learn, data, held) for learn, held in parts]


def validation_samples(model: BaseTabular, X_val: Any, y_val: Any, columns: int) -> Samples:
    """Rows of the caller's own that select the best epoch; labels are certain where the targets are probabilities."""
    if y_val is None:
        raise BacklitError("y_val: X_val is given without it; give both")
    targets = model._encode_target(y_val)
    if targets.shape[1] == 1 < columns:
        targets = np.eye(columns, dtype=np.float32)[targets[:, 0].astype(np.int64)]
    if targets.shape[1] != columns:
        raise BacklitError("y_val: probabilities, but the labels of y are certain; give labels")
    rows = model.encoder_.encode(X_val)
    if len(rows) != len(targets):
        raise BacklitError(f"y_val: {len(targets)} targets for {len(rows)} rows of X_val; they must be as many")
    return Samples(rows, targets, NO_WEIGHTS)


def identity(model: BaseTabular, prepared: Prepared, splits: Sequence[SplitInMemory]) -> Identity:
    """What the result follows from, for the checkpoint."""
    data = [prepared.samples, splits[0].validation_data]
    arrays: list[NDArray[Any]] = []
    for samples in data:
        arrays += [samples.inputs, samples.targets, samples.weights]
    for split in splits:
        arrays += [split.learn, split.held]
    blocks = blocks_in(prepared, len(splits), len(splits[0].learn))
    return identity_of(model, prepared.seed, prepared.blueprint, [*arrays, *(prepared.members or ())], blocks)


def blocks_in(prepared: Prepared, members: int, rows: int) -> int:
    """Into how many blocks mini-batches are cut; networks that train side by side have one thread each."""
    if members > 1:
        return 1
    batch_size = min(prepared.recipe.batch_size, rows)
    return Sharing(prepared.blueprint, batch_size, prepared.n_jobs, blocks_of(None)).blocks


def train_members(
    model: BaseTabular, prepared: Prepared, splits: Sequence[Split], monitor: FitMonitor, checkpoint: FitCheckpoint
) -> list[Member]:
    """Train all members, side by side on threads; after Ctrl-C those that were begun, each at its best epoch.

    A network that trains alone has all threads, and receives Ctrl-C itself.
    """
    alone = len(splits) == 1
    tasks = [
        partial(train_member, prepared, part, number, monitor, alone, checkpoint.training(number, ending=monitor))
        for number, part in enumerate(splits)
    ]
    if alone:
        with single_threaded_blas():
            members, interrupted = [tasks[0]()], False
    else:
        members, interrupted = side_by_side(tasks, prepared.n_jobs, monitor.stop)
    model.interrupted_ = interrupted or any(member.history.interrupted for member in members)
    if interrupted:
        warnings.warn("Training interrupted by user; the best of each network so far is kept.", stacklevel=4)
    return members


def train_member(
    prepared: Prepared, split: Split, number: int, monitor: FitMonitor, alone: bool, checkpoint: Checkpoint
) -> Member:
    """Train one network on its rows, and keep the epoch with the best objective on the rows held out."""
    recipe, blueprint, seed = prepared.recipe, prepared.blueprint, prepared.seed
    rows = split.member_rows(prepared)
    learn, held, scales = rows.learn, rows.held, rows.scales
    if prepared.members is None:
        theta = initial_member(recipe, blueprint, seed, number, rows.sample)
    else:
        theta = prepared.members[number].copy()
        fold_scales_into_weights(blueprint, theta, 1.0 / scales)
    # where no row held out has weight, all count alike: they select the epoch
    weights = held.weights if held.weights.any() else np.ones(len(held), np.float32)
    targets = prepared.task.metric_targets(held.targets)
    network = network_to_train(recipe, blueprint, theta, len(learn), prepared.n_jobs, has_team=alone)
    monitor.begin(number, network)
    threads = team_size(prepared.n_jobs) if alone else 1

    def validate(network: Network) -> float:
        return -prepared.objective(network.predict(held.inputs, threads), targets, weights)

    history = train(
        network,
        new_optimizer(recipe, theta),
        learn,
        plan_of(recipe, blueprint, len(learn), seed + number),
        validate=validate,
        on_epoch=partial(monitor, number),
        checkpoint=checkpoint,
    )
    outputs = network.predict(held.inputs)
    fold_scales_into_weights(blueprint, theta, scales)
    for kept in monitor.kept_of(number):
        fold_scales_into_weights(blueprint, kept.theta, scales)
    if not (history.best_epoch or history.interrupted or history.diverged):
        raise no_finite_score("metric", prepared.metric, len(history.epochs))
    if not (history.best_epoch or history.interrupted) or not np.isfinite(theta).all():
        raise BacklitError(NO_FINITE_EPOCH)
    return Member(theta, history, outputs, targets, weights)


def scales_of(prepared: Prepared, learn: Samples) -> NDArray[np.float32]:
    """The factor of each input."""
    if not prepared.recipe.input_scaling:
        return np.ones(learn.inputs.shape[1], FLOAT)
    weights = learn.weights if learn.weights.size else None
    return input_scales(learn.inputs, prepared.task.metric_targets(learn.targets), weights, prepared.columns)


def merge(model: BaseTabular, blueprint: Blueprint, members: Sequence[Vector]) -> None:
    """Make the members the one network that the model is."""
    model.network_, model.theta_ = merged([blueprint] * len(members), members)
    model.n_layers_, model.n_outputs_ = len(model.network_.layers) + 1, model.network_.outputs


def record(model: BaseTabular, histories: Sequence[History]) -> None:
    """Keep what happened."""
    model.histories_ = tuple(histories)
    model.n_iter_ = max((len(history.epochs) for history in histories), default=0)
    model.best_epoch_ = max((history.best_epoch for history in histories), default=0)
