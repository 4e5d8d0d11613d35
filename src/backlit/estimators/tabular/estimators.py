"""Raw data frames in, predictions out: encoding, defaults and the choice of the best epoch are the model's own work."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.utils._param_validation import Interval

from backlit.declared.losses import loss_named
from backlit.encoding import TargetScaler, encode_classes, encode_labels, has_several_targets
from backlit.encoding.target import target_domain_of
from backlit.errors import BacklitError
from backlit.estimators.shared.parameters import class_code
from backlit.estimators.shared.sample_weights import CLASS_WEIGHTS, of_classes
from backlit.estimators.shared.saving import State, labels_state, restore_labels
from backlit.estimators.tabular.base import BaseTabular
from backlit.estimators.tabular.calibration import best_temperature
from backlit.estimators.tabular.metrics import (
    CLASS_METRICS,
    LABEL_METRICS,
    NUMBER_METRICS,
    Objective,
    entropy_of_indicators,
)
from backlit.estimators.tabular.recipe import RECIPES, Recipe
from backlit.formula import GATES
from backlit.formula.declaring import loss as declare_loss
from backlit.formula.expression import parse
from backlit.formula.numpy import evaluator

UNITS: Mapping[str, Callable[[float, float], tuple[float, float]]] = {
    "identity": lambda unit, center: (unit, center),
    "exp": lambda unit, center: (1.0, math.log(unit)),
    "sigmoid": lambda unit, center: (1.0, 0.0),
}
"""Output gate -> how a last pre-activation is told: in the target's unit, as the log of a rate, as log odds."""

STRATUM = 5
"""Rows of a class from which every validation part gets its share of them."""


class TabularClassifier(ClassifierMixin, BaseTabular):
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
    metric : str or callable, optional
        What the best epoch is chosen by: a name of scikit-learn's (`backlit.estimators.tabular.metrics`), or
        ``(y, outputs) -> score`` with classes counted from 0 or standard scores.
    ordered : bool
        The rows are in the order of time: the last of them validate.
    time_limit : float, optional
        Seconds after which a fit ends with the best so far.
    n_jobs : int, optional
        Threads at most, -1 for all; where members train side by side, one each. The numbers do not depend on it.
    class_weight : "balanced" or mapping of label to weight, optional
    n_members : int, optional
        Networks that are trained side by side, each on its own part of the rows; the model is the one network that
        has the mean of their logits.
    warm_start : bool
        Whether a fit goes on from the last one's networks and encoding, as they are in memory (a file keeps neither
        the members one by one nor the optimizer's state).
    random_state : int, optional
    verbose : bool

    Attributes
    ----------
    classes_ : ndarray of labels
    multilabel_ : bool
        Whether a row may have several labels: `y` had a column of 0 and 1 for each, which `classes_` names.
    encoder_ : FrameEncoder
        How columns become numbers.
    network_, theta_, coefs_, intercepts_
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

    _parameter_constraints: Mapping[str, list[Any]] = {
        **BaseTabular._parameter_constraints,
        "class_weight": CLASS_WEIGHTS,
    }

    task = "classification"

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
        class_weight: str | Mapping[Any, float] | None = None,
        warm_start: bool = False,
        random_state: Any = None,
        verbose: bool = False,
    ) -> None:
        super().__init__(
            hidden_layer_sizes,
            epochs=epochs,
            batch_size=batch_size,
            learning_rate=learning_rate,
            validation_fraction=validation_fraction,
            n_members=n_members,
            metric=metric,
            ordered=ordered,
            time_limit=time_limit,
            n_jobs=n_jobs,
            warm_start=warm_start,
            random_state=random_state,
            verbose=verbose,
        )
        self.class_weight = class_weight

    def _read_target(self, y: Any) -> NDArray[np.float32]:
        self.multilabel_ = has_several_targets(y)
        self.classes_, codes = (encode_labels if self.multilabel_ else encode_classes)(y)
        return codes.astype(np.float32).reshape(len(codes), -1)

    def _several_labels(self) -> bool:
        return self.multilabel_

    def _known_metrics(self) -> Mapping[str, Objective]:
        return LABEL_METRICS if self.multilabel_ else CLASS_METRICS

    def _loss(self, recipe: Recipe) -> str:
        return "binary_cross_entropy" if self.multilabel_ else recipe.loss

    def _read_further_target(self, y: Any) -> NDArray[np.float32]:
        if self.multilabel_:
            indicators = encode_labels(y)[1].astype(np.float32)
            if indicators.shape[1] != len(self.classes_):
                known = len(self.classes_)
                raise BacklitError(f"targets: {indicators.shape[1]} labels a row, of the fit {known}; give as many")
            return indicators
        codes = [class_code(self.classes_, label) for label in np.asarray(y, dtype=object).reshape(-1)]
        return np.array(codes, np.float32)[:, None]

    def _reweighted(self, weights: NDArray[np.float32], targets: NDArray[np.float32]) -> NDArray[np.float32]:
        if self.class_weight is None:
            return weights
        if self.multilabel_:
            raise BacklitError("class_weight: a row has several labels; give sample_weight in its place")
        own = of_classes(self.class_weight, self.classes_, self._as_wanted(targets))
        return (own * (weights if weights.size else 1.0)).astype(np.float32)

    def _as_wanted(self, targets: NDArray[np.float32]) -> NDArray[Any]:
        wanted = targets.astype(np.int64)
        return wanted if self.multilabel_ else wanted[:, 0]

    def _width(self, targets: NDArray[np.float32]) -> int:
        return len(self.classes_)

    def _strata(self, targets: NDArray[np.float32]) -> NDArray[Any] | None:
        """The classes; those with too few rows for every part of the folds share one stratum."""
        if self.multilabel_:
            return None
        codes = targets[:, 0].astype(np.int64)
        rare = np.bincount(codes, minlength=len(self.classes_))[codes] < STRATUM
        strata = np.where(rare, -1, codes)
        return None if 0 < rare.sum() < STRATUM else strata

    def _objective(self, loss: str) -> Objective:
        """Mean cross entropy at its best temperature, plus the recipe's weight times the error rate."""

        def objective(outputs: NDArray[Any], targets: NDArray[Any], weights: NDArray[Any]) -> float:
            if self.multilabel_:
                wrong = float(np.average(((outputs > 0.5) != targets).mean(axis=1), weights=weights))
            else:
                wrong = float(np.average(outputs.argmax(axis=1) != targets, weights=weights))
            _, entropy = self._best_temperature(outputs, targets, weights)
            return entropy + RECIPES[self.task].error_weight * wrong

        return objective

    def _calibrate(self, outputs: NDArray[Any], targets: NDArray[Any], weights: NDArray[Any]) -> None:
        """Divide the logits by the temperature that fits the members' rows held out: label smoothing made them timid.

        Dividing the last layer's parameters does it, so the network stays one network.
        """
        temperature, _ = self._best_temperature(outputs, targets, weights)
        self.coefs_[-1][...] /= temperature
        self.intercepts_[-1][...] /= temperature

    def _best_temperature(
        self, outputs: NDArray[Any], targets: NDArray[Any], weights: NDArray[Any]
    ) -> tuple[float, float]:
        """The temperature with the least cross entropy, and that entropy."""
        return (entropy_of_indicators if self.multilabel_ else best_temperature)(outputs, targets, weights)

    def _target_row(self, y: Any) -> NDArray[np.float64]:
        if self.multilabel_:
            return np.asarray(encode_labels(np.asarray(y).reshape(1, -1))[1][0], dtype=np.float64)
        return np.asarray(np.eye(len(self.classes_))[class_code(self.classes_, y)])

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """The probability of each class, shape (n_samples, n_classes), in the order of `classes_`.

        Where a row may have several labels, each one's own: they need not sum to 1.
        """
        return self._by_parts(X, self._probabilities)

    def _probabilities(self, rows: NDArray[Any]) -> NDArray[np.float64]:
        outputs = self._outputs(rows).astype(np.float64)
        if self.multilabel_:
            return np.asarray(outputs)
        return np.asarray(outputs / outputs.sum(axis=1, keepdims=True))

    def predict(self, X: Any) -> NDArray[Any]:
        """The most likely label of each row, shape (n_samples,); of several labels 0 or 1, (n_samples, n_labels)."""
        return self._by_parts(X, self._answers)

    def _answers(self, rows: NDArray[Any]) -> NDArray[Any]:
        if self.multilabel_:
            return (self._probabilities(rows) > 0.5).astype(np.int64)
        return np.asarray(self.classes_[self._probabilities(rows).argmax(axis=1)])

    def _to_state(self) -> State:
        header, arrays = super()._to_state()
        return {**header, "classes": labels_state(self.classes_), "multilabel": self.multilabel_}, arrays

    def _from_state(self, header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
        super()._from_state(header, arrays)
        self.classes_, self.multilabel_ = restore_labels(header["classes"]), bool(header["multilabel"])

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags


class TabularRegressor(RegressorMixin, BaseTabular):
    """Numbers from a raw data frame, without choosing anything.

    Parameters
    ----------
    loss : str
        ``"squared"``, ``"absolute"``, ``"huber"`` (of standard scores, 1 its corner), ``"quantile"``,
        ``"poisson"`` (counts and rates of at least 0; the output is ``exp(z)`` times the mean),
        ``"binary_cross_entropy"`` (shares from 0 to 1; the output is ``sigmoid(z)``), or the name of a loss of your own
        (`backlit.loss`), of standard scores.
    quantile : float
        Which one, with that loss.
    hidden_layer_sizes, epochs, batch_size, learning_rate, validation_fraction, n_members, metric, ordered, time_limit
        As in `TabularClassifier`, and `n_jobs`, `warm_start`, `random_state` and `verbose`.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"kind": ["a", "b"] * 40, "size": range(80)})
    >>> price = frame["size"] * 2.0 + (frame["kind"] == "a") * 30
    >>> TabularRegressor(epochs=64, random_state=0).fit(frame, price).score(frame, price) > 0.9
    True
    """

    _parameter_constraints: Mapping[str, list[Any]] = {
        **BaseTabular._parameter_constraints,
        "loss": [str],
        "quantile": [Interval(Real, 0, 1, closed="neither")],
    }

    task = "regression"

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
        loss: str = "squared",
        quantile: float = 0.5,
        warm_start: bool = False,
        random_state: Any = None,
        verbose: bool = False,
    ) -> None:
        super().__init__(
            hidden_layer_sizes,
            epochs=epochs,
            batch_size=batch_size,
            learning_rate=learning_rate,
            validation_fraction=validation_fraction,
            n_members=n_members,
            metric=metric,
            ordered=ordered,
            time_limit=time_limit,
            n_jobs=n_jobs,
            warm_start=warm_start,
            random_state=random_state,
            verbose=verbose,
        )
        self.loss = loss
        self.quantile = quantile

    def _read_target(self, y: Any) -> NDArray[np.float32]:
        self.scaler_ = TargetScaler.fit(y, self._loss(RECIPES[self.task]))
        scaled = self._read_further_target(y)
        self._low, self._high = np.full((2, scaled.shape[1]), [[np.inf], [-np.inf]], np.float32)
        return scaled

    def _hear_of(self, targets: NDArray[np.float32]) -> None:
        """Predictions stay within the targets that were seen, and within the loss's reach."""
        reach = target_domain_of(self._loss(RECIPES[self.task]))
        self._low = np.maximum(np.minimum(self._low, targets.min(axis=0)), np.float32(reach.low + reach.margin))
        self._high = np.minimum(np.maximum(self._high, targets.max(axis=0)), np.float32(reach.high - reach.margin))

    def _read_further_target(self, y: Any) -> NDArray[np.float32]:
        scores = self.scaler_.scale(y)
        return scores.reshape(len(scores), -1).astype(np.float32)

    def _known_metrics(self) -> Mapping[str, Objective]:
        return NUMBER_METRICS

    def _loss(self, recipe: Recipe) -> str:
        if self.loss != "quantile":
            return self.loss
        above, below = repr(float(self.quantile)), repr(1.0 - float(self.quantile))
        name = "quantile_" + above.replace(".", "_").replace("-", "_")
        return declare_loss(name, f"where(y > a, {above} * (y - a), {below} * (a - y))").name

    def _width(self, targets: NDArray[np.float32]) -> int:
        return int(targets.shape[1])

    def _strata(self, targets: NDArray[np.float32]) -> NDArray[Any] | None:
        return None

    def _objective(self, loss: str) -> Objective:
        """The mean loss; of the squared one its root, in standard deviations of the target."""
        term = evaluator(parse(loss_named(loss).term, GATES))

        def objective(outputs: NDArray[Any], targets: NDArray[Any], weights: NDArray[Any]) -> float:
            inside = np.clip(outputs, self._low, self._high)
            mean = float(np.average(term({"a": inside, "y": targets}).mean(axis=1), weights=weights))
            return math.sqrt(mean) if loss == "squared" else mean

        return objective

    def _target_row(self, y: Any) -> NDArray[np.float64]:
        wanted = np.asarray(y, dtype=np.float64).reshape(1, -1)
        return np.asarray(self.scaler_.scale(wanted), dtype=np.float64).reshape(-1)

    def predict(self, X: Any) -> NDArray[np.float64]:
        """The prediction for each row, within the range of the training targets.

        Returns
        -------
        ndarray, shape (n_samples,) or (n_samples, n_outputs)
        """
        return self._by_parts(X, self._answers)

    def _answers(self, rows: NDArray[Any]) -> NDArray[np.float64]:
        return self.scaler_.restore(np.clip(self._outputs(rows), self._low, self._high))

    def _unit(self, number: int) -> tuple[float, float]:
        unit, center = float(self.scaler_.std[number]), float(self.scaler_.mean[number])
        return UNITS[self.network_.output_gate](unit, center)

    def _to_state(self) -> State:
        header, arrays = super()._to_state()
        scaler, scaler_arrays = self.scaler_.to_state()
        return {**header, "scaler": scaler}, {**arrays, **scaler_arrays, "low": self._low, "high": self._high}

    def _from_state(self, header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
        super()._from_state(header, arrays)
        self.scaler_ = TargetScaler.from_state(header["scaler"], arrays)
        self._low, self._high = arrays["low"], arrays["high"]
