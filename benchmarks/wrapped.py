"""Peers made of others: four of one bagged as ours are, and ours taught by another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

BAGGED = 4
"""Models of a bag: as many as ours has members."""
FOLDS = 5
"""Of the rows: each model of a bag leaves one out, as our members do; a teacher answers each from the others."""


def _cut(X: Any, y: Any, numbers: bool) -> list[tuple[Any, Any]]:
    from sklearn.model_selection import KFold, StratifiedKFold

    return list((KFold if numbers else StratifiedKFold)(FOLDS, shuffle=True, random_state=0).split(X, y))


class Bagged:
    """The mean of what several answer, each fitted to four fifths of the rows."""

    def __init__(self, made: Callable[[int], Any], numbers: bool) -> None:
        self.made, self.numbers = made, numbers

    def fit(self, X: Any, y: Any) -> Bagged:
        learnt = [learn for learn, _ in _cut(X, y, self.numbers)[:BAGGED]]
        self.models = [self.made(number).fit(X.iloc[rows], y[rows]) for number, rows in enumerate(learnt)]
        if not self.numbers:
            self.classes_ = self.models[0].classes_
        return self

    def predict_proba(self, X: Any) -> Any:
        return np.mean([model.predict_proba(X) for model in self.models], axis=0)

    def predict(self, X: Any) -> Any:
        if self.numbers:
            return np.mean([model.predict(X) for model in self.models], axis=0)
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


class Taught:
    """A student fitted to a teacher's probabilities for rows that it was not fitted to, and in part to the labels."""

    def __init__(self, teacher: Any, student: Any, in_form: Callable[[Any], Any], labels: float) -> None:
        self.teacher, self.student, self.in_form, self.labels = teacher, student, in_form, labels

    def fit(self, X: Any, y: Any) -> Taught:
        from sklearn.base import clone
        from sklearn.preprocessing import label_binarize

        given = self.in_form(X)
        self.classes_ = np.unique(y)
        shares = np.empty((len(y), len(self.classes_)))
        for learn, held in _cut(X, y, numbers=False):
            shares[held] = clone(self.teacher).fit(given.iloc[learn], y[learn]).predict_proba(given.iloc[held])
        truth = np.asarray(label_binarize(y, classes=self.classes_), float)
        truth = np.hstack([1.0 - truth, truth]) if truth.shape[1] == 1 else truth
        self.student.fit(X, self.labels * truth + (1.0 - self.labels) * shares, classes=self.classes_)
        return self

    def predict_proba(self, X: Any) -> Any:
        return self.student.predict_proba(X)

    def predict(self, X: Any) -> Any:
        return self.student.predict(X)
