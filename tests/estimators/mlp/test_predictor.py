"""Predictions: the fast way gives the same numbers and refuses the same rows; many rows take no memory."""

from __future__ import annotations

import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import scipy.sparse
from sklearn.exceptions import NotFittedError

from backlit import BacklitError, MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 5))
TARGETS = {
    "two classes": np.where(X[:, 0] > 0, "yes", "no"),
    "three classes": np.digitize(X[:, 1], [-0.5, 0.5]),
    "one class": np.zeros(60, int),
    "multilabel": (X[:, :3] > 0).astype(int),
}
NUMBERS = {"one number": X[:, 0] * 2, "two numbers": X[:, :2]}


def classifier(target: str, dtype: str = "float32") -> MLPClassifier:
    return MLPClassifier((7,), max_iter=5, random_state=0).fit(X.astype(dtype), TARGETS[target])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("kind", ["predict", "predict_proba"])
def test_same_numbers_as_the_method(kind: str, target: str, dtype: str) -> None:
    model = classifier(target, dtype)
    rows = X.astype(dtype)
    fast, slow = model.predictor(kind), getattr(model, kind)
    np.testing.assert_array_equal(fast(rows), slow(rows))
    assert fast(rows).dtype == slow(rows).dtype
    np.testing.assert_array_equal(fast(rows[3]), slow(rows[3:4])[0])


@pytest.mark.parametrize("target", NUMBERS)
def test_same_numbers_for_regression(target: str) -> None:
    model = MLPRegressor(hidden_layer_sizes=(7,), max_iter=5, random_state=0).fit(X, NUMBERS[target])
    np.testing.assert_array_equal(model.predictor()(X), model.predict(X))
    np.testing.assert_array_equal(model.predictor()(X[0]), model.predict(X[:1])[0])
    with pytest.raises(BacklitError, match="predict_proba"):
        model.predictor("predict_proba")


@pytest.mark.parametrize("target", TARGETS)
def test_labels_are_those_of_scikit_learns_binarizer(target: str) -> None:
    model = classifier(target)
    outputs = model._outputs(X)
    wanted = model._binarizer.inverse_transform(outputs.ravel() if model.n_outputs_ == 1 else outputs)
    np.testing.assert_array_equal(model.predict(X), wanted)
    assert model.predict(X).dtype == wanted.dtype


def test_layouts_that_only_differ_in_memory() -> None:
    model = classifier("three classes", "float64")
    wanted = model.predict_proba(X)
    for rows in (np.asfortranarray(X), X.astype(">f8"), np.repeat(X, 2, axis=0)[::2]):
        np.testing.assert_array_equal(model.predictor("predict_proba")(rows), wanted)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (X[:, :4], r"\(60, 4\)"),
        (X.tolist(), "list"),
        (X.astype(int), "int64"),
        (X[0, :4], r"\(1, 4\)"),
        (X[None], r"\(1, 60, 5\)"),
        (np.where(np.arange(60)[:, None] == 7, np.nan, X), "row 7"),
        (np.where(np.arange(60)[:, None] == 9, np.inf, X), "row 9"),
    ],
)
def test_what_is_no_row_is_refused_in_one_line(rows, message: str) -> None:
    predict = classifier("three classes").predictor()
    with pytest.raises(BacklitError, match=message) as caught:
        predict(rows)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_predict_refuses_what_is_not_finite(bad: float) -> None:
    with pytest.raises(ValueError, match="contains"):
        classifier("three classes", "float64").predict(np.full((1, 5), bad))


def test_large_finite_numbers_are_taken() -> None:
    """Their squares are not finite, they are."""
    model = classifier("three classes")
    rows = np.full((2, 5), 1e30, np.float32)
    assert model.predict(rows).shape == model.predictor()(rows).shape == (2,)


def test_unfitted() -> None:
    with pytest.raises(NotFittedError):
        MLPClassifier().predictor()
    with pytest.raises(NotFittedError):
        MLPClassifier().predict(X)


def test_follows_the_model() -> None:
    model = classifier("two classes")
    proba = model.predictor("predict_proba")
    before = proba(X)
    model.intercepts_[-1][:] += 1.0
    assert (proba(X)[:, 1] > before[:, 1]).all()
    model.set_params(hidden_layer_sizes=(3,)).fit(X, TARGETS["three classes"])
    assert proba(X).shape == (60, 3)


@pytest.mark.parametrize("kind", ["array", "csr", "float64 into float32"])
def test_many_rows_take_no_memory(kind: str) -> None:
    """Beside the answer: some chunks, whatever the number of rows."""
    model = classifier("three classes")
    rows = np.tile(X.astype(np.float32), (5000, 1))
    given = {"array": rows, "csr": scipy.sparse.csr_matrix(rows), "float64 into float32": rows.astype(np.float64)}[kind]
    wanted = model.predict(X)
    tracemalloc.start()
    found = model.predict(given)
    peak = tracemalloc.get_traced_memory()[1] - found.nbytes
    tracemalloc.stop()
    np.testing.assert_array_equal(found, np.tile(wanted, 5000))
    assert peak < 2**20  # the rows are 6 MB, or 12


@pytest.mark.parametrize("deterministic", [True, None])
def test_threads_may_ask_at_once(deterministic: bool | None) -> None:
    model = MLPClassifier((300, 300), max_iter=1, random_state=0, deterministic=deterministic)
    model.fit(X, TARGETS["three classes"])
    batches = [RNG.normal(size=(900, 5)) for _ in range(6)]
    wanted = [model.predict_proba(rows) for rows in batches]
    with ThreadPoolExecutor(4) as pool:
        for one, found in zip(wanted * 4, pool.map(model.predict_proba, batches * 4), strict=True):
            np.testing.assert_allclose(one, found, rtol=0.0 if deterministic else 1e-12)


@pytest.mark.parametrize("hidden", [(3,), (300, 400)])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_answers_are_the_arithmetic_s(hidden: tuple[int, ...], dtype: str) -> None:
    """One row goes by BLAS's product with a vector, some by one chunk, many by several, large networks by threads."""
    model = MLPRegressor(hidden_layer_sizes=hidden, max_iter=2, random_state=0).fit(
        X.astype(dtype), NUMBERS["one number"]
    )
    rows = RNG.normal(size=(1500, 5)).astype(dtype)
    wanted = rows
    for w, b in zip(model.coefs_, model.intercepts_, strict=True):
        z = wanted @ w + b
        wanted = np.maximum(z, 0.0)
    bits = {}
    for n_jobs, deterministic in [(None, None), (1, True), (2, True)]:
        model.set_params(n_jobs=n_jobs, deterministic=deterministic)
        found = [model.predict(part) for part in (rows[:1], rows[:7], rows)]
        for part in found:
            np.testing.assert_allclose(part, z.ravel()[: len(part)], atol=2e-5 if dtype == "float32" else 1e-13)
        bits[n_jobs] = [part.tobytes() for part in found]
    assert bits[1] == bits[2]
