"""A network that a browser trains is the engine's: every gate, loss and optimizer offered, a hundred mini-batches."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backlit.declared.optimizers import SETTINGS
from backlit.engine.network import Network
from backlit.engine.optimizer import Optimizer
from backlit.network.building import mlp
from backlit.playground.training_page import OFFERED_OPTIMIZERS
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
  const network = new DenseNetwork(run), optimizing = new Optimizing(run.optimizer, network, run.rate), costs = [];
  network.theta.set(run.theta);
  const some = (list, batch) => batch.map((row) => list[row]);
  for (const batch of run.batches) costs.push(optimizing.step(some(run.rows, batch), some(run.targets, batch)));
  return {theta: [...network.theta], costs};
})));
"""


def cases() -> list[tuple[str, str, str, str]]:
    """(Hidden gate, kind of target, loss, optimizer): each gate, each loss and each optimizer once at least."""
    losses = [(kind, loss) for kind, ending in ENDINGS.items() for loss in ending.losses]
    gates = [(gate, "two", ENDINGS["two"].losses[0], "sgd") for gate in HIDDEN_GATES]
    return [
        *gates,
        *(("tanh", kind, loss, "momentum") for kind, loss in losses),
        *(("sigmoid", "several", "cross_entropy", optimizer) for optimizer in OFFERED_OPTIMIZERS),
    ]


def targets_of(kind: str, rng: np.random.Generator) -> np.ndarray[Any, np.dtype[np.float64]]:
    if kind == "number":
        return rng.normal(size=(ROWS, 1))
    if kind == "several":
        return np.eye(3)[rng.integers(0, 3, ROWS)]
    return rng.integers(0, 2, (ROWS, 1)).astype(np.float64)


def test_after_a_hundred_steps_the_parameters_are_the_engines(tmp_path: Path) -> None:
    rng, runs, expected = np.random.default_rng(4), [], []
    for gate, kind, loss, optimizer in cases():
        rows, targets = rng.normal(size=(ROWS, 2)), targets_of(kind, rng)
        blueprint = mlp(2, (5, 4), targets.shape[1], hidden_gate=gate, output_gate=ENDINGS[kind].gate, loss=loss)
        theta = initial(blueprint, 1, np.dtype(np.float64))
        order = rng.integers(0, ROWS, STEPS * BATCH)
        runs.append(
            {
                "inputs": 2, "loss": loss, "optimizer": optimizer, "rate": RATE, "rows": rows.tolist(),
                "targets": targets.tolist(), "batches": order.reshape(STEPS, BATCH).tolist(),
                "layers": [{"width": layer.outputs, "gate": layer.gate} for layer in blueprint.layers],
                "theta": np.concatenate([slot.view(theta).ravel() for slot in blueprint.slots]).tolist(),
            }
        )  # fmt: skip
        network = Network(blueprint, theta, BATCH, threads=1)
        steps = Optimizer(optimizer, theta.size, theta.dtype, SETTINGS)
        cost = network.train_epoch(steps, np.full(STEPS, RATE), rows, targets, np.empty(0), order)
        expected.append((np.concatenate([slot.view(theta).ravel() for slot in blueprint.slots]), cost))
    paths = [tmp_path / name for name in ("all.js", "given.json", "answers.json")]
    paths[0].write_text(f'"use strict";\n{training_script()}\n{NODE}', encoding="utf-8")
    paths[1].write_text(json.dumps(runs), encoding="utf-8")
    done = subprocess.run(["node", *map(str, paths)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    for case, (theta, cost), answer in zip(cases(), expected, json.loads(paths[2].read_text()), strict=True):
        apart = np.abs(np.array(answer["theta"]) - theta).max() / np.abs(theta).max()
        assert apart < CLOSE, (case, apart)
        assert np.mean(answer["costs"]) == pytest.approx(cost, rel=CLOSE), case
