"""`backlit warmup`, in a fresh cache: after it nothing is compiled."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

FIT = """
import warnings
import numpy as np
import backlit
from numba.core import event
warnings.simplefilter("ignore")
compiled = []
class Listener(event.Listener):
    def on_start(self, event): compiled.append(event.data["dispatcher"])
    def on_end(self, event): pass
event.register("numba:compile", Listener())
X = np.random.default_rng(0).normal(size=(40, 3))
for dtype in ("f4", "f8"):
    for solver in ("adam", "adamw", "nadam", "sgd", "lbfgs"):
        model = backlit.MLPClassifier((4,), solver=solver, max_iter=2).fit(X.astype(dtype), X[:, 0] > 0)
        model.predict_proba(X)
    backlit.MLPRegressor(hidden_layer_sizes=(4,), activation="tanh", max_iter=2).fit(X.astype(dtype), X[:, 0])
print(compiled)
"""


def python(cache: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "BACKLIT_CACHE_DIR": str(cache), "COLUMNS": "200"}
    environment.pop("NUMBA_CACHE_DIR", None)
    command = [sys.executable, "-W", "ignore", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=True)


def test_warmup_compiles_all_that_a_usual_fit_needs(tmp_path: Path) -> None:
    told = python(tmp_path, "-c", "import sys, backlit.cli; sys.exit(backlit.cli.main(['warmup']))")
    assert "float32 pass of training" in told.stdout
    assert "float64 gate relu" in told.stdout
    assert told.stdout.splitlines()[-1].endswith(str(tmp_path))
    assert told.stderr.count("once on this machine") == 2
    fitted = python(tmp_path, "-c", FIT)
    assert (fitted.stdout, fitted.stderr) == ("[]\n", "")
    again = python(tmp_path, "-c", "import sys, backlit.cli; sys.exit(backlit.cli.main(['warmup']))")
    assert len(again.stdout.splitlines()) == len(told.stdout.splitlines())
    assert not again.stderr
