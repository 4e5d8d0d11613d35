"""Searches over parameters, in processes and threads, end in the same bits as in one process.

What needs Dask, Optuna or Ray is in `check.py`, which `make extras` runs; `record.json` is what it found.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from sklearn import config_context
from sklearn.base import clone
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import GridSearchCV, HalvingRandomSearchCV, KFold

from backlit import BacklitError, MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor, load
from backlit.engine.cache import cache_folder
from backlit.engine.threads import _SHARED, processors
from backlit.errors import DataError, ParameterError

HERE = Path(__file__).parent
RNG = np.random.default_rng(0)
X = RNG.normal(size=(160, 4))
NUMBERS = X[:, 0] + X[:, 1] ** 2
LABELS = NUMBERS > 1

SEARCHES: dict[str, tuple[Any, dict[str, list[Any]], Any]] = {
    "MLPClassifier": (
        MLPClassifier((16,), max_iter=4, random_state=0, deterministic=True), {"alpha": [1e-4, 1.0]}, LABELS
    ),
    "MLPRegressor": (
        MLPRegressor("squared_error", (16,), max_iter=4, random_state=0, deterministic=True),
        {"alpha": [1e-4, 1.0]},
        NUMBERS,
    ),
    "TabularClassifier": (
        TabularClassifier((16,), epochs=3, n_members=2, random_state=0), {"learning_rate": [0.01, 0.1]}, LABELS
    ),
    "TabularRegressor": (
        TabularRegressor((16,), epochs=3, n_members=2, random_state=0), {"learning_rate": [0.01, 0.1]}, NUMBERS
    ),
}  # fmt: skip
"""Each estimator's name -> the estimator, a grid and a target."""


@pytest.fixture(autouse=True)
def _short_trainings() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # few epochs do not converge
        yield


def search(name: str, n_jobs: int = 1, **options: Any) -> GridSearchCV:
    """A grid search of two candidates and two folds, fitted."""
    model, grid, y = SEARCHES[name]
    return GridSearchCV(clone(model), grid, cv=KFold(2), n_jobs=n_jobs, error_score="raise", **options).fit(X, y)


def found(search: Any) -> tuple[bytes, bytes]:
    """The scores, and the parameters of the network that was fitted to all rows."""
    return search.cv_results_["mean_test_score"].tobytes(), search.best_estimator_.theta_.tobytes()


@pytest.mark.parametrize("name", SEARCHES)
def test_processes_and_threads_end_in_the_bits_of_one(name: str) -> None:
    alone = search(name)
    for backend in ("loky", "threading"):
        with joblib.parallel_config(backend=backend):
            assert found(search(name, n_jobs=2)) == found(alone), backend


def test_a_worker_computes_with_its_share_of_the_processors() -> None:
    workers = 2
    seen = joblib.Parallel(workers)(joblib.delayed(processors)() for _ in range(2 * workers))
    assert max(seen) * workers <= max(joblib.cpu_count(), workers)


def most_at_once(_: int, y: Any) -> int:
    """The threads that trainings of this process have at once, seen after each epoch."""
    seen: list[int] = []
    model = TabularClassifier((16,), epochs=3, n_members=4, random_state=0)
    model.fit(X, y, on_epoch=lambda _: seen.append(_SHARED.running))
    return max(seen)


def test_fits_in_threads_share_the_processors() -> None:
    fits = 4
    with joblib.parallel_config(backend="threading"):
        seen = joblib.Parallel(fits)(joblib.delayed(most_at_once)(number, LABELS) for number in range(fits))
    assert max(seen) < processors() + fits  # each has one at least, and the first what is free


def test_workers_compile_nothing_that_is_compiled() -> None:
    search("TabularClassifier")
    before = {path: path.stat().st_mtime_ns for path in cache_folder().rglob("*") if path.is_file()}
    search("TabularClassifier", n_jobs=2)
    after = {path: path.stat().st_mtime_ns for path in cache_folder().rglob("*") if path.is_file()}
    assert {path for path in after if after[path] != before.get(path) and path.suffix in (".nbc", ".py")} == set()


@pytest.mark.parametrize("name", SEARCHES)
def test_epochs_are_a_resource_of_halving(name: str) -> None:
    model, grid, y = SEARCHES[name]
    resource = "max_iter" if name.startswith("MLP") else "epochs"
    spread = {"factor": 2, "min_resources": 2, "max_resources": 4, "n_candidates": 2, "random_state": 0}
    halving = HalvingRandomSearchCV(clone(model), grid, resource=resource, cv=KFold(2), **spread).fit(X, y)
    assert halving.n_resources_ == [2, 4]
    assert halving.best_estimator_.get_params()[resource] == 4


def test_epochs_of_numpy_are_saved(tmp_path: Path) -> None:
    """Searches draw parameters as NumPy's numbers."""
    model = TabularClassifier(np.int64(8), epochs=np.int64(2), n_members=1, learning_rate=np.float64(0.1))
    model.fit(X, LABELS).save(tmp_path / "model.backlit")
    read = load(tmp_path / "model.backlit")
    assert (read.epochs, read.learning_rate, read.hidden_layer_sizes) == (2, 0.1, 8)


