"""A small model of every kind that a model file can hold, with rows that it predicts: what `model_files` damages.

Beside the golden files, which are of the day on which their format was made, these are of today's code: a straight line
or a logistic part beside the network, columns that another tool prepared, gates and losses of one's own. A test holds
that every name that the schema of a header knows stands in one of them.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

import backlit

ROWS = 12
"""Rows that a model predicts."""

QUICK = {"epochs": 4, "n_members": 1, "random_state": 0}
Model = tuple[Any, Any]


def frame(rows: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Columns of each kind, and a target that goes on straight."""
    chance = np.random.default_rng(3)
    table = pd.DataFrame(chance.lognormal(1, 1.3, (rows, 2)), columns=["start", "length"])
    table["carrier"] = chance.choice(["a", "b", "c", None], rows)
    table["cost"] = [f"${value:,.2f}" for value in chance.lognormal(5, 2, rows)]
    table["day"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(chance.integers(0, 300, rows), unit="D")
    table["late"] = chance.random(rows) < 0.3
    end = 1.1 * table["start"] - 0.3 * table["length"] + 4 * (table["carrier"] == "a")
    return table, (end + chance.normal(0, 0.5, rows)).to_numpy()


def straight_line() -> Model:
    table, y = frame(300)
    model = backlit.TabularRegressor((8, 8), **QUICK).fit(table, y)
    assert model.encoder_.n_straight
    return model, table


def straight_lines_of_targets() -> Model:
    table, y = frame(300)
    model = backlit.TabularRegressor((8, 8), **QUICK).fit(table, np.c_[y, -2 * y])
    assert model.encoder_.n_straight
    return model, table


def logistic_part() -> Model:
    chance = np.random.default_rng(5)
    x = chance.integers(0, 5, (3_000, 40)).astype(float)
    score = (x @ chance.normal(size=(40, 2))) / 3 + chance.gumbel(size=(3_000, 2))
    score[:, 0] += 5.5  # one class is rare
    model = backlit.TabularClassifier((32, 32), epochs=12, random_state=0).fit(x[:900], score[:900].argmax(axis=1))
    assert "parametric" in {layer.kind for layer in model.network_.layers}
    return model, x


def quantiles() -> Model:
    table, y = frame(120)
    return backlit.TabularRegressor((8,), quantile=(0.1, 0.5, 0.9), clip=False, **QUICK).fit(table, y), table


def several_labels() -> Model:
    table, y = frame(120)
    return backlit.TabularClassifier((8,), **QUICK).fit(table, np.c_[y > 2, y > 5].astype(int)), table


def named_target() -> Model:
    table, y = frame(120)
    labels = pd.Series(np.where(y > 3, "far", "near"), name="reach")
    return backlit.TabularClassifier((8,), missing=("NA",), day_first=True, **QUICK).fit(table, labels), table


def prepared_columns() -> Model:
    table, y = frame(120)
    columns = ["start", "carrier", "late"]
    front = ColumnTransformer(
        [
            ("numbers", SimpleImputer(strategy="median", add_indicator=True), ["start"]),
            ("words", OneHotEncoder(handle_unknown="ignore", min_frequency=5), ["carrier", "late"]),
        ]
    )
    network = MLPClassifier((5,), solver="lbfgs", max_iter=10, random_state=0)
    table["start"] = table["start"].mask(table["start"] > 20)
    theirs = make_pipeline(front, network).fit(table[columns], np.where(y > 3, "far", "near"))
    model = backlit.import_network(theirs)
    assert model.preparation_.entries
    return model, table[columns]


def own_gate_and_loss() -> Model:
    name, loss = "fuzz_soft", "fuzz_guard"
    if name not in backlit.GATES:
        backlit.gate(name, "x / (1 + abs(x))")
        backlit.loss(loss, "where(a > y, (a - y) ** 2, 0.5 * (a - y) ** 2)")
    table, y = frame(60)
    X = table[["start", "length"]]
    model = backlit.MLPRegressor(
        loss=loss, hidden_layer_sizes=(4, 4), activation=name, max_iter=3, periodic_features=2, random_state=0
    )
    return model.fit(X, y / 10), X


MODELS: Mapping[str, Callable[[], Model]] = {
    make.__name__: make
    for make in (straight_line, straight_lines_of_targets, logistic_part, quantiles, several_labels, named_target,
                 prepared_columns, own_gate_and_loss)
}  # fmt: skip
"""Name -> a function that fits it and gives its rows."""


def made() -> dict[str, Model]:
    """Every model, and a few rows that it predicts."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of few epochs, and of what columns are read as
        models = {name: make() for name, make in MODELS.items()}
    return {name: (model, rows[:ROWS]) for name, (model, rows) in models.items()}
