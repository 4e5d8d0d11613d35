"""What classifier and regressor share: scikit-learn's parameters and their ranges, reading of input, and the fit."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, _fit_context, is_classifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import check_scoring, get_scorer_names
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils import _safe_indexing
from sklearn.utils._param_validation import Interval, Options, StrOptions
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import _check_partial_fit_first_call, type_of_target
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from backlit.declared.initializers import INITIALIZERS
from backlit.declared.optimizers import OPTIMIZERS
from backlit.declared.schedules import SCHEDULES
from backlit.engine.threads import blocks_of, single_threaded_blas, team_size
from backlit.errors import BacklitError, choose
from backlit.estimators.inspection.columns import Groups, HasColumns
from backlit.estimators.mlp.predictor import Predictor
from backlit.estimators.shared.parameters import dense, seed_of, widths_of
from backlit.estimators.shared.saving import State, network_state, restore_network
from backlit.network.blueprint import Blueprint
from backlit.network.building import mlp, with_periodic_embedding
from backlit.training.initial_parameters import initial

if TYPE_CHECKING:
    from backlit.engine.network import Regularization

ACTIVATIONS: Mapping[str, str] = {"logistic": "sigmoid"}
"""scikit-learn's names for gates that have another name here."""

THEIR_NAMES = {ours: theirs for theirs, ours in ACTIVATIONS.items()}

NON_FINITE = (
    "Solver produced non-finite parameter weights. The input data may contain large values and need to be "
    "preprocessed; or use a smaller learning_rate_init."
)
"""scikit-learn's words, and the mend."""

SOLVERS = ("lbfgs", *(name for name in OPTIMIZERS if name not in ("momentum", "nesterov")))  # both are sgd here

RATE_RULES = ("constant", "invscaling", "adaptive")
"""scikit-learn's rules for the learning rate of sgd; schedules of ours go with every stochastic solver."""

LOOKED_AT = 2**16
"""How many numbers are looked at at once, for NaN and infinity: the answers take a byte each."""

