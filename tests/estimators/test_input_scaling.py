"""How loudly inputs are heard: the correlation ratio by hand, and that plain inputs do what loud ones did."""

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
    CHANCES,
    LARGEST_SCALE,
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
    chance = np.random.default_rng(0)
    rows = np.clip(chance.normal(size=(500, 4)), -2.99, 2.99).astype(np.float32)
    rows[:, 3] = np.sign(rows[:, 3])
    score = rows[:, 0] + 0.5 * rows[:, 1] ** 2 + chance.normal(size=500)
    wanted: Any = {
        "classes": np.digitize(score, [0.0, 1.0]),
        "numbers": np.stack([score, -(rows[:, 3] ** 2) + score**2], axis=1),
        "labels": np.stack([score > 0, rows[:, 1] > 0.3], axis=1).astype(int),
    }[kind]
    weights = chance.uniform(0.5, 2.0, 500).astype(np.float32) if weighted else np.ones(500, np.float32)
    numbers = np.eye(3)[wanted] if kind == "classes" else wanted.astype(float)
    rows_that_tell = weights.sum() ** 2 / (weights**2).sum()
    said, by_chance = [], []
    for row in rows.T:
        freedom = len(np.unique(np.floor((row + 3) / 6 * BINS))) - 1
        said.append(max(ratio(row, numbers, weights.astype(float)) - freedom / rows_that_tell, 0.0))
        by_chance.append(np.sqrt(2 * freedom) / rows_that_tell)
    said = [max(said[0], said[3]), said[1], said[2], max(said[0], said[3])]
    expected = np.sqrt(np.array(said) + CHANCES * max(by_chance))
    expected /= np.sqrt((expected**2 * rows.var(axis=0)).sum() / rows.var(axis=0).sum())
    columns = [("two inputs", [0, 3]), ("one", [1]), ("another", [2])]
    found = input_scales(rows, wanted, weights if weighted else None, columns)
    np.testing.assert_allclose(found, np.minimum(expected, LARGEST_SCALE), rtol=1e-4)


def test_what_tells_nothing_is_quiet_but_not_silent() -> None:
    chance = np.random.default_rng(1)
    rows = np.clip(chance.normal(size=(2_000, 50)), -3, 3).astype(np.float32)
    columns = [(str(number), [number]) for number in range(50)]
    heard = input_scales(rows, (rows[:, 7] > 0).astype(int), None, columns)
    assert heard.argmax() == 7
    assert heard[7] == LARGEST_SCALE
    others = np.delete(heard, 7)
    assert 0.3 < others.min() <= others.max() < 1
    # where columns tell only together, none is preferred by more than chance makes of it
    together = input_scales(rows, (rows[:, 0] * rows[:, 1] > 0).astype(int), None, columns)
    assert 0.8 < together.min() <= together.max() < 1.3
    silent = np.zeros(2_000, np.float32)
    np.testing.assert_array_equal(input_scales(rows, rows[:, :1], silent, columns), 1)  # no row has weight
    for same in (np.zeros(2_000, int), np.full((2_000, 2), 3.5)):
        np.testing.assert_array_equal(input_scales(rows, same, None, columns), 1)


BLUEPRINTS = {
    "no hidden layer": mlp(5, (), 3),
    "dense": mlp(5, (8, 6), 3),
    "waves of two columns": with_periodic_embedding(mlp(5, (8, 6), 3), 2),
}


@pytest.mark.parametrize("blueprint", BLUEPRINTS.values(), ids=BLUEPRINTS)
def test_plain_inputs_do_what_loud_ones_did_and_back(blueprint: Blueprint) -> None:
    chance = np.random.default_rng(2)
    rows, factors = chance.normal(size=(20, 5)).astype(np.float32), chance.uniform(0.2, 3, 5).astype(np.float32)
    theta = initial(blueprint, 0, FLOAT)
    before, loud = theta.copy(), Network(blueprint, theta, 20, threads=1).predict(rows * factors)
    fold_scales_into_weights(blueprint, theta, factors)
    np.testing.assert_allclose(Network(blueprint, theta, 20, threads=1).predict(rows), loud, rtol=1e-4, atol=1e-6)
    fold_scales_into_weights(blueprint, theta, 1 / factors)
    np.testing.assert_allclose(theta, before, rtol=1e-6)


def test_a_table_of_mostly_noise_is_learnt_from_few_rows() -> None:
    chance = np.random.default_rng(3)
    frame = pd.DataFrame(chance.choice(list("acgt"), (900, 60)))
    told = (frame[30] == "g") & (frame[31] == "t") | (frame[28] == "a") & (frame[29] == "g")
    learn, held, y, wanted = train_test_split(frame, np.where(told, "site", "none"), test_size=300, random_state=0)
    model = backlit.TabularClassifier(n_members=1, random_state=0).fit(learn, y)
    assert model.score(held, wanted) > 0.93
