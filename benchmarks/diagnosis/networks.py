"""Healthy networks as data: rows, layers, and how they are trained. Sicknesses change them, `trained` trains them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.diagnosis import Case, Rows, Training
from backlit.diagnosis.rates import run_of
from backlit.diagnosis.reference import score_at
from backlit.network.blueprint import Blueprint
from backlit.network.building import mlp
from backlit.training.initial_parameters import initial

Arrays = dict[str, Any]
Matrix = NDArray[np.float64]
ROWS = 400
"""Rows to learn from, at most, and as many held out: a network trains within a second or so."""
HEADS = {"binary": ("sigmoid", "binary_cross_entropy"), "classes": ("softmax", "cross_entropy"),
         "number": ("identity", "squared")}  # fmt: skip


@dataclass(frozen=True)
class Spec:
    """A network to be trained: everything that decides it."""

    learn: Rows
    held: Rows
    kind: str
    """One of `HEADS`."""
    hidden: tuple[int, ...]
    gate: str
    training: Training = field(default_factory=lambda: Training(optimizer="adam", rate=0.005, batch_size=32, epochs=60))
    head: tuple[str, str] | None = None
    start: tuple[Callable[[Arrays], None], ...] = ()
    """Changes of the parameters that the training starts from."""
    ending: Callable[[Matrix], Matrix] | None = None
    """A change of those that it ends with."""
    keep_best: bool = False
    rows: tuple[int, ...] = ()
    columns: tuple[int, ...] = ()
    """What is at fault in the rows, where a sickness is one of theirs."""

    def with_training(self, **facts: Any) -> Spec:
        """The same, trained otherwise."""
        return replace(self, training=replace(self.training, **facts))

    @property
    def task(self) -> str:
        return "regression" if self.kind == "number" else "classification"

    def blueprint(self) -> Blueprint:
        gate, loss = self.head or HEADS[self.kind]
        inputs, outputs = self.learn.inputs.shape[1], self.learn.targets.shape[1]
        return mlp(inputs, self.hidden, outputs, hidden_gate=self.gate, output_gate=gate, loss=loss)


def trained(spec: Spec) -> Case:
    """A network trained as its specification says, and what is known of it."""
    blueprint = spec.blueprint()
    finite = np.nan_to_num(spec.learn.inputs)
    theta = initial(blueprint, spec.training.seed, np.dtype(np.float64), "glorot", finite)
    for change in spec.start:
        change(blueprint.arrays(theta))
    known = replace(spec.training, initial=theta)
    case = Case(blueprint, theta, spec.learn, spec.task, spec.held, known)
    if np.isfinite(spec.learn.inputs).all():
        case, _ = fitted(case, spec.keep_best)
    if spec.ending is not None:
        case = replace(case, theta=spec.ending(case.theta))
    return case


def fitted(case: Case, keep_best: bool = False) -> tuple[Case, float]:
    """A case trained from its start, and its score on the rows held out."""
    from backlit.diagnosis.rates import initial_of

    assert case.validation is not None
    held, start = case.validation, initial_of(case)
    curve: list[float] = []
    best: list[Any] = [-np.inf, start]

    def after_epoch(network: Any, loss: float) -> bool:
        curve.append(loss)
        if keep_best and (score := score_at(case, network.theta, held)) > best[0]:
            best[:] = score, network.theta.copy()
        return False

    network = run_of(case, start).train(case.training.epochs or 60, after_epoch)
    theta = best[1] if keep_best else network.theta
    known = case.training.updated({"initial": start, "loss_curve": curve})
    return replace(case, theta=theta, training=known), score_at(case, theta, held)


# -- rows ------------------------------------------------------------------------------------------------------------


def _spec(x: Any, y: Any, kind: str, seed: int, hidden: tuple[int, ...], gate: str) -> Spec:
    """Rows split at random, columns standardised by those learnt from, classes as outputs, numbers standardised."""
    order = np.random.default_rng(seed).permutation(len(x))
    count = min(ROWS, len(x) // 2)
    x, y = np.asarray(x, np.float64)[order[: 2 * count]], np.asarray(y)[order[: 2 * count]]
    mean, std = x[:count].mean(axis=0), x[:count].std(axis=0)
    x = (x - mean) / np.where(std > 0, std, 1.0)
    if kind == "number":
        targets = ((y - y[:count].mean()) / y[:count].std())[:, None]
    elif kind == "binary":
        targets = (y == np.unique(y)[1])[:, None] * 1.0
    else:
        targets = (y[:, None] == np.unique(y)) * 1.0
    known = Training(optimizer="adam", rate=0.005, batch_size=32, epochs=60, max_epochs=60, seed=seed)
    learn, held = Rows(x[:count], targets[:count]), Rows(x[count:], targets[count:])
    return Spec(learn, held, kind, hidden, gate, known)


def _rings(seed: int) -> tuple[Matrix, Matrix]:
    x = np.random.default_rng(seed).normal(size=(2 * ROWS, 2)) * 1.2
    return x, ((x**2).sum(axis=1) > 1.7) * 1


def _hills(seed: int) -> tuple[Matrix, Matrix]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(2 * ROWS, 4))
    return x, np.sin(2 * x[:, 0]) + x[:, 1] + rng.normal(size=2 * ROWS) * 0.15


def _made(name: str, **settings: Any) -> Callable[[int], Any]:
    def rows(seed: int) -> Any:
        from sklearn import datasets

        return getattr(datasets, f"make_{name}")(2 * ROWS, random_state=seed, **settings)

    return rows


def _kept(name: str) -> Callable[[int], Any]:
    def rows(seed: int) -> Any:
        from sklearn import datasets

        return getattr(datasets, f"load_{name}")(return_X_y=True)

    return rows


SETS: Mapping[str, tuple[Callable[[int], Any], str]] = {
    "rings": (_rings, "binary"),
    "hills": (_hills, "number"),
    "moons": (_made("moons", noise=0.15), "binary"),
    "circles": (_made("circles", noise=0.08, factor=0.5), "binary"),
    "blobs": (_made("blobs", centers=3, cluster_std=1.2), "classes"),
    "friedman": (_made("friedman1", noise=0.5), "number"),
    "digits": (_kept("digits"), "classes"),
    "breast_cancer": (_kept("breast_cancer"), "binary"),
    "wine": (_kept("wine"), "classes"),
    "diabetes": (_kept("diabetes"), "number"),
}
"""Name -> rows of a seed, and what they ask for; the last four are real."""
NETWORKS: Mapping[str, tuple[str, tuple[int, ...], str]] = {
    "rings": ("rings", (24,), "relu"),
    "hills": ("hills", (32, 24), "tanh"),
    "digits": ("digits", (32,), "relu"),
    "breast_cancer": ("breast_cancer", (16, 16), "selu"),
    "moons, nine layers": ("moons", (16,) * 8, "mish"),
    "friedman": ("friedman", (32, 32, 16), "silu"),
}
"""The networks that every sickness is tried on: set, hidden layers, gate."""


def network(name: str, seed: int, data: Path | None = None) -> Spec:
    """A network of `NETWORKS`, or a file's name in the folder of tables."""
    if name not in NETWORKS:
        assert data is not None
        return from_table(data / f"{name}.parquet", seed)
    rows, hidden, gate = NETWORKS[name]
    load, kind = SETS[rows]
    return _spec(*load(seed), kind, seed, hidden, gate)


