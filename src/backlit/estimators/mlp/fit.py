"""How an MLP is fitted, to be read from top to bottom: prepare, split, train.

What passes from step to step is frozen. Parameters are read from the model, and its fitted attributes are written, here
and in `FitMonitor` alone.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import _safe_indexing
from sklearn.utils.validation import _check_sample_weight

from backlit.engine.network import Network
from backlit.engine.sharing import Sharing
from backlit.engine.threads import blocks_of, single_threaded_blas, team_size
from backlit.errors import BacklitError
from backlit.estimators.mlp.building import batch_size_of, blueprint_of, new_optimizer, plan_of, schedule_of
from backlit.estimators.mlp.head import Head, dense_targets, score_outputs, smoothed_targets
from backlit.estimators.mlp.monitor import FitMonitor, print_iteration
from backlit.estimators.mlp.parameters import SCIKIT_NAMES
from backlit.estimators.shared.arguments import dense, no_finite_score
from backlit.estimators.shared.checkpoint import FitCheckpoint, checkpoint_of
from backlit.estimators.shared.identity import Identity, identity_of
from backlit.estimators.shared.provenance import is_imported, provenance
from backlit.network.blueprint import Blueprint
from backlit.training.history import History
from backlit.training.initial_parameters import initial
from backlit.training.lbfgs import train_lbfgs
from backlit.training.loop import train
from backlit.training.messages import RAN_OUT
from backlit.training.samples import Samples

if TYPE_CHECKING:
    from backlit.estimators.mlp.base import BaseMLP  # for its type only: base.py calls this module

NON_FINITE = (
    "Solver produced non-finite parameter weights. The input data may contain large values and need to be "
    "preprocessed; or use a smaller learning_rate_init."
)
"""scikit-learn's message, and the remedy."""


LINE_SEARCH = 20
"""Evaluations after which scipy's line search gives up; a user who allows fewer gets no step, and knows why."""

WITH_OPTIMIZER = ("theta", "moments", "settings")
"""What of a training `partial_fit` goes on from."""


@dataclass(frozen=True, slots=True)
class FitInput:
    """The arguments of a call of `fit`, or of `partial_fit`, which is one epoch."""

    X: Any
    y: Any
    sample_weight: Any = None
    X_val: Any = None
    y_val: Any = None
    on_epoch: Callable[[Any], bool | None] | None = None
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Validation:
    """Rows that score each epoch: as the network reads them, and `raw`, (X, y) as they were given, for a scorer."""

    inputs: NDArray[Any]
    targets: NDArray[Any]
    weights: NDArray[Any] | None
    raw: tuple[Any, Any]
    scorer: Any

    def score(self, model: BaseMLP) -> float:
        """By the scorer, or without one by the outputs: accuracy, or R squared."""
        if self.scorer is None:
            return score_outputs(model.task, model._outputs(self.inputs), self.targets, self.weights)
        keywords = {} if self.weights is None else {"sample_weight": self.weights}
        return float(self.scorer(model, *self.raw, **keywords))


@dataclass(frozen=True, slots=True)
class Split:
    """The rows that are learnt from, and those that validate, if any."""

    learn: Samples
    validation: Validation | None = None


def fit(model: BaseMLP, given: FitInput) -> None:
    """Prepare, split, train."""
    with nullcontext(FitCheckpoint()) if given.partial else checkpoint_of(model) as checkpoint:
        samples, head = prepare(model, given, checkpoint)
        if model.solver == "lbfgs":
            checkpoint.begin(identity(model, Split(samples)))
            one_thread = model.deterministic or team_size(model.n_jobs) == 1
            with single_threaded_blas() if one_thread else nullcontext():
                train_on_all_rows(model, samples, checkpoint)
        else:
            with single_threaded_blas():
                split = split_rows(model, given, samples)
                checkpoint.begin(identity(model, split))
                train_by_epochs(model, given, split, head, checkpoint)
    keep_provenance(model, samples, given.partial)


def keep_provenance(model: BaseMLP, samples: Samples, partial: bool) -> None:
    """Keep what the model was fitted to, and how."""
    loss = model.loss_ if np.isfinite(model.loss_) else None
    earlier = vars(model).get("provenance_") if partial or is_imported(model) else None
    model.provenance_ = provenance(samples, model._seed, {"epochs": int(model.n_iter_), "loss": loss}, earlier)


