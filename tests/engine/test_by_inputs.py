"""A first layer that a team shares out by inputs: its sums are those by rows but for rounding, its bits nobody's."""

from __future__ import annotations

import numpy as np
import pytest

from backlit.engine import sharing
from backlit.engine.network import Network
from backlit.engine.optimizer import Optimizer
from backlit.network.building import mlp
from backlit.training.initial_parameters import initial


@pytest.mark.parametrize("blocks", [2, 3])
@pytest.mark.parametrize(("inputs", "hidden"), [(3, (300, 50)), (7, (300,)), (301, (300, 50)), (301, ())])
def test_a_first_layer_shared_out_by_inputs_learns_the_same(
    monkeypatch: pytest.MonkeyPatch, inputs: int, hidden: tuple[int, ...], blocks: int
) -> None:
    """By inputs or by rows: the same but for rounding; and the same bits for any number of threads."""
    chance = np.random.default_rng(inputs)
    rows, labels = chance.normal(size=(150, inputs)), chance.integers(0, 3, (150, 1)).astype(np.float64)
    blueprint = mlp(inputs, hidden, 3)
    results = []
    for least, threads in ((2**60, 1), (1, 1), (1, 2), (1, 3)):
        monkeypatch.setattr(sharing, "INPUT_WEIGHTS", least)
        monkeypatch.setattr(sharing, "TEAM_WORK", 0.0)
        theta = initial(blueprint, 0, np.dtype(np.float64))
        network = Network(blueprint, theta, 64, threads=threads, blocks=blocks)
        network.train_epoch(
            Optimizer("sgd", theta.size, theta.dtype, {}), np.full(3, 0.1), rows, labels, np.empty(0), np.arange(150)
        )
        assert ("partial" in network._workspace) == (least == 1)
        results.append(theta)
    by_rows, alone, *with_others = results
    np.testing.assert_allclose(alone, by_rows, rtol=1e-9, atol=1e-12)
    assert not np.array_equal(alone, by_rows)
    for theta in with_others:
        np.testing.assert_array_equal(theta, alone)


@pytest.mark.parametrize("least", [1, 2**60])
def test_a_last_mini_batch_of_fewer_rows_than_blocks(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], least: int
) -> None:
    """It is learnt from as by one block, and without a word."""
    monkeypatch.setattr(sharing, "TEAM_WORK", 0.0)
    monkeypatch.setattr(sharing, "INPUT_WEIGHTS", least)
    rows = np.random.default_rng(0).normal(size=(9, 20))
    blueprint, results = mlp(20, (30,), 2), []
    for blocks in (1, 3):
        theta = initial(blueprint, 0, np.dtype(np.float64))
        network = Network(blueprint, theta, 8, blocks=blocks)
        labels = np.arange(9.0)[:, None] % 2
        sgd = Optimizer("sgd", theta.size, theta.dtype, {})
        network.train_epoch(sgd, np.full(2, 0.1), rows, labels, np.empty(0), np.arange(9))
        results.append(theta)
    np.testing.assert_allclose(*results, rtol=1e-12, atol=1e-14)
    assert capfd.readouterr().err == ""
