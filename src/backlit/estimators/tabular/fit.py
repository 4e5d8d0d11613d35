"""How a model of raw frames is fitted, to be read from top to bottom: prepare, split, train, merge, calibrate.

What passes from step to step is frozen. Fitted attributes are written by `prepare`, `merge`, `calibrate` and `record`.
"""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from backlit.engine.network import Network
from backlit.engine.sharded import active_ranks, networks_apart, ranks_here, together_here
from backlit.engine.sharing import Sharing
from backlit.engine.threads import blocks_of, side_by_side, single_threaded_blas, team_size
from backlit.errors import BacklitError
from backlit.estimators.inspection.columns import Groups
from backlit.estimators.shared.arguments import no_finite_score
from backlit.estimators.shared.checkpoint import FitCheckpoint, checkpoint_of
from backlit.estimators.shared.identity import Identity, identity_of
from backlit.estimators.shared.provenance import data_digest, provenance_of
from backlit.estimators.tabular.building import (
    FLOAT,
    Vector,
    blueprint_of,
    initial_member,
    network_to_train,
    new_optimizer,
    plan_of,
    scale_outputs,
)
from backlit.estimators.tabular.input_scaling import fold_scales_into_weights, input_scales
from backlit.estimators.tabular.line import Line, LinePlan, with_line_at
from backlit.estimators.tabular.many_rows import recipe_for
from backlit.estimators.tabular.metrics import FitTask, Objective, objective_of
from backlit.estimators.tabular.monitor import FitMonitor
from backlit.estimators.tabular.part import ChosenPart, best_part
from backlit.estimators.tabular.recipe import Recipe
from backlit.estimators.tabular.rows import encode, validation_samples
from backlit.estimators.tabular.validation import MIN_ROWS, Rows, folds, group_codes, too_few_rows
from backlit.network.blueprint import Blueprint
from backlit.network.merging import merged
from backlit.network.straight import with_line
from backlit.training.history import Epoch, History
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
    line: LinePlan | None = None  # what the members learn the residuals of


@dataclass(frozen=True, slots=True)
class MemberRows:
    """What a member learns from and validates on, both scaled; `sample`: inputs for initializers that look at data.

    Where it learns what a line leaves, `base` is what the line answers for the rows held out, and `targets` are theirs.
    """

    learn: TrainingRows
    held: Samples
    scales: NDArray[np.float32]
    sample: NDArray[np.float32]
    line: Line | None = None
    base: NDArray[np.float32] | None = None
    targets: NDArray[Any] | None = None


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
        line, base, targets = None, None, held.targets
        if prepared.line is not None:
            line = ranks_here().broadcast(prepared.line.line(learn))
            base = line(held.inputs).astype(FLOAT)
            learn, held = line.left(learn), line.left(held)
        scales = scales_of(prepared, learn)
        for samples in (learn, held):
            np.multiply(samples.inputs, scales, out=samples.inputs)
        return MemberRows(learn, held, scales, learn.inputs, line, base, targets)


@dataclass(frozen=True, slots=True)
class Member:
    """A trained network: parameters, history, outputs for the rows held out, with targets and weights; and its line."""

    theta: Vector
    history: History
    outputs: NDArray[Any]
    targets: NDArray[Any]
    weights: NDArray[Any]
    line: Line | None = None


def fit(model: BaseTabular, given: FitInput) -> None:
    """Prepare, split, train, merge, calibrate."""
    with checkpoint_of(model) as checkpoint:
        prepared = prepare(model, given, checkpoint)
        splits = split_rows(model, given, prepared)
        checkpoint.begin(identity(model, prepared, splits))
        deadline = math.inf if model.time_limit is None else time.monotonic() + float(model.time_limit)
        snapshots = snapshots_of(model.diagnose, prepared.blueprint)
        monitor = FitMonitor(len(splits), model.verbose and not ranks_here().rank, given.on_epoch, deadline, snapshots)
        members = train_members(model, prepared, splits, monitor, checkpoint)
    copies = 1 if given.X_val is None else len(members)
    samples = prepared.samples
    digest = data_digest(samples.inputs, samples.targets, samples.weights)
    conclude(model, prepared, members, copies, len(samples), digest, splits)
    if snapshots is not None:
        model.snapshots_ = snapshots if members[0].line is None else with_line_at(snapshots, members[0].line)


