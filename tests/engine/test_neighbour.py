"""A good neighbour: equal bits for any number of threads, forks and spawns, joblib's processes and threads, Ctrl-C."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import joblib
import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV
from threadpoolctl import ThreadpoolController, threadpool_limits

from backlit import BacklitError, MLPClassifier, MLPRegressor
from backlit.engine.network import Network
from backlit.engine.optimizer import Optimizer
from backlit.engine.threads import team_size
from backlit.network.building import mlp, with_periodic_embedding
from backlit.training.initial_parameters import initial

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

RNG = np.random.default_rng(0)
X = RNG.normal(size=(600, 40)).astype(np.float32)
Y = X[:, :3].argmax(axis=1)
LARGE = (200, 100)  # a step of 200 rows has 17 million multiplications: enough for a team


def fitted(solver: str = "adam", **more: object) -> MLPClassifier:
    return MLPClassifier(LARGE, solver=solver, max_iter=3, random_state=0, **more).fit(X, Y)


def blas_threads() -> list[int]:
    return [library.num_threads for library in ThreadpoolController().select(user_api="blas").lib_controllers]


def bits(model: MLPClassifier) -> tuple[bytes, bytes]:
    return model.theta_.tobytes(), model.predict_proba(X).tobytes()


@pytest.mark.parametrize("solver", ["adam", "sgd", "adamw", "nadam", "lbfgs"])
def test_deterministic_bits_do_not_depend_on_threads(solver: str) -> None:
    one, two, all_of_them = (bits(fitted(solver, deterministic=True, n_jobs=n)) for n in (1, 2, None))
    assert one == two == all_of_them
    with threadpool_limits(limits=1):
        assert bits(fitted(solver, deterministic=True)) == one


def test_deterministic_bits_with_all_that_is_random() -> None:
    more = {"dropout": 0.3, "label_smoothing": 0.1, "early_stopping": True, "learning_rate": "one_cycle"}
    assert bits(fitted(deterministic=True, n_jobs=1, **more)) == bits(fitted(deterministic=True, n_jobs=2, **more))


@pytest.mark.parametrize("deterministic", [True, False, None])
def test_same_seed_same_bits(deterministic: bool | None) -> None:
    assert bits(fitted(deterministic=deterministic)) == bits(fitted(deterministic=deterministic))


@pytest.mark.parametrize("threads", [1, 2])
def test_waves_are_stepped_after_all_their_gradients(threads: int) -> None:
    """Their gradients are cut by columns and their steps by rows, so all threads have to have come to the end."""
    blueprint = with_periodic_embedding(mlp(40, LARGE, 3), 40)

    def trained(blocks: int, threads: int) -> np.ndarray:
        theta = initial(blueprint, 0, np.dtype(np.float64))
        network = Network(blueprint, theta, 200, threads=threads, blocks=blocks)
        sgd = Optimizer("sgd", theta.size, theta.dtype, {})
        network.train_epoch(
            sgd, np.full(3, 0.1), X.astype(np.float64), Y[:, None].astype(np.float64), np.empty(0), np.arange(600)
        )
        return theta

    np.testing.assert_allclose(trained(2, threads), trained(1, 1), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
@pytest.mark.parametrize("n_jobs", [0, 1.5])
def test_a_number_of_threads_that_is_none(kind: type, solver: str, n_jobs: float) -> None:
    with pytest.raises(ValueError, match="n_jobs") as caught:
        kind(hidden_layer_sizes=(3,), solver=solver, n_jobs=n_jobs).fit(X, Y)
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, BacklitError) or n_jobs


def test_fits_at_once_in_threads_keep_their_bits_and_give_blas_back() -> None:
    before = blas_threads()
    alone = bits(fitted())
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda _: bits(fitted()), range(8))) == [alone] * 8
    assert blas_threads() == before


PROGRAM = """
import multiprocessing, sys, warnings
import numpy as np
from backlit import MLPClassifier
warnings.simplefilter("ignore")
X = np.random.default_rng(0).normal(size=(600, 40)).astype("f4")
Y = X[:, :3].argmax(axis=1)

