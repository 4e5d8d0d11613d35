"""Searches over Dask, Optuna and Ray, and docs/searching.md with what it shows of them; part of `make extras`.

``--record`` writes what was found to `record.json`, which a test of CI reads. Each fact is true or false.
"""

from __future__ import annotations

import argparse
import json
import re
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from sklearn.model_selection import GridSearchCV, KFold

from backlit import MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor
from backlit.engine.threads import processors

HERE = Path(__file__).parent
PAGE = HERE.parents[2] / "docs" / "searching.md"
TOOLS = ("dask", "distributed", "optuna", "optuna-integration", "ray")
X = np.random.default_rng(0).normal(size=(300, 4))
NUMBERS = X[:, 0] + X[:, 1] ** 2
MODELS: dict[str, tuple[Any, dict[str, list[Any]], Any]] = {
    "MLPClassifier": (MLPClassifier((16,), max_iter=4, deterministic=True), {"alpha": [1e-4, 1.0]}, NUMBERS > 1),
    "MLPRegressor": (
        MLPRegressor("squared_error", (16,), max_iter=4, deterministic=True),
        {"alpha": [1e-4, 1.0]},
        NUMBERS,
    ),
    "TabularClassifier": (TabularClassifier((16,), epochs=3), {"learning_rate": [0.01, 0.1]}, NUMBERS > 1),
    "TabularRegressor": (TabularRegressor((16,), epochs=3), {"learning_rate": [0.01, 0.1]}, NUMBERS),
}
FACTS: dict[str, bool] = {}


def found(name: str) -> tuple[bytes, bytes]:
    """A search's scores and the network fitted to all rows."""
    model, grid, y = MODELS[name]
    search = GridSearchCV(model.set_params(random_state=0), grid, cv=KFold(2), error_score="raise").fit(X, y)
    return search.cv_results_["mean_test_score"].tobytes(), search.best_estimator_.theta_.tobytes()


ALONE: dict[str, tuple[bytes, bytes]] = {}


def same_bits(backend: str, label: str) -> None:
    """Every estimator's search over a backend of joblib beside the same in one process."""
    for name in MODELS:
        with joblib.parallel_config(backend=backend):
            FACTS[f"{label}: {name} ends in the bits of one process"] = found(name) == ALONE[name]


def dask() -> None:
    """Workers that are processes with one thread, processes with two, and threads."""
    from dask.distributed import Client, LocalCluster

    clusters: dict[str, dict[str, Any]] = {
        "Dask, 2 processes": {"n_workers": 2, "threads_per_worker": 1},
        "Dask, 1 process of 2 threads": {"n_workers": 1, "threads_per_worker": 2},
        "Dask, threads": {"n_workers": 1, "threads_per_worker": 2, "processes": False},
    }
    for label, options in clusters.items():
        with LocalCluster(dashboard_address=None, **options) as cluster, Client(cluster) as client:
            there = max(client.run(processors).values())
            print(f"{label}: {there} thread(s) for a fit")
            if options.get("processes", True):
                FACTS[f"{label}: a fit has one thread"] = there == 1
            same_bits("dask", label)


def ray() -> None:
    """Two processes of Ray."""
    import ray
    from ray.util.joblib import register_ray

    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, configure_logging=False)
    register_ray()
    with joblib.parallel_config(backend="ray"):
        there = max(joblib.Parallel(2)(joblib.delayed(processors)() for _ in range(2)))
    print(f"Ray, 2 processes: {there} thread(s) for a fit")
    FACTS["Ray, 2 processes: a fit has one thread"] = there == 1
    same_bits("ray", "Ray, 2 processes")
    ray.shutdown()


def optuna() -> None:
    """A study with pruning by `on_epoch`: in one thread and in two; and OptunaSearchCV."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    for n_jobs in (1, 2):
        study = optuna.create_study(
            direction="maximize",
            sampler=optuna.samplers.RandomSampler(seed=0),
            pruner=optuna.pruners.MedianPruner(n_startup_trials=2, n_warmup_steps=2),
        )

        def objective(trial: Any) -> float:
            rate = trial.suggest_float("learning_rate", 1e-4, 0.1, log=True)

            def on_epoch(epoch: Any) -> None:
                trial.report(epoch.score, epoch.number)
                if trial.should_prune():
                    raise optuna.TrialPruned

            model = TabularClassifier((16,), epochs=8, n_members=1, learning_rate=rate, random_state=0)
            model.fit(X, NUMBERS > 1, on_epoch=on_epoch)
            return float(max(epoch.score for epoch in model.histories_[0].epochs))

        study.optimize(objective, n_trials=12, n_jobs=n_jobs)
        states = [trial.state.name for trial in study.trials]
        print(f"Optuna, {n_jobs} thread(s): {states.count('PRUNED')} of {len(states)} trials were pruned")
        FACTS[f"Optuna, {n_jobs} thread(s): trials are pruned or complete"] = {*states} == {"PRUNED", "COMPLETE"}
    from optuna.distributions import CategoricalDistribution
    from optuna_integration import OptunaSearchCV

    for name, (model, grid, y) in MODELS.items():
        spaces = {key: CategoricalDistribution(values) for key, values in grid.items()}
        search = OptunaSearchCV(model.set_params(random_state=0), spaces, cv=KFold(2), n_trials=2, random_state=0)
        search.fit(X, y)
        again = model.set_params(**search.best_params_).fit(X, y)
        same = again.theta_.tobytes() == search.best_estimator_.theta_.tobytes()
        FACTS[f"OptunaSearchCV: {name} is refitted with the best parameters"] = same


def page() -> None:
    """Every block of Python on docs/searching.md, in order, those that CI leaves out as well."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for block in re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL):
        exec(block, namespace)
    FACTS["docs/searching.md runs"] = True


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--only", default="dask,optuna,ray,page")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    ALONE.update({name: found(name) for name in MODELS})
    for name, part in {"optuna": optuna, "dask": dask, "ray": ray, "page": page}.items():
        if name in given.only.split(","):
            part()
    for name, holds in FACTS.items():
        print("yes" if holds else "NO ", name)
    if given.record:
        record = {"tools": {name: version(name) for name in TOOLS}, "facts": FACTS}
        (HERE / "record.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    if not all(FACTS.values()):
        raise SystemExit("not all holds")


if __name__ == "__main__":
    main()
