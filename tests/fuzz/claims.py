"""``python tests/fuzz/claims.py [NAME ...] [--record]``: what groups of tests hold, as counts."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from records import RESULTS, ROOT, here

CLAIMS: Mapping[str, tuple[str, ...]] = {
    "networks": ("tests/test_witness.py::test_training_equals_graph",),
    "networks beside JAX": ("tests/engine/test_networks.py::test_gradient_equals_jax",),
    "gates": ("tests/engine/test_kernels.py",),
    "fusion": ("tests/engine/test_fusion.py",),
    "zeros": ("tests/engine/test_sparse.py",),
    "threads": (
        "tests/engine/test_neighbour.py::test_deterministic_bits_do_not_depend_on_threads",
        "tests/engine/test_neighbour.py::test_deterministic_bits_with_all_that_is_random",
        "tests/engine/test_networks.py::test_threads_that_predict_change_no_bit",
    ),
    "sharing by inputs": ("tests/engine/test_by_inputs.py",),
    "products": ("tests/engine/test_products.py",),
    "denormals": ("tests/engine/test_denormals.py",),
    "other systems": ("tests/engine/test_other_systems.py", "tests/engine/test_thread_pool.py"),
    "locks": ("tests/files/test_locks.py",),
    "whole files": ("tests/files/test_atomic.py",),
    "lying files": ("tests/estimators/shared/test_lying_files.py",),
}
"""Claim -> the tests that hold it."""


def counted(selection: tuple[str, ...]) -> dict[str, Any]:
    """Run some tests; how many there were, failed and were skipped."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.xml")
        options = ["-q", "-p", "no:cacheprovider", f"--junitxml={report}"]
        subprocess.run([sys.executable, "-m", "pytest", *options, *selection], cwd=ROOT)
        counts = ElementTree.parse(report).getroot()[0].attrib
    tests, skipped = int(counts["tests"]), int(counts["skipped"])
    return {"tests": tests - skipped, "failed": int(counts["failures"]) + int(counts["errors"]), "skipped": skipped}


if __name__ == "__main__":
    path = RESULTS / "claims.json"
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    names = [name for name in sys.argv[1:] if name != "--record"] or list(CLAIMS)
    results = {name: {**counted(CLAIMS[name]), **here()} for name in names}
    print(json.dumps(results, indent=1))
    if "--record" in sys.argv:
        kept = {name: {**known, **results}[name] for name in CLAIMS if name in {**known, **results}}
        path.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    sys.exit(any(result["failed"] for result in results.values()))
