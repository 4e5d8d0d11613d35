"""How good predictions are, compared with a baseline that knows the targets of the training rows and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from backlit.errors import BacklitError

CALIBRATION_BINS = 10
"""Bins of equal width that the reliability of probabilities is counted in."""

PROBABILITY_FLOOR = 1e-15
"""A probability of 0 counts as this, so that one row cannot make the log loss infinite."""

Numbers = NDArray[np.float64]
Codes = NDArray[np.int64]
ClassMeasure = Callable[[Numbers, Codes], float]


class Score(NamedTuple):
    """One measure of the model and of the baseline."""

    measure: str
    model: float
    baseline: float


class ClassScore(NamedTuple):
    """Precision, recall and F1 of one class, and how many rows are of it."""

    label: str
    precision: float
    recall: float
    f1: float
    rows: int


class Measured(NamedTuple):
    """Scores, and of a classifier those of each class."""

    scores: tuple[Score, ...]
    classes: tuple[ClassScore, ...]


class Bin(NamedTuple):
    """Rows whose most likely class has a probability from `low` to `high`."""

    low: float
    high: float
    rows: int
    confidence: float
    accuracy: float


def measured_classes(probabilities: Numbers, codes: Codes, known: Codes, labels: Sequence[Any]) -> Measured:
    """All scores of a classifier; the baseline knows the classes in `known`."""
    frequencies = np.bincount(known, minlength=len(labels)) / len(known)
    classes = by_class(probabilities.argmax(axis=1), codes, labels)
    return Measured(tuple(class_scores(probabilities, codes, frequencies)), tuple(classes))


def measured_numbers(predictions: Numbers, truth: Numbers, known: Numbers) -> Measured:
    """All scores of a regressor; the baseline knows the mean of `known`.

    Raises
    ------
    BacklitError
        If there are several predictions a row, as of several quantiles.
    """
    if predictions.ndim > 1:
        count = predictions.shape[1]
        raise BacklitError(f"the model gives {count} predictions a row; scores are of one, so use a model of one")
    return Measured(tuple(number_scores(predictions, truth, float(known.mean()))), ())


def class_scores(probabilities: Numbers, codes: Codes, frequencies: Numbers) -> list[Score]:
    """Scores of labels, ranks and probabilities; the baseline predicts the `frequencies` of the classes for every row.

    Of several classes the F1, the area under the ROC curve (one against the rest) and the average precision are means
    over the classes; they are not a number where a class that they need has no row.

    Parameters
    ----------
    probabilities : ndarray, shape (n_rows, n_classes)
    codes : ndarray of int, shape (n_rows,)
        Which class each row is of.
    frequencies : ndarray, shape (n_classes,)

    Examples
    --------
    >>> class_scores(np.array([[0.5, 0.5], [0.25, 0.75]]), np.array([0, 1]), np.array([0.5, 0.5]))[0]
    Score(measure='accuracy', model=1.0, baseline=0.5)
    """
    constant = np.array(np.broadcast_to(frequencies, probabilities.shape))
    return [
        Score(name, measure(probabilities, codes), measure(constant, codes)) for name, measure in OF_CLASSES.items()
    ]


def number_scores(predictions: Numbers, truth: Numbers, mean: float) -> list[Score]:
    """RMSE, mean absolute error and R squared; the baseline predicts the `mean` for every row.

    Examples
    --------
    >>> number_scores(np.array([1.0, 3.0]), np.array([1.0, 3.0]), 2.0)[0]
    Score(measure='RMSE', model=0.0, baseline=1.0)
    """
    constant = np.full_like(truth, mean)
    return [Score(name, measure(predictions, truth), measure(constant, truth)) for name, measure in OF_NUMBERS.items()]


def by_class(guesses: Codes, codes: Codes, labels: Sequence[Any]) -> list[ClassScore]:
    """Precision, recall, F1 and rows of each class; 0 where a quotient has nothing below.

    Examples
    --------
    >>> by_class(np.array([0, 1, 1]), np.array([0, 0, 1]), ["a", "b"])[1]
    ClassScore(label='b', precision=0.5, recall=1.0, f1=0.6666666666666666, rows=1)
    """
    from sklearn.metrics import precision_recall_fscore_support

    columns = precision_recall_fscore_support(codes, guesses, labels=np.arange(len(labels)), zero_division=0.0)
    return [
        ClassScore(str(label), float(precision), float(recall), float(f1), int(rows))
        for label, precision, recall, f1, rows in zip(labels, *columns, strict=True)
    ]


def reliability(probabilities: Numbers, codes: Codes) -> list[Bin]:
    """How often the most likely class is right, by its predicted probability; empty bins are left out.

    Examples
    --------
    >>> reliability(np.array([[0.9, 0.1], [0.9, 0.1]]), np.array([0, 1]))
    [Bin(low=0.9, high=1.0, rows=2, confidence=0.9, accuracy=0.5)]
    """
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == codes
    bins = np.minimum((confidence * CALIBRATION_BINS).astype(np.int64), CALIBRATION_BINS - 1)
    return [
        Bin(
            k / CALIBRATION_BINS,
            (k + 1) / CALIBRATION_BINS,
            int(inside.sum()),
            float(confidence[inside].mean()),
            float(right[inside].mean()),
        )
        for k in range(CALIBRATION_BINS)
        if (inside := bins == k).any()
    ]


def expected_calibration_error(bins: Sequence[Bin]) -> float:
    """The gap between confidence and accuracy, a mean over the rows (Guo et al. 2017, 'On calibration', equation 3).

    Examples
    --------
    >>> expected_calibration_error([Bin(0.9, 1.0, 2, 0.9, 0.5)])
    0.4
    """
    return sum(part.rows * abs(part.accuracy - part.confidence) for part in bins) / sum(part.rows for part in bins)


def codes_of(labels: Sequence[Any], classes: Sequence[Any]) -> Codes:
    """The index of each label among the classes.

    Raises
    ------
    BacklitError
        If a label is none of them, naming its row.
    """
    indices = {label: index for index, label in enumerate(classes)}
    for row, label in enumerate(labels):
        if label not in indices:
            known = ", ".join(map(repr, list(classes)[:10]))
            raise BacklitError(f"row {row} has the label {label!r}, which the model does not know; it knows {known}")
    return np.array([indices[label] for label in labels], dtype=np.int64)


def _accuracy(probabilities: Numbers, codes: Codes) -> float:
    return float((probabilities.argmax(axis=1) == codes).mean())


def _balanced_accuracy(probabilities: Numbers, codes: Codes) -> float:
    """The mean recall of the classes that have rows."""
    right = probabilities.argmax(axis=1) == codes
    return float(np.mean([right[codes == code].mean() for code in np.unique(codes)]))


def _macro_f1(probabilities: Numbers, codes: Codes) -> float:
    from sklearn.metrics import f1_score

    return float(f1_score(codes, probabilities.argmax(axis=1), average="macro", zero_division=0.0))


def _roc_auc(probabilities: Numbers, codes: Codes) -> float:
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(_one_hot(probabilities, codes), probabilities, average="macro"))


def _average_precision(probabilities: Numbers, codes: Codes) -> float:
    """Of two classes that of the second, as is the custom."""
    from sklearn.metrics import average_precision_score

    if probabilities.shape[1] == 2:
        return float(average_precision_score(codes, probabilities[:, 1]))
    return float(average_precision_score(_one_hot(probabilities, codes), probabilities, average="macro"))


def _of_all_classes(measure: ClassMeasure) -> ClassMeasure:
    """Not a number where a class has no row."""

    def measured(probabilities: Numbers, codes: Codes) -> float:
        return measure(probabilities, codes) if len(np.unique(codes)) == probabilities.shape[1] else float("nan")

    return measured


def _log_loss(probabilities: Numbers, codes: Codes) -> float:
    right = probabilities[np.arange(len(codes)), codes]
    return float(-np.log(np.maximum(right, PROBABILITY_FLOOR)).mean())


def _brier(probabilities: Numbers, codes: Codes) -> float:
    """Squared errors summed over the classes; of two classes half of that, as is the custom."""
    total = float(((probabilities - _one_hot(probabilities, codes)) ** 2).sum(axis=1).mean())
    return total / 2 if probabilities.shape[1] == 2 else total


def _ece(probabilities: Numbers, codes: Codes) -> float:
    return expected_calibration_error(reliability(probabilities, codes))


def _one_hot(probabilities: Numbers, codes: Codes) -> Numbers:
    return np.asarray(np.eye(probabilities.shape[1])[codes])


def _rmse(predictions: Numbers, truth: Numbers) -> float:
    return float(np.sqrt(((predictions - truth) ** 2).mean()))


def _mae(predictions: Numbers, truth: Numbers) -> float:
    return float(np.abs(predictions - truth).mean())


def r_squared(predictions: NDArray[np.floating[Any]], truth: NDArray[np.floating[Any]]) -> float:
    """1 for a perfect prediction, 0 for the mean of these very rows; not a number where all targets are equal."""
    spread = ((truth - truth.mean()) ** 2).sum()
    return float(1.0 - ((predictions - truth) ** 2).sum() / spread) if spread else float("nan")


OF_CLASSES: Mapping[str, ClassMeasure] = {
    "accuracy": _accuracy,
    "balanced accuracy": _balanced_accuracy,
    "macro F1": _macro_f1,
    "ROC AUC": _of_all_classes(_roc_auc),
    "average precision": _of_all_classes(_average_precision),
    "log loss": _log_loss,
    "Brier": _brier,
    "ECE": _ece,
}
OF_NUMBERS: Mapping[str, Callable[[Numbers, Numbers], float]] = {"RMSE": _rmse, "MAE": _mae, "R2": r_squared}
