"""Numbers from raw data frames: encoding, defaults and the choice of the best epoch are the model's work."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import RegressorMixin
from sklearn.utils.validation import check_is_fitted

from backlit.encoding import TargetScaler
from backlit.encoding.target import TARGET_DOMAINS, target_domain_of, target_numbers
from backlit.encoding.text import TextOptions, TextReading, missing_texts
from backlit.errors import BacklitError, DataError
from backlit.estimators.shared.arguments import store_parameters
from backlit.estimators.shared.input_checks import checked_target
from backlit.estimators.shared.parameter_table import constraints_of, documented
from backlit.estimators.shared.saving import State, all_finite, fits
from backlit.estimators.tabular.base import BaseTabular
from backlit.estimators.tabular.intervals import MOST_RESIDUALS, half_width, outside, residuals_of
from backlit.estimators.tabular.line import LINE_LOSSES
from backlit.estimators.tabular.metrics import NUMBER_METRICS, FitTask, number_objective
from backlit.estimators.tabular.parameters import REGRESSOR
from backlit.estimators.tabular.quantiles import levels_of, quantile_loss, quantile_score
from backlit.estimators.tabular.recipe import Recipe
from backlit.estimators.tabular.score_out_of_core import determination_in_chunks
from backlit.scale import is_source

UNITS: Mapping[str, Callable[[float, float], tuple[float, float]]] = {
    "identity": lambda unit, center: (unit, center),
    "exp": lambda unit, center: (1.0, math.log(unit)),
    "sigmoid": lambda unit, center: (1.0, 0.0),
}
"""Output gate -> factor and offset that make a last pre-activation a target, the log of a rate, or log odds."""


@documented(REGRESSOR)
class TabularRegressor(RegressorMixin, BaseTabular):
    """Numbers from a raw data frame, without choosing anything.

    Predictions stay within the range of the training targets, in each target, however far a row lies from those of the
    training: a trend is not continued. ``clip=False`` gives the network's own answer instead.

    Attributes
    ----------
    encoder_, network_, theta_, coefs_, intercepts_, provenance_, interrupted_, histories_, n_iter_, best_epoch_
        As in `TabularClassifier`.
    scaler_ : TargetScaler
        How targets become standard scores.
    residuals_ : ndarray of float64, shape (at most 10,000, n_outputs), or (at most 10,000, 1) of several quantiles
        How far off rows held out were, or how far outside the outer quantiles, in ascending order, for
        `predict_interval`; gone after `partial_fit`.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"kind": ["a", "b"] * 40, "size": range(80)})
    >>> price = frame["size"] * 2.0 + (frame["kind"] == "a") * 30
    >>> TabularRegressor(epochs=64, random_state=0).fit(frame, price).score(frame, price) > 0.9
    True
    """

    task = "regression"
    _parameter_constraints = constraints_of(REGRESSOR)

    loss: str
    quantile: float | Sequence[float]
    clip: bool
    scaler_: TargetScaler
    residuals_: NDArray[np.float64]
    _low: NDArray[np.float32]
    _high: NDArray[np.float32]

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
        quantile: float | Sequence[float] = 0.5,
        clip: bool = True,
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
        if classes is not None:
            raise BacklitError("classes: a regressor has none; leave it out, or use TabularClassifier")
        self.scaler_ = TargetScaler.fit(y, self._loss_name(), TextOptions(missing_texts(self.missing)))
        columns = len(self.scaler_.mean)
        if self.quantile_levels:
            if columns > 1:
                raise DataError(f"y: {columns} columns; several quantiles are of one target, so fit a model for each")
            mean, std = (np.repeat(each, len(self.quantile_levels)) for each in (self.scaler_.mean, self.scaler_.std))
            self.scaler_ = replace(self.scaler_, mean=mean, std=std, one_dimensional=False)
        scores = self._encode_target(y)
        self._low, self._high = np.full((2, scores.shape[1]), [[np.inf], [-np.inf]], np.float32)
        return scores

    def _target_text(self) -> TextReading | None:
        return self.scaler_.text

    def _truth(self, y: Any) -> Any:
        text = self.scaler_.text
        return checked_target(y, self.task) if text is None else target_numbers(y, text)[0].ravel()

    def _encode_target(self, y: Any) -> NDArray[np.float32]:
        scores = self._scores(y)
        return scores.reshape(len(scores), -1).astype(np.float32)

    def _scores(self, y: Any) -> NDArray[np.float64]:
        """Standard scores; of several quantiles the one target's, once for each."""
        if not self.quantile_levels:
            return self.scaler_.scale(y)
        one = replace(self.scaler_, mean=self.scaler_.mean[:1], std=self.scaler_.std[:1])
        return np.tile(one.scale(y).reshape(-1, 1), len(self.quantile_levels))

    def _observe_targets(self, targets: NDArray[np.float32]) -> None:
        """Predictions stay within the range of the targets that were seen (unless `clip` is False), and the domain."""
        low, high = self._domain_ends()
        self._low = np.clip(np.minimum(self._low, targets.min(axis=0)), low, high)
        self._high = np.clip(np.maximum(self._high, targets.max(axis=0)), low, high)

    def _domain_ends(self) -> tuple[np.float32, np.float32]:
        """The least and the largest number that a loss can take of an output."""
        domain = target_domain_of(self._loss_name())
        return np.float32(domain.low + domain.margin), np.float32(domain.high - domain.margin)

    def _loss_name(self) -> str:
        """The loss that is trained on; a quantile's is declared when it is first needed."""
        return quantile_loss(self.quantile) if self.loss == "quantile" else self.loss

    @property
    def quantile_levels(self) -> tuple[float, ...]:
        """The quantiles that predictions have a column of; none where there is one prediction a target."""
        return levels_of(self.quantile) if self.loss == "quantile" else ()

    def _fit_task(self, recipe: Recipe, targets: NDArray[np.float32]) -> FitTask:
        loss = self._loss_name()
        low, high = (self._low, self._high) if self.clip else map(np.asarray, self._domain_ends())
        objective = number_objective(loss, low, high)
        return FitTask(loss, int(targets.shape[1]), NUMBER_METRICS, objective, None, lambda scores: scores)

    def _takes_line(self) -> bool:
        return self.loss in LINE_LOSSES

    def _widen_range(self, margin: float) -> None:
        more = margin * (self._high - self._low)
        low, high = self._domain_ends()
        self._low, self._high = np.clip(self._low - more, low, high), np.clip(self._high + more, low, high)

    def _class_weights(self, targets: NDArray[np.float32]) -> None:
        """Numbers have no classes."""

    def _calibrate(self, outputs: NDArray[Any], targets: NDArray[Any], weights: NDArray[Any], copies: int) -> None:
        """Keep how far off the rows held out were, for intervals; `copies` members answered the same rows."""
        n, k = len(outputs) // copies, outputs.shape[1]
        counted = weights[:n] > 0
        answers = outputs.reshape(copies, n, k).mean(axis=0)[counted]
        predictions, truth = self._restored(answers), self.scaler_.restore(targets[:n][counted])
        if self.quantile_levels:
            self.residuals_ = residuals_of(outside(predictions[:, :1], predictions[:, -1:], truth[:, :1]))
        else:
            self.residuals_ = residuals_of(np.abs(predictions.reshape(-1, k) - truth.reshape(-1, k)))

    def _is_multilabel(self) -> bool:
        return False

    def _unit(self, number: int) -> tuple[float, float]:
        unit, center = float(self.scaler_.std[number]), float(self.scaler_.mean[number])
        return UNITS[self.network_.output_gate](unit, center)

    def _target_row(self, y: Any) -> NDArray[np.float64]:
        targets = np.asarray(y, dtype=np.float64).reshape(1, -1)
        return np.asarray(self._scores(targets), dtype=np.float64).reshape(-1)

    # -- predictions --------------------------------------------------------------------------------------------------

    def predict(self, X: Any) -> NDArray[np.float64]:
        """The prediction for each row, within the range of the training targets unless `clip` is False.

        Parameters
        ----------
        X : data frame or array, shape (n_samples, n_columns)
            The columns of the fit, in any order.

        Returns
        -------
        ndarray of float64, shape (n_samples,) or (n_samples, n_outputs)

        Raises
        ------
        NotFittedError
            If the model is not fitted.
        BacklitError
            If a column is missing, or a cell cannot be read.

        Examples
        --------
        >>> model = TabularRegressor((8,), epochs=4, random_state=0).fit([[0.0], [1.0]] * 20, [1.0, 3.0] * 20)
        >>> bool(model.predict([[0.5], [9.0]]).max() <= 3.0)
        True
        """
        return self._by_parts(X, self._predictions_of)

    def _predictions_of(self, rows: NDArray[Any]) -> NDArray[np.float64]:
        return self._restored(self._outputs(rows))

    def _restored(self, outputs: NDArray[Any]) -> NDArray[np.float64]:
        """Outputs in the target's units, within the range of the training targets unless `clip` is False.

        Quantiles are put into ascending order, which never makes them worse (Chernozhukov et al. 2010).
        """
        if self.quantile_levels:
            outputs = np.sort(outputs, axis=1)
        return self.scaler_.restore(np.clip(outputs, self._low, self._high) if self.clip else outputs)

    def predict_interval(self, X: Any, coverage: float = 0.9) -> NDArray[np.float64]:
        """An interval for each row that holds its target with the probability `coverage`, or a little more.

        As wide as predictions were off in the rows held out from each member's training (split conformal prediction).
        The promise is an average over rows like those of the fit. Each member was off a little more than their mean is,
        so that intervals are rather too wide. They end where targets must, such as at 0 for counts. Of several
        quantiles the outer two are moved by as much as rows held out ask for (Romano et al. 2019), so that an interval
        is wide where the target varies much.

        Parameters
        ----------
        X : data frame or array, shape (n_samples, n_columns)
        coverage : float
            Above 0, below 1.

        Returns
        -------
        ndarray of float64, shape (n_samples, 2) or (n_samples, n_outputs, 2); of several quantiles (n_samples, 2)
            The low and the high end; of several outputs each has the coverage of its own.

        Raises
        ------
        NotFittedError
            If the model is not fitted.
        BacklitError
            If the coverage needs more rows held out than there were, `partial_fit` has moved the parameters since, or
            as `predict` does.

        Examples
        --------
        >>> model = TabularRegressor((8,), epochs=4, random_state=0).fit([[0.0], [1.0]] * 20, [1.0, 3.0] * 20)
        >>> low, high = model.predict_interval([[0.5]], coverage=0.8)[0]
        >>> bool(low < model.predict([[0.5]])[0] < high)
        True
        """
        check_is_fitted(self, "theta_")
        if "residuals_" not in vars(self):
            raise BacklitError("predict_interval: no row was held out since partial_fit moved the parameters; use fit")
        reach = half_width(self.residuals_, coverage)
        center = self.predict(X)
        if self.quantile_levels:
            ends = center[:, [0, -1]] + np.array([-1.0, 1.0]) * reach
            return np.where(ends[:, :1] > ends[:, 1:], ends.mean(axis=1, keepdims=True), ends)
        reach = reach[0] if center.ndim == 1 else reach
        low, high = (self.scaler_.restore(np.full((1, self.n_outputs_), end))[0] for end in self._domain_ends())
        return np.stack([np.maximum(center - reach, low), np.minimum(center + reach, high)], axis=-1)

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """The coefficient of determination, as scikit-learn's; targets are taken in every form that `fit` takes.

        Of several quantiles scikit-learn's `d2_pinball_score`, their mean: 1 is best, a constant has 0.

        Parameters
        ----------
        X : data frame or array, shape (n_samples, n_columns), or rows in chunks
        y : array-like, shape (n_samples,) or (n_samples, n_outputs), or str
            The name of a column where X is read in chunks.
        sample_weight : array-like, shape (n_samples,), or str, optional

        Returns
        -------
        float

        Raises
        ------
        NotFittedError, BacklitError
            As `predict` does.
        """
        if is_source(X):
            check_is_fitted(self, "theta_")
            if self.quantile_levels:
                raise BacklitError("score: of quantiles it needs the rows in memory; give a frame, or fewer rows")
            return determination_in_chunks(self._truth, self.predict, X, y, sample_weight)
        if self.quantile_levels:
            return quantile_score(self._truth(y), self.predict(X), self.quantile_levels, sample_weight)
        return float(super().score(X, self._truth(y), sample_weight))

    def __sklearn_tags__(self) -> Any:
        """Several targets a row are taken."""
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    # -- files --------------------------------------------------------------------------------------------------------

    def _target_state(self) -> State:
        scaler, arrays = self.scaler_.to_state()
        if "residuals_" in vars(self):
            arrays["residuals"] = self.residuals_
        return {"scaler": scaler}, {**arrays, "low": self._low, "high": self._high}

    def _take_target(self, header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
        self.scaler_ = TargetScaler.from_state(header["scaler"], arrays, self.encoder_.target)
        self._low, self._high = arrays["low"], arrays["high"]

    def _restore_target(self, header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
        self._take_target(header, arrays)
        scale = (self.scaler_.mean, self.scaler_.std, self._low, self._high)
        fits(all(array.shape == (self.n_outputs_,) for array in scale), "its targets have another number")
        ordered = bool((self.scaler_.std > 0).all() and (self._low <= self._high).all())
        fits(ordered and all(all_finite(array) for array in scale), "its targets have no scale")
        if "residuals" in arrays:
            self.residuals_ = residuals = np.asarray(arrays["residuals"], np.float64)
            columns = 1 if self.quantile_levels else self.n_outputs_
            fits(residuals.ndim == 2 and residuals.shape[1] == columns, "its residuals are of other outputs")
            fits(
                len(residuals) <= MOST_RESIDUALS and all_finite(residuals), "its residuals are no numbers, or too many"
            )
            fits(bool((np.diff(residuals, axis=0) >= 0.0).all()), "its residuals are not in order")
            fits(bool(self.quantile_levels or (residuals >= 0.0).all()), "its residuals are below 0")
        fits(not self.scaler_.one_dimensional or self.n_outputs_ == 1, "one target has several outputs")
        levels = len(self.quantile_levels)
        fits(levels in (0, self.n_outputs_), "its network has another number of quantiles")
        fits(self.network_.output_gate in TARGET_DOMAINS, "its output gate is not one of numbers")
