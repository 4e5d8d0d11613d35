"""The target column: tasks, classes, scores."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from backlit.encoding import TargetScaler, encode_classes, infer_task
from backlit.errors import BacklitError, DataError

WORDS = ["b", "a", "b", "c"]
MAKERS: list[Any] = [list, tuple, np.array, lambda y: np.array(y, dtype=object), pd.Series, pl.Series, pa.array]


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("labels", [WORDS, [3, 1, 3, 2], [True, False, True, True], [1.0, 0.0, 1.0, 2.0]])
def test_classes_of_every_origin(make: Any, labels: list[Any]) -> None:
    classes, codes = encode_classes(make(labels))
    expected, places = np.unique(np.array(labels), return_inverse=True)
    assert classes.tolist() == expected.tolist()
    assert codes.dtype == np.int64
    np.testing.assert_array_equal(codes, places)


def test_the_type_of_labels_is_kept() -> None:
    assert encode_classes(np.array(WORDS))[0].dtype == np.dtype("<U1")
    assert encode_classes(np.array(WORDS, dtype=object))[0].dtype == object
    assert encode_classes(np.array([1, 2], dtype=np.int8))[0].dtype == np.int8
    assert encode_classes(pl.Series([1, 2], dtype=pl.UInt16))[0].dtype == np.uint16
    assert encode_classes(np.array([1.0, 2.0], dtype=np.float32))[0].dtype == np.float32
    assert encode_classes([True, False])[0].dtype == bool


@pytest.mark.parametrize(
    "y",
    [
        pd.Series(pd.Categorical(WORDS, categories=["c", "b", "a", "unused"])),
        pl.Series(WORDS, dtype=pl.Categorical),
        pl.Series(WORDS, dtype=pl.Enum(["c", "b", "a", "unused"])),
        pd.Series(WORDS, dtype="string"),
        pd.DataFrame({"y": WORDS}),
        np.array(WORDS)[:, None],
    ],
)
def test_categories_and_single_columns(y: Any) -> None:
    classes, codes = encode_classes(y)
    assert classes.tolist() == ["a", "b", "c"]
    assert codes.tolist() == [1, 0, 1, 2]


def test_nullable_integers_without_nulls() -> None:
    classes, _ = encode_classes(pd.Series([2, 1], dtype="Int64"))
    assert classes.tolist() == [1, 2]


@given(st.lists(st.text(max_size=2), min_size=2).filter(lambda labels: len(set(labels)) > 1))
def test_classes_round_trip(labels: list[str]) -> None:
    classes, codes = encode_classes(labels)
    assert classes[codes].tolist() == labels
    assert classes.tolist() == sorted(set(labels))


@pytest.mark.parametrize(
    ("y", "said"),
    [
        (["a", None, "b", None], "2 missing values .*, the first in row 1; drop or fill"),
        ([1.0, 0.0, float("nan")], "1 missing value .*, the first in row 2"),
        (pd.Series(pd.Categorical(["a", None, "b"])), "the first in row 1"),
        (np.array([1.0, np.inf]), "infinity in row 1"),
        ([1.0, 2.5], "2.5 in row 1, which is no class"),
        (["a", "a"], "one class only .a."),
        ([1, "a"], "mixes values that are no one type .int, str."),
        ([], "0 rows"),
        (np.zeros((4, 2)), "2 target columns"),
        (np.zeros((2, 2, 2)), "3 dimensions"),
        (np.array(3), "0 dimensions"),
        ("text", "is a str"),
        (7, "is a int"),
        ([dt.date(2020, 1, 1), dt.date(2021, 1, 1)], "holds date32"),
    ],
)
def test_bad_classes_are_refused(y: Any, said: str) -> None:
    with pytest.raises(BacklitError, match=said) as caught:
        encode_classes(y)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("y", "task"),
    [
        (WORDS, "classification"),
        ([True, False], "classification"),
        (pd.Series(pd.Categorical([1.5, 2.5])), "classification"),
        ([0, 1] * 3, "classification"),
        ([0.0, 1.0, 2.0] * 5, "classification"),
        (list(range(20)) * 5, "classification"),
        (list(range(21)) * 50, "regression"),
        ([1, 2, 3, 4], "regression"),
        ([0.5, 1.0] * 10, "regression"),
        (np.zeros((4, 2)), "regression"),
    ],
)
def test_tasks(y: Any, task: str) -> None:
    inferred = infer_task(y)
    assert inferred.task == task
    assert inferred.reason


def test_no_task_without_numbers() -> None:
    with pytest.raises(BacklitError, match="no finite number"):
        infer_task([None, None])
    with pytest.raises(BacklitError, match="holds date32"):
        infer_task([dt.date(2020, 1, 1)])


@given(hnp.arrays(np.float64, hnp.array_shapes(min_dims=1, max_dims=2, max_side=6), elements=st.floats(-1e9, 1e9)))
def test_scores_round_trip(y: Any) -> None:
    scaler = TargetScaler.fit(y)
    scores = scaler.scale(y)
    assert scores.shape == y.shape
    np.testing.assert_allclose(scaler.restore(scores), y, rtol=1e-9, atol=1e-3)
    again = TargetScaler.from_state(*scaler.to_state())
    np.testing.assert_array_equal(again.restore(scores), scaler.restore(scores))


def test_scores_are_standard() -> None:
    y = np.array([1.0, 2.0, 6.0])
    np.testing.assert_allclose(TargetScaler.fit(y).scale(y), (y - 3) / np.std(y))
    assert TargetScaler.fit([0.1] * 10).std.tolist() == [1]
    assert TargetScaler.fit([0.1] * 10).scale([0.1]).tolist() == [0]


@pytest.mark.parametrize("scale", [2.0**-1030, 1e-310, 1e-200, 1e-160, 1e150])
def test_scores_do_not_depend_on_the_size_of_numbers(scale: float) -> None:
    y = np.array([[1.0, 5.0], [2.0, 7.0], [6.0, 5.0]])
    scaler = TargetScaler.fit(y * scale)
    np.testing.assert_allclose(scaler.scale(y * scale), TargetScaler.fit(y).scale(y), rtol=1e-9)
    np.testing.assert_allclose(scaler.restore(scaler.scale(y * scale)) / scale, y, rtol=1e-9)
    rates = TargetScaler.fit(y * scale, "poisson")
    np.testing.assert_allclose(rates.scale(y * scale), y / y.mean(axis=0), rtol=1e-9)


def test_the_smallest_numbers_have_scores() -> None:
    y = np.array([0.0, 0.0, 0.0, 5e-324])
    for loss in ("squared", "poisson"):
        scaler = TargetScaler.fit(y, loss)
        assert np.isfinite(scaler.scale(y)).all()
        np.testing.assert_array_equal(scaler.restore(scaler.scale(y)), y)


def test_a_number_too_far_from_those_of_the_fit_is_refused() -> None:
    with pytest.raises(DataError, match=r"the target is 1e\+39 in row 1, too far from .*; drop such rows") as refused:
        TargetScaler.fit([1.0, 3.0]).scale([2.0, 1e39])
    assert refused.value.row == 1


def test_scores_of_frames_of_several_targets() -> None:
    columns = {"a": [1.0, 2.0], "b": [10, 30]}
    expected = [[-1, -1], [1, 1]]
    for frame in (pd.DataFrame(columns), pl.DataFrame(columns), pa.table(columns)):
        assert TargetScaler.fit(frame).scale(frame).tolist() == expected
    with pytest.raises(BacklitError, match="1 targets instead of 2"):
        TargetScaler.fit(pd.DataFrame(columns)).scale([1.0, 2.0])


@pytest.mark.parametrize(
    ("y", "said"),
    [
        ([1.0, None], "1 missing value .*, the first in row 1"),
        ([1.0, float("nan"), None], "2 missing values .*, the first in row 1"),
        ([1.0, 2.0, float("inf")], "in row 2"),
        (["1", "2", "abc"], "the target: 'abc' in row 2 is not a number"),
        ([1e308, -1e308], "too large"),
        (np.array([[1.0, 2.0], [1.0, np.inf]]), "in row 1"),
        ([dt.date(2020, 1, 1)], "the target holds date32"),
        ([], "0 rows"),
    ],
)
def test_bad_numbers_are_refused(y: Any, said: str) -> None:
    with pytest.raises(BacklitError, match=said) as caught:
        TargetScaler.fit(y)
    assert "\n" not in str(caught.value)


def test_what_is_no_column_is_refused_and_any_sequence_is_one() -> None:
    np.testing.assert_array_equal(TargetScaler.fit(range(3)).mean, [1.0])
    with pytest.raises(BacklitError, match=r"the target is a builtins\.set, which is no column"):
        TargetScaler.fit({1.0, 2.0})
