"""The engine is imported and compiled by several threads at once, and leaves the rest of the process alone."""

from __future__ import annotations

import gc
import importlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import numpy as np
import pytest

import backlit
from backlit.declared.gates import GATES
from backlit.engine import program as engine_program
from backlit.engine.network import Network
from backlit.engine.program import program
from backlit.network.building import mlp

NEW = "placed_by_a_test"
THREADS = 8


@pytest.fixture
def new_gate() -> Iterator[str]:
    """A gate that was never placed."""

    def forget() -> None:
        for path in (program("float64")._folder / "emitted").rglob(f"gate_{NEW}_*"):
            path.unlink()

    backlit.gate(NEW, "3 * x")
    forget()
    yield NEW
    forget()
    del GATES._gates[NEW]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_no_other_import_is_disturbed(new_gate: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What finders know is the whole process's: it is not safe to have it forgotten while other threads import."""

    def disturbs() -> None:
        raise AssertionError("importlib.invalidate_caches was called")

    monkeypatch.setattr(importlib, "invalidate_caches", disturbs)
    X = np.linspace(-1.0, 1.0, 20)[:, None]
    model = backlit.MLPClassifier((3,), activation=new_gate, max_iter=2, random_state=0).fit(X, X[:, 0] > 0)
    assert np.isfinite(model.predict_proba(X)).all()


def test_threads_that_want_a_new_gate_at_once_share_it(new_gate: str) -> None:
    blueprint, together = mlp(1, (1,), 1, hidden_gate=new_gate, output_gate="identity"), threading.Barrier(THREADS)

    def ask(_: int) -> tuple[tuple[int, int], float]:
        together.wait(60)
        addresses = program("float64").gate(new_gate)
        theta = np.zeros(blueprint.theta_size)
        for slot in blueprint.slots:
            slot.view(theta)[...] = 0.5
        return addresses, float(Network(blueprint, theta, 1).predict(np.ones((1, 1)))[0, 0])

    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(ask, range(THREADS)))
    assert len(set(answers)) == 1
    assert answers[0][1] == 0.5 * (3 * (0.5 + 0.5)) + 0.5


class Slow:
    """Makes things; while it makes the first, another thread asks for it."""

    def __init__(self, waiting: threading.Event) -> None:
        self.waiting, self.made = waiting, 0
        self.ask: Callable[[], object] = lambda: None
        self.found: list[object] = []
        self.other = threading.Thread(target=self._ask)

    def _ask(self) -> None:
        self.found.append(self.ask())
        self.waiting.set()

    def __call__(self, *_: object, **__: object) -> object:
        self.made += 1
        if self.made == 1:
            self.other.start()
            assert self.waiting.wait(60)  # the other has what it wants, or waits for its turn
        return object()

    def ends_as_one(self) -> None:
        self.found.append(self.ask())
        self.other.join(60)
        assert self.made == 1
        assert self.found[0] is self.found[1]


def test_the_engine_is_made_by_one_thread(waiting: threading.Event, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow(waiting)
    monkeypatch.setattr(engine_program, "Program", slow)
    monkeypatch.setattr(engine_program, "_made", lru_cache(engine_program._made.__wrapped__))  # as in a new process
    slow.ask = lambda: program("float64")
    slow.ends_as_one()


def test_a_pass_is_compiled_by_one_thread(waiting: threading.Event, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = program("float64")
    slow = Slow(waiting)
    monkeypatch.setattr(engine, "_entries", {})
    monkeypatch.setattr(engine, "compiled", {})
    monkeypatch.setattr(engine_program.numba, "njit", lambda *_, **__: slow)
    slow.ask = lambda: engine.entry("predict")
    slow.ends_as_one()


def test_a_collector_found_at_rest_is_not_put_to_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever had put it to rest wakes it just when we have looked."""

    def looked() -> bool:
        gc.enable()
        return False

    assert gc.isenabled()
    with monkeypatch.context() as patched:
        patched.setattr(gc, "isenabled", looked)
        program("float64").layer("periodic", "forward")
    awake = gc.isenabled()
    gc.enable()
    assert awake


def test_the_collector_rests_and_wakes(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []
    monkeypatch.setattr(engine_program, "load", lambda name, path, package=False: seen.append(gc.isenabled()))
    monkeypatch.setattr(program("float64"), "_modules", {})  # as in a new process
    program("float64").module("layers/periodic.py")
    assert seen
    assert not any(seen)
    assert gc.isenabled()
