"""The drop-in for ``sklearn.neural_network.MLPRegressor``, on our engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import RegressorMixin
from sklearn.utils import column_or_1d

from backlit.declared.losses import natural_gate
from backlit.encoding.target import TARGET_DOMAINS, target_domain_of
from backlit.estimators.mlp.base import BaseMLP
from backlit.estimators.mlp.head import Head
from backlit.estimators.mlp.parameters import REGRESSION_LOSSES, REGRESSOR
from backlit.estimators.shared.arguments import store_parameters
from backlit.estimators.shared.input_checks import checked_target
from backlit.estimators.shared.parameter_table import constraints_of, documented
from backlit.estimators.shared.provenance import is_imported
from backlit.estimators.shared.saving import fits


@documented(REGRESSOR)
class MLPRegressor(RegressorMixin, BaseMLP):
    """A multilayer perceptron for numbers; the parameters of ``sklearn.neural_network.MLPRegressor``.

    Attributes
    ----------
    coefs_, intercepts_, network_, theta_, provenance_, loss_, loss_curve_, n_iter_, ...
        As in `MLPClassifier`.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = MLPRegressor(hidden_layer_sizes=(8,), solver="lbfgs", alpha=1.0, max_iter=3000, random_state=0)
    >>> model.fit(X * 20, y / 100).score(X * 20, y / 100) > 0.5
    True
    """

    task = "regression"
    _parameter_constraints = constraints_of(REGRESSOR)

    loss: str

    def __init__(
        self,
        loss: str = "squared_error",
        hidden_layer_sizes: int | Sequence[int] = (100,),
        activation: str | Sequence[str] = "relu",
        *,
        solver: str = "adam",
        alpha: float = 0.0001,
        batch_size: int | str = "auto",
        learning_rate: str = "constant",
        learning_rate_init: float = 0.001,
        power_t: float = 0.5,
        max_iter: int = 200,
        shuffle: bool = True,
        random_state: Any = None,
        tol: float = 1e-4,
        verbose: bool = False,
        warm_start: bool = False,
        momentum: float = 0.9,
        nesterovs_momentum: bool = True,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        n_iter_no_change: float = 10,
        max_fun: int = 15000,
        scoring: str | Callable[..., float] | None = None,
        init: str = "glorot",
        periodic_features: int = 0,
        parametric_activation: bool = False,
        weight_decay: float = 0.01,
        regularization_decay: bool = False,
        ema_decay: float = 0.0,
        dropout: float = 0.0,
        n_jobs: int | None = None,
        deterministic: bool | None = None,
        checkpoint: str | PathLike[str] | None = None,
        checkpoint_seconds: float = 5.0,
        checkpoint_epochs: int | None = None,
        diagnose: bool | Sequence[int] = False,
    ) -> None:
        store_parameters(self, locals())

    # -- targets ------------------------------------------------------------------------------------------------------

    def _read_target(self, y: Any, first: bool) -> NDArray[Any]:
        y = np.asarray(y)
        if y.dtype.kind not in "fiub":
            raise ValueError(f"y: Unknown label type {y.dtype}, not numeric; use MLPClassifier for labels")
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        targets: NDArray[Any] = y.reshape(len(y), -1)
        target_domain_of(self._loss_name()).check(targets, self.loss)
        return targets

    def _read_validation_target(self, y: Any) -> NDArray[Any]:
        targets = np.asarray(y, dtype=np.float64)
        return targets.reshape(len(targets), -1)

    def _begin_partial_fit(self, y: Any, classes: Any) -> None:
        """Numbers have no classes."""

    def _loss_name(self) -> str:
        return REGRESSION_LOSSES.get(self.loss, self.loss)

    def _head(self, targets: NDArray[Any]) -> Head:
        loss = self._loss_name()
        return Head(natural_gate(loss), loss, int(targets.shape[1]))

    def _class_weights(self, targets: NDArray[Any], partial: bool) -> None:
        """Numbers have no classes."""

    def _is_multilabel(self) -> bool:
        return False

    def _target_row(self, y: Any) -> NDArray[np.float64]:
        return np.asarray(y, dtype=np.float64).reshape(-1)

    # -- predictions --------------------------------------------------------------------------------------------------

    def predict(self, X: Any) -> NDArray[Any]:
        """The prediction for each row.

        Parameters
        ----------
        X : array-like or sparse matrix, shape (n_samples, n_features)

        Returns
        -------
        ndarray, shape (n_samples,) or (n_samples, n_outputs)

        Raises
        ------
        NotFittedError
            If the model is not fitted.
        ValueError
            If X has another width, NaN or infinity.

        Examples
        --------
        >>> model = MLPRegressor(hidden_layer_sizes=(), solver="lbfgs", alpha=0.0).fit([[0.0], [1.0]], [1.0, 3.0])
        >>> model.predict([[2.0], [3.0]]).round(2).tolist()
        [5.0, 7.0]
        """
        return self._predicted(X, self._numbers)

    def _output_transforms(self) -> Mapping[str, Callable[[NDArray[Any]], NDArray[Any]]]:
        return {"predict": self._numbers}

    def _numbers(self, outputs: NDArray[Any]) -> NDArray[Any]:
        """The outputs, one number a row where there is one target."""
        return outputs.ravel() if outputs.shape[1] == 1 else outputs

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """The coefficient of determination, as scikit-learn's; targets are taken in every form that `fit` takes.

        Parameters
        ----------
        X : array-like or sparse matrix, shape (n_samples, n_features)
        y : array-like, shape (n_samples,) or (n_samples, n_outputs)
        sample_weight : array-like, shape (n_samples,), optional

        Returns
        -------
        float

        Raises
        ------
        NotFittedError, ValueError
            As `predict` does.
        """
        return float(super().score(X, checked_target(y, self.task), sample_weight))

    # -- files --------------------------------------------------------------------------------------------------------

    def _target_state(self) -> dict[str, Any]:
        return {}

    def _restore_target(self, header: Mapping[str, Any]) -> None:
        """Nothing is learnt of the targets, but that they are numbers."""
        numbers = self.network_.output_gate in TARGET_DOMAINS or is_imported(self)
        fits(numbers and self.network_.output_gate != "softmax", "its output gate is not one of numbers")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
