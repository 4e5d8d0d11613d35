"""A stale derivative from a disk cache must be impossible; a placed file is imported once, and whole."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import backlit
from backlit.engine import cache

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
    environment["NUMBA_OPT"] = "0"  # compiled sooner
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True)
    return float(done.stdout)


def test_edited_gate_is_compiled_anew(tmp_path: Path) -> None:
    source = Path(backlit.__file__).parent
    shutil.copytree(source, tmp_path / "copy" / "backlit", ignore=shutil.ignore_patterns("__pycache__"))
    cache = tmp_path / "cache"
    first = run(tmp_path / "copy", cache)
    again = run(tmp_path / "copy", cache)
    gates = tmp_path / "copy" / "backlit" / "declared" / "gates.py"
    text = gates.read_text(encoding="utf-8")
    assert text.count('("y * (1 - y)",)') == 1
    gates.write_text(text.replace('("y * (1 - y)",)', '("2 * y * (1 - y)",)'), encoding="utf-8")
    edited = run(tmp_path / "copy", cache)
    assert first == again
    assert abs(edited / first - 2.0) < 1e-12


NAME = "backlit_placed_by_a_test"


@pytest.fixture
def placed(tmp_path: Path) -> Iterator[Path]:
    """A file that calls back from the middle of its import, and is forgotten afterwards."""
    path = tmp_path / "placed.py"
    path.write_text("from threading import in_the_middle\nin_the_middle()\nwhole = True\n", encoding="utf-8")
    yield path
    sys.modules.pop(NAME, None)
    cache._LOADED.modules.pop(NAME, None)


def test_who_asks_in_the_middle_of_an_import_gets_the_whole_module(
    placed: Path, waiting: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []

    def ask() -> None:
        module = cache.load(NAME, placed)
        found.append((module, hasattr(module, "whole")))
        waiting.set()

    def in_the_middle() -> None:
        other.start()
        assert waiting.wait(60)  # it has what it wants, or waits for its turn

    other = threading.Thread(target=ask)
    monkeypatch.setattr(threading, "in_the_middle", in_the_middle, raising=False)
    first = cache.load(NAME, placed)
    other.join(60)
    assert found == [(first, True)]


def test_an_import_that_fails_is_begun_anew(placed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(threading, "in_the_middle", fails, raising=False)
    with pytest.raises(KeyboardInterrupt):
        cache.load(NAME, placed)
    monkeypatch.setattr(threading, "in_the_middle", lambda: None)
    assert cache.load(NAME, placed).whole


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings(r"ignore:.*fork\(\)")
def test_a_fork_waits_for_no_thread_that_it_has_not(placed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another thread imports while the process is forked; the child has not that thread, and imports anew."""
    forked, begun = threading.Event(), threading.Event()
    parent = os.getpid()

    def in_the_middle() -> None:
        if os.getpid() == parent:
            begun.set()
            assert forked.wait(60)

    monkeypatch.setattr(threading, "in_the_middle", in_the_middle, raising=False)
    other = threading.Thread(target=cache.load, args=(NAME, placed))
    other.start()
    assert begun.wait(60)
    child = os.fork()
    if not child:
        signal.alarm(60)  # or it would wait for ever
        os._exit(0 if getattr(cache.load(NAME, placed), "whole", False) else 1)
    forked.set()
    other.join(60)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_what_killed_writers_left_is_swept_by_the_next(tmp_path: Path) -> None:
    """Ours, that of a seal, and Numba's; what another process writes just now is left alone."""
    compiled = tmp_path / "emitted" / "__pycache__"
    compiled.mkdir(parents=True)
    litter = [tmp_path / "emitted" / "tmpab12.tmp", compiled / "gate.seal.77.tmp", compiled / "gate.nbi.tmp.0f3c"]
    kept = [compiled / "gate.nbi", compiled / "gate.seal", tmp_path / "emitted" / "tmpnew.tmp"]
    for path in (*litter, *kept):
        path.write_bytes(b"x")
    for path in (*litter, *kept[:2]):
        os.utime(path, (1, 1))
    cache.write(tmp_path, {"emitted/gate.py": "x = 1\n"})
    assert not [path for path in litter if path.exists()]
    assert all(path.exists() for path in kept)
