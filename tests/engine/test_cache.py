"""A stale derivative from a disk cache must be impossible: a gate is edited in a copied package, and run again."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import backlit

PROGRAM = """
import numpy as np
from backlit.network.building import mlp
from backlit.engine.network import Network
blueprint = mlp(1, (1,), 1, hidden_gate="sigmoid", output_gate="identity", loss="squared")
theta = np.zeros(blueprint.theta_size)
for slot in blueprint.slots:
    slot.view(theta)[...] = 0.5
one = np.ones((1, 1))
loss, gradient = Network(blueprint, theta, 1).loss_and_gradient(one, one, np.ones(1))
print(repr(float(gradient[blueprint.slots[0].offset])))
"""


def run(package: Path, cache: Path) -> float:
    environment = {"PYTHONPATH": str(package), "BACKLIT_CACHE_DIR": str(cache), "PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True)
    return float(done.stdout)


def test_edited_gate_is_compiled_anew(tmp_path: Path) -> None:
    source = Path(backlit.__file__).parent
    shutil.copytree(source, tmp_path / "copy" / "backlit", ignore=shutil.ignore_patterns("__pycache__"))
    cache = tmp_path / "cache"
    first = run(tmp_path / "copy", cache)
    again = run(tmp_path / "copy", cache)
    gates = tmp_path / "copy" / "backlit" / "gates.py"
    text = gates.read_text(encoding="utf-8")
    assert text.count('("y * (1 - y)",)') == 1
    gates.write_text(text.replace('("y * (1 - y)",)', '("2 * y * (1 - y)",)'), encoding="utf-8")
    edited = run(tmp_path / "copy", cache)
    assert first == again
    assert abs(edited / first - 2.0) < 1e-12
