"""The drop-in for ``sklearn.neural_network.MLPClassifier``, on our engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils import column_or_1d
from sklearn.utils.multiclass import _check_partial_fit_first_call, type_of_target, unique_labels

from backlit.declared.losses import natural_loss
from backlit.errors import BacklitError
from backlit.estimators.mlp.base import BaseMLP
from backlit.estimators.mlp.head import Head
from backlit.estimators.mlp.parameters import ACTIVATIONS, CLASSIFIER
from backlit.estimators.shared.arguments import class_code, store_parameters
from backlit.estimators.shared.input_checks import checked_target
from backlit.estimators.shared.log_probabilities import log_of_labels, log_of_shares, log_of_two, log_softmax
from backlit.estimators.shared.parameter_table import constraints_of, documented
from backlit.estimators.shared.sample_weights import class_weights
from backlit.estimators.shared.saving import fits, labels_state, restore_labels


@documented(CLASSIFIER)
class MLPClassifier(ClassifierMixin, BaseMLP):
    """A multilayer perceptron for classes; the parameters of ``sklearn.neural_network.MLPClassifier``.

    Attributes
    ----------
    classes_ : ndarray of labels, shape (n_classes,)
    coefs_, intercepts_ : lists of arrays
        Views of the parameters: ``coefs_[l - 1][i, j]`` is the weight ``w[l][i][j]`` of a trace.
    loss_, best_loss_, loss_curve_, validation_scores_, best_validation_score_
        As in scikit-learn.
    validation_loss_curve_ : list of float, or None
        The mean loss of the rows held out, penalty apart, after each epoch.
    n_iter_, t_, n_layers_, n_outputs_, out_activation_, n_features_in_, feature_names_in_
        As in scikit-learn.
    network_ : Blueprint
        The network as data.
    theta_ : ndarray, shape (theta_size,)
        All parameters.
    provenance_ : dict
        Where the model comes from, kept in its file: ``version`` of Backlit, ``data`` (how many ``rows``, and their
        ``digest``), ``seed``, and facts of the training, such as ``epochs``.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> model = MLPClassifier((16,), max_iter=1000, learning_rate_init=0.01, random_state=0).fit(X, y)
    >>> model.score(X, y) > 0.95
    True
    """

    task = "classification"
    _parameter_constraints = constraints_of(CLASSIFIER)

    loss: str
    output_activation: str
    label_smoothing: float
    class_weight: str | Mapping[Any, float] | None

    def __init__(
        self,
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
        loss: str = "log_loss",
        output_activation: str = "auto",
        init: str = "glorot",
        periodic_features: int = 0,
        parametric_activation: bool = False,
        weight_decay: float = 0.01,
        regularization_decay: bool = False,
        ema_decay: float = 0.0,
        dropout: float = 0.0,
        label_smoothing: float = 0.0,
        class_weight: str | Mapping[Any, float] | None = None,
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
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        if "_binarizer" not in vars(self) or (first and "theta_" in vars(self)):
            self._binarizer = LabelBinarizer().fit(y)
            self.classes_ = self._binarizer.classes_
        else:
            self._check_labels(unique_labels(y))
        return self._encoded(y)

    def _read_validation_target(self, y: Any) -> NDArray[Any]:
        y = column_or_1d(y) if self._binarizer.y_type_ in ("binary", "multiclass") else np.asarray(y)
        unknown = np.setdiff1d(unique_labels(y), self.classes_)
        if len(unknown):
            raise BacklitError(f"y_val: label {unknown[0]!r} is not among those of y")
        return self._encoded(y)

    def _encoded(self, y: NDArray[Any]) -> NDArray[Any]:
        """Class codes, shape (n, 1), of three classes or more; else a column of 0 and 1 for each output."""
        if self._binarizer.y_type_ == "multiclass":
            order = np.argsort(self.classes_)  # another tool's network may have its classes in any order
            return order[np.searchsorted(self.classes_, y, sorter=order)][:, None]
        return np.asarray(self._binarizer.transform(y))

    def _check_labels(self, labels: NDArray[Any]) -> None:
        """The network has an output for each class that it was made for, and for no other."""
        if self.warm_start and not np.array_equal(labels, np.sort(self.classes_)):
            raise ValueError(
                "warm_start can only be used where `y` has the same classes as in the previous call to fit. "
                f"Previously got {self.classes_}, `y` has {labels}"
            )
        unknown = np.setdiff1d(labels, self.classes_)
        if len(unknown):
            known = self.classes_.tolist()
            raise ValueError(f"`y` has classes not in `self.classes_`: {unknown[:5].tolist()}; known are {known}")

    def _begin_partial_fit(self, y: Any, classes: Any) -> None:
        if _check_partial_fit_first_call(self, classes):
            multilabel = type_of_target(y).startswith("multilabel")
            self._binarizer = LabelBinarizer()
            self._binarizer.fit(y if multilabel else self.classes_)

    def _head(self, targets: NDArray[Any]) -> Head:
        multiclass = self._binarizer.y_type_ == "multiclass"
        gate = ACTIVATIONS.get(self.output_activation, self.output_activation)
        if gate == "auto":
            gate = "softmax" if multiclass else "sigmoid"
        if gate == "softmax" and not multiclass:
            raise ValueError("output_activation: softmax is for three classes or more; use 'auto' or 'logistic' here")
        loss = natural_loss(gate) if self.loss == "log_loss" else self.loss
        return Head(gate, loss, len(self.classes_) if multiclass else targets.shape[1], self.label_smoothing)

    def _class_weights(self, targets: NDArray[Any], partial: bool) -> NDArray[Any] | None:
        if self.class_weight is None:
            return None
        if self._is_multilabel():
            raise BacklitError("class_weight: a row has several labels; give sample_weight in its place")
        if partial and not isinstance(self.class_weight, Mapping):
            raise BacklitError(
                "class_weight: 'balanced' needs all rows, and partial_fit sees some; give a mapping of label to weight"
            )
        return class_weights(self.class_weight, self.classes_, targets[:, 0].astype(np.int64))

    def _is_multilabel(self) -> bool:
        return str(self._binarizer.y_type_).startswith("multilabel")

    def _target_row(self, y: Any) -> NDArray[np.float64]:
        if self._is_multilabel():
            return np.asarray(y, dtype=np.float64).reshape(-1)
        code = class_code(self.classes_, y)
        return np.array([float(code)]) if self.n_outputs_ == 1 else np.asarray(np.eye(self.n_outputs_)[code])

    # -- predictions --------------------------------------------------------------------------------------------------

    def predict(self, X: Any) -> NDArray[Any]:
        """The most likely label of each row.

        Parameters
        ----------
        X : array-like or sparse matrix, shape (n_samples, n_features)

        Returns
        -------
        ndarray, shape (n_samples,), or (n_samples, n_outputs) for multilabel targets

        Raises
        ------
        NotFittedError
            If the model is not fitted.
        ValueError
            If X has another width, NaN or infinity.

        Examples
        --------
        >>> model = MLPClassifier((8,), solver="lbfgs", random_state=0).fit([[0.0], [1.0]] * 20, ["no", "yes"] * 20)
        >>> model.predict([[1.0], [0.0]]).tolist()
        ['yes', 'no']
        """
        return self._predicted(X, self._labels)

    def predict_proba(self, X: Any) -> NDArray[Any]:
        """The probability of each class.

        Parameters
        ----------
        X : array-like or sparse matrix, shape (n_samples, n_features)

        Returns
        -------
        ndarray, shape (n_samples, n_classes)
            In the order of `classes_`.

        Raises
        ------
        NotFittedError, ValueError
            As `predict` does.

        Examples
        --------
        >>> model = MLPClassifier((8,), solver="lbfgs", random_state=0).fit([[0.0], [1.0]] * 20, ["no", "yes"] * 20)
        >>> (model.predict_proba([[1.0]]) > 0.9).tolist()
        [[False, True]]
        """
        return self._predicted(X, self._probabilities)

    def predict_log_proba(self, X: Any) -> NDArray[Any]:
        """The logarithm of `predict_proba`, exact also where a probability is too close to 0 or 1 to be told from it.

        Parameters
        ----------
        X : array-like or sparse matrix, shape (n_samples, n_features)

        Returns
        -------
        ndarray, shape (n_samples, n_classes)
            Finite: it is computed from what the output gate gets.

        Raises
        ------
        NotFittedError, ValueError
            As `predict` does.
        """
        rows = self._rows(X)
        return self._log_probabilities(rows, self._logits(rows)).astype(self.theta_.dtype)

    def _log_probabilities(self, rows: Any, logits: NDArray[np.float64]) -> NDArray[np.float64]:
        """The logarithms of `_probabilities`."""
        if self.n_outputs_ == 1:
            return log_of_two(logits)
        if self._binarizer.y_type_ != "multiclass":
            return log_of_labels(logits, self._outputs(rows).astype(np.float64))
        return log_softmax(logits) if self.out_activation_ == "softmax" else log_of_shares(logits)

    def _output_transforms(self) -> Mapping[str, Callable[[NDArray[Any]], NDArray[Any]]]:
        return {"predict": self._labels, "predict_proba": self._probabilities}

    def _labels(self, outputs: NDArray[Any]) -> NDArray[Any]:
        """The labels of outputs: the class of the largest, or yes where one is above a half."""
        if self._binarizer.y_type_ == "multiclass":
            return np.asarray(self.classes_[outputs.argmax(axis=1)])
        positive = outputs > 0.5
        if self.n_outputs_ > 1 or self._is_multilabel():
            return positive.astype(np.int64)
        last = len(self.classes_) - 1  # 0 where the data had one class
        return np.asarray(self.classes_[np.minimum(positive[:, 0], last)])

    def _probabilities(self, outputs: NDArray[Any]) -> NDArray[Any]:
        """The probabilities of the classes, shape (rows, n_classes); those of two classes from their one output."""
        if self.n_outputs_ == 1:
            both = np.empty((len(outputs), 2), outputs.dtype)
            np.subtract(1, outputs[:, 0], out=both[:, 0])
            both[:, 1] = outputs[:, 0]
            return both
        if self._binarizer.y_type_ == "multiclass" and self.out_activation_ != "softmax":
            return np.asarray(outputs / np.maximum(outputs.sum(axis=1, keepdims=True), np.finfo(outputs.dtype).tiny))
        return outputs

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """The accuracy, as scikit-learn's; labels are taken in every form that `fit` takes.

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
        return {"classes": labels_state(self.classes_), "target_type": self._binarizer.y_type_}

    def _restore_target(self, header: Mapping[str, Any]) -> None:
        self.classes_ = restore_labels(header["classes"])
        several, gate = header["target_type"] != "binary", self.network_.output_gate
        outputs = len(self.classes_) if several else 1
        fits(self.n_outputs_ == outputs and (several or len(self.classes_) <= 2), "its network has no output a class")
        softmax = header["target_type"] == "multiclass" and gate == "softmax"
        fits(softmax or gate == "sigmoid", "its output gate is not one of classes")
        self._binarizer = LabelBinarizer()
        self._binarizer.classes_, self._binarizer.y_type_ = self.classes_, header["target_type"]
        self._binarizer.sparse_input_ = False

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags
