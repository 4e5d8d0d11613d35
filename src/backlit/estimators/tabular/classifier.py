"""Classes from raw data frames: encoding, defaults and the choice of the best epoch are the model's work."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin
from sklearn.exceptions import DataConversionWarning
from sklearn.utils.validation import check_is_fitted

from backlit.encoding import encode_classes, encode_labels, has_several_targets
from backlit.encoding.target import (
    class_probabilities,
    classes_of_columns,
    codes_among,
    label_in_row,
    labels_as_fitted,
    refuse_missing,
)
from backlit.encoding.text import missing_texts
from backlit.errors import BacklitError, warn
from backlit.estimators.shared.arguments import class_code, store_parameters
from backlit.estimators.shared.input_checks import checked_target
from backlit.estimators.shared.log_probabilities import log_of_labels, log_softmax
from backlit.estimators.shared.parameter_table import constraints_of, documented
from backlit.estimators.shared.sample_weights import class_weights
from backlit.estimators.shared.saving import State, fits, labels_state, restore_labels
from backlit.estimators.tabular.base import BaseTabular
from backlit.estimators.tabular.calibration import best_temperature
from backlit.estimators.tabular.metrics import (
    CLASS_METRICS,
    LABEL_METRICS,
    PROBABILITY_METRICS,
    FitTask,
    best_temperature_of_indicators,
    class_objective,
    errors_of_classes,
    errors_of_indicators,
    expected_errors,
)
from backlit.estimators.tabular.parameters import CLASSIFIER
from backlit.estimators.tabular.recipe import Recipe
from backlit.estimators.tabular.score_out_of_core import accuracy_in_chunks
from backlit.estimators.tabular.validation import class_strata
from backlit.scale import is_source


@documented(CLASSIFIER)
class TabularClassifier(ClassifierMixin, BaseTabular):
    """Classes from a raw data frame, without choosing anything.

    Attributes
    ----------
    classes_ : ndarray of labels, shape (n_classes,)
    multilabel_ : bool
        Whether a row may have several labels: `y` had a column of 0 and 1 for each, which `classes_` names.
    encoder_ : FrameEncoder
        How columns become numbers.
    network_, theta_, coefs_, intercepts_, provenance_
        The network and where it comes from, as in `MLPClassifier`.
    interrupted_ : bool
        Whether Ctrl-C ended the fit.
    histories_ : tuple of History
        Losses and validation scores by epoch, of each member.
    n_iter_, best_epoch_ : int
        Epochs trained, and the last of the members' best epochs.

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
    _parameter_constraints = constraints_of(CLASSIFIER)

    multilabel_: bool
    class_weight: str | Mapping[Any, float] | None

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
        missing: str | Sequence[str] | None = None,
        day_first: bool | None = None,
        warm_start: bool = False,
        random_state: Any = None,
        verbose: bool = False,
        checkpoint: str | PathLike[str] | None = None,
        checkpoint_seconds: float = 5.0,
        checkpoint_epochs: int | None = None,
        diagnose: bool | Sequence[int] = False,
    ) -> None:
        store_parameters(self, locals())

    # -- targets ------------------------------------------------------------------------------------------------------

    def _learn_target(self, y: Any, classes: Any = None) -> NDArray[np.float32]:
        probabilities = class_probabilities(y)
        if probabilities is not None:
            self.multilabel_ = False
            self.classes_ = classes_of_columns(y, classes, probabilities.shape[1])
            return probabilities.astype(np.float32)
        if classes is not None:
            self._learn_target(classes)
            return self._encode_target(y)
        self.multilabel_ = has_several_targets(y)
        refuse_missing(y, missing_texts(self.missing))
        if not self.multilabel_ and getattr(y, "ndim", 1) == 2 and not hasattr(y, "columns"):
            warn(DataConversionWarning("A column-vector y was passed when a 1d array was expected; y.ravel() is one"))
        self.classes_, codes = (encode_labels if self.multilabel_ else encode_classes)(y)
        return codes.astype(np.float32).reshape(len(codes), -1)

    def _target_text(self) -> None:
        """Classes stay text."""

    def _truth(self, y: Any) -> Any:
        return checked_target(y, self.task)

    def _encode_target(self, y: Any) -> NDArray[np.float32]:
        if self.multilabel_:
            indicators = encode_labels(y)[1].astype(np.float32)
            if indicators.shape[1] != len(self.classes_):
                known = len(self.classes_)
                raise BacklitError(f"targets: {indicators.shape[1]} labels a row, of the fit {known}; give as many")
            return indicators
        probabilities = class_probabilities(y, certain=True)
        if probabilities is not None:
            if probabilities.shape[1] != len(self.classes_):
                known = len(self.classes_)
                raise BacklitError(f"y: probabilities of {probabilities.shape[1]} classes, the model has {known}")
            return probabilities.astype(np.float32)
        codes = codes_among(y, self.classes_)
        if (codes < 0).any():
            row = int((codes < 0).argmax())
            label = label_in_row(y, row)
            raise BacklitError(f"y: {label!r} in row {row} is not one of the model's classes {self.classes_.tolist()}")
        return codes.astype(np.float32)[:, None]

    def _observe_targets(self, targets: NDArray[np.float32]) -> None:
        """Predictions are among `classes_`; they need to know no more."""

    def _fit_task(self, recipe: Recipe, targets: NDArray[np.float32]) -> FitTask:
        weight, outputs = recipe.error_rate_weight, len(self.classes_)
        if self.multilabel_:
            objective = class_objective(best_temperature_of_indicators, errors_of_indicators, weight)
            return FitTask("binary_cross_entropy", outputs, LABEL_METRICS, objective, None, self._metric_targets)
        if targets.shape[1] > 1:
            strata = class_strata(targets.argmax(axis=1), recipe.validation_fraction)
            objective, metrics = class_objective(best_temperature, expected_errors, weight), PROBABILITY_METRICS
        else:
            strata = class_strata(targets[:, 0].astype(np.int64), recipe.validation_fraction)
            objective, metrics = class_objective(best_temperature, errors_of_classes, weight), CLASS_METRICS
        return FitTask(recipe.loss, outputs, metrics, objective, strata, self._metric_targets)

    def _metric_targets(self, targets: NDArray[np.float32]) -> NDArray[Any]:
        if not self.multilabel_ and targets.shape[1] > 1:
            return targets.astype(np.float64)
        integers = targets.astype(np.int64)
        return integers if self.multilabel_ else integers[:, 0]

    def _takes_line(self) -> bool:
        return False

    def _widen_range(self, margin: float) -> None:
        """Probabilities have one range."""

    def _class_weights(self, targets: NDArray[np.float32]) -> NDArray[np.float64] | None:
        if self.class_weight is None:
            return None
        if self.multilabel_:
            raise BacklitError("class_weight: a row has several labels; give sample_weight in its place")
        if targets.shape[1] > 1:
            raise BacklitError("class_weight: y holds probabilities, not labels; give sample_weight in its place")
        return class_weights(self.class_weight, self.classes_, self._metric_targets(targets))

    def _calibrate(self, outputs: NDArray[Any], targets: NDArray[Any], weights: NDArray[Any], copies: int) -> None:
        """Divide the logits by the temperature that fits the rows held out: label smoothing made them underconfident.

        Dividing the last layer's parameters does it, so the network stays one network.
        """
        fitted = best_temperature_of_indicators if self.multilabel_ else best_temperature
        temperature, _ = fitted(outputs, targets, weights)
        self.coefs_[-1][...] /= temperature
        self.intercepts_[-1][...] /= temperature

    def _is_multilabel(self) -> bool:
        return self.multilabel_

    def _unit(self, number: int) -> tuple[float, float]:
        return 1.0, 0.0

    def _target_row(self, y: Any) -> NDArray[np.float64]:
        if self.multilabel_:
            return np.asarray(encode_labels(np.asarray(y).reshape(1, -1))[1][0], dtype=np.float64)
        return np.asarray(np.eye(len(self.classes_))[class_code(self.classes_, y)])

    # -- predictions --------------------------------------------------------------------------------------------------

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """The probability of each class.

        Parameters
        ----------
        X : data frame or array, shape (n_samples, n_columns)
            The columns of the fit, in any order.

        Returns
        -------
        ndarray of float64, shape (n_samples, n_classes)
            In the order of `classes_`. Where a row may have several labels, each one's own: they need not sum to 1.

        Raises
        ------
        NotFittedError
            If the model is not fitted.
        BacklitError
            If a column is missing, or a cell cannot be read.

        Examples
        --------
        >>> model = TabularClassifier((8,), epochs=4, random_state=0).fit([["a"], ["b"]] * 20, ["no", "yes"] * 20)
        >>> model.predict_proba([["a"], ["b"]]).shape
        (2, 2)
        """
        return self._by_parts(X, self._probabilities)

    def predict_log_proba(self, X: Any) -> NDArray[np.float64]:
        """The logarithm of `predict_proba`, exact also where a probability is too close to 0 or 1 to be told from it.

        Parameters
        ----------
        X : data frame or array, shape (n_samples, n_columns)
            The columns of the fit, in any order.

        Returns
        -------
        ndarray of float64, shape (n_samples, n_classes)

        Raises
        ------
        NotFittedError, BacklitError
            As `predict_proba` does.
        """
        return self._by_parts(X, self._log_probabilities)

    def _log_probabilities(self, rows: NDArray[Any]) -> NDArray[np.float64]:
        logits = self._logits(rows)
        return log_of_labels(logits, self._probabilities(rows)) if self.multilabel_ else log_softmax(logits)

    def predict(self, X: Any) -> NDArray[Any]:
        """The most likely label of each row.

        Parameters
        ----------
        X : data frame or array, shape (n_samples, n_columns)
            The columns of the fit, in any order.

        Returns
        -------
        ndarray, shape (n_samples,); of several labels 0 or 1, shape (n_samples, n_labels)

        Raises
        ------
        NotFittedError, BacklitError
            As `predict_proba` does.

        Examples
        --------
        >>> model = TabularClassifier((8,), epochs=60, random_state=0).fit([["a"], ["b"]] * 20, ["no", "yes"] * 20)
        >>> model.predict([["b"]]).tolist()
        ['yes']
        """
        return self._by_parts(X, self._predictions_of)

    def _probabilities(self, rows: NDArray[Any]) -> NDArray[np.float64]:
        outputs = self._outputs(rows).astype(np.float64)
        if self.multilabel_:
            return np.asarray(outputs)
        return np.asarray(outputs / outputs.sum(axis=1, keepdims=True))

    def _predictions_of(self, rows: NDArray[Any]) -> NDArray[Any]:
        if self.multilabel_:
            return (self._probabilities(rows) > 0.5).astype(np.int64)
        return np.asarray(self.classes_[self._probabilities(rows).argmax(axis=1)])

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """The accuracy: which part of the rows, by weight, has its label predicted.

        Parameters
        ----------
        X : data frame or array, shape (n_samples, n_columns), or rows in chunks
        y : array-like, shape (n_samples,), or (n_samples, n_labels), or str
            In any form that `fit` takes, and the name of a column where X is read in chunks; a label that is none of
            `classes_` counts as wrong.
        sample_weight : array-like, shape (n_samples,), or str, optional

        Returns
        -------
        float

        Raises
        ------
        NotFittedError, BacklitError
            As `predict_proba` does.
        """
        check_is_fitted(self, "theta_")
        if is_source(X):
            return accuracy_in_chunks(self.score, X, y, sample_weight)
        return float(super().score(X, y if self.multilabel_ else labels_as_fitted(y, self.classes_), sample_weight))

    # -- files --------------------------------------------------------------------------------------------------------

    def _target_state(self) -> State:
        return {"classes": labels_state(self.classes_), "multilabel": self.multilabel_}, {}

    def _take_target(self, header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
        self.classes_, self.multilabel_ = restore_labels(header["classes"]), header["multilabel"]

    def _restore_target(self, header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
        self._take_target(header, arrays)
        fits(self.n_outputs_ == len(self.classes_), "its network has no output a class")
        gate = "sigmoid" if self.multilabel_ else "softmax"
        fits(self.network_.output_gate == gate, "its output gate is not one of classes")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags
