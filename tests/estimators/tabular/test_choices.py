"""What may be chosen of a tabular fit: weights of classes, metrics, losses, time."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import mean_poisson_deviance
from sklearn.utils import compute_sample_weight

import backlit
from backlit import BacklitError, MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor, load, trace
from backlit.estimators.tabular.metrics import CLASS_METRICS, NUMBER_METRICS

RNG = np.random.default_rng(0)
X = RNG.normal(size=(400, 3))
RARE = (X[:, 0] + 0.7 * RNG.normal(size=400) > 1.6).astype(int)
NUMBER = X[:, 0] + RNG.exponential(size=400)


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


RATE = np.exp(X[:, 0] - 0.5)
COUNT = RNG.poisson(RATE)


def test_counts_have_a_loss_that_beats_the_squared_one() -> None:
    def deviance(model: TabularRegressor) -> float:
        found = np.maximum(model.fit(X[:300], COUNT[:300]).predict(X[300:]), 1e-3)
        return mean_poisson_deviance(COUNT[300:], found)

    of_counts, of_numbers = (
        TabularRegressor((32,), epochs=80, loss=loss, random_state=0) for loss in ("poisson", "squared")
    )
    known, constant = mean_poisson_deviance(COUNT[300:], RATE[300:]), np.full(100, COUNT[:300].mean())
    assert known < deviance(of_counts) < min(deviance(of_numbers), mean_poisson_deviance(COUNT[300:], constant))
    assert trace(of_counts, x=X[0], y=COUNT[0]).check(sample=40).ok
    found = of_counts.contributions(X[:20])
    np.testing.assert_allclose(np.exp(found.outputs), of_counts.predict(X[:20]), rtol=1e-4)
    np.testing.assert_allclose(found.values.sum(axis=1), found.outputs - found.baseline, atol=1e-3)


def test_shares_have_a_loss_of_their_own(tmp_path) -> None:
    share = 1 / (1 + np.exp(-X[:, 0]))
    model = TabularRegressor((32,), epochs=80, loss="binary_cross_entropy", random_state=0).fit(X, share)
    assert model.score(X, share) > 0.95
    assert 0 < model.predict(X * 100).min() < model.predict(X * 100).max() < 1
    model.save(tmp_path / "shares")
    np.testing.assert_array_equal(load(tmp_path / "shares").predict(X), model.predict(X))


@pytest.mark.parametrize("kind", [TabularRegressor, MLPRegressor])
@pytest.mark.parametrize(
    ("loss", "target", "message"),
    [
        (
            "poisson",
            np.where(np.arange(400) == 7, -1.0, 2.0),
            "is -1 in row 7; loss 'poisson' needs numbers at least 0",
        ),
        ("poisson", np.zeros(400), "0 in all rows"),
        ("binary_cross_entropy", np.where(np.arange(400) == 3, 1.5, 0.5), "is 1.5 in row 3; .* from 0 to 1"),
        ("cross_entropy", np.ones(400), "is for classes"),
        ("mean", np.ones(400), "loss 'mean'"),
    ],
)
def test_targets_out_of_a_loss_reach(kind, loss: str, target: np.ndarray, message: str) -> None:
    with pytest.raises(BacklitError, match=message):
        kind(loss=loss).fit(X, target)


@pytest.mark.parametrize(
    ("parameter", "values"),
    [
        ("hidden_layer_sizes", [0, (4, -1), (1.5,), "wide"]),
        ("epochs", [0, -1, 1.5, "many"]),
        ("batch_size", [0, 2.5]),
        ("learning_rate", [0, -0.1, "fast"]),
        ("validation_fraction", [0, 1, -0.1]),
        ("time_limit", [0, -1]),
        ("class_weight", ["fair", {0: -1.0}, {0: np.nan}, {5: 1.0}]),
    ],
)
def test_parameters_that_cannot_be(parameter: str, values: list[object]) -> None:
    for value in values:
        with pytest.raises(BacklitError, match=parameter) as caught:
            TabularClassifier(**{parameter: value}).fit(X, RARE)
        assert "\n" not in str(caught.value)


def test_one_hidden_layer_may_be_a_number() -> None:
    one, other = (TabularClassifier(size, epochs=2, random_state=0).fit(X, RARE) for size in (8, (8,)))
    np.testing.assert_array_equal(one.theta_, other.theta_)


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
def test_the_drop_in_weighs_classes_too() -> None:
    many = np.where(X[:, 1] > 1.2, 2, RARE)
    for label in (RARE, many):
        balanced = MLPClassifier((16,), max_iter=20, class_weight="balanced", random_state=0)
        by_hand = MLPClassifier((16,), max_iter=20, random_state=0)
        balanced.fit(X, label)
        by_hand.fit(X, label, sample_weight=compute_sample_weight("balanced", label))
        np.testing.assert_allclose(balanced.predict_proba(X), by_hand.predict_proba(X), rtol=1e-5)
    by_part = MLPClassifier((16,), class_weight={0: 0.0, 1: 1.0}, random_state=0)
    for _ in range(60):
        by_part.partial_fit(X, RARE, classes=[0, 1])
    assert (by_part.predict(X) == 1).all()
    with pytest.raises(BacklitError, match="class_weight: 'balanced' needs all rows"):
        MLPClassifier(class_weight="balanced").partial_fit(X, RARE, classes=[0, 1])
    with pytest.raises(BacklitError, match="several labels"):
        MLPClassifier(class_weight="balanced").fit(X, np.stack([RARE, 1 - RARE], axis=1))


@pytest.mark.parametrize("batch_size", [4, 2, 1])
def test_a_weight_counts_the_same_in_batches_of_any_size(batch_size: int) -> None:
    """One row of four has weight 27, so its part is 27 of 30: divided by the batch's own weights .90, .48, .25."""
    x, rare = np.random.default_rng(0).normal(size=(400, 1)), np.arange(400) % 4 == 0
    model = TabularClassifier((4,), epochs=10, batch_size=batch_size, n_members=1, random_state=0)
    model.fit(x, rare, sample_weight=np.where(rare, 27.0, 1.0))
    assert model.predict_proba(x)[:, 1].mean() == pytest.approx(0.9, abs=0.03)
