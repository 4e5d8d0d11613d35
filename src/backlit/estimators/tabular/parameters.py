"""The parameters of `TabularClassifier` and `TabularRegressor`, each declared once."""

from __future__ import annotations

from numbers import Integral, Real

from sklearn.utils._param_validation import Interval

from backlit.estimators.shared.parameter_table import CHECKPOINT, DIAGNOSE, NOT_CHECKED, Parameter, Table
from backlit.estimators.shared.sample_weights import CLASS_WEIGHTS

WHOLE = Interval(Integral, 1, None, closed="left")
POSITIVE = Interval(Real, 0, None, closed="neither")
INNER_FRACTION = Interval(Real, 0, 1, closed="neither")

TRAINING: Table = {
    "hidden_layer_sizes": Parameter(
        None,
        ["array-like", WHOLE, None],
        "int or sequence of int",
        "Width of each hidden layer; three layers of 256 unless given.",
    ),
    "epochs": Parameter(None, [WHOLE, None], "int", "Epochs at most; by the number of rows unless given."),
    "batch_size": Parameter(None, [WHOLE, None], "int", "Rows of a mini-batch; 256 unless given, more of many rows."),
    "learning_rate": Parameter(None, [POSITIVE, None], "float", "The schedule's base."),
    "validation_fraction": Parameter(
        None,
        [INNER_FRACTION, None],
        "float",
        "Part of the rows that selects the best epoch; 0.2 unless given, 10,000 rows at most, about.",
    ),
    "n_members": Parameter(
        None,
        [WHOLE, None],
        "int",
        "Networks that are trained side by side, each on its own part of the rows; the model is the one network that "
        "has the mean of their logits. 4 unless given, fewer of more than 20,000 rows.",
    ),
    "metric": Parameter(
        None,
        NOT_CHECKED,
        "str or callable",
        "The metric that selects the best epoch: a name of scikit-learn's (`backlit.estimators.tabular.metrics`), or "
        "``(y, outputs) -> score`` with classes counted from 0 or standard scores.",
    ),
    "ordered": Parameter(False, ["boolean"], "bool", "The rows are in the order of time: the last of them validate."),
    "time_limit": Parameter(
        None, [POSITIVE, None], "float", "Seconds after which a fit ends with the best epoch so far."
    ),
    "n_jobs": Parameter(
        None,
        [Integral, None],
        "int",
        "Threads at most, -1 for all; where members train side by side, one each. The numbers do not depend on it.",
    ),
}

READING: Table = {
    "missing": Parameter(
        None,
        NOT_CHECKED,
        "str or sequence of str",
        "All texts, and numbers such as -999, that stand for what is missing, in columns and target; ``''`` alone: "
        "nothing but empty cells. Unless given, the cells of each column decide, and `encoder_.notes` says what.",
    ),
    "day_first": Parameter(
        None,
        ["boolean", None],
        "bool",
        "Whether the day stands before the month in texts such as 05/03/2024, in a column that does not show it; "
        "unless given it does, and `encoder_.notes` says so.",
    ),
}

CONTROL: Table = {
    "warm_start": Parameter(
        False,
        ["boolean"],
        "bool",
        "Whether a fit continues from the last one's networks and encoding, as they are in memory (a file keeps "
        "neither the members one by one nor the optimizer's state).",
    ),
    "random_state": Parameter(None, NOT_CHECKED, "int or random generator", "Seed of everything that is random."),
    "verbose": Parameter(False, ["verbose"], "bool", "Whether to print the loss of each epoch."),
}

CLASSIFIER: Table = {
    **TRAINING,
    "class_weight": Parameter(
        None,
        CLASS_WEIGHTS,
        '"balanced" or mapping of label to weight',
        "A factor of the sample weights by class; a weight counts the same in mini-batches of any size.",
    ),
    **READING,
    **CONTROL,
    **CHECKPOINT,
    **DIAGNOSE,
}
REGRESSOR: Table = {
    **TRAINING,
    "loss": Parameter(
        "squared",
        [str],
        "str",
        '``"squared"``, ``"absolute"``, ``"huber"`` (of standard scores, 1 its corner), ``"quantile"``, ``"poisson"`` '
        '(counts and rates of at least 0; the output is ``exp(z)`` times the mean), ``"binary_cross_entropy"`` '
        "(shares from 0 to 1; the output is ``sigmoid(z)``), or the name of a loss of your own (`backlit.loss`), of "
        "standard scores.",
    ),
    "quantile": Parameter(
        0.5,
        [INNER_FRACTION, "array-like"],
        "float or sequence of float",
        "Which one, with that loss; of several, in ascending order, predictions have a column each and never cross.",
    ),
    "clip": Parameter(
        True,
        ["boolean"],
        "bool",
        "Whether predictions stay within the range of the training targets, in each target (wider by ten times "
        "its width at each end where a straight line is kept); False gives the network's own answer, also beyond "
        "it. It may be changed after the fit, too (`set_params`).",
    ),
    **READING,
    **CONTROL,
    **CHECKPOINT,
    **DIAGNOSE,
}
