"""A leak: one column is the target itself, in another form."""

from __future__ import annotations

import numpy as np
from sklearn.tree import DecisionTreeClassifier

from backlit.diagnosis.evidence import Evidence
from backlit.diagnosis.symptom import Change, Finding, Symptom, Words

ALIKE = 0.995
"""Correlation with the target, or accuracy of a tree of that one column: measured quantities are never so alike."""
REST = 0.97
"""Without the column the rows must be less clear: where everything is easy, nothing leaks."""
PARTED = 1.0
"""Standard deviations within a class by which the column's values are apart from class to class."""
LEAST_ROWS, PURITY_ROWS = 30, 600


def check(evidence: Evidence) -> Finding | None:
    """Look for one column that gives the target away, where the others do not."""
    x, y, case = evidence.rows.inputs, evidence.rows.targets, evidence.case
    if len(x) < LEAST_ROWS or x.shape[1] < 2 or (y.shape[1] > 1 and not case.one_label) or not evidence.finite:
        return None
    alike = _correlations(x, y[:, 0]) if evidence.classes is None else _purities(x, evidence.classes, y)
    column = int(np.argmax(alike))
    if alike[column] < ALIKE or (alike >= ALIKE).sum() > max(1, x.shape[1] // 10):
        return None
    from backlit.diagnosis.reference import reference_of

    rest = reference_of(case.task, np.delete(x, column, axis=1), y)
    if rest is None or rest.score > REST:
        return None
    name = case.column(column)
    bars = {case.column(int(one)): float(alike[one]) for one in np.argsort(-alike)[:5]}
    numbers = {"column": name, "alike": float(alike[column]), "rest": rest.score}
    return Finding(numbers, Change("drop_columns", (column,)), columns=(name,), bars=bars)


def _correlations(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The size of each column's correlation with the target."""
    with np.errstate(all="ignore"):
        centred = x - x.mean(axis=0)
        products = centred.T @ (y - y.mean())
        norms = np.linalg.norm(centred, axis=0) * np.linalg.norm(y - y.mean())
        return np.asarray(np.nan_to_num(np.abs(products / norms)))


def _purities(x: np.ndarray, classes: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The accuracy of a small tree of each column alone; 0 where one class has nearly all rows."""
    counts = np.bincount(classes)
    if counts.max() > 0.97 * len(classes):
        return np.zeros(x.shape[1])
    leaves = max(2, 2 * int((counts > 0).sum()) - 2)
    scores = np.zeros(x.shape[1])
    x, classes = x[:PURITY_ROWS], classes[:PURITY_ROWS]
    for column in np.flatnonzero(_apart(x, classes)):
        tree = DecisionTreeClassifier(max_leaf_nodes=leaves, random_state=0).fit(x[:, [column]], classes)
        scores[column] = tree.score(x[:, [column]], classes)
    return scores


def _apart(x: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Where a gap parts the classes: a threshold on a measured quantity makes a class, too, but leaves no gap."""
    groups = [x[classes == number] for number in np.unique(classes)]
    means, lows, highs = (np.array([f(group, axis=0) for group in groups]) for f in (np.mean, np.min, np.max))
    spread = np.max([group.std(axis=0) for group in groups], axis=0)
    order = np.argsort(means, axis=0)
    lows, highs = np.take_along_axis(lows, order, axis=0), np.take_along_axis(highs, order, axis=0)
    return np.asarray((lows[1:] - highs[:-1] > PARTED * spread).all(axis=0) & (x.std(axis=0) > 0))


SYMPTOM = Symptom(
    "label_leak",
    12,
    check,
    {
        "en": Words(
            "Column {column} alone gives the target to {alike:.4f}; without it, the rows tell it to {rest:.3f}.",
            "Measured quantities hardly ever agree with a target to 0.995: such a column was made from it, "
            "and will not be there when the model is used.",
            "Leave the column out.",
        ),
        "ko": Words(
            "{column} 열 하나만으로 목표값을 {alike:.4f}까지 맞힙니다. 이 열이 없으면 {rest:.3f}입니다.",
            "실제로 측정한 값이 목표값과 0.995 이상 일치하는 일은 거의 없습니다. 목표값으로 만든 열이며, "
            "모델을 쓸 때에는 존재하지 않을 것입니다.",
            "이 열을 빼십시오.",
        ),
    },
    picture="column",
)
