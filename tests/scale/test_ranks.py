"""Several ranks: the gradient of shards is that of the mini-batch, and the bits do not depend on their number.

Ranks are threads here, which meet at a barrier; `make extras` runs the same program under MPI (`tests/scale/mpi`).
"""

from __future__ import annotations

import copy
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from backlit import TabularClassifier, TabularRegressor, distributed, out_of_core
from backlit.engine import sharded
from backlit.engine.network import Network
from backlit.engine.optimizer import Optimizer
from backlit.engine.ranks import check_alike, tree_sum
from backlit.engine.regularization import Regularization
from backlit.errors import BacklitError
from backlit.estimators.shared.checkpoint import FitCheckpoint
from backlit.network.building import mlp

ROWS, BATCH = 100, 32


class ThreadRanks:
    """One of some threads that act as ranks."""

    def __init__(self, rank: int, size: int, board: list[Any], barrier: threading.Barrier) -> None:
        self.rank, self.size, self._board, self._barrier = rank, size, board, barrier

    def gather(self, part: np.ndarray) -> list[np.ndarray]:
        self._board[self.rank] = part.copy()
        self._barrier.wait()
        parts = list(self._board)
        self._barrier.wait()
        return parts

    def allreduce(self, array: np.ndarray) -> None:
        array[:] = np.sum(self.gather(array), axis=0)

    def broadcast(self, value: Any) -> Any:
        return self.collect(value)[0]

    def collect(self, value: Any) -> list[Any]:
        self._board[self.rank] = copy.deepcopy(value)
        self._barrier.wait()
        values = list(self._board)
        self._barrier.wait()
        return values

    def barrier(self) -> None:
        self._barrier.wait()


class PerThread(threading.local):
    """What is active, for each thread that acts as a rank."""

    def __init__(self) -> None:
        self.items: list[Any] = []

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: int) -> Any:
        return self.items[index]

    def append(self, item: Any) -> None:
        self.items.append(item)

    def pop(self) -> Any:
        return self.items.pop()


def trained(size: int, deterministic: bool, monkeypatch: pytest.MonkeyPatch, dropout: float = 0.2) -> list[Any]:
    """The parameters and the loss that each of some ranks ends with."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(ROWS, 5)).astype(np.float32), rng.normal(size=(ROWS, 1)).astype(np.float32)
    weights = rng.random(ROWS).astype(np.float32)
    blueprint = mlp(5, (7, 6), 1, output_gate="identity", loss="squared", hidden_gate="mish")
    start = (0.3 * rng.normal(size=blueprint.theta_size)).astype(np.float32)
    board: list[Any] = [None] * size
    barrier = threading.Barrier(size, timeout=60)
    monkeypatch.setattr(sharded, "_ACTIVE", PerThread())
    results: list[Any] = [None] * size

    def work(rank: int) -> None:
        theta = start.copy()
        network = sharded.ShardedNetwork(blueprint, theta, BATCH, on_callers_thread=True)
        optimizer = Optimizer("adam", theta.size, theta.dtype, {"beta_1": 0.9, "beta_2": 0.99, "epsilon": 1e-8})
        regular = Regularization(l2_penalty=1e-3, weight_decay=0.01, dropout=dropout, ema_decay=0.9)
        with sharded.training_together(ThreadRanks(rank, size, board, barrier), deterministic):
            for epoch in range(2):
                order = np.random.default_rng(epoch).permutation(ROWS)
                loss = network.train_epoch(optimizer, np.full(4, 0.01), X, y, weights, order, regular, 3, 0.5)
        results[rank] = theta, loss

    threads = [threading.Thread(target=work, args=(rank,)) for rank in range(size)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def alone(dropout: float) -> tuple[np.ndarray, float]:
    """The same training by a network of one process."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(ROWS, 5)).astype(np.float32), rng.normal(size=(ROWS, 1)).astype(np.float32)
    weights = rng.random(ROWS).astype(np.float32)
    blueprint = mlp(5, (7, 6), 1, output_gate="identity", loss="squared", hidden_gate="mish")
    theta = (0.3 * rng.normal(size=blueprint.theta_size)).astype(np.float32)
    network = Network(blueprint, theta, BATCH, on_callers_thread=True)
    optimizer = Optimizer("adam", theta.size, theta.dtype, {"beta_1": 0.9, "beta_2": 0.99, "epsilon": 1e-8})
    regular = Regularization(l2_penalty=1e-3, weight_decay=0.01, dropout=dropout, ema_decay=0.9)
    for epoch in range(2):
        order = np.random.default_rng(epoch).permutation(ROWS)
        loss = network.train_epoch(optimizer, np.full(4, 0.01), X, y, weights, order, regular, 3, 0.5)
    return theta, loss


