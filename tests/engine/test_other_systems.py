"""What Linux and x86 have is not needed: each is switched off, and a training gives the same bits."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from backlit.engine import cache, thread_pool, threads

PROGRAM = """
import os, platform, sys
import numpy as np, numba, sklearn.base, narwhals, pyarrow, scipy.linalg.cython_blas, threadpoolctl
import multiprocessing, subprocess, tempfile
if sys.argv[1] == "without":
    for name in ("fork", "register_at_fork", "sched_getaffinity", "sched_setaffinity", "posix_fallocate"):
        if hasattr(os, name):
            delattr(os, name)
    platform.machine = lambda: "none of x86"
import backlit
from backlit.engine.program import FLUSHES
rng = np.random.default_rng(0)
rows = rng.normal(size=(400, 5))
model = backlit.MLPClassifier((16, 8), max_iter=5, deterministic=True, n_jobs=2, random_state=0)
model.fit(rows, rows[:, 0] > rows[:, 1] ** 2)
model.save(sys.argv[2])
assert (backlit.load(sys.argv[2]).predict(rows) == model.predict(rows)).all()
print(FLUSHES, model.theta_.astype("<f4").tobytes().hex())
"""


@pytest.mark.slow
def test_a_training_without_what_linux_and_x86_have(tmp_path: Path) -> None:
    answers = []
    for kind in ("with", "without"):
        command = [sys.executable, "-W", "ignore", "-c", PROGRAM, kind, tmp_path / kind]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        answers.append(done.stdout.split())
    (_, usual), (flushes, without) = answers
    assert flushes == "False"
    assert without == usual


def test_processors_are_counted_where_no_affinity_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in threads.LIMITS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(threads, "_blas_threads", list)
    for count, expected in ((3, 3), (None, 1)):
        monkeypatch.setattr(os, "cpu_count", lambda count=count: count)
        assert threads.processors() == expected


def test_helpers_work_where_threads_cannot_be_placed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("sched_getaffinity", "sched_setaffinity"):
        monkeypatch.delattr(os, name, raising=False)
    monkeypatch.setattr(thread_pool, "_sched_getcpu", thread_pool._sched_getcpu.__wrapped__)
    assert thread_pool._processor() == -1
    helpers = thread_pool.Helpers(1)
    helpers.step_aside()
    assert helpers.submit(lambda: 7).result() == 7


@pytest.mark.parametrize(
    ("system", "variable", "below"),
    [
        ("win32", "LOCALAPPDATA", "."),
        ("linux", "XDG_CACHE_HOME", "."),
        ("darwin", "HOME", "Library/Caches"),
    ],
)
def test_kernels_lie_in_each_systems_cache(
    system: str, variable: str, below: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(cache.VARIABLE, raising=False)
    monkeypatch.setenv(variable, str(tmp_path))
    monkeypatch.setattr(sys, "platform", system)
    (folder,) = cache._candidates()
    assert folder.name == "backlit"
    assert folder.is_relative_to(tmp_path / below)
