"""A few hundred of the files that `make fuzz` tries."""

from __future__ import annotations

import importlib.util
from pathlib import Path

HERE = Path(__file__).parent


def test_mutated_files_are_refused_or_predict() -> None:
    spec = importlib.util.spec_from_file_location("fuzz_model_files", HERE / "model_files.py")
    assert spec is not None
    assert spec.loader is not None
    fuzz = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(fuzz)
    counts = fuzz.tried(400)
    assert counts.total() == 400
    assert counts["lying, refused"] > 100 < counts["damaged, refused"]