class Pruned(Exception):  # noqa: N818 -- as Optuna's TrialPruned, it is no error
    """What ends a trial from within."""


@pytest.mark.parametrize("name", SEARCHES)
def test_what_a_callback_raises_comes_out_of_the_fit(name: str) -> None:
    model, _, y = SEARCHES[name]

    def on_epoch(epoch: Any) -> None:
        if epoch.number == 2:
            raise Pruned

    with pytest.raises(Pruned):
        clone(model).fit(X, y, on_epoch=on_epoch)


@pytest.mark.parametrize("routing", [False, True])
def test_a_callback_reaches_the_fits_of_a_search(routing: bool) -> None:
    def on_epoch(epoch: Any) -> bool:
        return epoch.number == 2

    model, grid, y = SEARCHES["TabularClassifier"]
    with config_context(enable_metadata_routing=routing):
        model = clone(model).set_params(n_members=1)
        if routing:
            model.set_fit_request(on_epoch=True)
        done = GridSearchCV(model, grid, cv=KFold(2), n_jobs=2).fit(X, y, on_epoch=on_epoch)
    assert len(done.best_estimator_.histories_[0].epochs) == 2


def test_an_error_in_a_worker_is_ours_in_one_line() -> None:
    model, _, y = SEARCHES["TabularClassifier"]
    grid = {"hidden_layer_sizes": [(0,)]}
    with pytest.raises(BacklitError) as caught:
        GridSearchCV(clone(model), grid, cv=KFold(2), n_jobs=2, error_score="raise").fit(X, y)
    assert "\n" not in str(caught.value)
    assert "hidden_layer_sizes" in str(caught.value)


@pytest.mark.parametrize("error", [DataError("a: b", row=2, column="c"), ParameterError("a: b", parameter="a")])
def test_errors_keep_their_attributes_between_processes(error: Any) -> None:
    returned = joblib.Parallel(2)(joblib.delayed(lambda given: given)(error) for _ in range(2))[0]
    assert (type(returned), str(returned), vars(returned)) == (type(error), str(error), vars(error))


def test_one_checkpoint_for_a_search_is_refused_and_one_for_each_fit_is_not(tmp_path: Path) -> None:
    model, _, y = SEARCHES["TabularClassifier"]
    one = clone(model).set_params(checkpoint=str(tmp_path / "one"))
    grid = {"learning_rate": [0.01, 0.1]}
    with pytest.raises(BacklitError, match=r"checkpoint: .*it is left alone"):
        GridSearchCV(one, grid, cv=KFold(2), error_score="raise").fit(X, y)


def test_a_time_limit_holds_in_each_fit_of_a_search() -> None:
    model, grid, y = SEARCHES["TabularRegressor"]
    done = GridSearchCV(clone(model).set_params(time_limit=1e-6), grid, cv=KFold(2), n_jobs=2).fit(X, y)
    assert np.isfinite(done.cv_results_["mean_test_score"]).all()
    assert {len(history.epochs) for history in done.best_estimator_.histories_} == {1}


def tuned(model: Any, y: Any) -> bytes:
    return bytes(model.partial_fit(X, y).theta_.tobytes())


@pytest.mark.parametrize("name", ["MLPClassifier", "TabularClassifier"])
def test_a_fitted_model_is_trained_on_in_workers(name: str) -> None:
    """joblib hands arrays over 1 MB to workers as read-only maps of a file."""
    model, _, y = SEARCHES[name]
    model = clone(model).set_params(hidden_layer_sizes=(600, 600)).fit(X, y)
    assert model.theta_.nbytes > 2**20
    returned = joblib.Parallel(2)(joblib.delayed(tuned)(model, y) for _ in range(2))
    assert returned == [tuned(model, y)] * 2


PROGRAM = """
import joblib
import numpy as np
from sklearn.model_selection import GridSearchCV
from backlit import TabularClassifier

X = np.random.default_rng(0).normal(size=(400, 4))
begun = lambda epoch: print("begun", flush=True)
model = TabularClassifier((16,), epochs=100_000, n_members=1, random_state=0)
GridSearchCV(model, {"learning_rate": [0.01, 0.1]}, cv=2, n_jobs=2).fit(X, X[:, 0] > 0, on_epoch=begun)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGINT cannot be sent to a group of processes there")
def test_ctrl_c_ends_a_search_in_processes() -> None:
    command = [sys.executable, "-c", f"import signal\nsignal.signal(2, signal.default_int_handler)\n{PROGRAM}"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=120)
    assert process.returncode != 0
    assert "KeyboardInterrupt" in errors


def test_the_record_of_other_backends_holds() -> None:
    record = json.loads((HERE / "record.json").read_text(encoding="utf-8"))
    assert record["facts"]
    assert not [name for name, holds in record["facts"].items() if holds is not True]
    makefile = (HERE.parents[2] / "Makefile").read_text(encoding="utf-8")
    pinned = dict(re.findall(r"([a-z-]+)==([\d.]+)", makefile))
    assert {name: pinned.get(name) for name in record["tools"]} == record["tools"]
