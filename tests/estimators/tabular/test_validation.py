"""Who learns and who validates: shares, groups, time."""

from __future__ import annotations

import numpy as np
import pytest

from backlit import BacklitError, TabularClassifier
from backlit.estimators.tabular.validation import folds


def test_every_row_validates_once_before_any_does_twice() -> None:
    held = [rows for _, rows in folds(20, 5, 0.2, strata=np.arange(20) % 2)]
    assert sorted(np.concatenate(held).tolist()) == list(range(20))
    learn, rest = folds(20, 7, 0.2)[6]
    assert sorted([*learn, *rest]) == list(range(20))


def test_groups_are_never_on_both_sides() -> None:
    groups = np.repeat(np.arange(8), 5)
    for learn, held in folds(40, 4, 0.25, groups=groups):
        assert not set(groups[learn]) & set(groups[held])
        assert len(learn) + len(held) == 40


def test_of_rows_in_time_the_last_validate() -> None:
    for learn, held in folds(50, 3, 0.2, ordered=True):
        assert learn.max() < held.min()
        assert len(held) == 10


@pytest.mark.parametrize("fraction", [0.0, 1.0, -0.1])
def test_fractions_that_cannot_be(fraction: float) -> None:
    with pytest.raises(BacklitError, match="validation_fraction"):
        folds(50, 1, fraction)


def test_groups_that_cannot_be() -> None:
    with pytest.raises(BacklitError, match="one group"):
        folds(20, 1, 0.2, groups=np.zeros(20))
    with pytest.raises(BacklitError, match="3 for 20 rows"):
        folds(20, 1, 0.2, groups=np.arange(3))


def test_rows_of_the_callers_own_validate() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(80, 3))
    y = np.where(X[:, 0] > 0, "b", "a")
    other = np.where(X[:, 0] > 0, "a", "b")  # turned around: the best epoch is the worst on the training rows
    model = TabularClassifier((8,), epochs=30, n_members=1, random_state=0).fit(X, y, X_val=X, y_val=other)
    assert model.histories_[0].best_epoch < 10
    assert TabularClassifier((8,), epochs=30, n_members=1, random_state=0).fit(X, y, X_val=X, y_val=y).score(X, y) > 0.9
    with pytest.raises(BacklitError, match="y_val"):
        TabularClassifier(epochs=1).fit(X, y, X_val=X)
    with pytest.raises(BacklitError, match="'c'"):
        TabularClassifier(epochs=1).fit(X, y, X_val=X[:1], y_val=["c"])
