"""A logistic regression beside the network: where it pays, and the whole stays one network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from backlit import TabularClassifier, load, trace
from backlit.estimators.tabular.recipe import RECIPES

OPTIONS = {"epochs": 12, "random_state": 0}


def rare(rows: int, classes: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Many columns, a straight line, few positives."""
    chance = np.random.default_rng(5)
    x = chance.integers(0, 5, (rows, 40)).astype(float)
    score = (x @ chance.normal(size=(40, classes))) / 3 + chance.gumbel(size=(rows, classes))
    score[:, 0] += 5.5
    return x, score.argmax(axis=1)


@pytest.mark.parametrize("classes", [2, 3])
def test_rare_classes_are_ranked_as_well_as_by_a_line(classes: int, tmp_path: Path) -> None:
    x, y = rare(3_000, classes)
    model = TabularClassifier((32, 32), **OPTIONS).fit(x[:900], y[:900])
    assert "parametric" in {layer.kind for layer in model.network_.layers}
    line = LogisticRegression(max_iter=500).fit(x[:900], y[:900])
    ours, theirs = (1 - roc_auc_score(y[900:] == 0, m.predict_proba(x[900:])[:, 0]) for m in (model, line))
    assert ours < 1.05 * theirs
    model.save(tmp_path / "model")
    np.testing.assert_array_equal(load(tmp_path / "model").predict_proba(x[:50]), model.predict_proba(x[:50]))
    assert trace(model, x=x[0], y=y[0]).check(sample=60).ok
    before = model.score(x, y)
    assert model.partial_fit(x[:900], y[:900]).score(x, y) > before - 0.03


def test_it_is_left_out_where_it_does_not_pay() -> None:
    x = np.random.default_rng(0).normal(size=(900, 2))
    ring = (np.hypot(*x.T) > 1.2).astype(int)
    model = TabularClassifier((32, 32), **OPTIONS).fit(x, ring)
    assert "parametric" not in {layer.kind for layer in model.network_.layers}


def test_it_is_a_default_of_the_recipe() -> None:
    assert all(recipe.line for recipe in RECIPES.values())
