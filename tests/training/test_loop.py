"""The loop between two epochs: determinism, divergence, interruption, early stopping."""

from __future__ import annotations

import os
import signal
import sys
import threading
import warnings

import numpy as np
import pytest

from backlit.declared.optimizers import OPTIMIZERS
from backlit.engine.network import Network
from backlit.engine.optimizer import Optimizer
from backlit.engine.regularization import Regularization
from backlit.network.building import mlp
from backlit.training.history import Epoch, History
from backlit.training.initial_parameters import initial
from backlit.training.loop import train
from backlit.training.plan import Plan
from backlit.training.rules.finiteness import Divergence
from backlit.training.samples import Samples

SETTINGS = {"momentum": 0.9, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8}
PENALTY = Regularization(l2_penalty=1e-3)
BLUEPRINT = mlp(20, (300, 300), 3, hidden_gate="tanh")


def samples(n: int = 640) -> Samples:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(n, 20)).astype(np.float32)
    y = (x[:, :3]).argmax(axis=1).astype(np.float32)[:, None]
    return Samples(x, y, np.empty(0, np.float32))


def trained(
    threads: int | None = None,
    blocks: int | None = None,
    optimizer: str = "adam",
    rate: float = 0.001,
    epochs: int = 3,
    regularization: Regularization = PENALTY,
) -> tuple[np.ndarray, History]:
    theta = initial(BLUEPRINT, 0, np.dtype(np.float32))
    network = Network(BLUEPRINT, theta, 128, threads, blocks)
    made = Optimizer(optimizer, theta.size, theta.dtype, SETTINGS)
    return theta, train(network, made, samples(), Plan(epochs=epochs, rate=rate, regularization=regularization, seed=5))


def test_same_seed_same_bits() -> None:
    np.testing.assert_array_equal(trained()[0], trained()[0])


@pytest.mark.parametrize(
    "regularization", [PENALTY, Regularization(weight_decay=0.1, ema_decay=0.9)], ids=["penalty", "decay and mean"]
)
@pytest.mark.parametrize("optimizer", ["adam", "muon"])
def test_bits_do_not_depend_on_threads(optimizer: str, regularization: Regularization) -> None:
    one, two, four = (trained(threads, 4, optimizer, regularization=regularization)[0] for threads in (1, 2, 4))
    np.testing.assert_array_equal(one, two)
    np.testing.assert_array_equal(one, four)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_blocks_change_rounding_only(optimizer: str) -> None:
    rate = 0.01 if optimizer == "adam" else 0.05
    whole, _ = trained(1, 1, optimizer, rate=rate)
    cut, _ = trained(2, 3, optimizer, rate=rate)
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
@pytest.mark.parametrize(
    ("scores", "epochs"),
    [
        ([-1.0] * 4 + [-0.5] * 8 + [-0.5] * 16, 28),  # the third cycle gave nothing
        ([-1.0] * 4 + [-0.995] * 8, 12),  # half a hundredth is too little
        ([-1.0] * 4 + [-0.5] * 8 + [-0.4] * 48, 60),
        ([0.5] * 4 + [0.501] * 8 + [0.5] * 16, 28),  # what may be above 0 has no parts: any gain counts
    ],
)
def test_the_last_schedule_cycle_is_one_that_improves_too_little(scores: list[float], epochs: int) -> None:
    theta = initial(BLUEPRINT, 0, np.dtype(np.float32))
    given = iter(scores)
    plan = Plan(epochs=60, rate=1e-4, schedule="coslog4", cycle_gain=0.01, patience=np.inf)
    optimizer = Optimizer("adam", theta.size, theta.dtype, SETTINGS)
    # the cycles end after epochs 4, 12 and 28
    history = train(Network(BLUEPRINT, theta, 128), optimizer, samples(128), plan, validate=lambda _: next(given))
    assert len(history.epochs) == epochs
    assert ("cycle" in history.stopped) == (epochs < 60)


def test_interrupt_ends_a_training_and_keeps_what_was_learnt(ctrl_c: None) -> None:
    theta = initial(BLUEPRINT, 0, np.dtype(np.float32))
    network = Network(BLUEPRINT, theta, 128)
    optimizer = Optimizer("adam", theta.size, theta.dtype, SETTINGS)
    plan = Plan(epochs=40, rate=1e-4, tolerance=-np.inf)

    def interrupt(epoch: Epoch) -> None:
        if epoch.number == 3:  # sent from another thread, while the next epoch runs
            threading.Thread(target=os.kill, args=(os.getpid(), signal.SIGINT)).start()

    with pytest.warns(UserWarning, match="interrupted by user"):
        history = train(network, optimizer, samples(64_000), plan, on_epoch=interrupt)
    assert history.interrupted
    assert len(history.epochs) < 10
    assert np.isfinite(theta).all()