FLOATS = (np.dtype(np.float32), np.dtype(np.float64))


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Rows that a training is judged by: as the network reads them, and `asked` as they were given, for a scorer."""

    inputs: NDArray[Any]
    targets: NDArray[Any]
    weights: NDArray[Any] | None
    learn: NDArray[np.int64] | None  # the rows that are left to learn from; all, if these are none of them
    asked: tuple[Any, ...]
    scorer: Any

    def score(self, model: BaseMLP) -> float:
        """By the scorer, or without one by the outputs: accuracy, or R squared."""
        if self.scorer is None:
            return model._score_outputs(model._outputs(self.inputs), self.targets, self.weights)
        more = {} if self.weights is None else {"sample_weight": self.weights}
        return float(self.scorer(model, *self.asked, **more))


class BaseMLP(HasColumns, BaseEstimator):
    """A network with scikit-learn's parameters; the two kinds say how targets are read and how the network ends."""

    _parameter_constraints: Mapping[str, list[Any]] = {
        "hidden_layer_sizes": ["array-like", Interval(Integral, 1, None, closed="left")],
        "activation": [str, list, tuple],
        "solver": [StrOptions(set(SOLVERS))],
        "alpha": [Interval(Real, 0, None, closed="left")],
        "batch_size": [StrOptions({"auto"}), Interval(Integral, 1, None, closed="left")],
        "learning_rate": [StrOptions({*RATE_RULES, *SCHEDULES})],
        "learning_rate_init": [Interval(Real, 0, None, closed="neither")],
        "power_t": [Interval(Real, 0, None, closed="left")],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "shuffle": ["boolean"],
        "random_state": ["random_state"],
        "tol": [Interval(Real, 0, None, closed="left")],
        "verbose": ["verbose"],
        "warm_start": ["boolean"],
        "momentum": [Interval(Real, 0, 1, closed="both")],
        "nesterovs_momentum": ["boolean"],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="left")],
        "beta_1": [Interval(Real, 0, 1, closed="left")],
        "beta_2": [Interval(Real, 0, 1, closed="left")],
        "epsilon": [Interval(Real, 0, None, closed="neither")],
        "n_iter_no_change": [Interval(Integral, 1, None, closed="left"), Options(Real, {np.inf})],
        "max_fun": [Interval(Integral, 1, None, closed="left")],
        "scoring": [StrOptions(set(get_scorer_names())), callable, None],
        "init": [StrOptions(set(INITIALIZERS))],
        "periodic_features": [Interval(Integral, 0, None, closed="left")],
        "parametric_activation": ["boolean"],
        "regularization_decay": ["boolean"],
        "ema_decay": [Interval(Real, 0, 1, closed="left")],
        "weight_decay": [Interval(Real, 0, None, closed="left")],
        "dropout": [Interval(Real, 0, 1, closed="left")],
        "n_jobs": [Integral, None],
        "deterministic": ["boolean", None],
    }

    label_smoothing: float = 0.0  # for the kind that has it

    _PREDICTIONS: Mapping[str, str] = {}
    """What `predictor` can give -> the method that makes it of the network's outputs."""

    # -- what the two kinds decide for themselves --------------------------------------------------------------------

    def _read(self, X: Any, y: Any, first: bool) -> tuple[NDArray[Any], NDArray[Any]]:
        raise NotImplementedError

    def _ending(self) -> tuple[str, str]:
        """The output gate and the loss."""
        raise NotImplementedError

    def _score_outputs(self, outputs: NDArray[Any], targets: NDArray[Any], weights: NDArray[Any] | None) -> float:
        raise NotImplementedError

    # -- fitting ------------------------------------------------------------------------------------------------------

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
            FitMonitor of each epoch (number, loss, score, rate); answering True stops the training. Not with lbfgs.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If X or y hold NaN or infinity, lengths differ, or a parameter is out of range.
        """
        if (X_val is None) != (y_val is None):
            raise BacklitError("X_val and y_val: one is given without the other; give both")
        if self.solver == "lbfgs" and (X_val is not None or on_epoch is not None):
            raise BacklitError("X_val, on_epoch: lbfgs has no epochs; use another solver")
        self._fit(X, y, sample_weight, once=False, further=(X_val, y_val), on_epoch=on_epoch)
        return self

    @available_if(lambda self: self.solver in OPTIMIZERS)
    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None, classes: Any = None) -> Self:
        """Go over these rows once more, from where the training stands.

        Parameters
        ----------
        X, y, sample_weight
            As in `fit`.
        classes : array-like, optional
            For a classifier, all labels that will ever come; needed at the first call.

        Returns
        -------
        self
        """
        if self.early_stopping:
            raise ValueError("partial_fit does not support early_stopping=True")
        if is_classifier(self) and _check_partial_fit_first_call(self, classes):
            self._binarizer = LabelBinarizer()
            multilabel = type_of_target(y).startswith("multilabel")
            self._binarizer.fit(y if multilabel else self.classes_)
        self._fit(X, y, sample_weight, once=True)
        return self

    def _fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any,
        once: bool,
        further: tuple[Any, Any] = (None, None),
        on_epoch: Callable[[Any], bool | None] | None = None,
    ) -> None:
        given = X, y
        first = "theta_" not in vars(self) or not (self.warm_start or once)
        X, targets = self._read(X, y, first)
        weights = np.empty(0, X.dtype)
        if sample_weight is not None:
            weights = _check_sample_weight(sample_weight, X, dtype=X.dtype, ensure_non_negative=True)
        weights = self._reweighted(weights, targets, once)
        if weights.size and not weights.sum() > 0:
            raise BacklitError("sample_weight: all weights are zero; at least one row has to count")
        blueprint = self._blueprint(X.shape[1], targets)
        if not first and blueprint != self.network_:
            raise BacklitError("the network's parameters have changed since the last fit; call fit, without warm_start")
        if first:
            self._begin(blueprint, X)
        if self.solver == "lbfgs":
            alone = self.deterministic or team_size(self.n_jobs) == 1
            with single_threaded_blas() if alone else nullcontext():
                self._fit_lbfgs(X, targets, weights)
        else:
            with single_threaded_blas():
                held = None if once else self._held_out(given, targets, weights, further)
                fresh = not once or "_optimizer" not in vars(self)
                self._fit_stochastic(X, targets, weights, once, fresh, held, on_epoch)

    def _blueprint(self, inputs: int, targets: NDArray[Any]) -> Blueprint:
        hidden = widths_of(self.hidden_layer_sizes)
        given = [self.activation] * len(hidden) if isinstance(self.activation, str) else list(self.activation)
        gates = [ACTIVATIONS.get(name, name) for name in given]
        output_gate, loss = self._ending()
        network = mlp(
            inputs, hidden, self._width(targets), hidden_gate=gates, output_gate=output_gate, loss=loss,
            blended=self.parametric_activation,
        )  # fmt: skip
        if self.periodic_features > inputs:
            raise BacklitError(
                f"periodic_features: {self.periodic_features} columns have an embedding, but X has {inputs}; "
                "give so many at most"
            )
        return with_periodic_embedding(network, self.periodic_features) if self.periodic_features else network

    def _width(self, targets: NDArray[Any]) -> int:
        return int(targets.shape[1])

    def _reweighted(self, weights: NDArray[Any], targets: NDArray[Any], once: bool) -> NDArray[Any]:
        """Weights of the samples, by their classes too where there are any."""
        return weights

    def _begin(self, blueprint: Blueprint, X: NDArray[Any]) -> None:
        """A new network, and nothing behind it."""
        self.network_ = blueprint
        self._seed = seed_of(self.random_state)
        self.theta_ = initial(blueprint, self._seed, X.dtype, self.init, X)
        self.__dict__.pop("_optimizer", None)
        self.n_iter_ = 0
        self.t_ = 0
        self._epochs_behind = 0
        self.n_layers_ = len(blueprint.layers) + 1
        self.n_outputs_ = blueprint.outputs
        self.out_activation_ = THEIR_NAMES.get(blueprint.output_gate, blueprint.output_gate)
        self.loss_curve_: list[float] = []
        self._no_improvement_count = 0
        self.best_loss_: float | None = np.inf

    def _capacity(self, n: int) -> int:
        if self.batch_size == "auto":
            return min(200, n)
        if self.batch_size > n:
            warnings.warn(
                "Got `batch_size` less than 1 or larger than sample size. It is going to be clipped",
                stacklevel=4,
            )
        return min(int(self.batch_size), n)

    def _fit_lbfgs(self, X: NDArray[Any], targets: NDArray[Any], weights: NDArray[Any]) -> None:
        from backlit.engine.network import Network
        from backlit.training.lbfgs import train_lbfgs
        from backlit.training.samples import Samples

        network = Network(self.network_, self.theta_.astype(np.float64), len(X))
        samples = Samples(X.astype(np.float64), targets.astype(np.float64), weights.astype(np.float64))
        found = train_lbfgs(
            network,
            samples,
            self._dense_targets(samples.targets),
            alpha=self.alpha,
            iterations=self.max_iter,
            evaluations=self.max_fun,
            tolerance=self.tol,
            on_iteration=self._say if self.verbose else None,
        )
        if not np.isfinite(network.theta).all():
            raise ValueError(NON_FINITE)
        self.theta_[:] = network.theta
        self.loss_, self.n_iter_ = found.loss, found.iterations
        self.best_loss_ = found.loss
        if not found.converged and not found.interrupted:
            warnings.warn(
                f"lbfgs stopped after {found.iterations} iterations without converging; raise max_iter or max_fun, "
                "or scale the data",
                ConvergenceWarning,
                stacklevel=5,
            )

    def _dense_targets(self, targets: NDArray[Any]) -> NDArray[Any]:
        """Targets with a column for each output: one-hot rows for classes."""
        if targets.shape[1] == self.network_.outputs:
            return np.ascontiguousarray(targets)
        return np.eye(self.network_.outputs, dtype=targets.dtype)[targets[:, 0].astype(np.int64)]

    def _fit_stochastic(
        self,
        X: NDArray[Any],
        targets: NDArray[Any],
        weights: NDArray[Any],
        once: bool,
        fresh: bool,
        held: HeldOut | None,
        on_epoch: Callable[[Any], bool | None] | None,
    ) -> None:
        from backlit.engine.network import Network
        from backlit.training.history import Epoch
        from backlit.training.loop import train
        from backlit.training.messages import RAN_OUT
        from backlit.training.plan import Plan
        from backlit.training.samples import Samples

        first_epoch = self._epochs_behind
        if not once:
            self.n_iter_ = 0
        samples = Samples(X, targets, weights)
        if held is not None and held.learn is not None:
            samples = samples.rows(held.learn)
        samples = replace(samples, targets=self._smoothed(samples.targets))
        network = Network(
            self.network_,
            self.theta_,
            self._capacity(len(samples)),
            threads=self.n_jobs,
            blocks=blocks_of(self.deterministic),
            factors=self.network_.learning_rate_multipliers,
        )
        if fresh:
            self._optimizer = self._new_optimizer()
        plan = Plan(
            epochs=1 if once else self.max_iter,
            rate=self.learning_rate_init,
            schedule=self._schedule() if not once else "constant",
            rate_rule=self.learning_rate if self.solver == "sgd" and self.learning_rate in RATE_RULES else "constant",
            power_t=self.power_t,
            regularization=replace(self._regularization(), ema_decay=0.0) if once else self._regularization(),
            regularization_decay=self.regularization_decay and not once,
            shuffle=self.shuffle,
            tolerance=self.tol,
            patience=np.inf if once else self.n_iter_no_change,
            seed=self._seed,
        )
        if held is not None:
            self.validation_scores_: list[float] | None = []
            self.validation_loss_curve_: list[float] | None = []
            self.best_validation_score_: float | None = -np.inf
            self.best_loss_ = None
        else:
            self.validation_scores_ = self.validation_loss_curve_ = self.best_validation_score_ = None

        def told(epoch: Epoch) -> bool | None:
            self.n_iter_ += 1
            self._epochs_behind += 1
            self.t_ += len(samples)
            self.loss_ = epoch.loss
            self.loss_curve_.append(epoch.loss)
            if epoch.score is None:
                self.best_loss_ = min(epoch.loss, self.best_loss_ if self.best_loss_ is not None else np.inf)
            elif self.validation_scores_ is not None and self.best_validation_score_ is not None:
                self.validation_scores_.append(epoch.score)
                self.best_validation_score_ = max(self.best_validation_score_, epoch.score)
            if self.verbose:
                self._say(self.n_iter_, epoch.loss, epoch.score)
            return on_epoch(epoch) if on_epoch else None

        def validate(network: Network) -> float:
            assert held is not None
            assert self.validation_loss_curve_ is not None
            self.validation_loss_curve_.append(network.mean_loss(held.inputs, wanted, held.weights))
            return held.score(self)

        wanted = self._dense_targets(held.targets) if held is not None else targets[:0]

        history = train(
            network,
            self._optimizer,
            samples,
            plan,
            validate=validate if held is not None else None,
            on_epoch=told,
            first_epoch=first_epoch,
            first_sample=self.t_,
        )
        self._no_improvement_count = history.waited
        if history.diverged and self.validation_scores_ is not None:
            self.validation_scores_.append(float("nan"))
        if history.diverged:
            del self._optimizer  # what it remembers is not finite
            if not history.epochs:
                raise ValueError(NON_FINITE)
        if not once and history.stopped == RAN_OUT and self._schedule() == "constant":
            warnings.warn(
                f"Stochastic Optimizer: Maximum iterations ({self.max_iter}) reached and the optimization "
                "hasn't converged yet.",
                ConvergenceWarning,
                stacklevel=5,
            )

    def _schedule(self) -> str:
        """The schedule that a training of known length follows."""
        return self.learning_rate if self.learning_rate in SCHEDULES else "constant"

    def _regularization(self) -> Regularization:
        """The strengths of what is done against overfitting; decoupled decay takes the penalty's place."""
        from backlit.engine.network import Regularization

        smoothing = self.label_smoothing if self.network_.output_gate == "softmax" else 0.0  # else: see _smoothed
        decoupled = OPTIMIZERS[self.solver].decoupled
        return Regularization(
            l2_penalty=0.0 if decoupled else self.alpha,
            weight_decay=self.weight_decay if decoupled else 0.0,
            dropout=self.dropout,
            label_smoothing=smoothing,
            ema_decay=self.ema_decay,
        )

    def _smoothed(self, targets: NDArray[Any]) -> NDArray[Any]:
        """Targets of yes and no, moved towards a half; those of several classes are smoothed by the engine."""
        return targets

    def _held_out(
        self, given: tuple[Any, Any], targets: NDArray[Any], weights: NDArray[Any], further: tuple[Any, Any]
    ) -> HeldOut | None:
        """What stops a training early: rows of the caller's own, else a part of those given, or nothing."""
        dtype, scorer = self.theta_.dtype, check_scoring(self, self.scoring, allow_none=True)
        if further[0] is not None:
            rows, wanted = self._read_further(*further)
            return HeldOut(np.array(rows, dtype), np.array(wanted, dtype), None, None, further, scorer)
        if not self.early_stopping:
            return None
        single = is_classifier(self) and targets.shape[1] == 1  # multilabel targets are not stratified
        stratify = (targets if self.n_outputs_ > 1 else targets > 0) if single else None
        chosen, held = train_test_split(
            np.arange(len(targets)), test_size=self.validation_fraction, random_state=self._seed, stratify=stratify
        )
        if len(held) < 2:
            raise ValueError(
                "The validation set is too small. Increase 'validation_fraction' or the size of your dataset."
            )
        asked = tuple(_safe_indexing(part, held) for part in given)
        rows = np.array(dense(self._rows(asked[0])), dtype, order="C")
        own = weights[held] if weights.size else None
        quick = None if self.scoring is None else scorer
        return HeldOut(rows, np.ascontiguousarray(targets[held]), own, chosen, asked, quick)

    def _read_further(self, X: Any, y: Any) -> tuple[NDArray[Any], NDArray[Any]]:
        """Rows to validate on, and their targets, read as those of the rows to learn from were."""
        raise NotImplementedError

    def _new_optimizer(self) -> Any:
        from backlit.engine.optimizer import Optimizer

        name = self.solver
        if name == "sgd" and self.momentum > 0:
            name = "nesterov" if self.nesterovs_momentum else "momentum"
        settings = {setting: getattr(self, setting) for setting in OPTIMIZERS[name].settings}
        return Optimizer(name, self.theta_.size, self.theta_.dtype, settings)

    def _say(self, iteration: int, loss: float, score: float | None = None) -> None:
        print(f"Iteration {iteration}, loss = {loss:.8f}")
        if score is not None:
            print(f"Validation score: {score:f}")

    # -- files --------------------------------------------------------------------------------------------------------

    def _to_state(self) -> State:
        header, arrays = network_state(self)
        header["features"] = int(self.n_features_in_)
        if "feature_names_in_" in vars(self):
            header["names"] = [str(name) for name in self.feature_names_in_]
        header["fitted"] = {
            name: vars(self)[name]
            for name in ("n_iter_", "t_", "loss_", "loss_curve_", "out_activation_", "_seed", "_epochs_behind")
            if name in vars(self)
        }
        return header, arrays

    def _from_state(self, header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
        restore_network(self, header, arrays)
        self.n_features_in_ = int(header["features"])
        if "names" in header:
            self.feature_names_in_ = np.array(header["names"], dtype=object)
        for name, value in header["fitted"].items():
            setattr(self, name, value)
        self.best_loss_ = self.loss_
        self.validation_scores_ = self.validation_loss_curve_ = self.best_validation_score_ = None

    # -- reading input ------------------------------------------------------------------------------------------------

    def _rows(self, X: Any) -> Any:
        """Rows for prediction, checked: an array, or a sparse matrix in rows."""
        if self._is_plain(X) and "feature_names_in_" not in vars(self):
            return X
        check_is_fitted(self, "theta_")
        X = validate_data(self, X, accept_sparse=["csr"], dtype=(np.float64, np.float32), reset=False)
        return X if hasattr(X, "toarray") else np.asarray(X)

    def _is_plain(self, X: Any) -> bool:
        """Whether there is nothing about these rows that scikit-learn's checks would change or refuse."""
        if type(X) is not np.ndarray or X.dtype not in FLOATS or X.ndim != 2 or not X.flags.c_contiguous:
            return False
        if X.shape[1] != vars(self).get("n_features_in_") or not len(X) or "theta_" not in vars(self):
            return False
        if X.size <= LOOKED_AT:
            return bool(np.isfinite(X).all())
        numbers = X.reshape(-1)
        starts = range(0, X.size, LOOKED_AT)
        return all(np.isfinite(numbers[start : start + LOOKED_AT]).all() for start in starts)

    def _inputs(self, X: Any) -> NDArray[Any]:
        return dense(self._rows(X))

    def _column_inputs(self) -> Groups:
        names = getattr(self, "feature_names_in_", [f"x[{i}]" for i in range(self.n_features_in_)])
        return [(str(name), (i,)) for i, name in enumerate(names)]

    def _answers(self, rows: NDArray[Any]) -> NDArray[Any]:
        finish: Callable[[NDArray[Any]], NDArray[Any]] = getattr(self, self._PREDICTIONS["predict"])
        return self._by_chunks(rows, finish)

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
        choose("prediction", kind, self._PREDICTIONS)
        return Predictor(self, kind)

    def _validated(self, X: Any, y: Any, first: bool) -> tuple[NDArray[Any], Any]:
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

    def as_network_row(self, x: Any, y: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """One sample as the network sees it: inputs (n_features,) and targets (n_outputs,), for `backlit.trace`."""
        row = self._rows(np.asarray(x, dtype=np.float64).reshape(1, -1))[0]
        return row.astype(np.float64), self._target_row(y)

    def _target_row(self, y: Any) -> NDArray[np.float64]:
        raise NotImplementedError

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags
