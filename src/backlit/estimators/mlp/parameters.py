"""The parameters of `MLPClassifier` and `MLPRegressor`, each declared once."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any

import numpy as np
from sklearn.utils._param_validation import Interval, Options, StrOptions

from backlit.declared.initializers import INITIALIZERS
from backlit.declared.optimizers import OPTIMIZERS, SETTINGS
from backlit.declared.schedules import SCHEDULES
from backlit.estimators.shared.parameter_table import CHECKPOINT, DIAGNOSE, Parameter, Table
from backlit.estimators.shared.sample_weights import CLASS_WEIGHTS

SOLVERS = ("lbfgs", *(name for name in OPTIMIZERS if name not in ("momentum", "nesterov")))  # both are sgd here

RATE_RULES = ("constant", "invscaling", "adaptive")
"""scikit-learn's rules for the learning rate of sgd; our schedules go with every stochastic solver."""

ACTIVATIONS: Mapping[str, str] = {"logistic": "sigmoid"}
"""scikit-learn's name of a gate -> ours, where they differ."""

SCIKIT_NAMES = {gate: name for name, gate in ACTIVATIONS.items()}

REGRESSION_LOSSES: Mapping[str, str] = {"squared_error": "quadratic", "absolute_error": "absolute"}
"""scikit-learn's name of a regressor's loss -> ours, where they differ."""

WHOLE = Interval(Integral, 1, None, closed="left")
NOT_NEGATIVE = Interval(Real, 0, None, closed="left")
POSITIVE = Interval(Real, 0, None, closed="neither")
FRACTION = Interval(Real, 0, 1, closed="left")


def _switch(default: bool, text: str) -> Parameter:
    return Parameter(default, ["boolean"], "bool", text)


def _number(default: float, constraint: Any, text: str) -> Parameter:
    return Parameter(default, [constraint], "float", text)


SCIKIT: Table = {
    "hidden_layer_sizes": Parameter(
        (100,), ["array-like", WHOLE], "int or sequence of int", "Width of each hidden layer."
    ),
    "activation": Parameter(
        "relu",
        [str, list, tuple],
        "str or sequence of str",
        'Any gate of ``backlit.GATES`` with one operand (``"logistic"`` is sigmoid), or one for each hidden layer.',
    ),
    "solver": Parameter(
        "adam",
        [StrOptions(set(SOLVERS))],
        '{"adam", "sgd", "lbfgs", "adamw", "nadam", "muon"}',
        "The last three: Adam with decoupled weight decay (Loshchilov and Hutter 2019), Adam with Nesterov's momentum "
        "(Dozat 2016), and adamw with Muon (Jordan et al. 2024) for hidden layers' weights: a step moves them evenly "
        "in all directions, whatever the gradient's lengths, and takes several times as long.",
    ),
    "alpha": _number(0.0001, NOT_NEGATIVE, "Strength of the L2 penalty; adamw and muon have `weight_decay` instead."),
    "batch_size": Parameter(
        "auto", [StrOptions({"auto"}), WHOLE], 'int or "auto"', 'Rows of a mini-batch; "auto" is min(200, n).'
    ),
    "learning_rate": Parameter(
        "constant",
        [StrOptions({*RATE_RULES, *SCHEDULES})],
        '{"constant", "invscaling", "adaptive", "cosine", "one_cycle", "coslog4"}',
        "The second and third are scikit-learn's, for sgd; the others are schedules over `max_iter` epochs, a rate for "
        "each mini-batch, with `learning_rate_init` as the largest: `backlit.declared.schedules.SCHEDULES`.",
    ),
    "learning_rate_init": _number(0.001, POSITIVE, "The learning rate at the start, or a schedule's largest."),
    "power_t": _number(0.5, NOT_NEGATIVE, 'Exponent of the rule "invscaling".'),
    "max_iter": Parameter(200, [WHOLE], "int", "Epochs at most; iterations for lbfgs."),
    "shuffle": _switch(True, "Whether the rows are shuffled before each epoch."),
    "random_state": Parameter(
        None, ["random_state"], "int or random generator", "Seed of initial parameters, splits, shuffles and dropout."
    ),
    "tol": _number(1e-4, NOT_NEGATIVE, "By how much the loss or the validation score has to improve."),
    "verbose": Parameter(False, ["verbose"], "bool", "Whether to print the loss of each epoch."),
    "warm_start": _switch(False, "Whether `fit` continues from the parameters of the last fit."),
    "momentum": _number(SETTINGS["momentum"], Interval(Real, 0, 1, closed="both"), "Momentum of sgd."),
    "nesterovs_momentum": _switch(True, "Whether that momentum is Nesterov's."),
    "early_stopping": _switch(
        False, "Whether a part of the rows is held out, and training stops when its score no longer improves."
    ),
    "validation_fraction": _number(0.1, FRACTION, "The part that is held out."),
    "beta_1": _number(SETTINGS["beta_1"], FRACTION, "Decay of adam's mean of gradients."),
    "beta_2": _number(SETTINGS["beta_2"], FRACTION, "Decay of adam's mean of squared gradients."),
    "epsilon": _number(SETTINGS["epsilon"], POSITIVE, "Added to adam's denominator."),
    "n_iter_no_change": Parameter(
        10, [WHOLE, Options(Real, {np.inf})], "int or infinity", "Epochs without improvement before training stops."
    ),
    "max_fun": Parameter(15000, [WHOLE], "int", "Evaluations of the loss by lbfgs at most."),
}
"""What scikit-learn's own estimators have, with its defaults."""


class ScorerNames(StrOptions):
    """The names of scikit-learn's scorers, asked for where a name is judged: they load all of its metrics."""

    def __init__(self) -> None:
        self.hidden, self.type = False, str
        self.deprecated: set[str] = set()

    @property
    def options(self) -> set[str]:
        """All that there are, registered ones included."""
        from sklearn.metrics import get_scorer_names

        return set(get_scorer_names())


SCORING: Table = {
    "scoring": Parameter(
        None,
        [ScorerNames(), callable, None],
        "str or callable",
        "The score that early stopping uses: a scorer of scikit-learn's, by name or ``(model, X, y) -> score``; "
        "accuracy for classes and R squared for numbers unless given.",
    ),
}

NETWORK: Table = {
    "init": Parameter(
        "glorot",
        [StrOptions(set(INITIALIZERS))],
        '{"glorot", "normal", "scaled_normal", "lsuv"}',
        "The initializer: `backlit.declared.initializers.INITIALIZERS`.",
    ),
    "periodic_features": Parameter(
        0,
        [Interval(Integral, 0, None, closed="left")],
        "int",
        "How many of the first columns also get a periodic embedding of 3 learned features (`backlit.declared.layers`, "
        '"periodic"; Gorishniy et al. 2022): for numbers whose effect rises and falls. It learns at a tenth of the '
        "rate, except by lbfgs.",
    ),
    "parametric_activation": _switch(
        False,
        "Whether each hidden neuron learns how much of its gate it uses: ``z + blend (gate(z) - z)`` (Holzmueller et "
        "al. 2024), from 1 at a tenth of the rate, except by lbfgs.",
    ),
    "weight_decay": _number(
        0.01, NOT_NEGATIVE, "For adamw and muon: weights are multiplied by ``1 - rate * weight_decay`` at each step."
    ),
    "regularization_decay": _switch(
        False,
        "Whether dropout and `weight_decay` fall to 0 in the second half of `max_iter`, along a cosine (Holzmueller et "
        "al. 2024).",
    ),
    "ema_decay": _number(
        0.0,
        FRACTION,
        "Above 0 the model is an exponential moving average of its weights with this decay (0.99, 0.999; Polyak and "
        "Juditsky 1992). Within a call of fit; not with lbfgs, nor by partial_fit.",
    ),
    "dropout": _number(
        0.0, FRACTION, "Part of the hidden units that is dropped in training, for each row anew; not with lbfgs."
    ),
}

THREADS: Table = {
    "n_jobs": Parameter(
        None,
        [Integral, None],
        "int",
        "Threads at most; all processors unless given, -1 too. Limits by threadpoolctl, joblib, OMP_NUM_THREADS and "
        "NUMBA_NUM_THREADS are kept, and trainings that run at once in threads share the processors. Small networks "
        "use one.",
    ),
    "deterministic": Parameter(
        None,
        ["boolean", None],
        "bool",
        "The same seed on the same machine gives the same bits, always. True: whatever the number of threads, because "
        "every mini-batch is cut into the same 2 blocks of rows, which at most 2 threads share; lbfgs then uses one, "
        "and so does each product of a prediction, where products are BLAS's (no AVX2) and its threads share them "
        "otherwise. False: as many blocks as threads. Unless given: True for stochastic solvers where the machine has "
        "at most 2 processors, so that it costs nothing.",
    ),
}

CLASSIFIER: Table = {
    **SCIKIT,
    **SCORING,
    "loss": Parameter(
        "log_loss",
        [StrOptions({"log_loss", "quadratic", "squared", "absolute"})],
        '{"log_loss", "quadratic", "squared", "absolute"}',
        "Cross entropy, or one of the lecture's other losses, summed over the outputs.",
    ),
    "output_activation": Parameter(
        "auto",
        [StrOptions({"auto", "softmax", "logistic"})],
        '{"auto", "softmax", "logistic"}',
        "Softmax for three classes or more and logistic for two, unless given; with logistic outputs for many classes "
        "each output is a yes or no, and probabilities are their shares.",
    ),
    **NETWORK,
    "label_smoothing": _number(
        0.0, FRACTION, "Part of each label that is spread evenly over the classes; not with lbfgs."
    ),
    "class_weight": Parameter(
        None,
        CLASS_WEIGHTS,
        '"balanced" or mapping of label to weight',
        "A factor of the sample weights by class; for one label a row. partial_fit takes a mapping only. "
        "A mini-batch's loss is divided by its own weights' sum, as in scikit-learn: in small ones weights count less.",
    ),
    **THREADS,
    **CHECKPOINT,
    **DIAGNOSE,
}
REGRESSOR: Table = {
    "loss": Parameter(
        "squared_error",
        [str],
        "str",
        'A sample\'s loss, summed over the outputs: ``"squared_error"`` is ``(a - y) ** 2 / 2``, ``"absolute_error"`` '
        '``abs(a - y)``, ``"poisson"`` ``a - y log(a)`` with ``a = exp(z)``; ``"huber"``; or the name of a loss of '
        "your own (`backlit.loss`).",
    ),
    **SCIKIT,
    **SCORING,
    **NETWORK,
    **THREADS,
    **CHECKPOINT,
    **DIAGNOSE,
}
