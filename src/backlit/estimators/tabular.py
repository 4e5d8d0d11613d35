"""Raw data frames in, predictions out: encoding, defaults and the choice of the best epoch are the model's own work."""

from __future__ import annotations

import math
import threading
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils.validation import check_is_fitted

from backlit.blueprint import Blueprint, Layer, mlp, with_waves
from backlit.errors import BacklitError
from backlit.estimators.calibration import best_temperature
from backlit.estimators.members import folds, merged
from backlit.estimators.parameters import HasNetwork, class_code, seed_of
from backlit.estimators.saving import State, labels_state, network_state, restore_labels, restore_network
from backlit.layers import LAYERS
from backlit.tabular import FrameEncoder, TargetScaler, encode_classes, fit_encoder
from backlit.tabular.recipe import RECIPES, Recipe

STRATUM = 5
"""Rows of a class from which every validation part gets its share of them."""


class _Told:
    """Who hears of the epochs of all members, one at a time, and can stop them all."""

    def __init__(self, members: int, verbose: bool, on_epoch: Callable[[Any], bool | None] | None) -> None:
        self.networks: list[Any] = []
        self._members = members
        self._verbose = verbose
        self._on_epoch = on_epoch
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
            except BaseException:
                self.stop()
                raise
            return self._stopped

    def stop(self) -> None:
        """End all members, each after the step that it is in."""
        self._stopped = True
        for network in self.networks:
            network.stop()


