"""What the drop-in classifier and regressor share: reading of rows, calls of the fit, predictions, files."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any, Self, final

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, _fit_context
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted, validate_data

from backlit.declared.optimizers import OPTIMIZERS
from backlit.encoding.preparation import Preparation
from backlit.errors import BacklitError, choose
from backlit.estimators.inspection.columns import Groups, HasColumns
from backlit.estimators.mlp.columns import (
    column_inputs,
    columns_state,
    input_names,
    one_network_row,
    prepare,
    prepared_fit,
    restore_columns,
)
from backlit.estimators.mlp.head import Head
from backlit.estimators.mlp.parameters import SCIKIT_NAMES
from backlit.estimators.mlp.predictor import Predictor
from backlit.estimators.shared.arguments import dense
from backlit.estimators.shared.input_checks import checked_rows, checked_target
from backlit.estimators.shared.saving import State, all_finite, fits, network_state, restore_network

if TYPE_CHECKING:
    from backlit.engine.optimizer import Optimizer  # loads numba, which waits for the first fit
    from backlit.training.snapshots import Snapshots

FLOAT_TYPES = (np.dtype(np.float32), np.dtype(np.float64))

SAVED = ("n_iter_", "t_", "loss_", "loss_curve_", "out_activation_", "_seed", "_epochs_trained")
"""Fitted attributes that a model file keeps, beside the network and the targets."""


class BaseMLP(HasColumns, BaseEstimator):
    """A network with scikit-learn's parameters; classifier and regressor define targets and predictions.

    The fit itself is in `backlit.estimators.mlp.fit`.
    """

    hidden_layer_sizes: int | Sequence[int]
    activation: str | Sequence[str]
    solver: str
    alpha: float
    batch_size: int | str
    learning_rate: str
    learning_rate_init: float
    power_t: float
    max_iter: int
    shuffle: bool
    random_state: Any
    tol: float
    verbose: bool
    warm_start: bool
    momentum: float
    nesterovs_momentum: bool
    early_stopping: bool
    validation_fraction: float
    n_iter_no_change: float
    max_fun: int
    scoring: Any
    init: str
    periodic_features: int
    parametric_activation: bool
    weight_decay: float
    regularization_decay: bool
    ema_decay: float
    dropout: float
    checkpoint: str | PathLike[str] | None
    checkpoint_seconds: float
    checkpoint_epochs: int | None
    diagnose: bool | Sequence[int]

    n_features_in_: int
    feature_names_in_: NDArray[Any]
    n_layers_: int
    n_outputs_: int
    out_activation_: str
    n_iter_: int
    t_: int
    loss_: float
    best_loss_: float | None
    loss_curve_: list[float]
    validation_scores_: list[float] | None
    validation_loss_curve_: list[float] | None
    best_validation_score_: float | None
    snapshots_: Snapshots
    preparation_: Preparation  # of a network that another tool trained behind encoders or imputers
    _seed: int
    _epochs_trained: int
    _no_improvement_count: int
    _optimizer: Optimizer

    # -- hooks: classifier and regressor define them ------------------------------------------------------------------

    @abstractmethod
    def _read_target(self, y: Any, first: bool) -> NDArray[Any]:
        """Targets as the loss takes them, shape (n, outputs) or (n, 1); learn the labels, if this is a first fit."""

    @abstractmethod
    def _read_validation_target(self, y: Any) -> NDArray[Any]:
        """The same for rows to validate on; nothing is learnt of them."""

    @abstractmethod
    def _head(self, targets: NDArray[Any]) -> Head:
        """How the network ends, for such targets."""

    @abstractmethod
    def _class_weights(self, targets: NDArray[Any], partial: bool) -> NDArray[Any] | None:
        """A weight for each row by its class, shape (n,), or None."""

    @abstractmethod
    def _begin_partial_fit(self, y: Any, classes: Any) -> None:
        """Learn the labels that are given to the first `partial_fit`."""

    @abstractmethod
    def _output_transforms(self) -> Mapping[str, Callable[[NDArray[Any]], NDArray[Any]]]:
        """Method of prediction -> the function that makes its result from the network's outputs."""

    @abstractmethod
    def _target_row(self, y: Any) -> NDArray[np.float64]:
        """One sample's target as the loss takes it, shape (outputs,)."""

    @abstractmethod
    def _target_state(self) -> dict[str, Any]:
        """What was learnt of the targets, as JSON."""

    @abstractmethod
    def _restore_target(self, header: Mapping[str, Any]) -> None:
        """Read `_target_state` back."""

    # -- fitting ------------------------------------------------------------------------------------------------------

    @final
    @_fit_context(prefer_skip_nested_validation=True)
    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        X_val: Any = None,
        y_val: Any = None,
        on_epoch: Callable[[Any], bool | None] | None = None,
    ) -> Self:
        """Train on all rows.

        Parameters
        ----------
        X : array-like or sparse matrix, shape (n_samples, n_features)
            float32 trains in float32, everything else in float64.
        y : array-like, shape (n_samples,) or (n_samples, n_outputs)
        sample_weight : array-like, shape (n_samples,), optional
        X_val, y_val : as X and y, optional
            Rows of your own to stop early by, as with ``early_stopping=True``; then all rows of X are learnt from.
        on_epoch : callable, optional
            Called after each epoch (number, loss, score, rate); returning True stops the training. Not with lbfgs.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If X or y hold NaN or infinity, lengths differ, a parameter is out of range, the training has no finite
            parameters to keep, or the validation score is never finite.

        Examples
        --------
        >>> from backlit import MLPRegressor
        >>> model = MLPRegressor(hidden_layer_sizes=(), solver="lbfgs", alpha=0.0).fit([[0.0], [1.0]], [1.0, 3.0])
        >>> model.predict([[2.0]]).round(2).tolist()
        [5.0]
        """
        from backlit.estimators.mlp.fit import FitInput, fit  # loads numba, which waits for the first fit

        if (X_val is None) != (y_val is None):
            raise BacklitError("X_val and y_val: one is given without the other; give both")
        if self.solver == "lbfgs" and (X_val is not None or on_epoch is not None):
            raise BacklitError("X_val, on_epoch: lbfgs has no epochs; use another solver")
        X, y = checked_rows(X, self.task), checked_target(y, self.task)
        fit(self, FitInput(X, y, sample_weight, X_val, checked_target(y_val, self.task), on_epoch))
        return self

    @final
    @available_if(lambda self: self.solver in OPTIMIZERS)
    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None, classes: Any = None) -> Self:
        """Train one epoch on these rows, from the parameters and the optimizer's state as they are.

        Parameters
        ----------
        X, y, sample_weight
            As in `fit`.
        classes : array-like, optional
            For a classifier, all labels that will ever occur; needed at the first call.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            As in `fit`; if `early_stopping` is set, or a label is not among the classes.

        Examples
        --------
        >>> from backlit import MLPClassifier
        >>> model = MLPClassifier((4,), random_state=0)
        >>> for _ in range(3):
        ...     model = model.partial_fit([[0.0], [1.0]], ["no", "yes"], classes=["no", "yes"])
        >>> model.n_iter_
        3
        """
        from backlit.estimators.mlp.fit import FitInput, fit  # loads numba, which waits for the first fit

        if self.early_stopping:
            raise ValueError("partial_fit does not support early_stopping=True")
        X, y, classes = checked_rows(X, self.task), checked_target(y, self.task), checked_target(classes, self.task)
        self._begin_partial_fit(y, classes)
        fit(self, FitInput(X, y, sample_weight, partial=True))
        return self

    # -- reading rows -------------------------------------------------------------------------------------------------

    @final
    def _validated(self, X: Any, y: Any, first: bool) -> tuple[NDArray[Any], Any]:
        """Rows and targets of a fit after scikit-learn's checks; rows dense, of the network's float type."""
        if first:
            self.__dict__.pop("preparation_", None)
        elif "preparation_" in vars(self):
            return prepared_fit(self, X, y)
        X, y = validate_data(
            self,
            X,
            y,
            accept_sparse=["csr", "csc"],
            multi_output=True,
            dtype=(np.float64, np.float32),
            reset=first,
        )
        X = dense(X)
        dtype = X.dtype if first else self.theta_.dtype
        return np.ascontiguousarray(X, dtype), y

    @final
    def _rows(self, X: Any) -> Any:
        """Rows for prediction, checked: an array, or a sparse matrix in rows."""
        if self._is_plain(X) and "feature_names_in_" not in vars(self):
            return X
        check_is_fitted(self, "theta_")
        X = checked_rows(X, self.task)
        if "preparation_" in vars(self):
            return prepare(self, X)
        X = validate_data(self, X, accept_sparse=["csr"], dtype=(np.float64, np.float32), reset=False)
        return X if hasattr(X, "toarray") else np.asarray(X)

    @final
    def _is_plain(self, X: Any) -> bool:
        """Whether scikit-learn's checks would neither change nor refuse these rows."""
        if type(X) is not np.ndarray or X.dtype not in FLOAT_TYPES or X.ndim != 2 or not X.flags.c_contiguous:
            return False
        if X.shape[1] != vars(self).get("n_features_in_") or not len(X) or "theta_" not in vars(self):
            return False
        if "preparation_" in vars(self):
            return False
        return all_finite(X.reshape(-1))

    @final
    def _truth(self, y: Any) -> Any:
        return checked_target(y, self.task)

    @final
    def _inputs(self, X: Any) -> NDArray[Any]:
        return dense(self._rows(X))

    @final
    def _column_inputs(self) -> Groups:
        return column_inputs(self)

    @final
    def _input_names(self) -> Sequence[str]:
        return input_names(self)

    @final
    def _unit(self, number: int) -> tuple[float, float]:
        return 1.0, 0.0

    @final
    def as_network_row(self, x: Any, y: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """One sample as the network reads it, for `backlit.trace`.

        Parameters
        ----------
        x : array-like, shape (n_features,), or a mapping of column to cell, or a frame of one row
        y : a label, or a number or numbers

        Returns
        -------
        inputs : ndarray of float64, shape (n_features,)
        targets : ndarray of float64, shape (n_outputs,)

        Raises
        ------
        ValueError
            If x has another width, NaN or infinity, or the label is not among `classes_`.
        """
        return one_network_row(self, x), self._target_row(y)

    # -- predictions --------------------------------------------------------------------------------------------------

    @final
    def _predicted(self, X: Any, finish: Callable[[NDArray[Any]], NDArray[Any]]) -> NDArray[Any]:
        """Apply `finish` to the network's outputs; rows that are plain are checked where they are multiplied."""
        answers = None if "feature_names_in_" in vars(self) else self._from_plain(X, finish)
        return self._by_chunks(self._rows(X), finish) if answers is None else answers

    @final
    def _predictions_of(self, rows: NDArray[Any]) -> NDArray[Any]:
        return self._by_chunks(rows, self._output_transforms()["predict"])

    @final
    def predictor(self, kind: str = "predict") -> Predictor:
        """A fast way to predictions for plain arrays, without scikit-learn's checks of every kind of input.

        Parameters
        ----------
        kind : {"predict", "predict_proba"}
            Which method's numbers it gives; ``"predict_proba"`` for classifiers.

        Returns
        -------
        Predictor
            Call it with one row, shape (n_features,), or several, shape (rows, n_features), of float32 or float64.
            It follows the model: what is set in `coefs_`, or fitted anew, takes effect.

        Raises
        ------
        BacklitError
            If there is no such kind.
        NotFittedError
            If the model is not fitted.

        Examples
        --------
        >>> import numpy as np, backlit
        >>> X = np.array([[0.0], [1.0]] * 20)
        >>> model = backlit.MLPClassifier((8,), solver="lbfgs", random_state=0).fit(X, ["no", "yes"] * 20)
        >>> label = model.predictor()
        >>> str(label(X[1])), label(X[:2]).tolist()
        ('yes', ['no', 'yes'])
        """
        check_is_fitted(self, "theta_")
        choose("prediction", kind, self._output_transforms())
        return Predictor(self, kind)

    # -- files --------------------------------------------------------------------------------------------------------

    @final
    def _to_state(self) -> State:
        header, arrays = network_state(self)
        header |= columns_state(self)
        header["fitted"] = {name: vars(self)[name] for name in SAVED if name in vars(self)}
        return header | self._target_state(), arrays

    @final
    def _from_state(self, header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
        restore_network(self, header, arrays)
        fits(arrays.keys() == {"theta"}, "it holds other arrays")
        restore_columns(self, header)
        for name in header["fitted"]:
            setattr(self, name, header["fitted"][name])
        gate = self.network_.output_gate
        fits(self.out_activation_ == SCIKIT_NAMES.get(gate, gate), "its output gate has another name")
        self.best_loss_ = vars(self).get("loss_")
        self.validation_scores_ = self.validation_loss_curve_ = self.best_validation_score_ = None
        self._restore_target(header)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags
