"""What may be chosen of a tabular fit: weights of classes, metrics, losses, time."""

from __future__ import annotations

import numpy as np
import pytest

import backlit
from backlit import BacklitError, TabularClassifier, TabularRegressor, load
from backlit.estimators.metrics import CLASS_METRICS, NUMBER_METRICS

CHANCE = np.random.default_rng(0)
X = CHANCE.normal(size=(400, 3))
RARE = (X[:, 0] + 0.7 * CHANCE.normal(size=400) > 1.6).astype(int)
NUMBER = X[:, 0] + CHANCE.exponential(size=400)


def small(**chosen) -> TabularClassifier:
    return TabularClassifier((16,), **{"epochs": 40, "n_members": 2, "random_state": 0, **chosen})


def test_balanced_weights_find_more_of_a_rare_class() -> None:
    plain, balanced = small(), small(class_weight="balanced")
    found = [model.fit(X, RARE).predict(X)[RARE == 1].mean() for model in (plain, balanced)]
    assert found[1] > found[0]
    same = small(class_weight={0: len(RARE) / (2 * (RARE == 0).sum()), 1: len(RARE) / (2 * RARE.sum())})
    np.testing.assert_allclose(same.fit(X, RARE).predict_proba(X), balanced.predict_proba(X), rtol=1e-5)
    with pytest.raises(BacklitError, match="class_weight"):
        small(class_weight="fair").fit(X, RARE)


@pytest.mark.parametrize("metric", [*CLASS_METRICS, lambda y, outputs: -np.abs(outputs[:, 1] - y).mean()])
def test_any_metric_chooses_the_best_epoch(metric) -> None:
    model = small(metric=metric, n_members=1).fit(X, RARE)
    scores = [epoch.score for epoch in model.histories_[0].epochs]
    assert scores[model.best_epoch_ - 1] == max(scores)


@pytest.mark.parametrize("metric", NUMBER_METRICS)
def test_any_metric_of_numbers_chooses_the_best_epoch(metric: str) -> None:
    model = TabularRegressor((16,), epochs=10, n_members=1, metric=metric, random_state=0).fit(X, NUMBER)
    scores = [epoch.score for epoch in model.histories_[0].epochs]
    assert scores[model.best_epoch_ - 1] == max(scores)


def test_metrics_that_are_not_known() -> None:
    with pytest.raises(BacklitError, match="metric: 'gini' is not known; choose one of accuracy"):
        small(metric="gini").fit(X, RARE)


@pytest.mark.parametrize("quantile", [0.1, 0.5, 0.9])
def test_a_quantile_has_its_share_of_the_targets_below(quantile: float) -> None:
    model = TabularRegressor((16,), epochs=80, loss="quantile", quantile=quantile, random_state=0).fit(X, NUMBER)
    assert np.mean(model.predict(X) > NUMBER) == pytest.approx(quantile, abs=0.08)


@pytest.mark.parametrize("loss", ["absolute", "huber"])
def test_losses_that_do_not_mind_outliers(loss: str) -> None:
    spoilt = NUMBER.copy()
    spoilt[::20] += 60.0
    errors = {
        name: np.abs(TabularRegressor((16,), epochs=60, loss=name, random_state=0).fit(X, spoilt).predict(X) - NUMBER)
        for name in ("squared", loss)
    }
    assert np.median(errors[loss]) < 0.8 * np.median(errors["squared"])


def test_a_loss_of_ones_own_is_compiled_and_saved(tmp_path, monkeypatch) -> None:
    backlit.loss("careful_here", "where(a < y, 3 * (y - a), a - y)")
    model = TabularRegressor((8,), epochs=60, loss="careful_here", random_state=0).fit(X, NUMBER)
    assert np.mean(model.predict(X) > NUMBER) == pytest.approx(0.75, abs=0.1)
    assert backlit.trace(model, x=X[0], y=NUMBER[0]).check(sample=30).ok
    model.save(tmp_path / "m.backlit")
    np.testing.assert_array_equal(load(tmp_path / "m.backlit").predict(X), model.predict(X))


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        (("squared", "a - y"), "built in"),
        (("mine", "a - b"), "uses 'b'"),
        (("mine", "(a - y) ** 2", "a - y"), "central differences"),
        (("not a name", "a - y"), "identifier"),
    ],
)
def test_losses_that_cannot_be(declared: tuple[str, ...], message: str) -> None:
    with pytest.raises(BacklitError, match=message):
        backlit.loss(*declared)


def test_a_time_limit_ends_a_fit() -> None:
    model = TabularClassifier(epochs=100_000, time_limit=0.3, random_state=0).fit(X, RARE)
    assert all(len(history.epochs) < 100_000 for history in model.histories_)
    assert model.score(X, RARE) > 0.5
    with pytest.raises(BacklitError, match="time_limit"):
        small(time_limit=0).fit(X, RARE)
