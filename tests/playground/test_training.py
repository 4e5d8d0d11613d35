"""A network that a browser trains is the engine's: every gate, loss and optimizer offered, a hundred mini-batches."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backlit.declared.initializers import INITIALIZERS
from backlit.declared.optimizers import OPTIMIZERS, SETTINGS
from backlit.engine.network import Network
from backlit.engine.optimizer import Optimizer
from backlit.engine.regularization import Regularization
from backlit.network.blueprint import Blueprint
from backlit.network.building import mlp
from backlit.playground.training_scripts import training_script
from backlit.training.initial_parameters import initial
from backlit.web.live.settings import ENDINGS, HIDDEN_GATES

pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(shutil.which("node") is None, reason="no node here to run JavaScript with"),
]

STEPS, BATCH, ROWS, RATE = 100, 7, 30, 0.03
CLOSE = 1e-9
"""As a share of the largest parameter."""

NODE = """
const fs = require("fs"), [, , given, answers] = process.argv;
fs.writeFileSync(answers, JSON.stringify(JSON.parse(fs.readFileSync(given)).map((run) => {
  const network = new DenseNetwork(run), costs = [];
  const optimizing = new Optimizing(run.optimizer, network, run.rate, run.penalty);
  network.theta.set(run.theta);
  if (run.scaled) network.toUnitVariance(run.rows);
  const some = (list, batch) => batch.map((row) => list[row]);
  for (const batch of run.batches) {
    costs.push(optimizing.step(some(run.rows, batch), some(run.targets, batch)) + optimizing.penalty);
  }
  return {theta: [...network.theta], costs};
})));
"""


PENALTY = 0.3


def cases() -> list[tuple[str, str, str, str, float]]:
    """(Hidden gate, kind of target, loss, optimizer, penalty): each gate, each loss and each optimizer once."""
    losses = [(kind, loss) for kind, ending in ENDINGS.items() for loss in ending.losses]
    gates = [(gate, "two", ENDINGS["two"].losses[0], "sgd", 0.0) for gate in HIDDEN_GATES]
    optimizers = [(optimizer, penalty) for optimizer in OPTIMIZERS for penalty in (0.0, PENALTY)]
    return [
        *gates,
        *(("tanh", kind, loss, "momentum", 0.0) for kind, loss in losses),
        *(("sigmoid", "several", "cross_entropy", *optimizer) for optimizer in optimizers),
    ]


def packed(blueprint: Blueprint, theta: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The parameters without padding, array after array, as the scripts have them."""
    return np.concatenate([slot.view(theta).ravel() for slot in blueprint.slots])


def targets_of(kind: str, rng: np.random.Generator) -> np.ndarray[Any, np.dtype[np.float64]]:
    if kind == "number":
        return rng.normal(size=(ROWS, 1))
    if kind == "several":
        return np.eye(3)[rng.integers(0, 3, ROWS)]
    return rng.integers(0, 2, (ROWS, 1)).astype(np.float64)


def test_after_a_hundred_steps_the_parameters_are_the_engines(tmp_path: Path) -> None:
    rng, runs, expected = np.random.default_rng(4), [], []
    for gate, kind, loss, optimizer, penalty in cases():
        rows, targets = rng.normal(size=(ROWS, 2)), targets_of(kind, rng)
        blueprint = mlp(2, (5, 4), targets.shape[1], hidden_gate=gate, output_gate=ENDINGS[kind].gate, loss=loss)
        theta = initial(blueprint, 1, np.dtype(np.float64))
        order = rng.integers(0, ROWS, STEPS * BATCH)
        runs.append(
            {
                "inputs": 2, "loss": loss, "optimizer": optimizer, "rate": RATE, "penalty": penalty,
                "rows": rows.tolist(), "targets": targets.tolist(), "batches": order.reshape(STEPS, BATCH).tolist(),
                "layers": [{"width": layer.outputs, "gate": layer.gate} for layer in blueprint.layers],
                "theta": packed(blueprint, theta).tolist(),
            }
        )  # fmt: skip
        network = Network(blueprint, theta, BATCH, threads=1)
        steps = Optimizer(optimizer, theta.size, theta.dtype, SETTINGS)
        chosen = "weight_decay" if OPTIMIZERS[optimizer].decoupled else "l2_penalty"
        strength = Regularization(**{chosen: penalty})
        cost = network.train_epoch(steps, np.full(STEPS, RATE), rows, targets, np.empty(0), order, strength)
        expected.append((packed(blueprint, theta), cost))
    for case, (theta, cost), answer in zip(cases(), expected, in_browser(runs, tmp_path), strict=True):
        apart = np.abs(np.array(answer["theta"]) - theta).max() / np.abs(theta).max()
        assert apart < CLOSE, (case, apart)
        assert np.mean(answer["costs"]) == pytest.approx(cost, rel=CLOSE), case


@pytest.mark.parametrize("rule", [name for name, each in INITIALIZERS.items() if each.unit_variance])
@pytest.mark.parametrize("count", [1, 30, 2_500])
def test_pre_activations_get_the_engines_unit_variance(rule: str, count: int, tmp_path: Path) -> None:
    rows = np.random.default_rng(count).normal(size=(count, 2)) * [1.0, 3.0]
    blueprint = mlp(2, (5, 4), 3, hidden_gate="tanh", output_gate="softmax", loss="cross_entropy")
    drawn, scaled = (initial(blueprint, 1, np.dtype(np.float64), rule, some) for some in (None, rows))
    layers = [{"width": layer.outputs, "gate": layer.gate} for layer in blueprint.layers]
    theta, expected = (
        np.concatenate([slot.view(each).ravel() for slot in blueprint.slots]) for each in (drawn, scaled)
    )
    run = {"inputs": 2, "loss": "cross_entropy", "optimizer": "sgd", "rate": 1, "layers": layers, "scaled": True}
    (answer,) = in_browser([{**run, "theta": theta.tolist(), "rows": rows.tolist(), "batches": []}], tmp_path)
    assert answer["theta"] == pytest.approx(expected, rel=CLOSE)
    assert count == 1 or np.abs(theta - expected).max() > 0.01


def in_browser(runs: list[dict[str, Any]], tmp_path: Path) -> list[dict[str, Any]]:
    """What the scripts make of some trainings, in one process of node."""
    paths = [tmp_path / name for name in ("all.js", "given.json", "answers.json")]
    paths[0].write_text(f'"use strict";\n{training_script()}\n{NODE}', encoding="utf-8")
    paths[1].write_text(json.dumps(runs), encoding="utf-8")
    done = subprocess.run(["node", *map(str, paths)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    answers: list[dict[str, Any]] = json.loads(paths[2].read_text(encoding="utf-8"))
    return answers
