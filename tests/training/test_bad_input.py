"""Rates that diverge, batches too large, arrays of every make: caught and said, or read as what they are."""

from __future__ import annotations

import contextlib
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier as Theirs

from backlit import MLPClassifier, MLPRegressor
from backlit.training.rules.finiteness import Divergence

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

RNG = np.random.default_rng(0)
X = RNG.normal(size=(80, 6)).round(2)
Y = np.digitize(X[:, 0], [-0.5, 0.5])
WEIGHT = RNG.uniform(0.5, 2.0, 80)


def fitted(rows: object = X, labels: object = Y, weight: object = None, **more: object) -> MLPClassifier:
    settings = {"max_iter": 8, "random_state": 0, "batch_size": 32, **more}
    return MLPClassifier((9,), **settings).fit(rows, labels, weight)


@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
@pytest.mark.parametrize("rate", [1e3, 1e9, 1e30, 1e200])
@pytest.mark.parametrize("solver", ["sgd", "adam", "adamw", "nadam"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_rate_that_diverges_leaves_no_silent_nan(kind: type, rate: float, solver: str, dtype: str) -> None:
    """Each ends in one of three: an error, a warning with the epoch and finite parameters, or a sound model."""
    model = kind(hidden_layer_sizes=(9,), solver=solver, learning_rate_init=rate, max_iter=8, random_state=0)
    rows = (X * 100).astype(dtype)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with contextlib.suppress(ValueError):
            model.fit(rows, Y)
    assert np.isfinite(model.theta_).all()
    said = [str(warning.message) for warning in caught if issubclass(warning.category, Divergence)]
    assert all("diverged in epoch" in message for message in said)
    assert not [warning for warning in caught if warning.category is RuntimeWarning]
    assert np.isfinite(model.predict_proba(rows) if kind is MLPClassifier else model.predict(rows)).all()


def test_the_best_finite_parameters_are_kept() -> None:
    """The loss falls for some epochs, and then overflows: what the best of them met is kept."""
    model = MLPRegressor(hidden_layer_sizes=(9,), learning_rate_init=0.01, max_iter=20, random_state=0)

    def explode(epoch: Any) -> None:
        if epoch.number == 6:
            model.theta_[:] = 1e300

    with pytest.warns(Divergence, match="diverged in epoch 7 at a learning rate of 0.01"):
        model.fit(X, Y, on_epoch=explode)
    assert len(model.loss_curve_) == 6
    assert int(np.argmin(model.loss_curve_)) == 5
    whole = MLPRegressor(hidden_layer_sizes=(9,), learning_rate_init=0.01, max_iter=5, random_state=0).fit(X, Y)
    np.testing.assert_array_equal(model.theta_, whole.theta_)


def test_partial_fit_goes_on_after_a_divergence() -> None:
    """What the optimizer remembers of it is forgotten."""
    model = MLPClassifier((9,), random_state=0).partial_fit(X, Y, classes=[0, 1, 2])
    before = model.theta_.copy()
    model.set_params(learning_rate_init=1e300)
    with pytest.raises(ValueError, match="non-finite"), pytest.warns(Divergence):
        model.partial_fit(X * 1e300, Y)
    assert np.isfinite(model.theta_).all()
    model.set_params(learning_rate_init=0.001).partial_fit(X, Y)
    assert np.isfinite(model.loss_)
    assert not np.array_equal(model.theta_, before)


def test_a_batch_larger_than_the_data_is_clipped_as_in_scikit_learn() -> None:
    with pytest.warns(UserWarning, match="larger than sample size. It is going to be clipped") as ours:
        large = fitted(batch_size=200)
    with pytest.warns(UserWarning, match="clipped") as theirs:
        Theirs((9,), batch_size=200, max_iter=1).fit(X, Y)
    text = [str(w.message) for w in theirs if w.category is not ConvergenceWarning]
    assert [str(w.message) for w in ours if w.category is not ConvergenceWarning] == text
    np.testing.assert_array_equal(large.theta_, fitted(batch_size=80).theta_)


def test_all_rows_in_one_batch_of_one() -> None:
    assert np.isfinite(fitted(batch_size=1).theta_).all()
    assert fitted(X[:1], Y[:1], batch_size=1).predict(X).shape == (80,)


def read_only(array: np.ndarray) -> np.ndarray:
    array = array.copy()
    array.flags.writeable = False
    return array


LAYOUTS = {
    "columns first": np.asfortranarray,
    "every second of more": lambda a: np.repeat(a, 2, axis=0)[::2],
    "backwards": lambda a: a[::-1].copy()[::-1],
    "big-endian": lambda a: a.astype(a.dtype.newbyteorder(">")),
    "read-only": read_only,
    "list": lambda a: a.tolist(),
    "object": lambda a: a.astype(object),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_the_same_numbers_make_the_same_model(layout: str, solver: str) -> None:
    put = LAYOUTS[layout]
    labels = Y if layout == "object" else put(Y)  # scikit-learn knows no type of whole numbers as objects
    wanted = fitted(X, Y, WEIGHT, solver=solver)
    found = fitted(put(X), labels, put(WEIGHT), solver=solver)
    np.testing.assert_array_equal(found.theta_, wanted.theta_)
    np.testing.assert_array_equal(found.predict_proba(put(X)), wanted.predict_proba(X))


@pytest.mark.parametrize("dtype", ["float16", "int8", "int64", "uint16", "bool"])
def test_other_numbers_train_as_float64(dtype: str) -> None:
    rows = (X > 0 if dtype == "bool" else np.abs(X * 3)).astype(dtype)
    found, wanted = fitted(rows), fitted(rows.astype(np.float64))
    assert found.theta_.dtype == np.float64
    np.testing.assert_array_equal(found.theta_, wanted.theta_)
    np.testing.assert_array_equal(found.predict_proba(rows), wanted.predict_proba(rows.astype(np.float64)))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_memory_mapped(tmp_path: Path, dtype: str) -> None:
    np.save(tmp_path / "x.npy", X.astype(dtype))
    np.save(tmp_path / "y.npy", Y)
    rows, labels = (np.load(tmp_path / name, mmap_mode="r") for name in ("x.npy", "y.npy"))
    found = fitted(rows, labels)
    np.testing.assert_array_equal(found.theta_, fitted(X.astype(dtype)).theta_)
    np.testing.assert_array_equal(found.predict(rows), found.predict(X.astype(dtype)))


@pytest.mark.parametrize("kind", ["csr_matrix", "csc_matrix", "coo_matrix", "csr_array"])
def test_sparse_where_scikit_learn_takes_it(kind: str) -> None:
    rows = X * (np.abs(X) > 0.7)
    sparse = getattr(scipy.sparse, kind)(rows)
    found, wanted = fitted(sparse), fitted(rows)
    np.testing.assert_array_equal(found.theta_, wanted.theta_)
    np.testing.assert_array_equal(found.predict_proba(sparse), wanted.predict_proba(rows))
    Theirs((9,), max_iter=1).fit(sparse, Y).predict(sparse)
    np.testing.assert_array_equal(
        MLPClassifier((9,), random_state=0).partial_fit(sparse, Y, classes=[0, 1, 2]).theta_,
        MLPClassifier((9,), random_state=0).partial_fit(rows, Y, classes=[0, 1, 2]).theta_,
    )
