"""Validation scores that are not finite: in all epochs an error, in some of them never the best."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.exceptions import UndefinedMetricWarning

from backlit import MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor
from backlit.errors import ParameterError

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
RNG = np.random.default_rng(0)
X = RNG.normal(size=(300, 5))
KINDS = np.array(["ant", "bee", "cat"])[(X[:, 0] > 0).astype(int) + (X[:, 1] + X[:, 2] > 0.5)]
NUMBERS = X[:, 0] * X[:, 1] + X[:, 2]
SHORT = {"max_iter": 15, "learning_rate_init": 0.01, "random_state": 0}


def scored(kind, score):
    """An estimator whose epochs are scored by `score`, which gets targets and predictions or outputs."""
    if kind in (MLPClassifier, MLPRegressor):

        def scoring(model, rows, targets):
            return score(targets, model.predict(rows))

        return kind(hidden_layer_sizes=(8,), scoring=scoring, early_stopping=True, **SHORT)
    return kind((8,), epochs=6, n_members=2, metric=score, random_state=0)


EACH_KIND = pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor])


@EACH_KIND
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_score_that_is_never_finite_is_an_error_that_names_it(kind, value) -> None:
    def hopeless(targets, predictions):
        return value

    model = scored(kind, hopeless)
    parameter, name = ("scoring", "scoring") if hasattr(model, "scoring") else ("metric", "hopeless")
    with pytest.raises(ParameterError, match=rf"^{parameter}: {name} was finite in none of \d+ epochs") as refused:
        model.fit(X, KINDS if "Classifier" in kind.__name__ else NUMBERS)
    assert refused.value.parameter == parameter


@EACH_KIND
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_an_epoch_whose_score_is_not_finite_is_never_the_best(kind, value) -> None:
    count = []

    def falling(targets, predictions):
        count.append(None)
        return -len(count) if len(count) > 2 else value

    model = scored(kind, falling)
    if "n_members" in model.get_params():
        model.set_params(n_members=1)
    model.fit(X, KINDS if "Classifier" in kind.__name__ else NUMBERS)
    if kind in (MLPClassifier, MLPRegressor):
        assert model.best_validation_score_ == -3
        assert len(model.validation_scores_) == model.n_iter_ > 3
        third = kind(hidden_layer_sizes=(8,), early_stopping=True, **{**SHORT, "max_iter": 3})
        third.set_params(scoring=lambda model, rows, targets: model.n_iter_)  # the last epoch is the best
        third.fit(X, KINDS if kind is MLPClassifier else NUMBERS)
        np.testing.assert_array_equal(model.theta_, third.theta_)
    else:
        assert model.best_epoch_ == 3


def test_an_undefined_score_of_scikit_learn_is_named() -> None:
    """R squared is undefined for one row."""
    model = MLPRegressor(hidden_layer_sizes=(8,), scoring="r2", **SHORT)
    with (
        pytest.raises(ParameterError, match=r"^scoring: 'r2' was finite in none of 11 epochs"),
        pytest.warns(UndefinedMetricWarning),
    ):
        model.fit(X, NUMBERS, X_val=X[:1], y_val=NUMBERS[:1])
