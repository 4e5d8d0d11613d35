"""What the drop-ins take and refuse: times and records by name; numbers in objects are taken."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import backlit
from backlit.errors import BacklitError

SIZES = np.linspace(1.0, 99.0, 60)
SCALED = (SIZES - 50) / 30
ROWS = SCALED[:, None]
LABELS = np.where(SIZES > 50, "L", "S")
TARGETS = 3 * SIZES
DAYS = pd.Timestamp("2020") + pd.to_timedelta(SIZES, unit="D")


def classifier() -> backlit.MLPClassifier:
    return backlit.MLPClassifier((4,), "tanh", solver="lbfgs", max_iter=500, random_state=0)


def regressor() -> backlit.MLPRegressor:
    return backlit.MLPRegressor(hidden_layer_sizes=(4,), solver="lbfgs", max_iter=500, alpha=0.1, random_state=0)


TIMES = {
    "moments": pd.DataFrame({"d": DAYS}),
    "moments with a zone": pd.DataFrame({"d": DAYS.tz_localize("UTC")}),
    "spans": pd.DataFrame({"d": DAYS - DAYS[0]}),
    "periods": pd.DataFrame({"d": DAYS.to_period("D")}),
    "periods as objects": pd.DataFrame({"d": DAYS.to_period("D").astype(object)}),
    "objects": pd.DataFrame({"d": DAYS.astype(object)}),
    "dates": pd.DataFrame({"d": DAYS.date}),
    "times of the day": pd.DataFrame({"d": DAYS.time}),
    "dates of Arrow": pd.DataFrame({"d": pd.Series(DAYS.date, dtype=pd.ArrowDtype(pa.date32()))}),
    "spans of Arrow": pd.DataFrame({"d": pd.Series(DAYS - DAYS[0], dtype="duration[us][pyarrow]")}),
    "categories": pd.DataFrame({"d": pd.Categorical(DAYS)}),
    "intervals": pd.DataFrame({"d": pd.IntervalIndex.from_breaks(range(61))}),
    "cut": pd.DataFrame({"d": pd.cut(SIZES, 3)}),
    "one column among numbers": pd.DataFrame({"s": SIZES, "d": DAYS}),
    "polars": pl.DataFrame({"d": np.array(DAYS)}),
    "Arrow": pa.table({"d": np.array(DAYS)}),
    "array": np.array(DAYS)[:, None],
    "array of spans": np.array(DAYS - DAYS[0])[:, None],
    "array of objects": np.array(DAYS.astype(object))[:, None],
    "list": [[day] for day in DAYS],
    "list of NumPy's": [[day] for day in np.array(DAYS)],
    "list of spans": [[dt.timedelta(days=1)]] * 60,
}


def test_two_columns_of_one_name_are_refused_by_that_name() -> None:
    twice = pd.DataFrame(np.c_[SCALED, SCALED, SCALED], columns=["a", "b", "a"])
    for model, target in ((classifier(), LABELS), (regressor(), TARGETS)):
        with pytest.raises(BacklitError, match="more than one column is named 'a'; rename or drop all but one"):
            model.fit(twice, target)
        model.fit(twice.to_numpy(), target)
        with pytest.raises(BacklitError, match="more than one column is named 'a'"):
            model.predict(twice)


@pytest.mark.parametrize("rows", TIMES.values(), ids=TIMES)
def test_times_are_refused_by_name_at_fit_and_at_predict(rows: Any) -> None:
    name = "d" if hasattr(rows, "columns") else r"x\[0\]"
    said = f"column '{name}' holds .*, and this model takes numbers; take Tabular{{}}, or convert the column"
    with pytest.raises(BacklitError, match=said.format("Classifier")):
        classifier().fit(rows, LABELS)
    with pytest.raises(BacklitError, match=said.format("Regressor")):
        regressor().fit(rows, TARGETS)
    with pytest.raises(BacklitError, match=said.format("Classifier")):
        backlit.MLPClassifier((4,)).partial_fit(rows, LABELS, classes=["L", "S"])
    model = classifier().fit(ROWS, LABELS)
    for method in (model.predict, model.predict_proba, model.importance, model.contributions):
        with pytest.raises(BacklitError, match=said.format("Classifier")):
            method(rows)
    with pytest.raises(BacklitError, match=said.format("Regressor")):
        backlit.MLPRegressor(hidden_layer_sizes=(2,)).fit(ROWS, TARGETS, X_val=rows, y_val=TARGETS)


def test_a_row_for_a_trace_is_no_time() -> None:
    with pytest.raises(BacklitError, match="holds times"):
        classifier().fit(ROWS, LABELS).as_network_row([np.datetime64("2020")], "L")


@pytest.mark.parametrize(
    "values",
    [
        TARGETS.astype(object),
        np.array([Decimal(str(value)) for value in TARGETS]),
        [Decimal(str(value)) for value in TARGETS],
        TARGETS.astype(">f8"),
        TARGETS.astype(np.longdouble),
        TARGETS.astype(np.longdouble).astype(object),
        pd.array(TARGETS, dtype="Float64"),
        pd.Categorical(TARGETS),
        pd.Index(TARGETS),
        pl.Series(TARGETS),
        pa.array(TARGETS),
        pd.arrays.SparseArray(TARGETS),
    ],
)
def test_targets_of_numbers_of_every_container_train_the_same_model(values: Any) -> None:
    expected = regressor().fit(ROWS, TARGETS)
    model = regressor().fit(ROWS, values)
    np.testing.assert_array_equal(model.theta_, expected.theta_)
    assert model.score(ROWS, values) == expected.score(ROWS, TARGETS)


def test_several_targets_in_objects_and_wide_integers_are_numbers() -> None:
    both = np.column_stack([TARGETS, -TARGETS])
    np.testing.assert_array_equal(regressor().fit(ROWS, both.astype(object)).theta_, regressor().fit(ROWS, both).theta_)
    wide = pl.Series(range(60), dtype=pl.Int128)
    expected = regressor().fit(ROWS, np.arange(60.0))
    np.testing.assert_array_equal(regressor().fit(ROWS, wide).theta_, expected.theta_)
    rows = pl.DataFrame({"s": wide}), np.arange(60.0)[:, None]
    first, second = (regressor().fit(given, TARGETS).predict(given) for given in rows)
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize(
    "values",
    [np.array(DAYS), DAYS - DAYS[0], pd.Series(DAYS.to_period("D")), np.array(DAYS.astype(object)), list(DAYS.date)],
)
def test_times_as_targets_of_a_regression_are_refused(values: Any) -> None:
    with pytest.raises(BacklitError, match=r"y: the target holds .*, and a regression needs numbers; convert it"):
        regressor().fit(ROWS, values)


@pytest.mark.parametrize("rows", [ROWS.astype(object),
                                  pd.DataFrame({"s": [Decimal(str(size)) for size in SCALED]}),
                                  ROWS.astype(">f8"), ROWS.astype(np.longdouble),
                                  pd.DataFrame({"s": pd.Categorical(SCALED)}),
                                  pl.DataFrame({"s": SCALED}), pa.table({"s": SCALED})])  # fmt: skip
def test_rows_of_numbers_of_every_container_train_the_same_model(rows: Any) -> None:
    np.testing.assert_array_equal(classifier().fit(rows, LABELS).theta_, classifier().fit(ROWS, LABELS).theta_)


def test_records_are_refused_by_name() -> None:
    records = pd.DataFrame({"s": SIZES}).to_records(index=False)
    for rows in (records, list(records)):
        with pytest.raises(BacklitError, match=r"X: records .* pd.DataFrame"):
            classifier().fit(rows, LABELS)


CODES = (SIZES > 50).astype(int)


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        (CODES.astype(object), [0, 1]),
        (CODES.astype(bool).astype(object), [False, True]),
        ([Decimal(int(code)) for code in CODES], [0, 1]),
        (pd.cut(SIZES, [0, 50, 100]), ["(0, 50]", "(50, 100]"]),
        (pd.Series(pd.cut(SIZES, [0, 50, 100])), ["(0, 50]", "(50, 100]"]),
        (pd.Categorical([1 if code else "a" for code in CODES]), ["1", "a"]),
        (pd.PeriodIndex(np.where(CODES, "2021-01", "2020-01"), freq="M"), ["2020-01", "2021-01"]),
        (pd.Series(LABELS).values, ["L", "S"]),
        (pl.Series(CODES.tolist(), dtype=pl.Int128), [0, 1]),
        (LABELS.astype("S"), ["L", "S"]),
        (LABELS.astype(object), ["L", "S"]),
    ],
)
def test_labels_of_every_container_are_classes(labels: Any, classes: list[Any]) -> None:
    model = classifier().fit(ROWS, labels)
    assert model.classes_.tolist() == classes
    assert model.score(ROWS, labels) > 0.95
