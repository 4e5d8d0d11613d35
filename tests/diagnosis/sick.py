"""Small networks, each made sick by one cause, and healthy ones; each is a function of nothing that gives a `Case`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from backlit.diagnosis import Case, Rows, Training
from backlit.diagnosis.rates import Run
from backlit.engine.regularization import Regularization
from backlit.network.blueprint import Blueprint
from backlit.network.building import mlp
from backlit.training.initial_parameters import initial

FLOAT = np.dtype(np.float64)
USUAL: dict[str, Any] = {"optimizer": "adam", "rate": 0.01, "batch_size": 32, "epochs": 60}


def rings(seed: int = 0, count: int = 300) -> tuple[Rows, Rows]:
    """Two classes that a circle separates, and as many rows held out."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(2 * count, 2)) * 1.2
    y = ((x**2).sum(axis=1) > 1.7)[:, None] * 1.0
    return Rows(x[:count], y[:count]), Rows(x[count:], y[count:])


def hills(seed: int = 0, count: int = 300) -> tuple[Rows, Rows]:
    """A number that follows from two of four columns, and as many rows held out."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(2 * count, 4))
    y = (np.sin(2 * x[:, :1]) + x[:, 1:2]) / 1.2 + rng.normal(size=(2 * count, 1)) * 0.1
    return Rows(x[:count], y[:count]), Rows(x[count:], y[count:])


def net(rows: Rows, hidden: tuple[int, ...] = (24,), gate: str = "relu", **head: str) -> Blueprint:
    binary = set(np.unique(rows.targets)) <= {0.0, 1.0}
    usual = {"output_gate": "sigmoid", "loss": "binary_cross_entropy"}
    numbers = {"output_gate": "identity", "loss": "squared"}
    return mlp(rows.inputs.shape[1], hidden, 1, hidden_gate=gate, **((usual if binary else numbers) | head))


def fit(
    data: tuple[Rows, Rows],
    blueprint: Blueprint,
    start: Callable[[dict[str, Any]], None] | None = None,
    validated: bool = True,
    task: str = "",
    **facts: Any,
) -> Case:
    """Train a network and make a case of it; `start` changes the arrays that it starts from."""
    rows, held = data
    known = Training(**(USUAL | facts))
    theta = initial(blueprint, 0, FLOAT)
    if start is not None:
        start(blueprint.arrays(theta))
    regularization = Regularization(known.l2_penalty or 0.0, known.weight_decay or 0.0, known.dropout or 0.0)
    assert known.optimizer is not None
    assert known.rate is not None
    assert known.batch_size is not None
    assert known.epochs is not None
    run = Run(blueprint, theta, rows, known.optimizer, known.rate, min(known.batch_size, len(rows)), regularization)
    curve: list[float] = []

    def after_epoch(network: Any, loss: float) -> bool:
        curve.append(loss)
        return False

    network = run.train(known.epochs, after_epoch)
    binary = set(np.unique(rows.targets)) <= {0.0, 1.0}
    return Case(
        blueprint,
        network.theta,
        rows,
        task or ("classification" if binary else "regression"),
        held if validated else None,
        known.updated({"initial": theta, "loss_curve": curve}),
    )


def mapped(data: tuple[Rows, Rows], change: Callable[[np.ndarray], np.ndarray]) -> tuple[Rows, Rows]:
    learnt, held = (replace(rows, inputs=change(rows.inputs)) for rows in data)
    return learnt, held


def filled(value: float) -> Callable[[dict[str, Any]], None]:
    def start(arrays: dict[str, Any]) -> None:
        for name, array in arrays.items():
            array[...] = value if name[0] == "w" else 0.0

    return start


def scaled(factor: float, layers: int = 9) -> Callable[[dict[str, Any]], None]:
    def start(arrays: dict[str, Any]) -> None:
        for number in range(1, layers + 1):
            if f"w[{number}]" in arrays:
                arrays[f"w[{number}]"] *= factor

    return start


def buried(arrays: dict[str, Any]) -> None:
    arrays["b[1]"][...] = -30.0


def shuffled() -> tuple[Rows, Rows]:
    rows, held = rings()
    return replace(rows, targets=np.random.default_rng(1).permutation(rows.targets)), held


def leaking() -> tuple[Rows, Rows]:
    noisy = mapped(rings(), lambda x: x + np.random.default_rng(2).normal(size=x.shape))
    learnt, held = (replace(rows, inputs=np.hstack([rows.inputs, 2 * rows.targets - 1])) for rows in noisy)
    return learnt, held


def rare() -> tuple[Rows, None]:
    rng = np.random.default_rng(3)
    y = (rng.random((600, 1)) < 0.05) * 1.0
    return Rows(rng.normal(size=(600, 3)) + 1.3 * y, y), None


def noisy(count: int = 60) -> tuple[Rows, Rows]:
    rows, held = rings(4)
    flips = np.random.default_rng(5).random((count, 1)) < 0.25
    few = Rows(rows.inputs[:count], np.abs(rows.targets[:count] - flips))
    return few, held


def doubled() -> tuple[Rows, Rows]:
    rows, held = rings()
    return rows.at(np.r_[np.arange(300), np.arange(120)]), held


def frozen() -> Case:
    case = fit(hills(), net(hills()[0], (24, 24)))
    assert case.training.initial is not None
    slot = case.blueprint.slots[0]
    theta = case.theta.copy()
    slot.view(theta)[...] = slot.view(case.training.initial)
    return replace(case, theta=theta)


def clipped() -> Case:
    data = hills()
    return replace(
        fit(data, net(data[0]), optimizer="sgd", rate=1e-4, epochs=5),
        training=Training(optimizer="sgd", rate=0.1, batch_size=32, epochs=5, clip_norm=1e-3),
    )


def broken() -> Case:
    case = fit(rings(), net(rings()[0]), epochs=1)
    theta = case.theta.copy()
    theta[0] = np.nan
    return replace(case, theta=theta)


def oscillating() -> Case:
    case = fit(rings(), net(rings()[0]), epochs=1, rate=1e-6)
    curve = [0.7 + 0.2 * (-1) ** epoch for epoch in range(40)]
    return replace(case, training=Training(epochs=40, loss_curve=tuple(curve), max_epochs=40))


RINGS, HILLS = rings(), hills()

SICK: Mapping[str, Callable[[], Case]] = {
    "non_finite": broken,
    "symmetric_init": lambda: fit(RINGS, net(RINGS[0]), filled(0.1)),
    "frozen_layer": frozen,
    "loss_output_mismatch": lambda: fit(HILLS, net(HILLS[0], output_gate="sigmoid", loss="quadratic")),
    "unscaled_target": lambda: fit(
        tuple(replace(rows, targets=rows.targets * 1e4 + 3e4) for rows in HILLS),  # type: ignore[arg-type]
        net(HILLS[0]),
    ),
    "unscaled_input": lambda: fit(mapped(HILLS, lambda x: x * [1, 1, 1e4, 1]), net(HILLS[0], gate="tanh")),
    "label_leak": lambda: fit(leaking(), net(leaking()[0])),
    "duplicate_rows": lambda: fit(doubled(), net(RINGS[0])),
    "constant_features": lambda: fit(mapped(HILLS, lambda x: x * [1, 0, 0, 0] + 1), net(HILLS[0])),
    "shuffled_labels": lambda: fit(shuffled(), net(RINGS[0])),
    "clipped_gradient": clipped,
    "heavy_regularization": lambda: fit(HILLS, net(HILLS[0]), l2_penalty=100.0),
    "exploding_gradient": lambda: fit(RINGS, net(RINGS[0], (24,) * 5), scaled(10.0), optimizer="sgd", rate=0.01),
    "rate_too_high": lambda: fit(HILLS, net(HILLS[0]), rate=2.0),
    "small_batch": lambda: fit(HILLS, net(HILLS[0], (48,)), optimizer="momentum", rate=0.02, batch_size=1, epochs=5),
    "oscillating_loss": oscillating,
    "saturated_output": lambda: fit(
        RINGS,
        net(RINGS[0], output_gate="sigmoid", loss="quadratic"),
        lambda arrays: arrays["b[2]"].__iadd__(9.0),
        optimizer="sgd",
        rate=0.05,
    ),
    "dead_units": lambda: fit(RINGS, net(RINGS[0]), buried),
    "saturated_hidden": lambda: fit(HILLS, net(HILLS[0], (24, 24), "tanh"), scaled(80.0, 2), epochs=30),
    "vanishing_gradient": lambda: fit(RINGS, net(RINGS[0], (16,) * 7, "sigmoid"), epochs=20),
    "class_imbalance": lambda: fit(rare(), mlp(3, (8,), 1, output_gate="sigmoid", loss="binary_cross_entropy"),  # type: ignore[arg-type]
                                   validated=False, epochs=10),
    "rate_too_low": lambda: fit(RINGS, net(RINGS[0]), rate=1e-6),
    "too_few_epochs": lambda: fit(RINGS, net(RINGS[0]), epochs=2, rate=0.001),
    "underfitting": lambda: fit(RINGS, net(RINGS[0], (1,), "tanh"), epochs=200),
    "overfitting": lambda: fit(noisy(), net(noisy()[0], (200, 200)), epochs=400),
}  # fmt: skip
"""Symptom -> a network that is sick by it alone."""

HEALTHY: Mapping[str, Callable[[], Case]] = {
    "rings": lambda: fit(RINGS, net(RINGS[0])),
    "rings, tanh": lambda: fit(RINGS, net(RINGS[0], (16, 16), "tanh")),
    "rings, sgd": lambda: fit(RINGS, net(RINGS[0]), optimizer="momentum", rate=0.1),
    "rings, other rows": lambda: fit(rings(7), net(RINGS[0], (32,), "selu")),
    "rings, quadratic": lambda: fit(RINGS, net(RINGS[0], loss="quadratic", output_gate="sigmoid"), epochs=100),
    "hills": lambda: fit(HILLS, net(HILLS[0], (32,)), epochs=100),
    "hills, deep": lambda: fit(HILLS, net(HILLS[0], (24, 24, 24)), l2_penalty=0.1),
    "hills, other rows": lambda: fit(hills(8), net(HILLS[0], (32,), "tanh"), epochs=100, dropout=0.0),
    "hills, decay": lambda: fit(HILLS, net(HILLS[0], (32,), "mish"), optimizer="adamw", weight_decay=0.01),
    "hills, unscaled but learnt": lambda: fit(
        mapped(HILLS, lambda x: x * [5, 5, 1, 0.2]), net(HILLS[0], (48,)), epochs=200
    ),
}
