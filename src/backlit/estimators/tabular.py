"""Raw data frames in, predictions out: encoding, defaults and the choice of the best epoch are the model's own work."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.model_selection import train_test_split
from sklearn.utils.validation import check_is_fitted

from backlit.blueprint import mlp
from backlit.errors import BacklitError
from backlit.estimators.calibration import best_temperature
from backlit.estimators.parameters import HasNetwork, class_code, seed_of
from backlit.estimators.saving import State, labels_state, network_state, restore_labels, restore_network
from backlit.tabular import FrameEncoder, TargetScaler, encode_classes, fit_encoder
from backlit.tabular.recipe import RECIPES, Recipe


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
        random_state: Any = None,
        verbose: bool = False,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.validation_fraction = validation_fraction
        self.random_state = random_state
        self.verbose = verbose

    @property
    def max_epochs(self) -> int:
        """How many epochs a fit runs at most, for progress bars."""
        return int(self._chosen("epochs", RECIPES[self.task].epochs))

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
        from backlit.training.initial import initial
        from backlit.training.loop import Plan, Samples, train
        from backlit.training.network import Network, Regular
        from backlit.training.optimizers import Optimizer

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
        learn, held = self._split(targets, recipe, seed)
        samples = Samples(
            np.ascontiguousarray(rows[learn]),
            np.ascontiguousarray(targets[learn]),
            weights[learn] if len(weights) else weights,
        )
        held_rows = np.ascontiguousarray(rows[held])
        held_weights = weights[held] if len(weights) else None

        hidden = recipe.hidden if self.hidden_layer_sizes is None else tuple(self.hidden_layer_sizes)
        self.network_ = mlp(
            rows.shape[1],
            hidden,
            self._width(targets),
            hidden_gate=recipe.gate,
            output_gate=recipe.output_gate,
            loss=recipe.loss,
        )
        self.n_layers_, self.n_outputs_ = len(self.network_.layers) + 1, self.network_.outputs
        self.flat_ = initial(self.network_, seed, np.dtype(np.float32))
        factors = np.tile([1.0, recipe.bias_rate], (len(self.network_.layers), 1))
        batch = min(self._chosen("batch_size", recipe.batch), len(samples))
        network = Network(self.network_, self.flat_, batch, factors=factors)
        optimizer = Optimizer(
            "adam", self.flat_.size, self.flat_.dtype, {"beta_1": 0.9, "beta_2": recipe.beta_2, "epsilon": 1e-8}
        )
        plan = Plan(
            epochs=self.max_epochs,
            rate=self._chosen("learning_rate", recipe.rate),
            schedule=recipe.schedule,
            regular=Regular(decay=recipe.decay, dropout=recipe.dropout, smoothing=recipe.smoothing),
            fading=True,
            tolerance=0.0,
            patience=recipe.patience,
            seed=seed,
        )

        def validate(network: Network) -> float:
            return -self._badness(network.predict(held_rows), targets[held], held_weights)

        def told(epoch: Any) -> bool | None:
            if self.verbose:
                print(f"Epoch {epoch.number}: loss {epoch.loss:.5f}, validation score {epoch.score:.5f}")
            return on_epoch(epoch) if on_epoch else None

        self.history_ = train(network, optimizer, samples, plan, validate=validate, on_epoch=told)
        self._calibrate(self._outputs(held_rows), targets[held], held_weights)
        self.n_iter_ = len(self.history_.epochs)
        self.best_epoch_ = self.history_.best_epoch
        return self

    def _chosen(self, name: str, default: Any) -> Any:
        value = getattr(self, name)
        return default if value is None else value

    def _split(
        self, targets: NDArray[np.float32], recipe: Recipe, seed: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows to learn from and rows to validate on; every class keeps a row to learn from."""
        fraction = self._chosen("validation_fraction", recipe.validation)
        n = len(targets)
        if n < 5:
            raise BacklitError(f"X: {n} rows are too few to hold some out for validation; give at least 5")
        stratify = self._strata(targets)
        held_rows = max(1, round(n * fraction))
        if stratify is not None and held_rows < len(np.unique(stratify)):
            stratify = None
        learn, held = train_test_split(np.arange(n), test_size=held_rows, random_state=seed, stratify=stratify)
        return np.sort(learn), np.sort(held)

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

    def _badness(self, outputs: NDArray[Any], targets: NDArray[Any], weights: NDArray[Any] | None) -> float:
        """What the best epoch has least of, on the rows held out."""
        raise NotImplementedError

    def _calibrate(self, outputs: NDArray[Any], targets: NDArray[Any], weights: NDArray[Any] | None) -> None:
        """Mend what training did to the outputs' scale; nothing unless a kind says so."""

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
    random_state : int, optional
    verbose : bool

    Attributes
    ----------
    classes_ : ndarray of labels
    encoder_ : FrameEncoder
        How columns become numbers.
    network_, flat_, coefs_, intercepts_
        The network, as in `MLPClassifier`.
    history_
        Losses and validation scores by epoch.

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
        """The classes; those of a single row share one stratum, as none of them can be halved."""
        codes = targets[:, 0].astype(np.int64)
        rare = np.bincount(codes, minlength=len(self.classes_))[codes] < 2
        strata = np.where(rare, -1, codes)
        return None if rare.sum() == 1 else strata

    def _badness(self, outputs: NDArray[Any], targets: NDArray[Any], weights: NDArray[Any] | None) -> float:
        """Mean cross entropy at its best temperature, plus the recipe's weight times the error rate."""
        codes = targets[:, 0].astype(np.int64)
        wrong = float(np.average(outputs.argmax(axis=1) != codes, weights=weights))
        _, entropy = best_temperature(outputs, codes, weights)
        return entropy + RECIPES[self.task].error_weight * wrong

    def _calibrate(self, outputs: NDArray[Any], targets: NDArray[Any], weights: NDArray[Any] | None) -> None:
        """Divide the logits by the temperature that fits the rows held out best: label smoothing made them timid.

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

    def _badness(self, outputs: NDArray[Any], targets: NDArray[Any], weights: NDArray[Any] | None) -> float:
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
