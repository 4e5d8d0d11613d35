"""Loops over gates with an exp run on the processor's vectors: what they compile to says so."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from backlit.engine.processor import vectors_here
from backlit.engine.program import FLOATS

GATES = ("sigmoid", "tanh", "gelu", "elu", "mish", "softplus")
PROGRAM = """
from backlit.formula.numba import gate_file
from backlit.declared.gates import GATES
from backlit.engine.program import program
for precision in {floats}:
    for name in {gates}:
        compiled = program(precision)
        module = compiled.module(compiled.emitted("gate_" + name, gate_file(GATES.elementwise(name))))
        vectors = "vcvttp" in module.forward._library.get_asm_str()
        print(precision, name, "vectors" if vectors else "one by one")
"""
"""Only an exp turns a vector of floats into whole numbers: its power of two."""


@pytest.mark.skipif(vectors_here()[0].width == 0, reason="this processor has no vectors that our products use")
def test_every_exp_is_vectorised(tmp_path: Path) -> None:
    environment = {"BACKLIT_CACHE_DIR": str(tmp_path), "PATH": "/usr/bin:/bin"}  # nothing is read from a cache
    code = PROGRAM.format(floats=FLOATS, gates=GATES)
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert len(lines) == len(FLOATS) * len(GATES)
    assert [line for line in lines if not line.endswith("vectors")] == []
