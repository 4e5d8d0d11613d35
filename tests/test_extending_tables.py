"""The recipes of one entry, followed in a temporary copy: a loss, a schedule, an initializer, an optimizer."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "backlit"

ENTRIES = {
    "declared/losses.py": (
        "    for loss in (\n",
        '        Loss("pseudo_huber", "sqrt(1 + (a - y) ** 2) - 1", "(a - y) / sqrt(1 + (a - y) ** 2)"),\n',
    ),
    "declared/schedules.py": (
        "SCHEDULES: Mapping[str, Schedule] = {\n",
        '    "linear": Schedule(lambda t: 1.0 - t),\n',
    ),
    "declared/initializers.py": (
        "INITIALIZERS: Mapping[str, Initializer] = {\n",
        '    "he": Initializer(lambda rng, fan, shape: rng.normal(scale=math.sqrt(2.0 / fan.inputs), size=shape)),\n',
    ),
    "declared/optimizers.py": (
        "OPTIMIZERS: Mapping[str, OptimizerKind] = {\n",
        '    "lion": OptimizerKind("lion", ("beta_1", "beta_2"), 1, decoupled=True),\n',
    ),
}
"""File -> the line after which the entry goes, and the entry."""

KERNEL = '''

def lion(theta, grad, state, stride, settings, size):
    """Chen et al. 2023, 'Symbolic discovery of optimization algorithms', algorithm 2."""
    theta, grad, settings = carray(theta, size), carray(grad, size), carray(settings, 4)
    momentum = carray(state, size)
    eta, beta1, beta2 = F(settings[0]), F(settings[2]), F(settings[3])
    for i in range(size):
        theta[i] -= eta * np.sign(beta1 * momentum[i] + (F(1.0) - beta1) * grad[i])
        momentum[i] = beta2 * momentum[i] + (F(1.0) - beta2) * grad[i]
'''

USE = """
import numpy as np
import backlit

rng = np.random.default_rng(0)
X = rng.normal(size=(64, 2))
y = X[:, 0] - X[:, 1]
entries = dict(loss="pseudo_huber", learning_rate="linear", init="he", solver="lion")
settings = dict(hidden_layer_sizes=(4,), weight_decay=0.0, learning_rate_init=0.01, random_state=0, tol=0.0)
model = backlit.MLPRegressor(**entries, **settings, batch_size=16, max_iter=40).fit(X, y)
losses = model.loss_curve_
assert np.isfinite(model.theta_).all() and losses[-1] < 0.5 * losses[0], losses

# what they compute: a step has the length of the rate in every parameter
whole = dict(**entries, **settings, batch_size=64, shuffle=False)
one, two = (backlit.MLPRegressor(**whole, max_iter=epochs) for epochs in (1, 2))
one.fit(X, y), two.fit(X, y)
steps = np.abs(two.theta_ - one.theta_)  # the first at the same rate in both, the second at half the rate
assert np.all((steps < 1e-9) | (np.abs(steps - 0.005) < 1e-9)), steps

# who lists them
from backlit.cli.warmup import kernels
from backlit.declared.schedules import rates
from backlit.engine.program import program
from backlit.web.live.settings import ENDINGS, settings_of

assert rates("linear", 0.1, 0, 1, 2).tolist() == [0.1, 0.05]
names = {name for name, _ in kernels(program("float64"))}
assert {"optimizer lion", "end identity, pseudo_huber"} <= names, names
assert "pseudo_huber" in ENDINGS["number"].losses
chosen = settings_of({"optimizer": "lion", "init": "he", "loss": "pseudo_huber"})
assert (chosen.optimizer, chosen.init) == ("lion", "he")
assert chosen.blueprint(2, 1, 0).loss == "pseudo_huber"
print("found and trained from", backlit.__file__)
"""


def insert(file: Path, after: str, entry: str) -> None:
    """Put an entry behind a line that is there once."""
    text = file.read_text(encoding="utf-8")
    assert text.count(after) == 1, f"{file.name}: {after!r}"
    file.write_text(text.replace(after, after + entry), encoding="utf-8")


@pytest.fixture
def extended(tmp_path: Path) -> Path:
    """A copy of the package with an entry more in each list."""
    copy = tmp_path / "backlit"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    for name, (after, entry) in ENTRIES.items():
        insert(copy / name, after, entry)
    steps = copy / "engine" / "kernels" / "optimizers" / "steps.py"
    text = steps.read_text(encoding="utf-8")
    steps.write_text(text.replace("import math\n", "import math\n\nimport numpy as np\n", 1) + KERNEL, encoding="utf-8")
    return tmp_path


def test_one_entry_each_is_trained_with_and_found(extended: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(extended)}
    done = subprocess.run([sys.executable, "-c", USE], env=environment, text=True, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"found and trained from {extended}")
