"""What both estimators of raw frames share: encode, train networks side by side, keep the best epoch of each."""

from __future__ import annotations

import math
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

from backlit.declared.losses import natural_gate
from backlit.encoding import FrameEncoder, fit_encoder
from backlit.errors import BacklitError
from backlit.estimators.inspection.columns import Groups, HasColumns
from backlit.estimators.shared.parameters import seed_of, widths_of
from backlit.estimators.shared.sample_weights import of_samples
from backlit.estimators.shared.saving import State, network_state, restore_network
from backlit.estimators.tabular.building import new_optimizer, ready, regularization
from backlit.estimators.tabular.input_scaling import fold_scales_into_weights, input_scales
from backlit.estimators.tabular.metrics import Objective, chosen
from backlit.estimators.tabular.monitor import FitMonitor
from backlit.estimators.tabular.recipe import RATES, RECIPES, Recipe
from backlit.estimators.tabular.validation import FEWEST, Folds, folds, too_few
from backlit.network.blueprint import Blueprint
from backlit.network.building import mlp, with_periodic_embedding
from backlit.network.merging import merged

if TYPE_CHECKING:
    from backlit.engine.network import Network
    from backlit.training.plan import Plan
    from backlit.training.samples import Samples


WHOLE = Interval(Integral, 1, None, closed="left")
"""A whole number from 1."""


FLOAT = np.dtype(np.float32)
"""What all networks of raw frames are made of."""

STEADY = 0.1
"""The rate of `partial_fit`, which has no schedule, over the highest of a schedule."""