def conclude(
    model: BaseTabular,
    prepared: Prepared,
    members: Sequence[Member],
    copies: int,
    rows: int,
    digest: str,
    splits: Sequence[SplitInMemory] = (),
) -> None:
    """Merge, calibrate, and keep what happened; `copies` members answered the same rows held out."""
    model._members = [member.theta for member in members]
    merge(model, prepared.blueprint, model._members, [member.line for member in members if member.line is not None])
    outputs, targets, weights = (
        np.concatenate([getattr(member, name) for member in members]) for name in ("outputs", "targets", "weights")
    )
    part = chosen_part(model, prepared, splits, members)
    if part is not None:
        model.network_, model.theta_ = part.added_to(model.network_, model.theta_)
        model.n_layers_ = len(model.network_.layers) + 1
    model._calibrate(outputs if part is None else part.outputs, targets, weights, copies=copies)
    if not np.isfinite(model.theta_).all():
        raise BacklitError(NO_FINITE_EPOCH)
    record(model, [member.history for member in members])
    model.__dict__.pop("snapshots_", None)
    stopped = "; ".join(sorted({member.history.stopped for member in members}))
    facts = {"epochs": model.n_iter_, "best_epoch": model.best_epoch_, "stopped": stopped}
    model.provenance_ = provenance_of(rows, digest, prepared.seed, facts)


def prepare(model: BaseTabular, given: FitInput, checkpoint: FitCheckpoint) -> Prepared:
    """Read targets and weights, encode the frame, and describe the network."""
    seed = ranks_here().broadcast(checkpoint.seed(model.random_state))
    again = model.warm_start and "_members" in vars(model)
    model.__dict__.pop("_optimizer", None)  # of partial_fit
    targets = model._encode_target(given.y) if again else model._learn_target(given.y, given.classes)
    model._observe_targets(targets)
    if len(targets) < MIN_ROWS and given.X_val is None:
        raise too_few_rows(len(targets))
    recipe = recipe_for(model, len(targets), again)
    samples, line = encode(model, recipe, given.X, targets, given.sample_weight, again, may_have_line=True)
    if line is not None and not again:
        model._widen_range(recipe.line_margin)
    task = model._fit_task(recipe, targets)
    encoder = model.encoder_
    first = encoder.n_outputs - encoder.n_straight
    blueprint = blueprint_of(recipe, task.loss, first, task.outputs, encoder.n_quantities)
    members = model._members if again else None
    if members and (len(members) != recipe.n_members or members[0].size != blueprint.theta_size):
        raise BacklitError("the network's parameters have changed since the last fit; call fit, without warm_start")
    objective = objective_of(model.metric, task)
    columns = [(name, [i for i in inputs if i < first]) for name, inputs in model._column_inputs()]
    return Prepared(
        samples, columns, recipe, task, model.metric, objective, blueprint, seed, model.n_jobs, members, line
    )


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


def identity(model: BaseTabular, prepared: Prepared, splits: Sequence[SplitInMemory]) -> Identity:
    """What the result follows from, for the checkpoint."""
    arrays: list[NDArray[Any]] = []
    for samples in (prepared.samples, splits[0].validation_data):
        arrays += [samples.inputs, samples.targets, samples.weights]
    for split in splits:
        arrays += [split.learn, split.held]
    blocks = blocks_in(prepared, len(splits), len(splits[0].learn))
    return identity_of(model, prepared.seed, prepared.blueprint, [*arrays, *(prepared.members or ())], blocks)


def blocks_in(prepared: Prepared, members: int, rows: int) -> int:
    """Into how many blocks mini-batches are cut; networks that train side by side, and ranks, have one thread each."""
    if members > 1 or active_ranks() is not None:
        return 1
    batch_size = min(prepared.recipe.batch_size, rows)
    return Sharing(prepared.blueprint, batch_size, prepared.n_jobs, blocks_of(None)).blocks


def train_members(
    model: BaseTabular, prepared: Prepared, splits: Sequence[Split], monitor: FitMonitor, checkpoint: FitCheckpoint
) -> list[Member]:
    """Train all members, side by side on threads; after Ctrl-C those that were begun, each at its best epoch.

    Processes that share out whole networks train some of them each, to the bits of one process.
    """
    numbers, together = range(len(splits)), together_here()
    train_some = partial(train_these, prepared, splits, monitor, checkpoint)
    if together is None or together.spread == "rows":
        members, interrupted = train_some(numbers)
    else:
        checkpoint.refuse_members()
        members, interrupted = networks_apart(together.ranks, numbers, train_some), False
    model.interrupted_ = interrupted or any(member.history.interrupted for member in members)
    if interrupted:
        warnings.warn("Training interrupted by user; the best of each network so far is kept.", stacklevel=4)
    return members


def train_these(
    prepared: Prepared, splits: Sequence[Split], monitor: FitMonitor, checkpoint: FitCheckpoint, numbers: Sequence[int]
) -> tuple[list[Member], bool]:
    """Train some of the members; whether Ctrl-C ended them.

    A network that trains alone has all threads, and receives Ctrl-C itself.
    """
    alone = len(splits) == 1 or active_ranks() is not None  # those that processes train together come one by one
    kept = partial(checkpoint.training, ending=monitor)
    tasks = [
        partial(train_member, prepared, splits[number], number, monitor, alone, kept(number)) for number in numbers
    ]
    if alone:
        with single_threaded_blas():
            return [task() for task in tasks], False
    return side_by_side(tasks, prepared.n_jobs, monitor.stop)


