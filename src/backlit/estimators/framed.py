"""What both estimators of raw frames share: encode, train networks side by side, keep the best epoch of each."""

from __future__ import annotations

import math
import threading
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils._param_validation import Interval
from sklearn.utils.validation import check_is_fitted

from backlit.blueprint import Blueprint, Slot, mlp, with_waves
from backlit.errors import BacklitError
from backlit.estimators.columns import Groups, HasColumns
from backlit.estimators.members import merged
from backlit.estimators.metrics import Badness, chosen
from backlit.estimators.parameters import seed_of, widths_of
from backlit.estimators.saving import State, network_state, restore_network
from backlit.estimators.validation import FEWEST, Folds, folds, too_few
from backlit.losses import natural_gate
from backlit.tabular import FrameEncoder, fit_encoder
from backlit.tabular.recipe import RATES, RECIPES, Recipe

if TYPE_CHECKING:
    from backlit.training.loop import Samples


WHOLE = Interval(Integral, 1, None, closed="left")
"""A whole number from 1."""


class _Told:
    """Who hears of the epochs of all members, one at a time, and can stop them all."""

    def __init__(
        self, members: int, verbose: bool, on_epoch: Callable[[Any], bool | None] | None, deadline: float
    ) -> None:
        self.networks: list[Any] = []
        self._members = members
        self._verbose = verbose
        self._on_epoch = on_epoch
        self._deadline = deadline
        self._lock = threading.Lock()
        self._stopped = False

    def __call__(self, number: int, epoch: Any) -> bool:
        """An epoch of a member is over; the answer is whether it shall stop."""
        with self._lock:
            if self._verbose:
                member = f"member {number + 1}, " if self._members > 1 else ""
                print(f"{member}epoch {epoch.number}: loss {epoch.loss:.5f}, validation score {epoch.score:.5f}")
            try:
                if self._on_epoch and not self._stopped and self._on_epoch(epoch):
                    self.stop()
                if time.monotonic() >= self._deadline:
                    self.stop()
            except BaseException:
                self.stop()
                raise
            return self._stopped

    def stop(self) -> None:
        """End all members, each after the step that it is in."""
        self._stopped = True
        for network in self.networks:
            network.stop()


