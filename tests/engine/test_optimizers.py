"""Each optimizer's steps against its paper's formula, written plainly; adamw's decay stands beside the step."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from backlit import MLPClassifier
from backlit.declared.optimizers import OPTIMIZERS
from backlit.engine.network import Network
from backlit.engine.optimizer import Optimizer
from backlit.engine.regularization import Regularization
from backlit.network.blueprint import Blueprint, Layer
from backlit.network.building import mlp
from backlit.training.initial_parameters import initial

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

SETTINGS = {"momentum": 0.8, "beta_1": 0.9, "beta_2": 0.99, "epsilon": 1e-12}
RATE, DECAY, STEPS = 0.05, 0.3, 4
Gradients = list[np.ndarray]


def moments(gradients: Gradients) -> tuple[np.ndarray, np.ndarray]:
    first = second = np.zeros_like(gradients[0])
    for g in gradients:
        first = 0.9 * first + 0.1 * g
        second = 0.99 * second + 0.01 * g * g
    return first, second


def adam(gradients: Gradients) -> np.ndarray:
    t = len(gradients)
    first, second = moments(gradients)
    return first / (1 - 0.9**t) / np.sqrt(second / (1 - 0.99**t))


def nadam(gradients: Gradients) -> np.ndarray:
    """Dozat 2016, algorithm 2, mu the same in every step."""
    t = len(gradients)
    first, second = moments(gradients)
    ahead = 0.9 * first / (1 - 0.9 ** (t + 1)) + 0.1 * gradients[-1] / (1 - 0.9**t)
    return ahead / np.sqrt(second / (1 - 0.99**t))


def velocity(gradients: Gradients) -> np.ndarray:
    total = np.zeros_like(gradients[0])
    for g in gradients:
        total = 0.8 * total + g
    return total


def muon(gradients: Gradients) -> np.ndarray:
    """Jordan's algorithm, on singular values: each polynomial of Newton and Schulz's changes them alone."""
    momentum = np.zeros_like(gradients[0])
    for g in gradients:
        momentum = 0.8 * momentum + 0.2 * g
    ahead = 0.8 * momentum + 0.2 * gradients[-1]
    left, singular, right = np.linalg.svd(ahead, full_matrices=False)
    singular = singular / (np.linalg.norm(ahead) + 1e-7)
    for _ in range(5):
        singular = 3.4445 * singular - 4.7750 * singular**3 + 2.0315 * singular**5
    return 0.2 * np.sqrt(max(ahead.shape)) * (left * singular) @ right


RULES: dict[str, Callable[[Gradients], np.ndarray]] = {
    "sgd": lambda gradients: gradients[-1],
    "momentum": velocity,
    "nesterov": lambda gradients: 0.8 * velocity(gradients) + gradients[-1],
    "adam": adam,
    "adamw": adam,
    "nadam": nadam,
    "muon": adam,  # beside hidden layers' weights
}


@pytest.mark.parametrize("decay", [0.0, DECAY])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_steps_are_the_papers(name: str, decay: float) -> None:
    blueprint = mlp(4, (5,), 3, hidden_gate="tanh")
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(6, 4)), np.eye(3)[rng.integers(0, 3, 6)]
    theta = initial(blueprint, 0, np.dtype(np.float64))
    wanted = theta.copy()
    oracle = Network(blueprint, wanted, 6)
    network = Network(blueprint, theta, 6)
    optimizer = Optimizer(name, theta.size, theta.dtype, SETTINGS)
    gradients: Gradients = []
    for _ in range(STEPS):
        network.train_epoch(
            optimizer, np.array([RATE]), x, y, np.empty(0), np.arange(6), Regularization(weight_decay=decay)
        )
        gradients.append(oracle.loss_and_gradient(x, y, np.full(6, 1 / 6))[1].copy())
        with np.errstate(invalid="ignore"):  # padding is 0 / 0
            step = RATE * np.nan_to_num(RULES[name](gradients))
        if OPTIMIZERS[name].matrix_kernel:
            (hidden,) = (slot for slot in blueprint.slots if slot.name == "w[1]")
            hidden.view(step)[...] = RATE * muon([hidden.view(gradient) for gradient in gradients])
        for slot in blueprint.slots:
            if slot.decays:
                slot.view(wanted)[...] *= 1 - RATE * decay
        wanted -= step
        np.testing.assert_allclose(theta, wanted, rtol=1e-7, atol=1e-10)


@pytest.mark.parametrize("blocks", [1, 2])
@pytest.mark.parametrize("factors", [False, True])
@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_muon_turns_tall_wide_and_grouped_matrices(blocks: int, factors: bool, precision: str) -> None:
    layers = Layer("dense", 90, 400, "tanh"), Layer("grouped", 400, 600, "tanh", 2), Layer("dense", 600, 70, "tanh")
    blueprint = Blueprint((*layers, Layer("dense", 70, 3, "softmax")), "cross_entropy")
    chance = np.random.default_rng(0)
    x, y = chance.normal(size=(200, 90)).astype(precision), np.eye(3, dtype=precision)[chance.integers(0, 3, 200)]
    theta = initial(blueprint, 0, np.dtype(precision))
    rates = np.linspace(0.5, 2.0, len(blueprint.slots)) if factors else None
    network = Network(blueprint, theta, 200, blocks=blocks, factors=rates)
    none, shares = np.empty(0, theta.dtype), np.full(200, 1 / 200, precision)
    optimizer = Optimizer("muon", theta.size, theta.dtype, SETTINGS)
    gradients: list[dict[str, np.ndarray]] = []
    for _ in range(2):
        gradient = Network(blueprint, theta.copy(), 200).loss_and_gradient(x, y, shares)[1]
        gradients.append({name: array.copy() for name, array in blueprint.arrays(gradient).items()})
        before = blueprint.arrays(theta.copy())
        network.train_epoch(optimizer, np.array([RATE]), x, y, none, np.arange(200))
    for number, layer in enumerate(blueprint.layers[:-1], 1):
        name = f"w[{number}]"
        moved = before[name] - blueprint.arrays(theta)[name]
        rate = RATE * (1.0 if rates is None else rates[[slot.name for slot in blueprint.slots].index(name)])
        for part in np.split(np.arange(layer.outputs), layer.groups):
            wanted = rate * muon([arrays[name][:, part].astype(np.float64) for arrays in gradients])
            np.testing.assert_allclose(moved[:, part], wanted, atol=2e-4 * abs(wanted).max())


def test_adamw_has_no_penalty_and_the_others_no_decay() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(50, 4))
    y = x[:, 0] > 0

    def fitted(solver: str, **more: float) -> bytes:
        return MLPClassifier((5,), solver=solver, max_iter=3, random_state=0, **more).fit(x, y).theta_.tobytes()

    assert fitted("adamw", weight_decay=0.0, alpha=7.0) == fitted("adam", alpha=0.0)
    assert fitted("adamw", weight_decay=0.1) != fitted("adamw", weight_decay=0.2)
    for solver in ("adam", "sgd", "nadam", "lbfgs"):
        assert fitted(solver, weight_decay=0.5) == fitted(solver, weight_decay=0.0)


@pytest.mark.parametrize("solver", ["adam", "adamw", "nadam", "muon", "sgd"])
@pytest.mark.parametrize("schedule", ["cosine", "one_cycle", "coslog4"])
def test_schedules_go_with_every_stochastic_solver(
    solver: str, schedule: str, recwarn: pytest.WarningsRecorder
) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 4)).astype(np.float32)
    y = x[:, :3].argmax(axis=1)
    model = MLPClassifier(
        (16,), solver=solver, learning_rate=schedule, learning_rate_init=0.1 if solver == "sgd" else 0.02,
        batch_size=20, max_iter=30, n_iter_no_change=np.inf, dropout=0.1, label_smoothing=0.05, random_state=0,
    ).fit(x, y)  # fmt: skip
    assert model.score(x, y) > 0.9
    assert model.n_iter_ == 30
    assert not recwarn.list  # it ended where it was planned to end


@pytest.mark.parametrize("target", ["two classes", "multilabel", "logistic outputs"])
def test_label_smoothing_makes_other_outputs_timid_too(target: str) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(100, 4))
    y = {"two classes": x[:, 0] > 0, "multilabel": (x[:, :2] > 0).astype(int)}.get(target, x[:, :3].argmax(axis=1))
    more = {"output_activation": "logistic"} if target == "logistic outputs" else {}

    def usual_yes(smoothing: float) -> float:
        model = MLPClassifier((16,), max_iter=400, learning_rate_init=0.02, tol=0.0, random_state=0, **more)
        outputs = model.set_params(label_smoothing=smoothing).fit(x, y)._outputs(x)
        return float(np.median(outputs[outputs > 0.5]))

    assert usual_yes(0.0) > 0.99
    wanted = 1 - 0.2 + 0.2 / (3 if more else 2)
    assert usual_yes(0.2) == pytest.approx(wanted, abs=0.05)


def test_dropout_and_decay_fade_in_the_second_half() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 4)).astype(np.float32)
    y = x[:, 0] > 0

    def weights(**chosen: object) -> list[bytes]:
        """The parameters after each epoch."""
        model = MLPClassifier((8,), solver="adamw", max_iter=8, n_iter_no_change=np.inf, random_state=0, **chosen)
        told: list[bytes] = []
        model.fit(x, y, on_epoch=lambda epoch: told.append(model.theta_.tobytes()))
        return told

    for strength in ({"dropout": 0.3, "weight_decay": 0.0}, {"weight_decay": 5.0}):
        steady, faded = weights(**strength), weights(regularization_decay=True, **strength)
        assert steady[:4] == faded[:4]
        assert all(a != b for a, b in zip(steady[4:], faded[4:], strict=True))
    assert weights(weight_decay=0.0) == weights(regularization_decay=True, weight_decay=0.0)
