"""Drop-in for ``sklearn.neural_network``: the same parameters, defaults and fitted attributes, on our engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.metrics import accuracy_score, r2_score
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils import column_or_1d
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.multiclass import unique_labels

from backlit.declared.losses import natural_gate, natural_loss
from backlit.encoding.target import target_domain_of
from backlit.errors import BacklitError
from backlit.estimators.mlp.base import ACTIVATIONS, BaseMLP
from backlit.estimators.shared.parameters import class_code, dense
from backlit.estimators.shared.sample_weights import CLASS_WEIGHTS, of_classes
from backlit.estimators.shared.saving import State, labels_state, restore_labels

REGRESSION_LOSSES: Mapping[str, str] = {"squared_error": "quadratic", "absolute_error": "absolute"}
"""scikit-learn's name of a regressor's loss -> ours, where they differ."""


class MLPClassifier(ClassifierMixin, BaseMLP):
    """A multilayer perceptron for classes; the parameters of ``sklearn.neural_network.MLPClassifier``.

    Parameters
    ----------
    hidden_layer_sizes : int or sequence of int
        Width of each hidden layer.
    activation : str or sequence of str
        Any gate of ``backlit.GATES`` with one operand (``"logistic"`` is sigmoid), or one for each hidden layer.
    solver : {"adam", "sgd", "lbfgs", "adamw", "nadam", "muon"}
        The last three: Adam with decoupled weight decay (Loshchilov and Hutter 2019), Adam with Nesterov's momentum
        (Dozat 2016), and adamw with Muon (Jordan et al. 2024) for hidden layers' weights: a step turns them evenly in
        all directions, whatever the gradient's lengths, and takes several times as long.
    alpha : float
        Strength of the L2 penalty; adamw and muon have `weight_decay` in its place.
    batch_size : int or "auto"
        Rows of a mini-batch; "auto" is min(200, n).
    learning_rate : {"constant", "invscaling", "adaptive", "cosine", "one_cycle", "coslog4"}
        The second and third are scikit-learn's, for sgd; the others are schedules over `max_iter` epochs, a rate for
        each mini-batch, with `learning_rate_init` as their largest: `backlit.declared.schedules.SCHEDULES`.
    learning_rate_init, power_t, max_iter, shuffle, random_state, tol, verbose, warm_start, momentum
        As in scikit-learn.
    nesterovs_momentum, early_stopping, validation_fraction, beta_1, beta_2, epsilon, n_iter_no_change, max_fun
        As in scikit-learn.
    scoring : str or callable, optional
        What early stopping goes by: a scorer of scikit-learn's, by name or ``(model, X, y) -> score``; accuracy unless
        given, R squared for numbers.
    loss : {"log_loss", "quadratic", "squared", "absolute"}
        Cross entropy, or one of the lecture's other losses, summed over the outputs.
    output_activation : {"auto", "softmax", "logistic"}
        Softmax for three classes or more and logistic for two, unless given; with logistic outputs for many classes
        each output is a yes or no, and probabilities are their shares.
    init : {"glorot", "normal", "scaled_normal", "lsuv"}
        Where the parameters start: `backlit.declared.initializers.INITIALIZERS`.
    periodic_features : int
        So many of the first columns also make waves, 3 learned features each (`backlit.declared.layers`, "periodic";
        Gorishniy et al. 2022): for numbers whose effect rises and falls. They learn at a tenth of the rate, except by
        lbfgs.
    parametric_activation : bool
        Whether each hidden neuron learns how much of its gate it uses: it passes on ``z + blend (gate(z) - z)``
        (Holzmueller et al. 2024), from 1 at a tenth of the rate, except by lbfgs.
    weight_decay : float
        For adamw and muon: weights are multiplied by ``1 - rate * weight_decay`` before each step.
    regularization_decay : bool
        Whether dropout and `weight_decay` fall to 0 in the second half of `max_iter`, along a cosine (Holzmueller et
        al. 2024).
    ema_decay : float
        Above 0 the model is the running mean of its weights: so much of it stays at each step (0.99, 0.999), the rest
        is what the step left (Polyak and Juditsky 1992). Within a call of fit; not with lbfgs, nor by partial_fit.
    dropout : float
        Part of the hidden units that is silent in training, each row its own; not with lbfgs.
    label_smoothing : float
        Part of each label that is spread evenly over the classes; not with lbfgs.
    class_weight : "balanced" or mapping of label to weight, optional
        What each class's rows count, times their sample weights; for one label a row. partial_fit takes a mapping only.
    n_jobs : int, optional
        Threads at most; all processors unless given, -1 too. Limits by threadpoolctl, joblib, OMP_NUM_THREADS and
        NUMBA_NUM_THREADS are kept, and trainings side by side in threads share the processors. Small networks use one.
    deterministic : bool, optional
        The same seed on the same machine gives the same bits, always. True: whatever the number of threads, because
        every mini-batch is cut into the same 2 blocks of rows, which at most 2 threads share; lbfgs then uses one, and
        so does each product of a prediction, where products are BLAS's (no AVX2) and its threads share them otherwise.
        False: as many blocks as threads. Unless given: True for stochastic solvers where the machine has at most 2
        processors, so that it costs nothing.

    Attributes
    ----------
    classes_ : ndarray of labels
    coefs_, intercepts_ : lists of arrays
        Views of the parameters: ``coefs_[l - 1][i, j]`` is the weight ``w[l][i][j]`` of a trace.
    loss_, best_loss_, loss_curve_, validation_scores_, best_validation_score_
    validation_loss_curve_ : list of float, or None
        The mean loss of the rows held out, penalty apart, after each epoch.
    n_iter_, t_, n_layers_, n_outputs_, out_activation_, n_features_in_, feature_names_in_
    network_ : Blueprint
        The network as data.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> model = MLPClassifier((16,), max_iter=1000, learning_rate_init=0.01, random_state=0).fit(X, y)
    >>> model.score(X, y) > 0.95
    True
    """

    _parameter_constraints: Mapping[str, list[Any]] = {
        **BaseMLP._parameter_constraints,
        "loss": [StrOptions({"log_loss", "quadratic", "squared", "absolute"})],
        "output_activation": [StrOptions({"auto", "softmax", "logistic"})],
        "label_smoothing": [Interval(Real, 0, 1, closed="left")],
        "class_weight": CLASS_WEIGHTS,
    }

    _PREDICTIONS: Mapping[str, str] = {"predict": "_labels", "predict_proba": "_probabilities"}

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
    ) -> None:
        _store(self, locals())

    def _ending(self) -> tuple[str, str]:
        output = ACTIVATIONS.get(self.output_activation, self.output_activation)
        if output == "auto":
            output = "softmax" if self._binarizer.y_type_ == "multiclass" else "sigmoid"
        if output == "softmax" and self._binarizer.y_type_ != "multiclass":
            raise ValueError("output_activation: softmax is for three classes or more; use 'auto' or 'logistic' here")
        return output, natural_loss(output) if self.loss == "log_loss" else self.loss

    def _width(self, targets: NDArray[Any]) -> int:
        return len(self.classes_) if self._binarizer.y_type_ == "multiclass" else targets.shape[1]

    def _read(self, X: Any, y: Any, first: bool) -> tuple[NDArray[Any], NDArray[Any]]:
        X, y = self._validated(X, y, first)
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        if "_binarizer" not in vars(self) or (first and "theta_" in vars(self)):
            self._binarizer = LabelBinarizer().fit(y)
            self.classes_ = self._binarizer.classes_
        else:
            self._check_labels(unique_labels(y))
        if self._binarizer.y_type_ == "multiclass":
            codes = np.searchsorted(self.classes_, y)
            return X, np.ascontiguousarray(codes[:, None], X.dtype)
        return X, np.ascontiguousarray(self._binarizer.transform(y), X.dtype)

    def _read_further(self, X: Any, y: Any) -> tuple[NDArray[Any], NDArray[Any]]:
        y = column_or_1d(y) if self._binarizer.y_type_ in ("binary", "multiclass") else np.asarray(y)
        strange = np.setdiff1d(unique_labels(y), self.classes_)
        if len(strange):
            raise BacklitError(f"y_val: label {strange[0]!r} is not among those of y")
        rows = dense(self._rows(X))
        if self._binarizer.y_type_ == "multiclass":
            wanted = np.searchsorted(self.classes_, y)[:, None]
        else:
            wanted = self._binarizer.transform(y)
        return _as_many(rows, wanted)

    def _check_labels(self, labels: NDArray[Any]) -> None:
        """The network has an output for each class it was made for, and for no other."""
        if self.warm_start and not np.array_equal(labels, self.classes_):
            raise ValueError(
                "warm_start can only be used where `y` has the same classes as in the previous call to fit. "
                f"Previously got {self.classes_}, `y` has {labels}"
            )
        strange = np.setdiff1d(labels, self.classes_)
        if len(strange):
            known = self.classes_.tolist()
            raise ValueError(f"`y` has classes not in `self.classes_`: {strange[:5].tolist()}; known are {known}")

    def _to_state(self) -> State:
        header, arrays = super()._to_state()
        header |= {"classes": labels_state(self.classes_), "targets": self._binarizer.y_type_}
        return header, arrays

    def _from_state(self, header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
        super()._from_state(header, arrays)
        self.classes_ = restore_labels(header["classes"])
        self._binarizer = LabelBinarizer()
        self._binarizer.classes_, self._binarizer.y_type_ = self.classes_, header["targets"]
        self._binarizer.sparse_input_ = False

    def _score_outputs(self, outputs: NDArray[Any], targets: NDArray[Any], weights: NDArray[Any] | None) -> float:
        if not np.isfinite(outputs).all():
            return float("nan")
        if targets.shape[1] != outputs.shape[1]:
            right = outputs.argmax(axis=1) == targets[:, 0]
        else:
            right = ((outputs > 0.5) == targets).all(axis=1)
        return float(accuracy_score(right, np.ones_like(right), sample_weight=weights))

    def predict(self, X: Any) -> NDArray[Any]:
        """The most likely label of each row.

        Parameters
        ----------
        X : array-like or sparse matrix, shape (n_samples, n_features)

        Returns
        -------
        ndarray, shape (n_samples,), or (n_samples, n_outputs) for multilabel targets
        """
        return self._by_chunks(self._rows(X), self._labels)

    def _several_labels(self) -> bool:
        return str(self._binarizer.y_type_).startswith("multilabel")

    def _labels(self, outputs: NDArray[Any]) -> NDArray[Any]:
        """The labels that outputs say: the largest one's class, or yes where it is above a half."""
        if self._binarizer.y_type_ == "multiclass":
            return np.asarray(self.classes_[outputs.argmax(axis=1)])
        sure = outputs > 0.5
        if self.n_outputs_ > 1 or self._several_labels():
            return sure.astype(np.int64)
        last = len(self.classes_) - 1  # 0 where the data had one class
        return np.asarray(self.classes_[np.minimum(sure[:, 0], last)])

    def predict_proba(self, X: Any) -> NDArray[Any]:
        """The probability of each class, shape (n_samples, n_classes), in the order of `classes_`."""
        return self._by_chunks(self._rows(X), self._probabilities)

    def _probabilities(self, outputs: NDArray[Any]) -> NDArray[Any]:
        """The classes' probabilities that outputs say, those of two classes from their one output."""
        if self.n_outputs_ == 1:
            both = np.empty((len(outputs), 2), outputs.dtype)
            np.subtract(1, outputs[:, 0], out=both[:, 0])
            both[:, 1] = outputs[:, 0]
            return both
        if self._binarizer.y_type_ == "multiclass" and self.out_activation_ != "softmax":
            return np.asarray(outputs / np.maximum(outputs.sum(axis=1, keepdims=True), np.finfo(outputs.dtype).tiny))
        return outputs

    def _reweighted(self, weights: NDArray[Any], targets: NDArray[Any], once: bool) -> NDArray[Any]:
        if self.class_weight is None:
            return weights
        if self._several_labels():
            raise BacklitError("class_weight: a row has several labels; give sample_weight in its place")
        if once and not isinstance(self.class_weight, Mapping):
            raise BacklitError(
                "class_weight: 'balanced' needs all rows, and partial_fit sees some; give a mapping of label to weight"
            )
        own = of_classes(self.class_weight, self.classes_, targets[:, 0].astype(np.int64))
        return np.asarray(own * (weights if weights.size else 1.0), dtype=targets.dtype)

    def _smoothed(self, targets: NDArray[Any]) -> NDArray[Any]:
        if self.network_.output_gate == "softmax" or not self.label_smoothing:
            return targets
        choices = self.network_.outputs if self._binarizer.y_type_ == "multiclass" else 2  # else: each yes or no
        dense = self._dense_targets(targets)
        smooth: NDArray[Any] = dense * (1 - self.label_smoothing) + self.label_smoothing / choices
        return smooth.astype(targets.dtype, copy=False)

    def predict_log_proba(self, X: Any) -> NDArray[Any]:
        """The logarithm of `predict_proba`."""
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(self.predict_proba(X)))

    def _target_row(self, y: Any) -> NDArray[np.float64]:
        if self._several_labels():
            return np.asarray(y, dtype=np.float64).reshape(-1)
        code = class_code(self.classes_, y)
        return np.array([float(code)]) if self.n_outputs_ == 1 else np.asarray(np.eye(self.n_outputs_)[code])

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags


