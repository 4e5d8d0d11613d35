"""What is said of columns: contributions add up, linear networks give w x, importance finds the columns that matter."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.inspection import permutation_importance

import backlit
from backlit import BacklitError, DataWarning, MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

RNG = np.random.default_rng(0)
X = RNG.normal(size=(240, 4))
SCORE = 2.0 * X[:, 0] - X[:, 1] * X[:, 2]
FRAME = pd.DataFrame(
    {
        "size": np.where(RNG.random(240) < 0.1, np.nan, X[:, 0]),
        "constant": 7,
        "colour": RNG.choice(["red", "green", "blue", None], 240),
        "when": pd.Timestamp("2026-01-01") + pd.to_timedelta(np.arange(240), unit="D"),
    }
)
PRICE = 3 * X[:, 0] + 4 * (FRAME["colour"] == "red")

TARGETS = {
    "two classes": np.where(SCORE > 0, "yes", "no"),
    "three classes": np.digitize(SCORE, [-1.0, 1.0]),
    "multilabel": (X[:, :3] > 0).astype(int),
}


def fitted(kind: str, activation: str = "tanh") -> object:
    if kind in TARGETS:
        return MLPClassifier((9,), activation=activation, max_iter=60, random_state=0).fit(X, TARGETS[kind])
    y = SCORE if kind == "number" else np.c_[SCORE, X[:, 3]]
    return MLPRegressor(
        hidden_layer_sizes=(9,), activation=activation, max_iter=60, random_state=0, loss="squared_error"
    ).fit(X, y)


@pytest.mark.parametrize("kind", [*TARGETS, "number", "numbers"])
def test_contributions_add_up(kind: str) -> None:
    """Completeness (Sundararajan et al. 2017, proposition 1): exact where the network is smooth."""
    found = fitted(kind).contributions(X[:20], baseline=X)
    np.testing.assert_allclose(found.values.sum(axis=1), found.outputs - found.baseline, atol=1e-6)
    assert found.values.shape == (20, 4)
    assert np.abs(found.gap).max() < 1e-6


def test_contributions_of_kinks_add_up_nearly() -> None:
    found = fitted("number", "relu").contributions(X[:50])
    assert np.abs(found.gap).max() < 2e-3 * np.abs(found.outputs - found.baseline).max()


def test_a_linear_network_gives_weight_times_way() -> None:
    model = MLPRegressor(hidden_layer_sizes=(), max_iter=20, random_state=0).fit(X, SCORE)
    found = model.contributions(X[:5], baseline=X)
    np.testing.assert_allclose(found.values, (X[:5] - X.mean(axis=0)) * model.coefs_[0][:, 0], rtol=1e-9)


def test_outputs_are_what_the_model_says() -> None:
    number = fitted("number")
    np.testing.assert_allclose(number.contributions(X).outputs, number.predict(X), rtol=1e-9)
    two = fitted("two classes")
    proba = two.predict_proba(X)[:, 1]
    np.testing.assert_allclose(two.contributions(X, target="yes").outputs, np.log(proba / (1 - proba)), rtol=1e-6)
    np.testing.assert_allclose(two.contributions(X, target="no").values, -two.contributions(X, target="yes").values)
    three = fitted("three classes")
    logs = np.log(three.predict_proba(X))
    wanted = logs[:, 2] - logs.mean(axis=1)
    np.testing.assert_allclose(three.contributions(X, target=2).outputs, wanted, rtol=1e-6, atol=1e-9)
    chosen = three.contributions(X)
    best = (logs - logs.mean(axis=1, keepdims=True)).max(axis=1)
    np.testing.assert_allclose(chosen.outputs, best, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("kind", [TabularClassifier, TabularRegressor])
def test_frames(kind: type, tmp_path: object) -> None:
    y = np.where(PRICE > 2, "dear", "cheap") if kind is TabularClassifier else PRICE
    model = kind(hidden_layer_sizes=(16, 16), epochs=30, n_members=2, random_state=0)
    with pytest.warns(DataWarning, match="column 'constant' is left out: constant"):
        model.fit(FRAME, y)
    model.save(f"{tmp_path}/model.backlit")
    model = backlit.load(f"{tmp_path}/model.backlit")
    strange = FRAME.head(6).copy()
    strange.loc[0, "colour"] = "never seen"
    found = model.contributions(strange)
    assert found.columns == tuple(FRAME.columns)
    assert (found.values[:, 1] == 0).all()  # a constant column has no inputs
    assert np.abs(found.gap).max() < 1e-3
    np.testing.assert_allclose(found.values, model.contributions(strange[FRAME.columns[::-1]]).values, atol=1e-9)
    if kind is TabularRegressor:
        np.testing.assert_allclose(found.outputs, model.predict(strange), rtol=1e-4)
    for importance in (model.importance(FRAME, y), model.importance(FRAME)):
        assert {column for column, *_ in importance.ranked()[:2]} == {"size", "colour"}
        assert importance.mean[1] == 0.0


def test_importance_is_scikit_learns() -> None:
    """Means over many shuffles agree: the loss of R^2 of each column."""
    model = fitted("number")
    ours = model.importance(X, SCORE, repeats=60)
    theirs = permutation_importance(model, X, SCORE, n_repeats=60, random_state=1)
    np.testing.assert_allclose(ours.mean, theirs.importances_mean, atol=0.05)
    assert ours.columns == ("x[0]", "x[1]", "x[2]", "x[3]")
    exact = model.importance(X, SCORE, scoring=lambda y, found: -np.abs(y - found).max())
    assert exact.mean[0] > 0


def test_what_is_refused() -> None:
    with pytest.raises(BacklitError, match="'maybe' is not one of the model's classes"):
        fitted("two classes").contributions(X, target="maybe")
    with pytest.raises(BacklitError, match="target: 2 is no output; use a whole number from 0 to 1"):
        fitted("numbers").contributions(X, target=2)
    with pytest.raises(BacklitError, match="y: 3 targets for 240 rows"):
        fitted("number").importance(X, SCORE[:3])
    with pytest.raises(BacklitError, match="repeats: 0"):
        fitted("number").importance(X, SCORE, repeats=0)