class Framed(HasColumns, BaseEstimator):
    """What the two kinds share; each says how targets are read and what an output is worth."""

    _parameter_constraints: Mapping[str, list[Any]] = {
        "hidden_layer_sizes": ["array-like", WHOLE, None],
        "epochs": [WHOLE, None],
        "batch_size": [WHOLE, None],
        "learning_rate": [Interval(Real, 0, None, closed="neither"), None],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither"), None],
        "n_members": [WHOLE, None],
        "time_limit": [Interval(Real, 0, None, closed="neither"), None],
        "n_jobs": [Integral, None],
        "ordered": ["boolean"],
        "verbose": ["verbose"],
    }

    task: str
    encoder_: FrameEncoder

    def __init__(
        self,
        hidden_layer_sizes: Sequence[int] | None = None,
        *,
        epochs: int | None = None,
        batch_size: int | None = None,
        learning_rate: float | None = None,
        validation_fraction: float | None = None,
        n_members: int | None = None,
        metric: str | Callable[..., float] | None = None,
        ordered: bool = False,
        time_limit: float | None = None,
        n_jobs: int | None = None,
        random_state: Any = None,
        verbose: bool = False,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.validation_fraction = validation_fraction
        self.n_members = n_members
        self.metric = metric
        self.ordered = ordered
        self.time_limit = time_limit
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.verbose = verbose

    @property
    def members(self) -> int:
        """How many networks a fit trains."""
        return int(self._chosen("n_members", RECIPES[self.task].members))

    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        X_val: Any = None,
        y_val: Any = None,
        groups: Any = None,
        on_epoch: Callable[[Any], bool | None] | None = None,
    ) -> Self:
        """Encode the frame, hold a part out, train, and keep the epoch that did best on that part.

        Parameters
        ----------
        X : data frame (pandas, polars, pyarrow, ...) or array, shape (n_samples, n_columns)
            Numbers, text, categories, booleans, dates; nulls and infinities are fine.
        y : array-like, shape (n_samples,), or (n_samples, n_outputs) for regression
            Of a classifier, several columns of 0 and 1 are labels that a row has or has not.
        sample_weight : array-like, shape (n_samples,), optional
        X_val, y_val : as X and y, optional
            What chooses the best epoch; then all rows of X are learnt from.
        groups : array-like, shape (n_samples,), optional
            Rows of one group are never both learnt from and validated on.
        on_epoch : callable, optional
            Told of each epoch (number, loss, score, rate); answering True stops the training.

        Returns
        -------
        self

        Raises
        ------
        BacklitError
            If a column or the target cannot be used, naming it.
        """
        from backlit.training.loop import Samples

        recipe = RECIPES[self.task]
        self._check_parameters()
        seed = seed_of(self.random_state)
        targets = self._read_target(y)
        if len(targets) < FEWEST and X_val is None:
            raise too_few(len(targets))
        self.encoder_ = fit_encoder(X, steps=recipe.number_steps, most_steps=recipe.most_steps)
        rows = self.encoder_.encode(X)
        if len(rows) != len(targets):
            raise BacklitError(f"y: {len(targets)} targets for {len(rows)} rows of X; they must be as many")
        self.n_features_in_ = len(self.encoder_.feature_names_in)
        self.feature_names_in_ = np.array(self.encoder_.feature_names_in, dtype=object)
        weights = self._reweighted(_weights(sample_weight, len(rows)), targets)
        blueprint = self._blueprint(rows.shape[1], self._width(targets), recipe)
        badness = chosen(self.metric, self._known_metrics()) or self._badness(blueprint.loss)
        told = _Told(self.members, self.verbose, on_epoch, self._deadline())
        data = Samples(rows, targets, weights)
        if X_val is None:
            parts = [(data.rows(learn), data.rows(held)) for learn, held in self._folds(targets, groups, recipe, seed)]
        else:
            held = self._validation_data(X_val, y_val)
            parts = [(data, held)] * self.members
        works = [
            partial(self._train_member, blueprint, learn, held, seed + number, partial(told, number), badness, told)
            for number, (learn, held) in enumerate(parts)
        ]
        trained = self._side_by_side(works, told)
        self.network_, self.flat_ = merged([blueprint] * len(trained), [flat for flat, _, _ in trained])
        self._calibrate(*(np.concatenate(parts) for parts in zip(*(held for _, _, held in trained), strict=True)))
        self.n_layers_, self.n_outputs_ = len(self.network_.layers) + 1, self.network_.outputs
        self.histories_ = tuple(history for _, history, _ in trained)
        self.n_iter_ = max(len(history.epochs) for history in self.histories_)
        self.best_epoch_ = max(history.best_epoch for history in self.histories_)
        return self

    def _check_parameters(self) -> None:
        """Refuse what no parameter can be, in one line of ours."""
        try:
            self._validate_params()
        except ValueError as error:
            raise BacklitError(" ".join(str(error).split())) from None

    def _blueprint(self, inputs: int, outputs: int, recipe: Recipe) -> Blueprint:
        """One member's network; where there are numbers, they make waves."""
        hidden = widths_of(self._chosen("hidden_layer_sizes", recipe.hidden))
        loss = self._loss(recipe)
        blueprint = mlp(inputs, hidden, outputs, hidden_gate=recipe.gate, output_gate=natural_gate(loss), loss=loss)
        columns = self.encoder_.n_quantities
        return with_waves(blueprint, columns) if hidden and 0 < columns <= recipe.most_waves else blueprint

    def _side_by_side(self, works: Sequence[Any], told: _Told) -> list[Any]:
        """What the members' trainings gave; after Ctrl-C, of those that were begun, each at its best.

        A network that trains alone has the threads to itself, and hears Ctrl-C.
        """
        from backlit.training.threads import side_by_side, single_threaded_blas

        if len(works) == 1:
            with single_threaded_blas():
                trained, interrupted = [works[0]()], False
        else:
            trained, interrupted = side_by_side(works, self.n_jobs, told.stop)
        self.interrupted_ = interrupted or any(history.interrupted for _, history, _ in trained)
        if interrupted:
            warnings.warn("Training interrupted by user; the best of each network so far is kept.", stacklevel=3)
        return trained

    def _train_member(
        self,
        blueprint: Blueprint,
        learn: Samples,
        held: Samples,
        seed: int,
        on_epoch: Callable[[Any], bool],
        badness: Badness,
        told: _Told,
    ) -> tuple[NDArray[np.float32], Any, tuple[NDArray[Any], ...]]:
        """One network, trained on some rows and chosen by the others; one of several is a guest on its thread.

        Its parameters, what happened, and its outputs for the rows held out, with their targets and weights.
        """
        from backlit.training.initial import initial
        from backlit.training.loop import Plan, train
        from backlit.training.network import Network, Regular
        from backlit.training.optimizers import Optimizer
        from backlit.training.threads import blocks_of, team_size

        recipe = RECIPES[self.task]
        held_weights = held.weights if held.weights.size else np.ones(len(held), np.float32)
        wanted = self._as_wanted(held.targets)
        flat = initial(blueprint, seed, np.dtype(np.float32))
        factors = np.array([_rate_factor(slot, recipe) for slot in blueprint.slots])
        batch = min(self._chosen("batch_size", recipe.batch), len(learn))
        alone = self.members == 1
        threads: dict[str, Any] = {"threads": self.n_jobs, "blocks": blocks_of(None)} if alone else {"guest": True}
        network = Network(blueprint, flat, batch, factors=factors, **threads)
        told.networks.append(network)
        optimizer = Optimizer("adam", flat.size, flat.dtype, {"beta_1": 0.9, "beta_2": recipe.beta_2, "epsilon": 1e-8})
        plan = Plan(
            epochs=int(self._chosen("epochs", recipe.epochs_of(-(-len(learn) // batch)))),
            rate=self._chosen("learning_rate", RATES[blueprint.output_gate]),
            schedule=recipe.schedule,
            regular=Regular(decay=recipe.decay, dropout=recipe.dropout, smoothing=recipe.smoothing),
            fading=True,
            tolerance=0.0,
            patience=math.inf,
            wave_gain=recipe.wave_gain,
            seed=seed,
        )

        looking = team_size(self.n_jobs) if alone else 1

        def validate(network: Network) -> float:
            return -badness(network.predict(held.inputs, looking), wanted, held_weights)

        history = train(network, optimizer, learn, plan, validate=validate, on_epoch=on_epoch)
        return flat, history, (network.predict(held.inputs), wanted, held_weights)

    def _chosen(self, name: str, default: Any) -> Any:
        value = getattr(self, name)
        return default if value is None else value

    def _folds(self, targets: NDArray[np.float32], groups: Any, recipe: Recipe, seed: int) -> Folds:
        """For each member the rows to learn from and the rows to validate on."""
        return folds(
            len(targets),
            self.members,
            float(self._chosen("validation_fraction", recipe.validation)),
            strata=self._strata(targets),
            groups=None if groups is None else np.asarray(groups),
            ordered=self.ordered,
            seed=seed,
        )

    def _validation_data(self, X_val: Any, y_val: Any) -> Samples:
        """Rows of the caller's own that choose the best epoch."""
        if y_val is None:
            raise BacklitError("y_val: X_val is given without it; give both")
        from backlit.training.loop import Samples

        targets = self._read_further_target(y_val)
        rows = self.encoder_.encode(X_val)
        if len(rows) != len(targets):
            raise BacklitError(f"y_val: {len(targets)} targets for {len(rows)} rows of X_val; they must be as many")
        return Samples(rows, targets, np.empty(0, np.float32))

    def _deadline(self) -> float:
        """When the fit shall end, by the clock that counts seconds."""
        if self.time_limit is None:
            return math.inf
        return time.monotonic() + float(self.time_limit)

    def _encoded(self, X: Any) -> NDArray[np.float32]:
        check_is_fitted(self, "flat_")
        return self.encoder_.encode(X)

    def _inputs(self, X: Any) -> NDArray[Any]:
        return self._encoded(X)

    def _column_inputs(self) -> Groups:
        return [
            (column.name, [i for block in column.blocks for i in range(block.start, block.start + block.width)])
            for column in self.encoder_.columns
        ]

    def as_network_row(self, x: Any, y: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """One row as the network sees it: encoded inputs and targets, for `backlit.trace`.

        Parameters
        ----------
        x : frame of one row, mapping of column to cell, or sequence of cells in the order of the columns
        y : a label, or a number or numbers
        """
        return self._encoded(_one_row(x, self.encoder_.feature_names_in))[0].astype(np.float64), self._target_row(y)

    def _to_state(self) -> State:
        header, arrays = network_state(self)
        encoder, encoder_arrays = self.encoder_.to_state()
        header |= {"encoder": encoder, "fitted": {"n_iter_": self.n_iter_, "best_epoch_": self.best_epoch_}}
        if "target_name_" in vars(self):
            header["target_name"] = str(self.target_name_)
        arrays |= {f"encoder.{name}": array for name, array in encoder_arrays.items()}
        return header, arrays

    def _from_state(self, header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
        restore_network(self, header, arrays)
        prefix = "encoder."
        own = {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
        self.encoder_ = FrameEncoder.from_state(header["encoder"], own)
        self.n_features_in_ = len(self.encoder_.feature_names_in)
        self.feature_names_in_ = np.array(self.encoder_.feature_names_in, dtype=object)
        if "target_name" in header:
            self.target_name_ = header["target_name"]
        for name, value in header["fitted"].items():
            setattr(self, name, value)

    # -- what the two kinds decide for themselves --------------------------------------------------------------------

    def _read_target(self, y: Any) -> NDArray[np.float32]:
        raise NotImplementedError

    def _known_metrics(self) -> Mapping[str, Badness]:
        """What the best epoch may be chosen by, by name."""
        raise NotImplementedError

    def _width(self, targets: NDArray[np.float32]) -> int:
        raise NotImplementedError

    def _strata(self, targets: NDArray[np.float32]) -> NDArray[Any] | None:
        raise NotImplementedError

    def _read_further_target(self, y: Any) -> NDArray[np.float32]:
        """Targets of rows to validate on, read as those of the rows to learn from were."""
        raise NotImplementedError

    def _reweighted(self, weights: NDArray[np.float32], targets: NDArray[np.float32]) -> NDArray[np.float32]:
        """Weights of the samples, by their targets too where a kind says so."""
        return weights

    def _loss(self, recipe: Recipe) -> str:
        """The loss that is trained on."""
        return recipe.loss

    def _as_wanted(self, targets: NDArray[np.float32]) -> NDArray[Any]:
        """Targets in the form that metrics take."""
        return targets

    def _badness(self, loss: str) -> Badness:
        """What the best epoch has least of, on the rows held out, unless a metric is chosen."""
        raise NotImplementedError

    def _calibrate(self, outputs: NDArray[Any], targets: NDArray[Any], weights: NDArray[Any]) -> None:
        """Mend what training did to the outputs' scale, by rows that their member had not seen; nothing as a rule."""

    def _target_row(self, y: Any) -> NDArray[np.float64]:
        raise NotImplementedError


def _rate_factor(slot: Slot, recipe: Recipe) -> float:
    """How fast an array learns: weights as if sums were multiplied by 1 / sqrt(their terms) ('NTK parametrisation')."""
    if slot.layer == 0:
        return slot.declared.rate
    return 1.0 / math.sqrt(slot.shape[0]) if slot.decays else recipe.bias_rate


def _weights(sample_weight: Any, n: int) -> NDArray[np.float32]:
    """Sample weights as float32, or an empty array where none are given."""
    if sample_weight is None:
        return np.empty(0, np.float32)
    weights = np.asarray(sample_weight, dtype=np.float32)
    if weights.shape != (n,) or not np.isfinite(weights).all() or (weights < 0).any() or not weights.sum() > 0:
        raise BacklitError(f"sample_weight: give {n} finite numbers of at least 0, one of them above 0")
    return weights


def _one_row(x: Any, columns: Sequence[str]) -> Any:
    """A frame of one row from a frame, a mapping, or cells in order."""
    import pyarrow as pa

    if isinstance(x, Mapping):
        return pa.table({str(name): [cell] for name, cell in x.items()})
    if hasattr(x, "to_dict") and not hasattr(x, "columns"):  # a pandas row
        return pa.table({str(name): [cell] for name, cell in x.to_dict().items()})
    if hasattr(x, "columns") or hasattr(x, "schema"):
        return x
    cells = list(np.asarray(x, dtype=object).reshape(-1))
    return pa.table({name: [cell] for name, cell in zip(columns, cells, strict=True)})
