"""A network in training as a model and a table that outlive the page: its inputs are those that the network sees."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import csv

from backlit import __version__
from backlit.declared.optimizers import OPTIMIZERS
from backlit.interop.networks.building import Wishes, estimator_of
from backlit.interop.networks.description import Activation, Description, Linear
from backlit.web.live.problems import Problem
from backlit.web.live.session import TrainingSession

TARGET = "target"
MOST_NUMBERS = 500_000
"""Of the rows that are written; more rows are left out at the end."""

SOLVERS: Mapping[str, Mapping[str, Any]] = {
    "sgd": {"solver": "sgd", "momentum": 0.0},
    "momentum": {"solver": "sgd", "nesterovs_momentum": False},
    "nesterov": {"solver": "sgd"},
}
"""Optimizers that an estimator has as one solver, for a training that goes on."""

TOOL = "Backlit's page"
NOTE = "The inputs are as the network sees them: standardised, text and dates as the page's encoder has them."


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a training, as it stands.

    Parameters
    ----------
    name : str
        Of both files, without their ends: it says the data, the training and the epoch.
    model : estimator
        `MLPClassifier` or `MLPRegressor`, its parameters equal to the training's, to the bit.
    target : str
        The name of the target's column.
    """

    name: str
    model: Any
    target: str


def kept(session: TrainingSession, number: str) -> Kept:
    """The training of that number at the moment that is shown."""
    problem, blueprint, settings, now = session.problem, session.blueprint, session.settings, session.now
    arrays = blueprint.arrays(now.theta)
    steps: list[Any] = []
    for at, layer in blueprint.numbered:
        steps += [Linear(arrays[f"w[{at}]"], arrays[f"b[{at}]"]), Activation(layer.gate)]
    description = Description(
        tool=TOOL,
        version=__version__,
        steps=steps,
        task="classification" if problem.classes else "regression",
        classes=labels(problem) if problem.classes else None,
        loss=blueprint.loss,
        feature_names=problem.columns,
        parameters={
            "learning_rate_init": settings.rate,
            "batch_size": settings.batch,
            "weight_decay" if OPTIMIZERS[settings.optimizer].decoupled else "alpha": settings.penalty,
            **SOLVERS.get(settings.optimizer, {"solver": settings.optimizer}),
            "init": settings.init,
            "random_state": settings.seed,
        },
        fitted={"n_iter_": now.epoch, "loss_": float(now.point.loss)},
        notes=[NOTE],
    )
    place = f"{now.epoch}" + (f".{now.batch}" if now.batch else "")
    stem = Path(problem.name).stem
    return Kept(f"{stem}-{number}-epoch-{place}", estimator_of(description, Wishes()), target_name(problem))


def target_name(problem: Problem) -> str:
    """What the column of targets is called: no input's name."""
    name = TARGET
    while name in problem.columns:
        name += "_"
    return name


def labels(problem: Problem) -> list[Any]:
    """The classes as a table's reader has them: whole numbers where all are written so."""
    whole = all(name.isdecimal() and str(int(name)) == name for name in problem.classes)
    return [int(name) for name in problem.classes] if whole else list(problem.classes)


def model_bytes(kept: Kept) -> bytes:
    """The model as its file."""
    with tempfile.TemporaryDirectory(prefix="backlit-") as folder:
        path = Path(folder, "model.backlit")
        kept.model.save(path)
        return path.read_bytes()


def rows_csv(problem: Problem) -> bytes:
    """The rows as the network sees them, and their targets, as a table with a line of names."""
    count = max(1, min(len(problem.inputs), MOST_NUMBERS // max(problem.inputs.shape[1], 1)))
    targets = problem.targets[:count, 0]
    truth = np.array(labels(problem))[targets.astype(np.int64)] if problem.classes else targets
    columns = [*problem.inputs[:count].T, truth]
    table = pa.table([pa.array(column) for column in columns], [*problem.columns, target_name(problem)])
    written = io.BytesIO()
    csv.write_csv(table, written)
    return written.getvalue()
