"""Boosted trees beside the network: where many columns shift the odds by steps, and the whole stays one network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.metrics import roc_auc_score

from backlit import TabularClassifier, load, trace
from backlit.estimators.tabular import boosting
from backlit.estimators.tabular.boosting import fit_boosting, with_boosting
from backlit.estimators.tabular.metrics import CLASS_METRICS
from backlit.estimators.tabular.part import Trial, share_with_mean, with_rank
from backlit.graph import logits
from backlit.network.building import mlp
from backlit.training.samples import Samples

ROWS = np.random.default_rng(3)
X = ROWS.normal(size=(4_000, 12)).astype(np.float32)
STEPS = ((ROWS.normal(size=12) < X) * ROWS.normal(0, 1.5, 12)).sum(axis=1)


def samples(classes: int, rows: slice = slice(0, 1_000), weights: object = ()) -> tuple[Samples, np.ndarray]:
    codes = np.searchsorted(np.quantile(STEPS, np.linspace(0, 1, classes + 1)[1:-1]), STEPS)[rows]
    return Samples(X[rows], codes[:, None].astype(np.float32), np.asarray(weights, np.float32)), codes


@pytest.mark.parametrize("classes", [2])
def test_it_is_what_scikit_learn_fits(classes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boosting, "PRIOR_CURVATURE", 1e-12)  # as without one
    learn, codes = samples(classes)
    theirs = GradientBoostingClassifier(
        n_estimators=boosting.ROUNDS, learning_rate=boosting.RATE, max_leaf_nodes=boosting.LEAVES_EACH,
        min_samples_leaf=boosting.ROWS_OF_A_LEAF, max_depth=None, random_state=0,
    ).fit(learn.inputs, codes)  # fmt: skip
    ours = fit_boosting(learn, codes, classes)(X)
    np.testing.assert_allclose(ours[:, 1] - ours[:, 0], theirs.decision_function(X), rtol=1e-4, atol=1e-4)


def test_three_classes_are_learnt_together() -> None:
    learn, codes = samples(3)
    ours = fit_boosting(learn, codes, 3)
    _, truth = samples(3, slice(1_000, None))
    theirs = GradientBoostingClassifier(
        n_estimators=32, learning_rate=0.2, max_leaf_nodes=8, min_samples_leaf=10, random_state=0
    ).fit(learn.inputs, codes)
    assert (ours(X[1_000:]).argmax(axis=1) == truth).mean() > theirs.score(X[1_000:], truth) - 0.02


def test_a_weight_counts_as_so_many_rows() -> None:
    learn, codes = samples(2, slice(0, 400))
    often = np.where(np.arange(400) < 100, 3.0, 1.0)
    again = np.repeat(np.arange(400), often.astype(int))
    repeated = Samples(learn.inputs[again], learn.targets[again], np.empty(0, np.float32))
    weighted, _ = samples(2, slice(0, 400), often)
    one, other = fit_boosting(weighted, codes, 2)(X), fit_boosting(repeated, codes[again], 2)(X)
    assert np.corrcoef(one[:, 1], other[:, 1])[0, 1] > 0.97  # leaves have rows from 10 on, however these are counted


@pytest.mark.parametrize(("classes", "groups"), [(2, 1), (3, 4)])
def test_the_network_adds_what_the_trees_say(classes: int, groups: int) -> None:
    learn, codes = samples(classes)
    fitted = fit_boosting(learn, codes, classes)
    from backlit.network.merging import merged

    one = mlp(12, (4, 4, 4), classes, hidden_gate="selu", output_gate="softmax", loss="cross_entropy")
    network, theta = merged([one] * groups, [np.zeros(one.theta_size, np.float32)] * groups)
    network, theta = with_boosting(network, theta, [fitted], 0.7)
    found = logits(network, theta, X[:500].astype(np.float64)).output.value
    expected = 0.7 * fitted(X[:500])
    near = np.abs(found - expected).max(axis=1) > 1e-3  # rows that lie on a threshold
    assert near.mean() < 0.03


def test_steps_of_many_columns_are_learnt(tmp_path: Path) -> None:
    odds = 1 / (1 + np.exp(-2.0 * (STEPS - np.quantile(STEPS, 0.7))))
    y = (np.random.default_rng(1).random(len(odds)) < odds).astype(int)
    scores = {}
    for line in (True, False):
        model = TabularClassifier((32, 32), epochs=24, n_members=2, random_state=0)
        with pytest.MonkeyPatch.context() as patch:
            if not line:
                patch.setattr("backlit.estimators.tabular.part.PART_KINDS", {})
            model.fit(X[:1_500], y[:1_500])
        scores[line] = 1 - roc_auc_score(y[1_500:], model.predict_proba(X[1_500:])[:, 1])
        if line:
            assert model.network_.neurons[0].outputs > 100
            model.save(tmp_path / "model")
            again = load(tmp_path / "model")
            np.testing.assert_array_equal(again.predict_proba(X[:50]), model.predict_proba(X[:50]))
            assert trace(model, x=X[0], y=y[0]).check(sample=60).ok
    assert scores[True] < 0.95 * scores[False]


def test_what_judges_sees_ranks_of_two_classes() -> None:
    codes, weights = np.array([0, 0, 0, 1]), np.ones(4)
    good, bad = (
        np.array([[0.9 - s, 0.1 + s] for s in each]) for each in ([0, 0.01, 0.02, 0.03], [0.03, 0, 0.01, 0.02])
    )
    none = with_rank(lambda *_: 0.0)
    assert none(good, codes, weights) == 0.0
    assert none(bad, codes, weights) == pytest.approx(1 / 3)


@pytest.mark.parametrize("metric", ["neg_log_loss", lambda y, outputs: float((outputs.argmax(axis=1) == y).mean())])
def test_a_part_that_gains_nothing_is_left_out(metric: object) -> None:
    """Of a metric that is chosen, too: a callable's scores are negative as objectives."""
    learn, _ = samples(2)
    held, truth = samples(2, slice(1_000, 1_400))
    perfect = np.where(np.arange(2) == truth[:, None], 0.999, 0.001)
    objective = CLASS_METRICS[metric] if isinstance(metric, str) else lambda o, c, w: -metric(c, o)  # type: ignore[operator]
    assert Trial(learn, [(learn, held)], [perfect], objective).best(["logistic", "tree", "boosting"]) is None
    guess = np.full((400, 2), 0.5)
    assert Trial(learn, [(learn, held)], [guess], objective).best(["boosting"]) is not None


def test_the_share_beside_a_mean_is_less() -> None:
    """Two estimates of one number with independent errors: the mean of four of the first leaves less to the second."""
    chance = np.random.default_rng(0)
    common, own = chance.normal(size=(1, 200_000)), chance.normal(size=(4, 200_000))
    network, part = common + own, 1.2 * chance.normal(size=200_000)
    shares = np.linspace(0.01, 0.99, 99)

    def best(estimate: np.ndarray) -> float:
        return float(shares[np.argmin([np.mean(((1 - s) * estimate + s * part) ** 2) for s in shares])])

    assert share_with_mean(best(network[0]), 4) == pytest.approx(best(network.mean(axis=0)), abs=0.02)
