"""The loop between two epochs: determinism, divergence, interruption, early stopping."""

from __future__ import annotations

import os
import signal
import sys
import threading
import warnings

import numpy as np
import pytest

from backlit.blueprint import mlp
from backlit.training.initial import initial
from backlit.training.loop import Divergence, Epoch, History, Plan, Samples, train
from backlit.training.network import Network
from backlit.training.optimizers import OPTIMIZERS, Optimizer

SETTINGS = {"momentum": 0.9, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8}
BLUEPRINT = mlp(20, (300, 300), 3, hidden_gate="tanh")


def samples(n: int = 640) -> Samples:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(n, 20)).astype(np.float32)
    y = (x[:, :3]).argmax(axis=1).astype(np.float32)[:, None]
    return Samples(x, y, np.empty(0, np.float32))


def trained(
    threads: int | None = None, blocks: int | None = None, optimizer: str = "adam", rate: float = 0.001, epochs: int = 3
) -> tuple[np.ndarray, History]:
    theta = initial(BLUEPRINT, 0, np.dtype(np.float32))
    network = Network(BLUEPRINT, theta, 128, threads, blocks)
    made = Optimizer(optimizer, theta.size, theta.dtype, SETTINGS)
    return theta, train(network, made, samples(), Plan(epochs=epochs, rate=rate, alpha=1e-3, seed=5))


def test_same_seed_same_bits() -> None:
    np.testing.assert_array_equal(trained()[0], trained()[0])


def test_bits_do_not_depend_on_threads() -> None:
    one, two, four = (trained(threads, blocks=4)[0] for threads in (1, 2, 4))
    np.testing.assert_array_equal(one, two)
    np.testing.assert_array_equal(one, four)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_blocks_change_rounding_only(optimizer: str) -> None:
    whole, _ = trained(1, 1, optimizer, rate=0.01 if optimizer == "adam" else 0.05)
    cut, _ = trained(2, 3, optimizer, rate=0.01 if optimizer == "adam" else 0.05)
    np.testing.assert_allclose(cut, whole, atol=2e-3)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_loss_falls(optimizer: str) -> None:
    _, history = trained(optimizer=optimizer, rate=0.003 if optimizer == "adam" else 0.1, epochs=20)
    losses = [epoch.loss for epoch in history.epochs]
    assert losses[-1] < 0.5 * losses[0]


def test_divergence_is_said_and_finite_parameters_kept() -> None:
    with pytest.warns(Divergence, match="diverged in epoch"):
        theta, history = trained(optimizer="sgd", rate=1e30)
    assert history.diverged
    assert np.isfinite(theta).all()


def test_best_epoch_is_restored() -> None:
    theta = initial(BLUEPRINT, 0, np.dtype(np.float32))
    network = Network(BLUEPRINT, theta, 128)
    scores = iter([1.0, 3.0, 2.0, 2.5])
    seen: list[np.ndarray] = []

    def validate(network: Network) -> float:
        seen.append(network.theta.copy())
        return next(scores)

    optimizer = Optimizer("adam", theta.size, theta.dtype, SETTINGS)
    history = train(network, optimizer, samples(), Plan(epochs=4, rate=0.001), validate=validate)
    assert history.best_epoch == 2
    np.testing.assert_array_equal(theta, seen[1])


@pytest.mark.skipif(sys.platform == "win32", reason="SIGINT cannot be sent to one process there")
def test_interrupt_ends_a_training_and_keeps_what_was_learnt() -> None:
    theta = initial(BLUEPRINT, 0, np.dtype(np.float32))
    network = Network(BLUEPRINT, theta, 128)
    optimizer = Optimizer("adam", theta.size, theta.dtype, SETTINGS)
    plan = Plan(epochs=10**9, rate=1e-4, tolerance=-np.inf)

    def interrupt(epoch: Epoch) -> None:
        if epoch.number == 3:  # sent from another thread, while the next epoch runs
            threading.Thread(target=os.kill, args=(os.getpid(), signal.SIGINT)).start()

    with pytest.warns(UserWarning, match="interrupted by user"):
        history = train(network, optimizer, samples(64_000), plan, on_epoch=interrupt)
    assert len(history.epochs) < 10
    assert np.isfinite(theta).all()


def test_nothing_is_warned_in_a_healthy_training() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        trained()