class _Tabular(HasNetwork, BaseEstimator):
    """What the two kinds share; each says how targets are read and what an output is worth."""

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
        random_state: Any = None,
        verbose: bool = False,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.validation_fraction = validation_fraction
        self.n_members = n_members
        self.random_state = random_state
        self.verbose = verbose

    @property
    def max_epochs(self) -> int:
        """How many epochs a fit runs at most, those of all members counted, for progress bars."""
        return self._epochs() * self._members()

    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        on_epoch: Callable[[Any], bool | None] | None = None,
    ) -> Self:
        """Encode the frame, hold a part out, train, and keep the epoch that did best on that part.

        Parameters
        ----------
        X : data frame (pandas, polars, pyarrow, ...) or array, shape (n_samples, n_columns)
            Numbers, text, categories, booleans, dates; nulls and infinities are fine.
        y : array-like, shape (n_samples,), or (n_samples, n_outputs) for regression
        sample_weight : array-like, shape (n_samples,), optional
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
        recipe = RECIPES[self.task]
        seed = seed_of(self.random_state)
        targets = self._read_target(y)
        self.encoder_ = fit_encoder(X)
        rows = self.encoder_.encode(X)
        if len(rows) != len(targets):
            raise BacklitError(f"y: {len(targets)} targets for {len(rows)} rows of X; they must be as many")
        self.n_features_in_ = len(self.encoder_.feature_names_in)
        self.feature_names_in_ = np.array(self.encoder_.feature_names_in, dtype=object)
        weights = _weights(sample_weight, len(rows))
        hidden = recipe.hidden if self.hidden_layer_sizes is None else tuple(self.hidden_layer_sizes)
        blueprint = mlp(
            rows.shape[1],
            hidden,
            self._width(targets),
            hidden_gate=recipe.gate,
            output_gate=recipe.output_gate,
            loss=recipe.loss,
        )
        columns = self.encoder_.n_quantities
        if hidden and 0 < columns <= recipe.most_waves:
            blueprint = with_waves(blueprint, columns)
        told = _Told(self._members(), self.verbose, on_epoch)
        works = [
            partial(self._train_member, blueprint, rows, targets, weights, learn, held, seed + number, told, number)
            for number, (learn, held) in enumerate(self._folds(targets, recipe, seed))
        ]
        trained = self._side_by_side(works, told)
        self.network_, self.flat_ = merged([blueprint] * len(trained), [flat for flat, _, _ in trained])
        self._calibrate(*(np.concatenate(parts) for parts in zip(*(held for _, _, held in trained), strict=True)))
        self.n_layers_, self.n_outputs_ = len(self.network_.layers) + 1, self.network_.outputs
        self.histories_ = tuple(history for _, history, _ in trained)
        self.n_iter_ = max(len(history.epochs) for history in self.histories_)
        self.best_epoch_ = max(history.best_epoch for history in self.histories_)
        return self

    def _side_by_side(self, works: Sequence[Any], told: _Told) -> list[Any]:
        """What the members' trainings gave; after Ctrl-C, of those that were begun, each at its best."""
        from backlit.training.threads import side_by_side

        trained, interrupted = side_by_side(works, None, told.stop)
        self.interrupted_ = interrupted or any(history.interrupted for _, history, _ in trained)
        if interrupted:
            warnings.warn("Training interrupted by user; the best of each network so far is kept.", stacklevel=3)
        return trained

    def _train_member(
        self,
        blueprint: Blueprint,
        rows: NDArray[np.float32],
        targets: NDArray[np.float32],
        weights: NDArray[np.float32],
        learn: NDArray[np.int64],
        held: NDArray[np.int64],
        seed: int,
        told: _Told,
        number: int,
    ) -> tuple[NDArray[np.float32], Any, tuple[NDArray[Any], ...]]:
        """One network, trained on some rows and chosen by the others.

        Its parameters, what happened, and its outputs for the rows held out, with their targets and weights.
        """
        from backlit.training.initial import initial
        from backlit.training.loop import Plan, Samples, train
        from backlit.training.network import Network, Regular
        from backlit.training.optimizers import Optimizer

        recipe = RECIPES[self.task]
        samples = Samples(
            np.ascontiguousarray(rows[learn]),
            np.ascontiguousarray(targets[learn]),
            weights[learn] if len(weights) else weights,
        )
        held_rows, held_targets = np.ascontiguousarray(rows[held]), targets[held]
        held_weights = weights[held] if len(weights) else np.ones(len(held), np.float32)
        flat = initial(blueprint, seed, np.dtype(np.float32))
        factors = np.array([_rate_factors(layer, recipe) for layer in blueprint.layers])
        batch = min(self._chosen("batch_size", recipe.batch), len(samples))
        network = Network(blueprint, flat, batch, factors=factors, guest=True)
        told.networks.append(network)
        optimizer = Optimizer("adam", flat.size, flat.dtype, {"beta_1": 0.9, "beta_2": recipe.beta_2, "epsilon": 1e-8})
        plan = Plan(
            epochs=self._epochs(),
            rate=self._chosen("learning_rate", recipe.rate),
            schedule=recipe.schedule,
            regular=Regular(decay=recipe.decay, dropout=recipe.dropout, smoothing=recipe.smoothing),
            fading=True,
            tolerance=0.0,
            patience=recipe.patience,
            seed=seed,
        )

        def validate(network: Network) -> float:
            return -self._badness(network.predict(held_rows), held_targets, held_weights)

        history = train(network, optimizer, samples, plan, validate=validate, on_epoch=partial(told, number))
        return flat, history, (network.predict(held_rows), held_targets, held_weights)

    def _chosen(self, name: str, default: Any) -> Any:
        value = getattr(self, name)
        return default if value is None else value

    def _epochs(self) -> int:
        return int(self._chosen("epochs", RECIPES[self.task].epochs))

    def _members(self) -> int:
        members = self._chosen("n_members", RECIPES[self.task].members)
        if isinstance(members, bool) or not isinstance(members, int | np.integer) or members < 1:
            raise BacklitError(f"n_members: {members!r} networks cannot be trained; use a whole number from 1")
        return int(members)

    def _folds(
        self, targets: NDArray[np.float32], recipe: Recipe, seed: int
    ) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """For each member the rows to learn from and the rows to validate on."""
        fraction = float(self._chosen("validation_fraction", recipe.validation))
        if not 0.0 < fraction < 1.0:
            raise BacklitError(f"validation_fraction: {fraction:g} is no part of the rows; use one such as 0.2")
        n = len(targets)
        if n < 5:
            raise BacklitError(f"X: {n} rows are too few to hold some out for validation; give at least 5")
        return folds(n, self._members(), fraction, self._strata(targets), seed)

    def _encoded(self, X: Any) -> NDArray[np.float32]:
        check_is_fitted(self, "flat_")
        return self.encoder_.encode(X)

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

    def _width(self, targets: NDArray[np.float32]) -> int:
        raise NotImplementedError

    def _strata(self, targets: NDArray[np.float32]) -> NDArray[Any] | None:
        raise NotImplementedError

    def _badness(self, outputs: NDArray[Any], targets: NDArray[Any], weights: NDArray[Any]) -> float:
        """What the best epoch has least of, on the rows held out."""
        raise NotImplementedError

    def _calibrate(self, outputs: NDArray[Any], targets: NDArray[Any], weights: NDArray[Any]) -> None:
        """Mend what training did to the outputs' scale, by rows that their member had not seen; nothing as a rule."""

    def _target_row(self, y: Any) -> NDArray[np.float64]:
        raise NotImplementedError