class MLPRegressor(RegressorMixin, BaseMLP):
    """A multilayer perceptron for numbers; the parameters of ``sklearn.neural_network.MLPRegressor``.

    Parameters
    ----------
    loss : {"squared_error", "absolute_error", "huber", "poisson"}, or the name of a loss of your own
        A sample's loss is ``(a - y) ** 2 / 2``, ``abs(a - y)``, or ``a - y log(a)`` with ``a = exp(z)``, summed over
        the outputs.
    hidden_layer_sizes, activation, solver, alpha, batch_size, learning_rate, learning_rate_init, power_t, max_iter
        As in `MLPClassifier`.
    shuffle, random_state, tol, verbose, warm_start, momentum, nesterovs_momentum, early_stopping
        As in `MLPClassifier`.
    validation_fraction, beta_1, beta_2, epsilon, n_iter_no_change, max_fun, scoring, init
        As in `MLPClassifier`.
    periodic_features, parametric_activation, weight_decay, regularization_decay, ema_decay, dropout
        As in `MLPClassifier`.
    n_jobs, deterministic
        As in `MLPClassifier`.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = MLPRegressor(hidden_layer_sizes=(8,), solver="lbfgs", alpha=1.0, max_iter=3000, random_state=0)
    >>> model.fit(X * 20, y / 100).score(X * 20, y / 100) > 0.5
    True
    """

    _parameter_constraints: Mapping[str, list[Any]] = {
        **BaseMLP._parameter_constraints,
        "loss": [str],
    }

    _PREDICTIONS: Mapping[str, str] = {"predict": "_numbers"}

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
    ) -> None:
        _store(self, locals())

    def _ending(self) -> tuple[str, str]:
        loss = REGRESSION_LOSSES.get(self.loss, self.loss)
        return natural_gate(loss), loss

    def _read(self, X: Any, y: Any, first: bool) -> tuple[NDArray[Any], NDArray[Any]]:
        X, y = self._validated(X, y, first)
        y = np.asarray(y)
        if y.dtype.kind not in "fiub":
            raise ValueError(f"y: Unknown label type {y.dtype}, not numeric; use MLPClassifier for labels")
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        y = y.reshape(len(y), -1)
        target_domain_of(self._ending()[1]).check(y, self.loss)
        return X, np.ascontiguousarray(y, X.dtype)

    def _read_further(self, X: Any, y: Any) -> tuple[NDArray[Any], NDArray[Any]]:
        wanted = np.asarray(y, dtype=np.float64)
        return _as_many(dense(self._rows(X)), wanted.reshape(len(wanted), -1))

    def _score_outputs(self, outputs: NDArray[Any], targets: NDArray[Any], weights: NDArray[Any] | None) -> float:
        if not np.isfinite(outputs).all():
            return float("nan")
        return float(r2_score(targets, outputs, sample_weight=weights))

    def predict(self, X: Any) -> NDArray[Any]:
        """The prediction for each row.

        Parameters
        ----------
        X : array-like or sparse matrix, shape (n_samples, n_features)

        Returns
        -------
        ndarray, shape (n_samples,) or (n_samples, n_outputs)
        """
        return self._by_chunks(self._rows(X), self._numbers)

    def _numbers(self, outputs: NDArray[Any]) -> NDArray[Any]:
        """The outputs, one number a row where there is one target."""
        return outputs.ravel() if outputs.shape[1] == 1 else outputs

    def _target_row(self, y: Any) -> NDArray[np.float64]:
        return np.asarray(y, dtype=np.float64).reshape(-1)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


def _as_many(rows: NDArray[Any], wanted: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Both, if there is a target for each row."""
    if len(rows) != len(wanted):
        raise BacklitError(f"y_val: {len(wanted)} targets for {len(rows)} rows of X_val; they must be as many")
    return np.ascontiguousarray(rows), np.ascontiguousarray(wanted)


def _store(estimator: Any, given: Mapping[str, Any]) -> None:
    """Keep the arguments of ``__init__`` as scikit-learn wants them: untouched, under their own names."""
    for name, value in given.items():
        if name not in ("self", "__class__"):
            setattr(estimator, name, value)
