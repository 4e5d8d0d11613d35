"""What the number of rows chooses of a recipe: nothing up to 20,000, from there on fewer epochs and members."""

from __future__ import annotations

import warnings
from itertools import pairwise

import numpy as np
import pytest

from backlit import TabularClassifier, TabularRegressor
from backlit.estimators.tabular import many_rows
from backlit.estimators.tabular.many_rows import MOST_VALIDATING, SHARES, Share, recipe_for
from backlit.estimators.tabular.recipe import RECIPES, Recipe
from backlit.estimators.tabular.validation import class_strata, folds

KINDS = {"classification": TabularClassifier, "regression": TabularRegressor}
ROWS = np.unique(np.geomspace(SHARES[0].rows, 5_000_000, 400).astype(int))
RNG = np.random.default_rng(0)
X = RNG.normal(size=(600, 3))
LABEL = (X[:, 0] > 0).astype(int)


def member_epochs(recipe: Recipe, rows: int) -> int:
    """Epochs of all members together."""
    return recipe.n_members * recipe.epochs_of(-(-rows // recipe.batch_size))


@pytest.mark.parametrize("task", RECIPES)
def test_few_rows_have_the_recipe_itself(task: str) -> None:
    for rows in (1, 700, 8_000, SHARES[0].rows):
        assert recipe_for(KINDS[task](), rows) == RECIPES[task]


@pytest.mark.parametrize("task", RECIPES)
def test_more_rows_have_fewer_epochs_and_members_without_a_cliff(task: str) -> None:
    recipes = [recipe_for(KINDS[task](), int(rows)) for rows in ROWS]
    epochs = [member_epochs(recipe, int(rows)) for recipe, rows in zip(recipes, ROWS, strict=True)]
    for before, after in pairwise(epochs):
        assert 0.8 * before - 1 <= after <= 1.1 * before + 1  # whole epochs, of whole members
    members, sizes = ([getattr(recipe, name) for recipe in recipes] for name in ("n_members", "batch_size"))
    assert members == sorted(members, reverse=True)
    assert sizes == sorted(sizes)
    assert (members[0], members[-1]) == (RECIPES[task].n_members, 1)
    assert all(recipe.validation_fraction * rows <= max(MOST_VALIDATING, 4_000) + 1e-6 for recipe, rows in zip(
        recipes, ROWS, strict=True) if rows > 5 * MOST_VALIDATING)  # fmt: skip


def test_the_least_work_is_bounded_and_grows_slower_than_the_rows() -> None:
    work = {rows: member_epochs(recipe_for(TabularClassifier(), rows), rows) * rows for rows in (20_000, 10**5, 10**6)}
    assert work[10**5] < work[20_000]
    assert work[10**6] < 10 * work[10**5]


def test_what_is_chosen_stays() -> None:
    chosen = {"epochs": 30, "n_members": 4, "batch_size": 128, "validation_fraction": 0.3}
    recipe = recipe_for(TabularClassifier(**chosen), 1_000_000)
    found = (recipe.max_epochs, recipe.n_members, recipe.batch_size, recipe.validation_fraction)
    assert found == tuple(chosen.values())
    assert recipe.min_epochs == recipe.max_epochs
    several = recipe_for(TabularClassifier(n_members=4), 100_000)
    assert (several.n_members, several.max_epochs) == (4, recipe_for(TabularClassifier(), 100_000).max_epochs)


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """100 rows are few, 500 are many."""
    small = (Share(100, 1, 1), Share(500, 1 / 33, 1))
    monkeypatch.setattr(many_rows, "SHARES", small)
    monkeypatch.setattr(many_rows, "MOST_VALIDATING", 60)


def test_one_member_validates_calibrates_and_has_intervals(many: None) -> None:
    labels = np.where(np.arange(600) < 7, "rare", np.where(LABEL, "yes", "no"))  # fewer of them than parts
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = TabularClassifier((16,), random_state=0).fit(X, labels)
    assert len(model.histories_) == 1
    assert 1 <= model.n_iter_ <= 40
    assert model.score(X, labels) > 0.85
    targets = X[:, 0] + np.random.default_rng(1).normal(size=len(X))
    numbers = TabularRegressor((16,), random_state=0).fit(X, targets)
    assert len(numbers.histories_) == 1
    low, high = numbers.predict_interval(X, coverage=0.9).T
    assert np.mean((low <= targets) & (targets <= high)) > 0.85


def test_numbers_are_encoded_in_steps_where_rows_are_few_only(many: None) -> None:
    kinds = [
        {block.kind for block in TabularRegressor((8,), epochs=1).fit(X[:rows], X[:rows, 0] ** 2).encoder_.blocks}
        for rows in (90, 600)
    ]
    assert [("steps" in of, "numeric" in of) for of in kinds] == [(True, True), (False, True)]


def test_a_fit_that_continues_keeps_its_members(many: None) -> None:
    model = TabularClassifier((8,), epochs=2, warm_start=True, random_state=0).fit(X[:90], LABEL[:90])
    assert len(model.fit(X, LABEL).histories_) == RECIPES["classification"].n_members


def test_of_many_parts_only_those_that_are_needed_are_cut() -> None:
    strata = class_strata(np.arange(1_000) % 400, fraction=0.001)
    assert strata is not None
    assert set(strata) == {-1}
    pairs = folds(1_000, 3, 0.01)
    assert [len(held) for _, held in pairs] == [10, 10, 10]
    assert not set(pairs[0][1]) & set(pairs[1][1])
