"""Where parameters start: the graph, which shares no code with the engine, says what sums they make."""

import numpy as np
import pytest

import backlit
from backlit.graph.from_network import network
from backlit.network.blueprint import Blueprint
from backlit.network.building import mlp, with_periodic_embedding
from backlit.training.initial_parameters import initial

FLOAT = np.dtype(np.float64)
ROWS = np.random.default_rng(0).normal(loc=3.0, scale=20.0, size=(60, 5))
BODY = mlp(5, (7, 4), 3, hidden_gate=("selu", "tanh"))


def sums(blueprint: Blueprint, theta: np.ndarray, rows: np.ndarray) -> dict[str, np.ndarray]:
    graph = network(blueprint, theta, rows, np.eye(3)[np.arange(len(rows)) % 3])
    named = ((f"z[{n}]", graph.named(f"z[{n}]")) for n in range(1, 4))
    return {name: wire.value for name, wire in named if wire is not None}


@pytest.mark.parametrize("blueprint", [BODY, with_periodic_embedding(BODY, 2)], ids=["plain", "waves"])
def test_hidden_sums_vary_by_one(blueprint: Blueprint) -> None:
    theta = initial(blueprint, 0, FLOAT, "lsuv", ROWS)
    found = sums(blueprint, theta, ROWS)
    for name in ("z[1]", "z[2]"):
        np.testing.assert_allclose(found[name].std(axis=0), 1.0, rtol=1e-9)
    usual = blueprint.arrays(initial(blueprint, 0, FLOAT))
    for name, array in blueprint.arrays(theta).items():
        if name not in ("w[1]", "w[2]"):  # what is not scaled starts as ever
            np.testing.assert_array_equal(array, usual[name])


def test_the_scale_of_the_inputs_is_of_no_account() -> None:
    small, large = (initial(BODY, 1, FLOAT, "lsuv", ROWS * scale) for scale in (1.0, 1e4))
    for name, found in sums(BODY, small, ROWS).items():
        np.testing.assert_allclose(found, sums(BODY, large, ROWS * 1e4)[name], rtol=1e-9)


@pytest.mark.parametrize("rows", [np.ones((9, 5)), ROWS[:1]], ids=["constant", "one row"])
def test_rows_that_tell_nothing_change_nothing(rows: np.ndarray) -> None:
    np.testing.assert_array_equal(initial(BODY, 0, FLOAT, "lsuv", rows), initial(BODY, 0, FLOAT))


def test_an_estimator_takes_it() -> None:
    model = backlit.MLPClassifier((8,), init="lsuv", max_iter=200, learning_rate_init=0.01, random_state=0)
    y = ROWS[:, 0] > 3
    assert model.fit(ROWS, y).score(ROWS, y) > 0.9