class TabularClassifier(ClassifierMixin, _Tabular):
    """Classes from a raw data frame, without choosing anything.

    Parameters
    ----------
    hidden_layer_sizes : sequence of int, optional
        Width of each hidden layer; three layers of 256 unless given.
    epochs, batch_size : int, optional
        How long at most, and rows of a mini-batch.
    learning_rate : float, optional
        The schedule's base.
    validation_fraction : float, optional
        Part of the rows that chooses the best epoch; 0.2 unless given.
    n_members : int, optional
        Networks that are trained side by side, each on its own part of the rows; the model is the one network that
        has the mean of their logits.
    random_state : int, optional
    verbose : bool

    Attributes
    ----------
    classes_ : ndarray of labels
    encoder_ : FrameEncoder
        How columns become numbers.
    network_, flat_, coefs_, intercepts_
        The network, as in `MLPClassifier`.
    interrupted_ : bool
        Whether Ctrl-C ended the fit.
    histories_
        Losses and validation scores by epoch, of each member.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"colour": ["red", "blue", None, "red"] * 10, "size": [1.0, 2.0, 3.0, None] * 10})
    >>> label = ["warm", "cold", "cold", "warm"] * 10
    >>> model = TabularClassifier(epochs=20, random_state=0).fit(frame, label)
    >>> model.predict(frame.head(2)).tolist()
    ['warm', 'cold']
    """

    task = "classification"

    def _read_target(self, y: Any) -> NDArray[np.float32]:
        self.classes_, codes = encode_classes(y)
        return codes.astype(np.float32)[:, None]

    def _width(self, targets: NDArray[np.float32]) -> int:
        return len(self.classes_)

    def _strata(self, targets: NDArray[np.float32]) -> NDArray[Any] | None:
        """The classes; those with too few rows for every part of the folds share one stratum."""
        codes = targets[:, 0].astype(np.int64)
        rare = np.bincount(codes, minlength=len(self.classes_))[codes] < STRATUM
        strata = np.where(rare, -1, codes)
        return None if 0 < rare.sum() < STRATUM else strata

    def _badness(self, outputs: NDArray[Any], targets: NDArray[Any], weights: NDArray[Any]) -> float:
        """Mean cross entropy at its best temperature, plus the recipe's weight times the error rate."""
        codes = targets[:, 0].astype(np.int64)
        wrong = float(np.average(outputs.argmax(axis=1) != codes, weights=weights))
        _, entropy = best_temperature(outputs, codes, weights)
        return entropy + RECIPES[self.task].error_weight * wrong

    def _calibrate(self, outputs: NDArray[Any], targets: NDArray[Any], weights: NDArray[Any]) -> None:
        """Divide the logits by the temperature that fits the members' rows held out: label smoothing made them timid.

        Dividing the last layer's parameters does it, so the network stays one network.
        """
        temperature, _ = best_temperature(outputs, targets[:, 0].astype(np.int64), weights)
        self.coefs_[-1][...] /= temperature
        self.intercepts_[-1][...] /= temperature

    def _target_row(self, y: Any) -> NDArray[np.float64]:
        return np.asarray(np.eye(len(self.classes_))[class_code(self.classes_, y)])

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """The probability of each class, shape (n_samples, n_classes), in the order of `classes_`."""
        outputs = self._outputs(self._encoded(X)).astype(np.float64)
        return np.asarray(outputs / outputs.sum(axis=1, keepdims=True))

    def predict(self, X: Any) -> NDArray[Any]:
        """The most likely label of each row, shape (n_samples,)."""
        return np.asarray(self.classes_[self.predict_proba(X).argmax(axis=1)])

    def _to_state(self) -> State:
        header, arrays = super()._to_state()
        return {**header, "classes": labels_state(self.classes_)}, arrays

    def _from_state(self, header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
        super()._from_state(header, arrays)
        self.classes_ = restore_labels(header["classes"])


class TabularRegressor(RegressorMixin, _Tabular):
    """Numbers from a raw data frame, without choosing anything; parameters as in `TabularClassifier`.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"kind": ["a", "b"] * 40, "size": range(80)})
    >>> price = frame["size"] * 2.0 + (frame["kind"] == "a") * 30
    >>> TabularRegressor(epochs=64, random_state=0).fit(frame, price).score(frame, price) > 0.9
    True
    """

    task = "regression"

    def _read_target(self, y: Any) -> NDArray[np.float32]:
        self.scaler_ = TargetScaler.fit(y)
        scores = self.scaler_.scale(y)
        scaled = scores.reshape(len(scores), -1).astype(np.float32)
        self._low, self._high = scaled.min(axis=0), scaled.max(axis=0)
        return scaled

    def _width(self, targets: NDArray[np.float32]) -> int:
        return int(targets.shape[1])

    def _strata(self, targets: NDArray[np.float32]) -> NDArray[Any] | None:
        return None

    def _badness(self, outputs: NDArray[Any], targets: NDArray[Any], weights: NDArray[Any]) -> float:
        """Root of the mean squared error, in standard deviations of the target."""
        inside = np.clip(outputs, self._low, self._high)
        return float(np.sqrt(np.average(((inside - targets) ** 2).mean(axis=1), weights=weights)))

    def _target_row(self, y: Any) -> NDArray[np.float64]:
        wanted = np.asarray(y, dtype=np.float64).reshape(1, -1)
        return np.asarray(self.scaler_.scale(wanted), dtype=np.float64).reshape(-1)

    def predict(self, X: Any) -> NDArray[np.float64]:
        """The prediction for each row, within the range of the training targets.

        Returns
        -------
        ndarray, shape (n_samples,) or (n_samples, n_outputs)
        """
        outputs = np.clip(self._outputs(self._encoded(X)), self._low, self._high)
        return self.scaler_.restore(outputs)

    def _to_state(self) -> State:
        header, arrays = super()._to_state()
        scaler, scaler_arrays = self.scaler_.to_state()
        return {**header, "scaler": scaler}, {**arrays, **scaler_arrays, "low": self._low, "high": self._high}

    def _from_state(self, header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
        super()._from_state(header, arrays)
        self.scaler_ = TargetScaler.from_state(header["scaler"], arrays)
        self._low, self._high = arrays["low"], arrays["high"]


def _rate_factors(layer: Layer, recipe: Recipe) -> tuple[float, float]:
    """How fast a layer's weights and biases learn.

    Weights as if they were multiplied by 1 / sqrt(inputs) in every sum (the 'NTK parametrisation').
    """
    if LAYERS[layer.kind].front:
        return LAYERS[layer.kind].parameters[0].rate, 0.0
    return 1.0 / math.sqrt(layer.inputs), recipe.bias_rate


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