def prepare(model: BaseMLP, given: FitInput, checkpoint: FitCheckpoint) -> tuple[Samples, Head]:
    """Check rows, targets and weights; a model that does not continue gets a new network."""
    first = "theta_" not in vars(model) or not (model.warm_start or given.partial)
    X, y = model._validated(given.X, given.y, first)
    targets = np.ascontiguousarray(model._read_target(y, first), X.dtype)
    weights = np.empty(0, X.dtype)
    if given.sample_weight is not None:
        weights = _check_sample_weight(given.sample_weight, X, dtype=X.dtype, ensure_non_negative=True)
    class_weights = model._class_weights(targets, given.partial)
    if class_weights is not None:
        weights = np.asarray(class_weights * (weights if weights.size else 1.0), dtype=targets.dtype)
    if weights.size and not weights.sum() > 0:
        raise BacklitError("sample_weight: all weights are zero; at least one row has to count")
    if not first and is_imported(model):
        return Samples(X, targets, weights), imported_head(model)
    head = model._head(targets)
    blueprint = blueprint_of(model, X.shape[1], head)
    if first:
        begin(model, blueprint, X, checkpoint.seed(model.random_state))
    elif blueprint != model.network_:
        raise BacklitError("the network's parameters have changed since the last fit; call fit, without warm_start")
    return Samples(X, targets, weights), head


def begin(model: BaseMLP, blueprint: Blueprint, X: NDArray[Any], seed: int) -> None:
    """Give the model a new network, and the attributes of a training of no epochs."""
    model.network_ = blueprint
    model._seed = seed
    model.theta_ = initial(blueprint, model._seed, X.dtype, model.init, X)
    model.__dict__.pop("_optimizer", None)
    model.n_iter_ = 0
    model.t_ = 0
    model._epochs_trained = 0
    model.n_layers_ = len(blueprint.layers) + 1
    model.n_outputs_ = blueprint.outputs
    model.out_activation_ = SCIKIT_NAMES.get(blueprint.output_gate, blueprint.output_gate)
    model.loss_curve_ = []
    model._no_improvement_count = 0
    model.best_loss_ = np.inf
    model.__dict__.pop("provenance_", None)


def imported_head(model: BaseMLP) -> Head:
    """The end of a network that another tool made, which no parameter describes."""
    network = model.network_
    return Head(network.output_gate, network.loss, network.outputs, getattr(model, "label_smoothing", 0.0))


def split_rows(model: BaseMLP, given: FitInput, samples: Samples) -> Split:
    """Rows of the caller's own validate, else a part of those given (`early_stopping`), or none."""
    if given.partial:
        return Split(samples)
    from sklearn.metrics import check_scoring
    from sklearn.model_selection import train_test_split

    dtype, scorer = model.theta_.dtype, check_scoring(model, model.scoring, allow_none=True)
    if given.X_val is not None:
        rows = np.ascontiguousarray(dense(model._rows(given.X_val)))
        targets = np.ascontiguousarray(model._read_validation_target(given.y_val))
        if len(rows) != len(targets):
            raise BacklitError(f"y_val: {len(targets)} targets for {len(rows)} rows of X_val; they must be as many")
        raw = given.X_val, given.y_val
        return Split(samples, Validation(np.array(rows, dtype), np.array(targets, dtype), None, raw, scorer))
    if not model.early_stopping:
        return Split(samples)
    targets = samples.targets
    one_label = model.task == "classification" and targets.shape[1] == 1  # multilabel targets are not stratified
    strata = (targets if model.n_outputs_ > 1 else targets > 0) if one_label else None
    learn, held = train_test_split(
        np.arange(len(samples)), test_size=model.validation_fraction, random_state=model._seed, stratify=strata
    )
    if len(held) < 2:
        raise ValueError("The validation set is too small. Increase 'validation_fraction' or the size of your dataset.")
    raw = _safe_indexing(given.X, held), _safe_indexing(given.y, held)
    rows = np.array(dense(model._rows(raw[0])), dtype, order="C")
    weights = samples.weights[held] if samples.weights.size else None
    validation = Validation(
        rows, np.ascontiguousarray(targets[held]), weights, raw, None if model.scoring is None else scorer
    )
    return Split(samples.rows(learn), validation)


def identity(model: BaseMLP, split: Split) -> Identity:
    """What the result follows from, for the checkpoint."""
    arrays = [split.learn.inputs, split.learn.targets, split.learn.weights, model.theta_]
    arrays += [np.array([model._epochs_trained, model.t_])]  # of an earlier fit, where this one continues
    if split.validation:
        arrays += [split.validation.inputs, split.validation.targets]
    blocks = 1
    if model.solver != "lbfgs":
        batch_size = min(200 if isinstance(model.batch_size, str) else model.batch_size, len(split.learn))
        blocks = Sharing(model.network_, batch_size, model.n_jobs, blocks_of(model.deterministic)).blocks
    return identity_of(model, model._seed, model.network_, arrays, blocks)


def train_by_epochs(model: BaseMLP, given: FitInput, split: Split, head: Head, checkpoint: FitCheckpoint) -> None:
    """Train the model's network in place by mini-batches, epoch after epoch."""
    samples, validation = replace(split.learn, targets=smoothed_targets(split.learn.targets, head)), split.validation
    network = Network(
        model.network_,
        model.theta_,
        batch_size_of(model, len(samples)),
        threads=model.n_jobs,
        blocks=blocks_of(model.deterministic),
        factors=model.network_.learning_rate_multipliers,
    )
    if not given.partial:
        model.n_iter_ = 0
    if not given.partial or "_optimizer" not in vars(model):
        model._optimizer = new_optimizer(model)
    validation_targets = dense_targets(validation.targets, head.outputs) if validation else samples.targets[:0]

    def validate(network: Network) -> float:
        assert validation is not None
        assert model.validation_loss_curve_ is not None
        loss = network.mean_loss(validation.inputs, validation_targets, validation.weights)
        model.validation_loss_curve_.append(loss)
        return validation.score(model)

    monitor = FitMonitor(model, len(samples), validation is not None, given.on_epoch)
    history = train(
        network,
        model._optimizer,
        samples,
        plan_of(model, head, given.partial),
        validate=validate if validation else None,
        on_epoch=monitor,
        first_epoch=model._epochs_trained,
        first_sample=model.t_,
        checkpoint=checkpoint.training(0, monitor.record, model.validation_loss_curve_, WITH_OPTIMIZER),
    )
    conclude(model, history, given.partial)


def conclude(model: BaseMLP, history: History, partial: bool) -> None:
    """Record how the training ended; warn where it did not converge, and refuse one that has no best epoch."""
    model._no_improvement_count = history.waited
    if history.diverged:
        if model.validation_scores_ is not None:
            model.validation_scores_.append(float("nan"))
        del model._optimizer  # its memory is not finite
        # a loss is of the parameters that its epoch met: where the first is the best, nothing that was learnt is kept
        if history.best_epoch <= (model.validation_scores_ is None):
            raise BacklitError(NON_FINITE)
    elif not history.best_epoch and not history.interrupted:
        raise no_finite_score("scoring", model.scoring, len(history.epochs))
    if not partial and history.stopped == RAN_OUT and schedule_of(model) == "constant":
        warnings.warn(
            f"Stochastic Optimizer: Maximum iterations ({model.max_iter}) reached and the optimization "
            "hasn't converged yet.",
            ConvergenceWarning,
            stacklevel=6,
        )


def train_on_all_rows(model: BaseMLP, samples: Samples, checkpoint: FitCheckpoint) -> None:
    """Train the model's network in place by L-BFGS, in float64."""
    network = Network(model.network_, model.theta_.astype(np.float64), len(samples))
    samples = Samples(*(part.astype(np.float64) for part in (samples.inputs, samples.targets, samples.weights)))
    minimum = train_lbfgs(
        network,
        samples,
        dense_targets(samples.targets, model.network_.outputs),
        alpha=model.alpha,
        iterations=model.max_iter,
        max_evaluations=model.max_fun,
        tolerance=model.tol,
        on_iteration=print_iteration if model.verbose else None,
        evaluations=checkpoint.evaluations(),
    )
    with np.errstate(over="ignore"):
        learnt = network.theta.astype(model.theta_.dtype)
    if not np.isfinite(learnt).all():
        raise BacklitError(NON_FINITE)
    if not np.isfinite(minimum.loss):
        raise BacklitError("lbfgs found no finite loss; scale the columns, and a target of numbers, to about 1")
    if not (minimum.iterations or minimum.converged or minimum.interrupted or model.max_fun < LINE_SEARCH):
        raise BacklitError("lbfgs found no step that lowers the loss, and learnt nothing; scale the columns to about 1")
    model.theta_[:] = learnt
    model.loss_ = model.best_loss_ = minimum.loss
    model.n_iter_ = minimum.iterations
    if not minimum.converged and not minimum.interrupted:
        warnings.warn(
            f"lbfgs stopped after {minimum.iterations} iterations without converging; raise max_iter or max_fun, "
            "or scale the data",
            ConvergenceWarning,
            stacklevel=5,
        )
