"""Raw frames in, sound predictions out; what cannot be used is named."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy.sparse import csr_matrix

from backlit import BacklitError, DataWarning, TabularClassifier, TabularRegressor, trace


def frame(n: int = 300) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    size = rng.lognormal(size=n)
    colour = rng.choice(["red", "green", "blue"], n)
    score = np.log(size) + (colour == "red") * 1.5
    holes = rng.random(n) < 0.1
    data = pd.DataFrame({"size": np.where(holes, np.nan, size), "colour": colour, "flag": rng.random(n) < 0.5})
    return data, np.where(score > 0.5, "high", "low"), score


def test_learns_from_mixed_columns() -> None:
    data, label, score = frame()
    data = data.assign(constant=1, off=False)
    with pytest.warns(DataWarning, match="'constant' is left out: constant") as caught:
        classes = TabularClassifier(epochs=60, random_state=0).fit(data[:200], label[:200])
    assert len(caught) == 1
    assert "column 'off' is left out: constant (such as False)" in str(caught[0].message)
    assert classes.score(data[200:], label[200:]) > 0.85
    data = data.drop(columns=["constant", "off"])
    number = TabularRegressor(epochs=60, random_state=0).fit(data[:200], score[:200])
    assert number.score(data[200:], score[200:]) > 0.7


@pytest.mark.parametrize("convert", [pl.from_pandas, pa.Table.from_pandas], ids=["polars", "arrow"])
def test_every_kind_of_frame_gives_the_same_model(convert) -> None:
    data, label, _ = frame()
    one = TabularClassifier((16,), epochs=3, random_state=0).fit(data, label).predict_proba(data)
    other = TabularClassifier((16,), epochs=3, random_state=0).fit(convert(data), label).predict_proba(convert(data))
    np.testing.assert_array_equal(one, other)


def test_columns_are_found_by_name() -> None:
    data, label, _ = frame()
    model = TabularClassifier((16,), epochs=3, random_state=0).fit(data, label)
    turned = data[["flag", "colour", "size"]].assign(more=1)
    np.testing.assert_array_equal(model.predict_proba(turned), model.predict_proba(data))
    with pytest.raises(BacklitError, match="colour"):
        model.predict(data.drop(columns="colour"))
    with pytest.raises(BacklitError, match=r"size.*'big'"):
        model.predict(data.assign(size="big"))


def test_unseen_categories_and_nulls_are_predicted() -> None:
    data, label, _ = frame()
    model = TabularClassifier((16,), epochs=3, random_state=0).fit(data, label)
    strange = data.head(3).assign(colour=["violet", None, "red"], size=[np.inf, -np.inf, None])
    assert np.isfinite(model.predict_proba(strange)).all()


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (["a"] * 300, "one class"),
        (["a", None] * 150, "missing"),
        ([1.0, np.nan] * 150, "missing"),
        ([1.5, 2.5] * 150, "class"),
    ],
)
def test_classes_that_cannot_be_learnt(target, message: str) -> None:
    with pytest.raises(BacklitError, match=message):
        TabularClassifier(epochs=1).fit(frame()[0], target)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_numbers_that_cannot_be_learnt(bad: float) -> None:
    target = np.zeros(300)
    target[7] = bad
    with pytest.raises(BacklitError, match="row 7"):
        TabularRegressor(epochs=1).fit(frame()[0], target)


def test_a_class_of_one_row_is_learnt_from() -> None:
    data, label, _ = frame()
    label = label.astype(object)
    label[0] = "single"
    model = TabularClassifier((16,), epochs=2, random_state=0).fit(data, label)
    assert set(model.classes_) == {"high", "low", "single"}


def test_lengths_that_differ() -> None:
    data, label, _ = frame()
    with pytest.raises(BacklitError, match="300 rows"):
        TabularClassifier(epochs=1).fit(data, label[:-1])


def test_weights_count() -> None:
    data, label, _ = frame()
    weight = np.where(label == "high", 1e-6, 1.0)
    model = TabularClassifier((64,), epochs=128, random_state=0).fit(data, label, weight)
    assert (model.predict(data) == "low").all()
    with pytest.raises(BacklitError, match="sample_weight"):
        TabularClassifier(epochs=1).fit(data, label, -weight)


def test_same_seed_same_bits() -> None:
    data, label, _ = frame()
    one, two = (TabularClassifier((32,), epochs=5, random_state=3).fit(data, label) for _ in range(2))
    np.testing.assert_array_equal(one.theta_, two.theta_)


def test_trace_holds() -> None:
    data, label, score = frame()
    model = TabularClassifier((4,), epochs=3, random_state=0).fit(data, label)
    assert trace(model, x=data.iloc[0], y=label[0]).check().ok
    number = TabularRegressor((4,), epochs=3, random_state=0).fit(data, score)
    traced = trace(number, x=data.iloc[1], y=score[1])
    wanted = (score[1] - number.predict(data.iloc[[1]])[0]) ** 2 / score.std() ** 2
    assert traced.value == pytest.approx(wanted, rel=1e-4)
    assert traced.check(sample=40).ok


@pytest.mark.parametrize("rows", [1, 2, 4])
def test_too_few_rows(rows: int) -> None:
    data, _, score = frame()
    with pytest.raises(BacklitError, match=f"{rows} samples? (is|are) too few"):
        TabularRegressor(epochs=1).fit(data[:rows], score[:rows])


def test_sparse_rows_are_dense_ones() -> None:
    X = np.random.default_rng(0).normal(size=(50, 3)) * (np.arange(150).reshape(50, 3) % 2)
    one, other = (TabularRegressor((8,), epochs=2, random_state=0).fit(rows, X[:, 0]) for rows in (X, csr_matrix(X)))
    np.testing.assert_array_equal(one.predict(X), other.predict(csr_matrix(X)))


@pytest.mark.parametrize("members", [1, 3])
def test_threads_change_no_number(members: int) -> None:
    X = np.random.default_rng(0).normal(size=(700, 6))
    y = X[:, 0] * X[:, 1] > 0
    shares = [
        TabularClassifier(epochs=3, n_members=members, n_jobs=jobs, random_state=0).fit(X, y).predict_proba(X)
        for jobs in (1, 2, None)
    ]
    assert np.array_equal(shares[0], shares[1])
    assert np.array_equal(shares[0], shares[2])


def test_one_thread_trains_one_member_after_the_other() -> None:
    numbers: list[int] = []
    X = np.random.default_rng(0).normal(size=(60, 2))
    model = TabularRegressor(epochs=4, n_members=3, n_jobs=1, random_state=0)
    model.fit(X, X[:, 0], on_epoch=lambda epoch: numbers.append(epoch.number))
    assert numbers == [1, 2, 3, 4] * 3


@pytest.mark.parametrize(("jobs", "said"), [(0, "n_jobs: 0 threads cannot train"), (1.5, "n_jobs")])
@pytest.mark.parametrize("members", [1, 2])
def test_threads_that_cannot_be(jobs: float, said: str, members: int) -> None:
    with pytest.raises(BacklitError, match=said):
        TabularRegressor(n_jobs=jobs, n_members=members).fit([[0.0], [1.0], [2.0]] * 5, [0.0, 1.0, 2.0] * 5)