def test_nothing_is_warned_in_a_healthy_training() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        trained()


@pytest.mark.parametrize("parametric", [False, True], ids=["plain", "parametric"])
@pytest.mark.parametrize(
    "regularization",
    [
        Regularization(dropout=0.3),
        Regularization(label_smoothing=0.2),
        Regularization(l2_penalty=0.1, dropout=0.5, label_smoothing=0.1),
    ],
    ids=["dropout", "smoothing", "all"],
)
def test_regularised_gradient_equals_central_difference(regularization: Regularization, parametric: bool) -> None:
    """One plain step shows the gradient; the loss that the epoch tells shows the same silent units."""
    blueprint = mlp(4, (6, 5), 3, hidden_gate="tanh", parametric_activation=parametric)
    start = initial(blueprint, 3, np.dtype(np.float64))
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(8, 4)), rng.integers(0, 3, (8, 1)).astype(np.float64)

    def epoch(theta: np.ndarray, rate: float) -> tuple[float, np.ndarray]:
        theta = theta.copy()
        network = Network(blueprint, theta, 8)
        sgd = Optimizer("sgd", theta.size, theta.dtype, SETTINGS)
        none = np.empty(0)
        loss = network.train_epoch(sgd, np.array([rate]), x, y, none, np.arange(8), regularization, seed=9)
        return loss, theta

    _, stepped = epoch(start, 1.0)
    gradient = start - stepped
    for slot in blueprint.slots:
        at = slot.offset + slot.size // 2
        up, down = start.copy(), start.copy()
        up[at] += 1e-6
        down[at] -= 1e-6
        assert gradient[at] == pytest.approx((epoch(up, 0.0)[0] - epoch(down, 0.0)[0]) / 2e-6, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("batch", [1, 2, 3])
def test_weights_of_the_data_mean_the_same_in_any_mini_batch(batch: int) -> None:
    """The mean gradient over mini-batches is that of all rows' weighted loss; by a batch's own weights it is not."""
    blueprint = mlp(4, (6,), 3, hidden_gate="tanh")
    start = initial(blueprint, 3, np.dtype(np.float64))
    rng = np.random.default_rng(0)
    samples = Samples(
        rng.normal(size=(6, 4)), rng.integers(0, 3, (6, 1)).astype(float), np.array([27.0, 1, 2, 0, 5, 1])
    )

    def change(batch: int, weights_of: str) -> np.ndarray:
        theta, rate = start.copy(), 1e-7
        network, sgd = Network(blueprint, theta, batch), Optimizer("sgd", start.size, start.dtype, SETTINGS)
        train(network, sgd, samples, Plan(1, rate, weights_of=weights_of))
        return (theta - start) * batch / 6 / rate

    whole = change(6, "batch")
    np.testing.assert_allclose(change(6, "data"), whole, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(change(batch, "data"), whole, rtol=1e-4, atol=1e-4)
    assert np.abs(change(batch, "batch") - whole).max() > 0.01


@pytest.mark.parametrize("alpha", [0.0, 1e-3])
def test_mini_batch_without_weight_adds_nothing(alpha: float) -> None:
    start = initial(BLUEPRINT, 3, np.dtype(np.float64))
    rng, theta = np.random.default_rng(0), start.copy()
    rows = Samples(rng.normal(size=(4, 20)), rng.integers(0, 3, (4, 1)).astype(float), np.array([0.0, 0.0, 1.0, 0.5]))
    network, sgd = Network(BLUEPRINT, theta, 2), Optimizer("sgd", start.size, start.dtype, {"momentum": 0.0})
    plan = Plan(1, 0.1, shuffle=False, regularization=Regularization(l2_penalty=alpha))
    train(network, sgd, rows, plan)
    alone = start.copy()
    train(Network(BLUEPRINT, alone, 2), sgd, rows.rows(np.array([2, 3])), plan)
    np.testing.assert_array_equal(theta, alone)


def test_dropout_silences_its_part_and_keeps_the_mean() -> None:
    blueprint = mlp(1, (4000,), 1, hidden_gate="identity", output_gate="identity", loss="squared")
    theta = np.zeros(blueprint.theta_size)
    for slot in blueprint.slots:
        slot.view(theta)[...] = {"b[1]": 1.0, "w[2]": 1.0 / 4000}.get(slot.name, 0.0)
    network = Network(blueprint, theta, 50)
    sgd = Optimizer("sgd", theta.size, theta.dtype, SETTINGS)
    ones, none = np.ones((50, 1)), np.empty(0)
    loss = network.train_epoch(sgd, np.zeros(1), ones, ones, none, np.arange(50), Regularization(dropout=0.25), seed=1)
    # each output is a mean of 4000 units of 0 or 4/3: its variance is (1/3) / 4000
    assert loss == pytest.approx(1 / 3 / 4000, rel=0.5)


def test_decoupled_decay_shrinks_weights_only() -> None:
    blueprint = mlp(2, (3,), 1, output_gate="identity", loss="squared")
    theta = initial(blueprint, 0, np.dtype(np.float64))
    before = blueprint.arrays(theta.copy())
    network = Network(blueprint, theta, 4)
    x, y = np.zeros((4, 2)), np.zeros((4, 1))
    sgd = Optimizer("sgd", theta.size, theta.dtype, SETTINGS)
    network.train_epoch(sgd, np.array([1e-9]), x, y, np.empty(0), np.arange(4), Regularization(weight_decay=1e8))
    after = blueprint.arrays(theta)
    np.testing.assert_allclose(after["w[1]"], before["w[1]"] * 0.9, rtol=1e-6)
    np.testing.assert_allclose(after["b[1]"], before["b[1]"], rtol=1e-6)


@pytest.mark.parametrize(("threads", "blocks"), [(1, 1), (2, 2)])
def test_the_running_mean_follows_its_formula(threads: int, blocks: int) -> None:
    blueprint = mlp(20, (300, 300), 3, hidden_gate="tanh")
    learn = samples(256)
    plain, meant = (initial(blueprint, 0, np.dtype(np.float32)) for _ in range(2))
    stays, mean, told = 0.8, plain.copy(), []
    plan = Plan(epochs=5, rate=0.01, regularization=Regularization(ema_decay=stays), seed=5)
    network = Network(blueprint, meant, 256, threads, blocks)
    made = Optimizer("adam", meant.size, meant.dtype, SETTINGS)
    train(network, made, learn, plan, on_epoch=lambda epoch: told.append(meant.copy()))
    network = Network(blueprint, plain, 256, threads, blocks)
    made = Optimizer("adam", plain.size, plain.dtype, SETTINGS)
    for number in range(5):  # an epoch is a step
        train(network, made, learn, Plan(epochs=1, rate=0.01, seed=5), first_epoch=number)
        left = min(stays, (2.0 + number) / (11.0 + number))
        mean = left * mean + (1 - left) * plain
        np.testing.assert_allclose(told[number], mean, rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(meant, told[-1])


def test_the_best_epoch_of_a_running_mean_is_kept() -> None:
    theta = initial(BLUEPRINT, 0, np.dtype(np.float32))
    network = Network(BLUEPRINT, theta, 128)
    made = Optimizer("adam", theta.size, theta.dtype, SETTINGS)
    seen = []

    def validate(network: Network) -> float:
        seen.append(network.theta.copy())
        return -abs(len(seen) - 3.0)

    history = train(
        network,
        made,
        samples(),
        Plan(epochs=5, rate=0.01, regularization=Regularization(ema_decay=0.9)),
        validate=validate,
    )
    assert history.best_epoch == 3
    np.testing.assert_array_equal(theta, seen[2])


def test_rate_factors() -> None:
    blueprint = mlp(2, (3,), 1, hidden_gate="tanh", output_gate="identity", loss="squared")
    x, y = np.random.default_rng(0).normal(size=(6, 2)), np.ones((6, 1))

    def step(factors: np.ndarray | None) -> np.ndarray:
        theta = initial(blueprint, 0, np.dtype(np.float64))
        network = Network(blueprint, theta, 6, factors=factors)
        sgd = Optimizer("sgd", theta.size, theta.dtype, SETTINGS)
        network.train_epoch(sgd, np.array([0.1]), x, y, np.empty(0), np.arange(6))
        return theta - initial(blueprint, 0, np.dtype(np.float64))

    plain, scaled = step(None), step(np.array([2.0, 0.5, 1.0, 0.0]))
    for slot, factor in zip(blueprint.slots, (2.0, 0.5, 1.0, 0.0), strict=True):
        np.testing.assert_allclose(slot.view(scaled), factor * slot.view(plain), rtol=1e-9, atol=1e-15)
