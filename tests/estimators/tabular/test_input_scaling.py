"""Input scaling: the correlation ratio by hand, and that unscaled inputs give what scaled ones gave."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import train_test_split

import backlit
from backlit.engine.network import Network
from backlit.estimators.tabular.input_scaling import (
    BINS,
    LARGEST_SCALE,
    NOISE_MARGIN,
    fold_scales_into_weights,
    input_scales,
)
from backlit.network.blueprint import Blueprint
from backlit.network.building import mlp, with_periodic_embedding
from backlit.training.initial_parameters import initial

FLOAT = np.dtype(np.float32)


def ratio(row: Any, numbers: Any, weights: Any) -> float:
    """The part of the variance of some numbers that lies between an input's bins, with pandas."""
    frame = pd.DataFrame(numbers * weights[:, None])
    frame["weight"] = weights
    mean = frame.drop(columns="weight").sum() / weights.sum()
    bins = pd.cut(row, np.linspace(-3, 3, BINS + 1), right=False, labels=False)
    sums = frame.groupby(bins).sum()
    means = sums.drop(columns="weight").div(sums["weight"], axis=0)
    between = ((means - mean) ** 2).mul(sums["weight"], axis=0).to_numpy().sum()
    return float(between / (weights[:, None] * (numbers - mean.to_numpy()) ** 2).sum())


@pytest.mark.parametrize("kind", ["classes", "numbers", "labels"])
@pytest.mark.parametrize("weighted", [False, True])
def test_is_the_root_of_the_correlation_ratio_beyond_chance(kind: str, weighted: bool) -> None:
    rng = np.random.default_rng(0)
    rows = np.clip(rng.normal(size=(500, 4)), -2.99, 2.99).astype(np.float32)
    rows[:, 3] = np.sign(rows[:, 3])
    score = rows[:, 0] + 0.5 * rows[:, 1] ** 2 + rng.normal(size=500)
    wanted: Any = {
        "classes": np.digitize(score, [0.0, 1.0]),
        "numbers": np.stack([score, -(rows[:, 3] ** 2) + score**2], axis=1),
        "labels": np.stack([score > 0, rows[:, 1] > 0.3], axis=1).astype(int),
    }[kind]
    weights = rng.uniform(0.5, 2.0, 500).astype(np.float32) if weighted else np.ones(500, np.float32)
    numbers = np.eye(3)[wanted] if kind == "classes" else wanted.astype(float)
    effective_rows = weights.sum() ** 2 / (weights**2).sum()
    relevance, by_chance = [], []
    for row in rows.T:
        freedom = len(np.unique(np.floor((row + 3) / 6 * BINS))) - 1
        relevance.append(max(ratio(row, numbers, weights.astype(float)) - freedom / effective_rows, 0.0))
        by_chance.append(np.sqrt(2 * freedom) / effective_rows)
    relevance = [max(relevance[0], relevance[3]), relevance[1], relevance[2], max(relevance[0], relevance[3])]
    expected = np.sqrt(np.array(relevance) + NOISE_MARGIN * max(by_chance))
    expected /= np.sqrt((expected**2 * rows.var(axis=0)).sum() / rows.var(axis=0).sum())
    columns = [("two inputs", [0, 3]), ("one", [1]), ("another", [2])]
    found = input_scales(rows, wanted, weights if weighted else None, columns)
    np.testing.assert_allclose(found, np.minimum(expected, LARGEST_SCALE), rtol=1e-4)


def test_an_irrelevant_input_has_a_small_factor_but_not_zero() -> None:
    rng = np.random.default_rng(1)
    rows = np.clip(rng.normal(size=(2_000, 50)), -3, 3).astype(np.float32)
    columns = [(str(number), [number]) for number in range(50)]
    scales = input_scales(rows, (rows[:, 7] > 0).astype(int), None, columns)
    assert scales.argmax() == 7
    assert scales[7] == LARGEST_SCALE
    others = np.delete(scales, 7)
    assert 0.3 < others.min() <= others.max() < 1
    # where columns are relevant only together, none is preferred by more than chance makes of it
    together = input_scales(rows, (rows[:, 0] * rows[:, 1] > 0).astype(int), None, columns)
    assert 0.8 < together.min() <= together.max() < 1.3
    zeros = np.zeros(2_000, np.float32)
    np.testing.assert_array_equal(input_scales(rows, rows[:, :1], zeros, columns), 1)  # no row has weight
    for same in (np.zeros(2_000, int), np.full((2_000, 2), 3.5)):
        np.testing.assert_array_equal(input_scales(rows, same, None, columns), 1)