class BaseTabular(HasColumns, BaseEstimator):
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
        "warm_start": ["boolean"],
        "verbose": ["verbose"],
    }

    task: str
    encoder_: FrameEncoder
    _members: list[NDArray[np.float32]]

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
        warm_start: bool = False,
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
        self.warm_start = warm_start
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
            FitMonitor of each epoch (number, loss, score, rate); answering True stops the training.

        Returns
        -------
        self

        Raises
        ------
        BacklitError
            If a column or the target cannot be used, naming it.
        """
        recipe = RECIPES[self.task]
        self._check_parameters()
        seed = seed_of(self.random_state)
        again = self.warm_start and "_members" in vars(self)
        self.__dict__.pop("_optimizer", None)  # of partial_fit
        targets = self._read_further_target(y) if again else self._read_target(y)
        self._hear_of(targets)
        if len(targets) < FEWEST and X_val is None:
            raise too_few(len(targets))
        data = self._begin(X, targets, sample_weight, again)
        blueprint = self._blueprint(self.encoder_.n_outputs, self._width(targets), recipe)
        starts = self._members if again else None
        if starts and (len(starts) != self.members or starts[0].size != blueprint.theta_size):
            raise BacklitError("the network's parameters have changed since the last fit; call fit, without warm_start")
        objective = chosen(self.metric, self._known_metrics()) or self._objective(blueprint.loss)
        told = FitMonitor(self.members, self.verbose, on_epoch, self._deadline())
        if X_val is None:
            parts = [(data, learn, data, held) for learn, held in self._folds(targets, groups, recipe, seed)]
        else:
            own = self._validation_data(X_val, y_val)
            parts = [(data, np.arange(len(data)), own, np.arange(len(own)))] * self.members
        works = [
            partial(
                self._train_member,
                blueprint,
                starts[number] if starts else None,
                partial(data.rows, learn),
                partial(own.rows, held),
                seed,
                number,
                objective,
                told,
            )
            for number, (data, learn, own, held) in enumerate(parts)
        ]
        trained = self._side_by_side(works, told)
        self._members = [theta for theta, _, _ in trained]
        self._keep(blueprint, self._members)
        self._calibrate(*(np.concatenate(parts) for parts in zip(*(held for _, _, held in trained), strict=True)))
        self.histories_ = tuple(history for _, history, _ in trained)
        self.n_iter_ = max(len(history.epochs) for history in self.histories_)
        self.best_epoch_ = max(history.best_epoch for history in self.histories_)
        return self

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None, *, classes: Any = None) -> Self:
        """Go over these rows once more, from where the network stands.

        How columns become numbers is learnt by the first call, or by `fit`, and stays: give it rows of every kind.
        Nothing is held out, so that no epoch is chosen and probabilities are not calibrated anew.

        Parameters
        ----------
        X, y, sample_weight
            As in `fit`.
        classes : array-like, optional
            For a classifier at the first call, all labels that will ever come, unless these rows have them all.

        Returns
        -------
        self

        Raises
        ------
        BacklitError
            If a column or the target cannot be used, or a label is new.
        """
        self._check_parameters()
        again = "theta_" in vars(self)
        if not again:
            self._read_target(y if classes is None else classes)
        targets = self._read_further_target(y)
        self._hear_of(targets)
        data = self._begin(X, targets, sample_weight, again)
        if not again:
            blueprint = self._blueprint(self.encoder_.n_outputs, self._width(targets), RECIPES[self.task])
            seed = seed_of(self.random_state)
            drawn = [self._drawn(blueprint, seed, number, data.inputs) for number in range(self.members)]
            self._keep(blueprint, drawn)
            self.histories_, self.n_iter_, self.best_epoch_ = (), 0, 0
        self._go_over(data)
        return self

    def _drawn(self, blueprint: Blueprint, seed: int, number: int, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Where a member starts."""
        from backlit.training.initial_parameters import initial

        starts = RECIPES[self.task].starts
        return initial(blueprint, seed + number, FLOAT, starts[number % len(starts)], rows)

    def _keep(self, blueprint: Blueprint, members: list[NDArray[np.float32]]) -> None:
        """The members as the one network that the model is."""
        self.network_, self.theta_ = merged([blueprint] * len(members), members)
        self.n_layers_, self.n_outputs_ = len(self.network_.layers) + 1, self.network_.outputs

    def _go_over(self, samples: Samples) -> None:
        """One epoch of the network as it stands, at a steady rate."""
        from backlit.engine.threads import single_threaded_blas
        from backlit.training.loop import train
        from backlit.training.plan import Plan

        recipe = RECIPES[self.task]
        batch = min(self._chosen("batch_size", recipe.batch), len(samples))
        network = ready(recipe, self.network_, self.theta_, batch, self.n_jobs, guest=False)
        if "_optimizer" not in vars(self):
            self._optimizer = new_optimizer(recipe, self.theta_)
        plan = Plan(
            epochs=1,
            rate=self._chosen("learning_rate", STEADY * RATES[self.network_.output_gate]),
            regularization=regularization(recipe, len(samples)),
            seed=seed_of(self.random_state) + self.n_iter_,
        )
        with single_threaded_blas():
            history = train(network, self._optimizer, samples, plan)
        self.n_iter_ += len(history.epochs)
        self.__dict__.pop("_members", None)  # the members went on together

    def _begin(self, X: Any, targets: NDArray[np.float32], sample_weight: Any, again: bool) -> Samples:
        """The rows as numbers, by what is known of the columns or, the first time, learnt of them."""
        from backlit.training.samples import Samples

        if not again:
            self.encoder_ = fit_encoder(X, steps=RECIPES[self.task].number_steps)
            self.n_features_in_ = len(self.encoder_.feature_names_in)
            self.feature_names_in_ = np.array(self.encoder_.feature_names_in, dtype=object)
        rows = self.encoder_.encode(X)
        if len(rows) != len(targets):
            raise BacklitError(f"y: {len(targets)} targets for {len(rows)} rows of X; they must be as many")
        return Samples(rows, targets, self._reweighted(of_samples(sample_weight, len(rows)), targets))

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
        ending = natural_gate(loss)
        blueprint = mlp(
            inputs, hidden, outputs, hidden_gate=recipe.gate, output_gate=ending, loss=loss, blended=recipe.blend
        )
        columns = self.encoder_.n_quantities
        return (
            with_periodic_embedding(blueprint, columns) if hidden and 0 < columns <= recipe.most_periodic else blueprint
        )

    def _side_by_side(self, works: Sequence[Any], told: FitMonitor) -> list[Any]:
        """What the members' trainings gave; after Ctrl-C, of those that were begun, each at its best.

        A network that trains alone has the threads to itself, and hears Ctrl-C.
        """
        from backlit.engine.threads import side_by_side, single_threaded_blas

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
        start: NDArray[np.float32] | None,
        learn_from: Callable[[], Samples],
        hold_out: Callable[[], Samples],
        seed: int,
        number: int,
        objective: Objective,
        told: FitMonitor,
    ) -> tuple[NDArray[np.float32], Any, tuple[NDArray[Any], ...]]:
        """One network, trained on some rows and chosen by the others; one of several is a guest on its thread.

        Its parameters, what happened, and its outputs for the rows held out, with their targets and weights.
        """
        from backlit.engine.threads import team_size
        from backlit.training.loop import train

        recipe = RECIPES[self.task]
        learn, held = learn_from(), hold_out()
        factors = self._input_scales(learn, recipe)
        for samples in (learn, held):
            np.multiply(samples.inputs, factors, out=samples.inputs)  # the member's own copies
        if start is None:
            theta = self._drawn(blueprint, seed, number, learn.inputs)
        else:
            theta = start.copy()
            fold_scales_into_weights(blueprint, theta, 1.0 / factors)
        held_weights = held.weights if held.weights.size else np.ones(len(held), np.float32)
        wanted = self._as_wanted(held.targets)
        batch = min(self._chosen("batch_size", recipe.batch), len(learn))
        alone = self.members == 1
        network = ready(recipe, blueprint, theta, batch, self.n_jobs, guest=not alone)
        told.networks.append(network)
        optimizer = new_optimizer(recipe, theta)
        plan = self._plan(recipe, blueprint, len(learn), batch, seed + number)
        looking = team_size(self.n_jobs) if alone else 1

        def validate(network: Network) -> float:
            return -objective(network.predict(held.inputs, looking), wanted, held_weights)

        history = train(network, optimizer, learn, plan, validate=validate, on_epoch=partial(told, number))
        outputs = network.predict(held.inputs)
        fold_scales_into_weights(blueprint, theta, factors)
        return theta, history, (outputs, wanted, held_weights)

    def _input_scales(self, learn: Samples, recipe: Recipe) -> NDArray[np.float32]:
        """The factor of each input."""
        if not recipe.input_scales:
            return np.ones(learn.inputs.shape[1], FLOAT)
        weights = learn.weights if learn.weights.size else None
        return input_scales(learn.inputs, self._as_wanted(learn.targets), weights, self._column_inputs())

    def _plan(self, recipe: Recipe, blueprint: Blueprint, rows: int, batch: int, seed: int) -> Plan:
        """How a member trains on so many rows."""
        from backlit.training.plan import Plan

        return Plan(
            epochs=int(self._chosen("epochs", recipe.epochs_of(-(-rows // batch)))),
            rate=self._chosen("learning_rate", RATES[blueprint.output_gate]),
            schedule=recipe.schedule,
            regularization=regularization(recipe, rows),
            regularization_decay=True,
            tolerance=0.0,
            patience=math.inf,
            cycle_gain=recipe.cycle_gain,
            seed=seed,
        )

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
        from backlit.training.samples import Samples

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
        check_is_fitted(self, "theta_")
        return self.encoder_.encode(X)

    def _by_parts(self, X: Any, finish: Callable[[NDArray[np.float32]], NDArray[Any]]) -> NDArray[Any]:
        """What `finish` makes of the encoded rows, so many at a time that memory does not grow with them."""
        check_is_fitted(self, "theta_")
        return np.concatenate([finish(part) for part in self.encoder_.parts(X)])

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

    def _known_metrics(self) -> Mapping[str, Objective]:
        """What the best epoch may be chosen by, by name."""
        raise NotImplementedError

    def _width(self, targets: NDArray[np.float32]) -> int:
        raise NotImplementedError

    def _strata(self, targets: NDArray[np.float32]) -> NDArray[Any] | None:
        raise NotImplementedError

    def _read_further_target(self, y: Any) -> NDArray[np.float32]:
        """Targets of rows to validate on, read as those of the rows to learn from were."""
        raise NotImplementedError

    def _hear_of(self, targets: NDArray[np.float32]) -> None:
        """What targets tell of later answers; nothing as a rule."""

    def _reweighted(self, weights: NDArray[np.float32], targets: NDArray[np.float32]) -> NDArray[np.float32]:
        """Weights of the samples, by their targets too where a kind says so."""
        return weights

    def _loss(self, recipe: Recipe) -> str:
        """The loss that is trained on."""
        return recipe.loss

    def _as_wanted(self, targets: NDArray[np.float32]) -> NDArray[Any]:
        """Targets in the form that metrics take."""
        return targets

    def _objective(self, loss: str) -> Objective:
        """What the best epoch has least of, on the rows held out, unless a metric is chosen."""
        raise NotImplementedError

    def _calibrate(self, outputs: NDArray[Any], targets: NDArray[Any], weights: NDArray[Any]) -> None:
        """Mend what training did to the outputs' scale, by rows that their member had not seen; nothing as a rule."""

    def _target_row(self, y: Any) -> NDArray[np.float64]:
        raise NotImplementedError


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
