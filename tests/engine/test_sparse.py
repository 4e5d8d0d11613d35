"""The first dense layer where most inputs are 0: the bits of a training are those of whole products."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backlit.engine import network as engine
from backlit.engine.network import Network
from backlit.engine.optimizer import Optimizer
from backlit.engine.processor import vectors_here
from backlit.engine.regularization import NONE, Regularization
from backlit.network.blueprint import Blueprint
from backlit.network.building import mlp, with_periodic_embedding
from backlit.training.initial_parameters import initial

pytestmark = pytest.mark.skipif(not vectors_here()[0].width, reason="products are BLAS's here, zeros and all")

ADAM = {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8}


def rows_of(count: int, inputs: int, share: float, kind: str) -> np.ndarray:
    """Numbers of which this share is not 0."""
    chance = np.random.default_rng(count + inputs)
    numbers = chance.normal(size=(count, inputs)) * (chance.random((count, inputs)) < share)
    return np.ascontiguousarray(numbers, kind)


def trained(
    blueprint: Blueprint, rows: np.ndarray, batch: int, regularization: Regularization = NONE, blocks: int = 2
) -> tuple[np.ndarray, float, bool]:
    """The parameters after two epochs, the last loss, and whether zeros were left out."""
    theta = initial(blueprint, 0, rows.dtype)
    network = Network(blueprint, theta, batch, blocks=blocks)
    adam = Optimizer("adam", theta.size, theta.dtype, ADAM)
    labels = (np.arange(len(rows)) % blueprint.outputs).astype(rows.dtype)[:, None]
    rates = np.full(-(-len(rows) // batch), 0.01)
    for seed in range(2):
        loss = network.train_epoch(
            adam, rates, rows, labels, np.empty(0, rows.dtype), np.arange(len(rows)), regularization, seed
        )
    return theta, loss, "turned" in network._workspace


def both_ways(
    blueprint: Blueprint, rows: np.ndarray, batch: int, regularization: Regularization = NONE, blocks: int = 2
) -> None:
    results = []
    for dense in (0.0, 2.0):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(engine, "DENSE", dense)
            results.append(trained(blueprint, rows, batch, regularization, blocks))
    (whole, whole_loss, listed), (sparse, sparse_loss, also_listed) = results
    assert (listed, also_listed) == (False, True)
    assert whole_loss == sparse_loss
    np.testing.assert_array_equal(whole, sparse)


@settings(max_examples=30, deadline=None)
@given(
    inputs=st.integers(1, 90),
    hidden=st.integers(1, 150),
    batch=st.integers(2, 40),
    share=st.sampled_from([0.0, 0.02, 0.3, 1.0]),
    kind=st.sampled_from(["float32", "float64"]),
)
def test_bits_are_those_of_whole_products(inputs: int, hidden: int, batch: int, share: float, kind: str) -> None:
    both_ways(mlp(inputs, (hidden,), 3), rows_of(batch * 2 + 1, inputs, share, kind), batch)


@pytest.mark.parametrize(
    "regularization",
    [NONE, Regularization(l2_penalty=0.1), Regularization(dropout=0.3)],
    ids=["none", "penalty", "dropout"],
)
@pytest.mark.parametrize("blocks", [1, 2, 3])
def test_so_they_are_in_a_large_network(blocks: int, regularization: Regularization) -> None:
    both_ways(mlp(784, (300, 100), 10), rows_of(300, 784, 0.19, "float32"), 128, regularization, blocks)


def test_so_they_are_where_a_panel_is_too_high_to_be_packed() -> None:
    both_ways(mlp(9_000, (20,), 3), rows_of(20, 9_000, 0.01, "float32"), 10)


@pytest.mark.parametrize("hidden", [(), (40,)], ids=["no hidden layer", "one"])
def test_so_they_are_behind_waves(hidden: tuple[int, ...]) -> None:
    both_ways(with_periodic_embedding(mlp(60, hidden, 3), 2), rows_of(70, 60, 0.1, "float32"), 32)


@pytest.mark.parametrize("threads", [1, 2])
def test_predictions_have_the_same_bits(threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    blueprint = with_periodic_embedding(mlp(60, (300, 200), 3), 2)
    network = Network(blueprint, initial(blueprint, 0, np.dtype(np.float32)), 64, threads=threads)
    rows = rows_of(500, 60, 0.1, "float32")
    monkeypatch.setattr(engine, "DENSE", 0.0)
    whole = network.predict(rows, threads)
    monkeypatch.setattr(engine, "DENSE", 2.0)
    np.testing.assert_array_equal(network.predict(rows, threads), whole)
    assert all("listed" in network._forward_workspace(rank) for rank in range(threads)), "one for each thread"


@pytest.mark.parametrize(("share", "expected"), [(0.1, True), (0.9, False)])
def test_zeros_are_left_out_where_they_are_most(share: float, expected: bool) -> None:
    assert trained(mlp(50, (20,), 3), rows_of(200, 50, share, "float32"), 32)[2] is expected