def fit(seed):
    model = MLPClassifier((200, 100), max_iter=2, random_state=seed).fit(X, Y)
    return model.theta_.tobytes(), model.predict_proba(np.tile(X, (4, 1))).tobytes()  # by threads that stay

if __name__ == "__main__":
    here = fit(0)
    with multiprocessing.get_context(sys.argv[1]).Pool(2) as pool:
        assert pool.map(fit, [0, 0]) == [here, here]
    assert fit(0) == here
    print("equal")
"""


@pytest.mark.parametrize("way", multiprocessing.get_all_start_methods())
def test_children_of_a_process_that_has_trained(way: str, tmp_path: Path) -> None:
    """A fork carries no threads along; a child that waited for one would hang."""
    (tmp_path / "program.py").write_text(PROGRAM, encoding="utf-8")
    command = [sys.executable, "-W", "ignore", str(tmp_path / "program.py"), way]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (done.stdout, done.returncode) == ("equal\n", 0), done.stderr


def test_workers_of_joblib_share_the_processors() -> None:
    workers = 2
    there = joblib.Parallel(workers)(joblib.delayed(team_size)(None) for _ in range(workers))
    assert max(there) <= max(1, joblib.cpu_count() // workers)


@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_grid_search_finds_the_same_in_processes_and_threads(backend: str) -> None:
    before = blas_threads()
    model = MLPClassifier((200,), max_iter=2, random_state=0, deterministic=True)
    alone = GridSearchCV(model, {"alpha": [1e-4, 1.0]}, cv=2).fit(X, Y)
    with joblib.parallel_backend(backend, n_jobs=2):
        shared = GridSearchCV(model, {"alpha": [1e-4, 1.0]}, cv=2).fit(X, Y)
    np.testing.assert_array_equal(alone.cv_results_["mean_test_score"], shared.cv_results_["mean_test_score"])
    assert alone.best_estimator_.theta_.tobytes() == shared.best_estimator_.theta_.tobytes()
    assert blas_threads() == before


@pytest.mark.skipif(sys.platform == "win32", reason="SIGINT cannot be sent to one process there")
@pytest.mark.parametrize("early_stopping", [False, True])
def test_ctrl_c_keeps_the_best_so_far(ctrl_c: None, monkeypatch: pytest.MonkeyPatch, early_stopping: bool) -> None:
    rows, labels = np.tile(X, (100, 1)), np.tile(Y, 100)
    model = MLPClassifier(LARGE, max_iter=40, random_state=0, verbose=True, early_stopping=early_stopping, tol=0.0)
    seen: dict[int, np.ndarray] = {}

    def note(iteration: int, loss: float, score: float | None = None) -> None:
        seen[iteration] = model.theta_.copy()
        if iteration == 2:  # sent from another thread, while the next epoch runs
            threading.Thread(target=os.kill, args=(os.getpid(), signal.SIGINT)).start()

    monkeypatch.setattr("backlit.estimators.mlp.monitor.print_iteration", note)
    with pytest.warns(UserWarning, match="interrupted by user"):
        model.fit(rows, labels)
    assert 2 <= model.n_iter_ < 10
    assert model.score(X, Y) > 0.9
    if early_stopping:
        best = int(np.argmax(model.validation_scores_)) + 1
        np.testing.assert_array_equal(model.theta_, seen[best])


def test_ctrl_c_ends_lbfgs_at_its_last_iteration(monkeypatch: pytest.MonkeyPatch) -> None:
    model = MLPClassifier((20,), solver="lbfgs", verbose=True, random_state=0)

    def stop(iteration: int, loss: float) -> None:
        if iteration == 4:
            raise KeyboardInterrupt

    monkeypatch.setattr("backlit.estimators.mlp.fit.print_iteration", stop)
    with pytest.warns(UserWarning, match="interrupted by user after 4 iterations"):
        model.fit(X, Y)
    four = MLPClassifier((20,), solver="lbfgs", max_iter=4, random_state=0).fit(X, Y)
    np.testing.assert_array_equal(model.theta_, four.theta_)
    assert model.n_iter_ == 4