def on_set(name: str, seed: int, hidden: tuple[int, ...], gate: str) -> Spec:
    """A network on one of `SETS`."""
    load, kind = SETS[name]
    return _spec(*load(seed), kind, seed, hidden, gate)


def from_table(path: Path, seed: int) -> Spec:
    """The columns of numbers of a Parquet file with a column ``target``."""
    import pandas as pd

    frame = pd.read_parquet(path).dropna()
    numbers = frame.drop(columns="target").select_dtypes("number")
    target = frame["target"]
    kind = "number" if target.dtype.kind == "f" or target.nunique() > 30 else "binary"
    kind = "classes" if kind == "binary" and target.nunique() > 2 else kind
    y = target.to_numpy(float) if kind == "number" else target.astype(str).to_numpy()
    return _spec(numbers.to_numpy(float), y, kind, seed, (32, 16), "mish")


HEALTHY: tuple[tuple[tuple[int, ...], str, Mapping[str, Any]], ...] = (
    ((32,), "relu", {}),
    ((24, 24), "tanh", {"optimizer": "momentum", "rate": 0.05}),
    ((32, 16), "mish", {"optimizer": "adamw", "weight_decay": 0.01}),
    ((24, 24, 24), "selu", {"l2_penalty": 0.01, "batch_size": 64, "rate": 0.003, "epochs": 120}),
)
"""How the healthy ones are made: hidden layers, gate, training; each on every set."""


def healthy(name: str, number: int, seed: int, data: Path | None = None) -> Spec:
    """A network trained well, on one of `SETS` or a table: the epoch that is best on the rows held out is kept."""
    hidden, gate, facts = HEALTHY[number]
    if name in SETS:
        spec = on_set(name, seed, hidden, gate)
    else:
        assert data is not None
        spec = replace(from_table(data / f"{name}.parquet", seed), hidden=hidden, gate=gate)
    return replace(spec.with_training(**facts), keep_best=True)