def train_member(
    prepared: Prepared, split: Split, number: int, monitor: FitMonitor, alone: bool, checkpoint: Checkpoint
) -> Member:
    """Train one network on its rows, and keep the epoch with the best objective on the rows held out."""
    recipe, blueprint, seed = prepared.recipe, prepared.blueprint, prepared.seed
    rows = split.member_rows(prepared)
    learn, held, scales = rows.learn, rows.held, rows.scales
    spread = np.ones(1, FLOAT) if rows.line is None else rows.line.spread.astype(FLOAT)
    base = np.zeros(1, FLOAT) if rows.base is None else rows.base
    if prepared.members is None:
        theta = initial_member(recipe, blueprint, seed, number, rows.sample)
    else:
        theta = prepared.members[number].copy()
        scale_outputs(blueprint, theta, 1.0 / spread)
        fold_scales_into_weights(blueprint, theta, 1.0 / scales)
    # where no row held out has weight, all count alike: they select the epoch
    weights = held.weights if held.weights.any() else np.ones(len(held), np.float32)
    targets = prepared.task.metric_targets(held.targets if rows.targets is None else rows.targets)
    network = network_to_train(recipe, blueprint, theta, len(learn), prepared.n_jobs, has_team=alone)
    monitor.begin(number, network)
    threads = team_size(prepared.n_jobs) if alone else 1
    ranks = ranks_here()
    theta[:] = ranks.broadcast(theta)

    def validate(network: Network) -> float:  # ranks must not differ in what they keep and when they stop
        outputs = network.predict(held.inputs, threads) * spread + base
        return ranks.broadcast(-prepared.objective(outputs, targets, weights))

    def on_epoch(epoch: Epoch) -> bool:
        return ranks.broadcast(monitor(number, epoch))

    history = train(
        network,
        new_optimizer(recipe, theta),
        learn,
        plan_of(recipe, blueprint, len(learn), seed + number),
        validate=validate,
        on_epoch=on_epoch,
        checkpoint=checkpoint,
    )
    if history.interrupted and ranks.size > 1:  # the others wait for this one's part of a sum
        raise BacklitError(f"the training was interrupted in rank {ranks.rank}; --resume goes on from a checkpoint")
    outputs = network.predict(held.inputs) * spread + base
    fold_scales_into_weights(blueprint, theta, scales)
    scale_outputs(blueprint, theta, spread)
    for kept in monitor.kept_of(number):
        fold_scales_into_weights(blueprint, kept.theta, scales)
    if not (history.best_epoch or history.interrupted or history.diverged):
        raise no_finite_score("metric", prepared.metric, len(history.epochs))
    if not (history.best_epoch or history.interrupted) or not np.isfinite(theta).all():
        raise BacklitError(NO_FINITE_EPOCH)
    return Member(theta, history, outputs, targets, weights, rows.line)


def scales_of(prepared: Prepared, learn: Samples) -> NDArray[np.float32]:
    """The factor of each input."""
    if not prepared.recipe.input_scaling:
        return np.ones(learn.inputs.shape[1], FLOAT)
    weights = learn.weights if learn.weights.size else None
    return input_scales(learn.inputs, prepared.task.metric_targets(learn.targets), weights, prepared.columns)


def merge(model: BaseTabular, blueprint: Blueprint, members: Sequence[Vector], lines: Sequence[Line] = ()) -> None:
    """Make the members, and the mean of their lines, the one network that the model is."""
    model.network_, model.theta_ = merged([blueprint] * len(members), members)
    if lines:
        weights = np.mean([line.weights for line in lines], axis=0)
        bias = np.mean([line.bias for line in lines], axis=0)
        model.network_, model.theta_ = with_line(model.network_, model.theta_, weights, bias)
    model.n_layers_, model.n_outputs_ = len(model.network_.layers) + 1, model.network_.outputs


def chosen_part(
    model: BaseTabular, prepared: Prepared, splits: Sequence[SplitInMemory], members: Sequence[Member]
) -> ChosenPart | None:
    """What is to stand beside the merged network of a classifier, if anything pays."""
    whole, recipe, blueprint = prepared.samples, prepared.recipe, prepared.blueprint
    free = recipe.line and not recipe.parametric_activation and blueprint.output_gate == "softmax"
    if not splits or not free or model.interrupted_:
        return None
    parts = [(split.data.rows(split.learn), split.validation_data.rows(split.held)) for split in splits]
    outputs, is_chosen = [member.outputs for member in members], prepared.metric is not None
    part = best_part(whole, blueprint, parts, outputs, prepared.objective, is_chosen, prepared.n_jobs)
    return ranks_here().broadcast(part)


def record(model: BaseTabular, histories: Sequence[History]) -> None:
    """Keep what happened."""
    model.histories_ = tuple(histories)
    model.n_iter_ = max((len(history.epochs) for history in histories), default=0)
    model.best_epoch_ = max((history.best_epoch for history in histories), default=0)
