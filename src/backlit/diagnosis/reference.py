"""What the rows could tell of their targets: the out-of-fold score of models that need no gradient."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import config_context
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.linear_model import Ridge
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import ExtraTreeClassifier

from backlit.diagnosis.case import Case, Matrix, Rows, sum_to_one
from backlit.network.forward import forward

FEWEST_ROWS = 30
"""Rows below which a fold says nothing."""
MOST_ROWS = 1_500
REFERENCE_CELLS = 3e5
"""Cells of the rows that are used of a wide table, 300 rows at least: a second, or so."""
TREES = 40


@dataclass(frozen=True, slots=True)
class Reference:
    """The better of trees and a linear model: its out-of-fold score, the constant's, and the outputs of the trees.

    `noise` is two standard errors of a score on so many rows.
    """

    score: float
    constant: float
    noise: float
    outputs: Matrix
    indices: NDArray[np.int64]


def reference_of(task: str, x: Matrix, y: Matrix, seed: int = 0) -> Reference | None:
    """The reference for some rows; None where they are too few, or the targets are constant.

    Parameters
    ----------
    task : {"classification", "regression"}
    x, y : ndarray, shape (n, inputs) and (n, outputs)
    seed : int

    Examples
    --------
    >>> x = np.linspace(-1.0, 1.0, 100)[:, None]
    >>> reference = reference_of("classification", x, (x > 0) * 1.0)
    >>> reference.score > 0.95, reference.constant
    (True, 0.5)
    """
    rng = np.random.default_rng(seed)
    most = min(MOST_ROWS, max(300, int(REFERENCE_CELLS / x.shape[1])))
    indices = np.sort(rng.permutation(len(x))[:most])
    x, y = x[indices], y[indices]
    if len(x) < FEWEST_ROWS or not (np.isfinite(x).all() and np.isfinite(y).all()) or (y == y[0]).all():
        return None
    outputs, linear = np.zeros(y.shape), np.zeros(y.shape)
    codes = codes_of(y) if task == "classification" else None
    folds: Any = KFold(3, shuffle=True, random_state=seed)
    if codes is not None and np.bincount(codes)[np.bincount(codes) > 0].min() >= 3:
        folds = StratifiedKFold(3, shuffle=True, random_state=seed)
    with warnings.catch_warnings(), config_context(skip_parameter_validation=True, assume_finite=True):
        warnings.simplefilter("ignore")  # constant columns, classes of few rows
        for learn, held in folds.split(x, codes):
            outputs[held] = _trees(task, x[learn], y[learn], x[held], seed)
            linear[held] = make_pipeline(StandardScaler(), Ridge(1.0)).fit(x[learn], y[learn]).predict(x[held]).reshape(
                len(held), -1
            )  # fmt: skip
    score = max(score_of(task, outputs, y), score_of(task, linear, y))
    constant = constant_score(task, y)
    spread = score * (1 - score) if task == "classification" else 1.0
    return Reference(score, constant, 2 * float(np.sqrt(max(spread, 0.01) / len(x))), outputs, indices)


def _trees(task: str, x: Matrix, y: Matrix, held: Matrix, seed: int) -> Matrix:
    """Outputs of extremely randomised trees (Geurts et al. 2006): probabilities, or numbers."""
    if task == "regression" or (y.shape[1] > 1 and not sum_to_one(y)):
        model = ExtraTreesRegressor(TREES, random_state=seed, min_samples_leaf=2).fit(x, y)
        return np.asarray(model.predict(held)).reshape(len(held), -1)
    classes, codes = np.unique(codes_of(y), return_inverse=True)
    known = np.zeros((len(held), max(y.shape[1], 2)))
    known[:, classes] = _forest_shares(x, codes, held, seed)
    return known[:, 1:] if y.shape[1] == 1 else known


def _forest_shares(x: Matrix, codes: NDArray[np.int64], held: Matrix, seed: int) -> Matrix:
    """What `ExtraTreesClassifier(TREES, random_state=seed)` gives, to the bit, without its checks: half of the time."""
    seeds = np.random.RandomState(seed).randint(np.iinfo(np.int32).max, size=TREES)
    learn, others = (np.ascontiguousarray(part, np.float32) for part in (x, held))
    trees = (ExtraTreeClassifier(max_features="sqrt", random_state=int(one)) for one in seeds)
    shares = [tree.fit(learn, codes, check_input=False).predict_proba(others, check_input=False) for tree in trees]
    return np.asarray(np.sum(shares, axis=0) / TREES)


def codes_of(y: Matrix) -> NDArray[np.int64]:
    """Class codes of one-hot rows, or of one column of 0 and 1."""
    return np.asarray(y[:, 0] > 0.5 if y.shape[1] == 1 else y.argmax(axis=1)).astype(np.int64)


def score_of(task: str, outputs: Matrix, y: Matrix) -> float:
    """Accuracy, or R squared over all targets; of several labels a row, the part of them that is right.

    Examples
    --------
    >>> score_of("classification", np.array([[0.9], [0.2]]), np.array([[1.0], [1.0]]))
    0.5
    """
    if not np.isfinite(outputs).all():
        return float("-inf")
    if task == "regression":
        spread = ((y - y.mean(axis=0)) ** 2).sum()
        return float(1 - ((outputs - y) ** 2).sum() / spread) if spread else 0.0
    if y.shape[1] == 1 or not sum_to_one(y):
        return float(((outputs > 0.5) == (y > 0.5)).mean())
    return float((outputs.argmax(axis=1) == y.argmax(axis=1)).mean())


def score_at(case: Case, theta: NDArray[Any], rows: Rows) -> float:
    """The score of the case's network with some parameters on some rows."""
    return score_of(case.task, outputs_at(case, theta, rows), rows.targets)


def outputs_at(case: Case, theta: NDArray[Any], rows: Rows) -> Matrix:
    """What the case's network gives for some rows, shape (rows, outputs)."""
    *_, outputs = forward(case.blueprint, np.asarray(theta, np.float64), rows.inputs).values()
    return np.asarray(outputs, np.float64)


def constant_score(task: str, y: Matrix) -> float:
    """The score of the best constant."""
    if task == "regression":
        return 0.0
    return score_of(task, np.broadcast_to(y.mean(axis=0), y.shape), y)


def area_of(reference: Reference, targets: Matrix, number: int) -> tuple[float, float]:
    """The area under the curve of one class's out-of-fold output, and its standard error; a half where it is alone."""
    truth = codes_of(targets[reference.indices]) == number
    outputs = reference.outputs
    score = outputs[:, number] if outputs.shape[1] > 1 else (outputs[:, 0] if number else -outputs[:, 0])
    ones, others = int(truth.sum()), int((~truth).sum())
    if not ones or not others:
        return 0.5, 0.0
    return float(roc_auc_score(truth, score)), float(np.sqrt((ones + others + 1) / (12 * ones * others)))
