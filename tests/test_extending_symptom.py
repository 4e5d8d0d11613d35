"""A symptom is one file: added to a copy of the package, every diagnosis asks it, in both languages."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import backlit

WIDE = '''"""Many more units than rows."""

from __future__ import annotations

from backlit.diagnosis.evidence import Evidence
from backlit.diagnosis.symptom import Change, Finding, Symptom, Words

MOST = 100
"""Units a row: so many hold every row many times over."""


def check(evidence: Evidence) -> Finding | None:
    """Compare the widest hidden layer with the number of rows."""
    widest = max((layer.outputs for layer in evidence.blueprint.neurons[:-1]), default=0)
    rows = len(evidence.case.rows)
    if widest < MOST * rows:
        return None
    return Finding({"widest": widest, "rows": rows}, Change("early_stopping"), bars={"units": widest, "rows": rows})


SYMPTOM = Symptom(
    "too_wide",
    60,
    check,
    {
        "en": Words("{widest} units for {rows} rows.", "A hundred units a row.", "Take fewer units."),
        "ko": Words("{rows}행에 유닛이 {widest}개입니다.", "행마다 유닛이 백 개입니다.", "유닛을 줄이십시오."),
    },
)
'''

USE = """
import numpy as np
from backlit.diagnosis import Case, Rows, diagnose_case
from backlit.network.building import mlp

wide = mlp(1, (300,), 1, hidden_gate="tanh", output_gate="identity", loss="squared")
theta = np.random.default_rng(0).normal(size=wide.theta_size)
seen = diagnose_case(Case(wide, theta, Rows(np.array([[0.0], [1.0]]), np.array([[0.0], [1.0]])), "regression"))
named = {one.name: one for one in seen.symptoms}
assert str(named["too_wide"]) == "too_wide: 300 units for 2 rows."
assert "행에 유닛이 300개입니다." in seen.to_text("ko")
assert "too_wide" in seen.to_html() and "too_wide" in seen.to_json()
"""


def test_a_symptom_is_one_file(tmp_path: Path) -> None:
    package = shutil.copytree(
        Path(backlit.__file__).parent, tmp_path / "backlit", ignore=shutil.ignore_patterns("__pycache__")
    )
    (package / "diagnosis" / "symptoms" / "too_wide.py").write_text(WIDE, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", USE], env=environment, text=True, capture_output=True)
    assert done.returncode == 0, done.stderr