RNG = np.random.default_rng(4)
INPUTS = np.clip(RNG.normal(size=(300, 3)), -2.9, 2.9).astype(np.float32)
NUMBERS = INPUTS[:, :1] + RNG.normal(size=(300, 1))
COLUMNS = [("a", [0]), ("b", [1]), ("c", [2])]


@pytest.mark.parametrize("scale", [1e-310, 1e-200, 1e-160, 1e160, 1e300, 1e307])
def test_factors_depend_neither_on_the_size_of_targets_nor_on_that_of_weights(scale: float) -> None:
    expected = input_scales(INPUTS, NUMBERS, None, COLUMNS)
    assert len(set(expected.tolist())) > 1
    np.testing.assert_allclose(input_scales(INPUTS, NUMBERS * scale, None, COLUMNS), expected, rtol=1e-5)
    both = input_scales(INPUTS, np.hstack([NUMBERS, -NUMBERS]) * scale, None, COLUMNS)
    np.testing.assert_allclose(both, expected, rtol=1e-5)
    weights = np.full(300, np.clip(scale, 1e-44, 3e38), np.float32)
    np.testing.assert_allclose(input_scales(INPUTS, NUMBERS, weights, COLUMNS), expected, rtol=1e-5)


@pytest.mark.parametrize("scale", [5e-324, 1e-45, 1e-20, 1e-3])
@pytest.mark.parametrize("targets", [NUMBERS, (NUMBERS[:, 0] > 0).astype(int)], ids=["numbers", "classes"])
def test_inputs_that_stay_within_a_bin_explain_nothing(scale: float, targets: Any) -> None:
    rows = 0.01 + np.abs(INPUTS * scale).astype(np.float32)
    np.testing.assert_array_equal(input_scales(rows, targets, None, COLUMNS), 1)


@pytest.mark.parametrize("constant", [0.1, 1e-310, 1e300])
def test_what_rounding_leaves_of_a_constant_is_no_variation(constant: float) -> None:
    weights = RNG.uniform(0.5, 2.0, 300).astype(np.float32)
    weights[0] = 0.0
    numbers, classes = np.full((300, 2), constant), np.full(300, 1)
    numbers[0], classes[0] = 7e300, 0  # but that row has no weight
    np.testing.assert_array_equal(input_scales(INPUTS, numbers, weights, COLUMNS), 1)
    np.testing.assert_array_equal(input_scales(INPUTS, classes, weights, COLUMNS), 1)


BLUEPRINTS = {
    "no hidden layer": mlp(5, (), 3),
    "dense": mlp(5, (8, 6), 3),
    "periodic embedding of two columns": with_periodic_embedding(mlp(5, (8, 6), 3), 2),
}


@pytest.mark.parametrize("blueprint", BLUEPRINTS.values(), ids=BLUEPRINTS)
def test_folded_scales_give_the_same_outputs_and_back(blueprint: Blueprint) -> None:
    rng = np.random.default_rng(2)
    rows, factors = rng.normal(size=(20, 5)).astype(np.float32), rng.uniform(0.2, 3, 5).astype(np.float32)
    theta = initial(blueprint, 0, FLOAT)
    before, scaled = theta.copy(), Network(blueprint, theta, 20, threads=1).predict(rows * factors)
    fold_scales_into_weights(blueprint, theta, factors)
    np.testing.assert_allclose(Network(blueprint, theta, 20, threads=1).predict(rows), scaled, rtol=1e-4, atol=1e-6)
    fold_scales_into_weights(blueprint, theta, 1 / factors)
    np.testing.assert_allclose(theta, before, rtol=1e-6)


def test_a_table_of_mostly_noise_is_learnt_from_few_rows() -> None:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(rng.choice(list("acgt"), (900, 60)))
    site = (frame[30] == "g") & (frame[31] == "t") | (frame[28] == "a") & (frame[29] == "g")
    learn, held, y, wanted = train_test_split(frame, np.where(site, "site", "none"), test_size=300, random_state=0)
    model = backlit.TabularClassifier(n_members=1, random_state=0).fit(learn, y)
    assert model.score(held, wanted) > 0.93
