"""What `make fuzz` does at length, for a few seconds in every run of the tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
@pytest.mark.engine
@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_ten_kills_change_no_bit() -> None:
    script = Path(__file__).parent / "kills.py"
    done = subprocess.run([sys.executable, script, "10"], text=True, capture_output=True)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert (figures["kills"], figures["ended otherwise"]) == (10, 0)


@pytest.mark.slow
@pytest.mark.engine
@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_three_kills_of_several_ranks_out_of_core_change_no_bit() -> None:
    script = Path(__file__).parent / "rank_kills.py"
    done = subprocess.run([sys.executable, script, "3"], text=True, capture_output=True)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert (figures["kills"], figures["ended otherwise"]) == (3, 0)