@pytest.mark.parametrize("deterministic", [True, False])
def test_ranks_end_with_one_set_of_parameters_which_is_that_of_one_process(
    deterministic: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    theta, loss = alone(0.2)
    for size in (1, 2, 3):
        results = trained(size, deterministic, monkeypatch)
        for mine, my_loss in results:
            np.testing.assert_array_equal(mine, results[0][0])
            np.testing.assert_allclose(mine, theta, atol=2e-5)
            assert my_loss == pytest.approx(loss, rel=1e-4)


def test_deterministic_bits_are_those_of_any_number_of_ranks(monkeypatch: pytest.MonkeyPatch) -> None:
    one = trained(1, True, monkeypatch)[0]
    for size in (2, 3, 4, 5):
        other = trained(size, True, monkeypatch)[0]
        np.testing.assert_array_equal(other[0], one[0])


def test_a_fixed_tree_adds_neighbours_first() -> None:
    parts = [np.float32([value]) for value in (1e8, 1.0, -1e8, 1.0, 3.0)]
    assert tree_sum(parts).tolist() == [np.float32(np.float32(1e8 + 1) + np.float32(-1e8 + 1)) + np.float32(3.0)]


def test_a_fit_of_one_process_together_is_that_alone_with_its_line_and_needs_no_mpi() -> None:
    rng = np.random.default_rng(3)
    X = rng.lognormal(1, 1.3, (400, 2))
    y = X @ [1.1, -0.3] + rng.normal(0, 0.5, 400)
    model = TabularRegressor((8,), epochs=2, n_members=2, random_state=0)
    expected = model.fit(X, y).predict(X)
    with distributed(deterministic=True) as ranks:
        model.fit(X, y)
    assert (ranks.size, model.encoder_.n_straight) == (1, 2)
    np.testing.assert_allclose(model.predict(X), expected, atol=1e-3 * y.std())
    assert "mpi4py" not in sys.modules


def test_ranks_that_train_networks_apart_end_in_the_bits_of_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    X = rng.normal(size=(300, 3))
    y = np.where(X[:, 0] * X[:, 1] > 0, "a", "b")

    def model() -> TabularClassifier:
        return TabularClassifier((8,), epochs=3, n_members=3, random_state=0, n_jobs=1)

    expected = model().fit(X, y)
    monkeypatch.setattr(sharded, "_ACTIVE", PerThread())
    for size in (2, 3):
        board: list[Any] = [None] * size
        barrier = threading.Barrier(size, timeout=60)

        def fitted(rank: int, size: int = size, board: list[Any] = board, barrier: Any = barrier) -> TabularClassifier:
            with sharded.training_together(ThreadRanks(rank, size, board, barrier), False, "members"):
                return model().fit(X, y)

        with ThreadPoolExecutor(size) as pool:
            for one in pool.map(fitted, range(size)):
                np.testing.assert_array_equal(one.theta_, expected.theta_)
                assert [len(history.epochs) for history in one.histories_] == [3, 3, 3]


def test_too_few_networks_and_checkpoints_of_networks_apart_are_refused(tmp_path: Path) -> None:
    X, y = np.arange(40.0).reshape(-1, 1), np.arange(40.0)
    with sharded.training_together(SecondRank(None), False, "members"):
        numbers = range(1)
        with pytest.raises(BacklitError, match="spread: 1 networks for 2 ranks; start as many ranks at most"):
            sharded.networks_apart(SecondRank(None), numbers, lambda numbers: ([], False))
    kept = FitCheckpoint(tmp_path / "kept", ranks=SecondRank(None))
    with pytest.raises(BacklitError, match="checkpoint: networks that ranks train apart keep no progress"):
        kept.refuse_members()
    with pytest.raises(BacklitError, match="spread: 'columns' is none of rows, members"), distributed(spread="columns"):
        TabularRegressor().fit(X, y)


class SecondRank:
    """Rank 1 of 2, which hears what rank 0 says."""

    rank, size = 1, 2

    def __init__(self, said: Any) -> None:
        self.said = said

    def broadcast(self, value: Any) -> Any:
        return self.said


def test_what_a_rank_has_otherwise_than_rank_0_is_named(tmp_path: Path) -> None:
    for folder, rows in (("a", 3), ("b", 300)):
        (tmp_path / folder).mkdir()
        pq.write_table(pa.table({"x": np.random.default_rng(0).normal(size=rows)}), tmp_path / folder / "1.parquet")
    first, second = (out_of_core(tmp_path / folder).outline() for folder in "ab")
    with pytest.raises(BacklitError, match=r"data: 1\.parquet is a file of .* here and a file of .* on rank 0; give"):
        check_alike(SecondRank(first), "data", second)  # type: ignore[arg-type]
    with pytest.raises(BacklitError, match=r"installation: NumPy is 2\.4 here and nothing on rank 0"):
        check_alike(SecondRank({}), "installation", {"NumPy": "2.4"})  # type: ignore[arg-type]
    check_alike(SecondRank(first), "data", first)  # type: ignore[arg-type]
