"""A classifier and a regressor on small frames with hostile names, and their reports."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_wine

from backlit import TabularClassifier, TabularRegressor, report
from backlit.reporting import Report

SCRIPT = "<script>alert(1)</script>"


class Case(NamedTuple):
    """A fitted model, rows that it has not seen, and the report on them."""

    model: Any
    X: Any
    y: Any
    report: Report


@pytest.fixture(scope="session")
def wine() -> Case:
    X, codes = load_wine(return_X_y=True, as_frame=True)
    X = X.rename(columns={"proline": SCRIPT})
    y = np.array(["red", SCRIPT, "rosé"])[codes]
    held = np.arange(len(X)) % 3 == 0
    model = TabularClassifier(epochs=8, random_state=0).fit(X[~held], y[~held])
    return Case(model, X[held], y[held], report(model, X[held], y[held], title=SCRIPT))


@pytest.fixture(scope="session")
def diabetes() -> Case:
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    held = np.arange(len(X)) % 3 == 0
    model = TabularRegressor(epochs=8, n_members=2, random_state=0).fit(X[~held], y[~held])
    return Case(model, X[held], y[held].to_numpy(), report(model, X[held], y[held], learnt=y[~held]))
