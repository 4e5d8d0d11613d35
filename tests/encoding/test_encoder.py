"""A raw table becomes a finite float32 matrix, the same one from every library."""

from __future__ import annotations

import datetime as dt
import decimal
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backlit.encoding import FrameEncoder, fit_encoder
from backlit.encoding.columns import BLOCKS, OUTPUT_NAMES
from backlit.encoding.scaling import robust_affine, smooth_clip
from backlit.errors import BacklitError, DataWarning

LIBRARIES: dict[str, Callable[[dict[str, list[Any]]], Any]] = {
    "pandas": pd.DataFrame,
    "pandas objects": lambda columns: pd.DataFrame(columns).astype(object),
    "polars": lambda columns: pl.DataFrame(columns, strict=False),
    "polars lazy": lambda columns: pl.LazyFrame(columns, strict=False),
    "pyarrow": pa.table,
    "numpy objects": lambda columns: np.array([[*row] for row in zip(*columns.values(), strict=True)], dtype=object),
    "rows": lambda columns: [list(row) for row in zip(*columns.values(), strict=True)],
}
PEOPLE: dict[str, list[Any]] = {
    "age": [20, 30, None, 50, 60],
    "pay": [1.5, float("inf"), 2.5, None, -4.0],
    "job": ["cook", "smith", "cook", None, "judge"],
    "sex": ["f", "m", "m", None, "f"],
    "member": [True, False, None, True, True],
    "since": [dt.date(2020, 1, 31), dt.date(2021, 6, 1), None, dt.date(2024, 2, 29), dt.date(1960, 1, 1)],
    "seen": [dt.datetime(2020, 1, day, 3 * day) for day in range(1, 6)],
    "zip": ["101", "202", "303", " 404", None],
    "same": [1, 1, 1, 1, 1],
    "void": [None] * 5,
}


def encoded(frame: Any, **options: Any) -> Any:
    return fit_encoder(frame, **options).encode(frame)


@pytest.mark.parametrize("library", LIBRARIES)
def test_every_library_gives_the_same_matrix(library: str) -> None:
    expected = encoded(pa.table(PEOPLE))
    frame = LIBRARIES[library](PEOPLE)
    encoder = fit_encoder(frame)
    matrix = encoder.encode(frame)
    np.testing.assert_array_equal(matrix, expected)
    assert matrix.dtype == np.float32
    assert matrix.flags.c_contiguous
    assert np.isfinite(matrix).all()
    assert matrix.shape == (5, encoder.n_outputs) == (5, len(encoder.feature_names_out))
    assert list(encoder.dropped.values()) == ["constant", "every cell is missing"]


def test_every_kind_of_block_has_names_and_raw_outputs() -> None:
    assert BLOCKS.keys() == OUTPUT_NAMES.keys()


def test_numbers_are_scaled_as_realmlp_does() -> None:
    x = np.array([3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0])
    q25, median, q75 = np.quantile(x, [0.25, 0.5, 0.75])
    scaled = (x - median) / (q75 - q25)
    expected = scaled / np.sqrt(1 + (scaled / 3) ** 2)
    np.testing.assert_allclose(encoded(x[:, None])[:, 0], expected, rtol=1e-6)


def test_a_column_that_is_nearly_always_the_same_is_scaled_by_its_range() -> None:
    x = np.array([7.0] * 9 + [11.0])
    np.testing.assert_allclose(encoded(x[:, None])[:, 0], smooth_clip((x - 7) * 2 / 4), rtol=1e-6)


def test_steps_climb_from_one_quantile_to_the_next() -> None:
    x = np.array([0.0, 1.0, 2.0, 4.0, 8.0])
    encoder = fit_encoder(pd.DataFrame({"x": x}), steps=4)
    assert encoder.feature_names_out == ("x", "x step 1", "x step 2", "x step 3", "x step 4")
    raw = BLOCKS["steps"](
        encoder.columns[0], encoder.blocks[1], encoder.columns[0].read(pa.array([-1.0, 3.0, 6.0, 99.0]))
    )
    np.testing.assert_array_equal(raw, [[0, 0, 0, 0], [1, 1, 0.5, 0], [1, 1, 1, 0.5], [1, 1, 1, 1]])
    missing = encoder.encode(pd.DataFrame({"x": [None, 2.0]}))
    np.testing.assert_array_equal(missing[0], np.zeros(5))


def test_steps_are_fewer_where_columns_or_rows_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = np.random.default_rng(0).normal(size=(50, 40))
    assert fit_encoder(wide, steps=32, step_budget=512).n_outputs == 40 * (1 + 12)
    assert fit_encoder(wide, steps=32, step_budget=100).n_outputs == 40
    monkeypatch.setattr("backlit.encoding.fitting_table.MAX_NUMBERS", 50 * 40 * 5)
    assert fit_encoder(wide, steps=32, step_budget=512).n_outputs == 40 * (1 + 5)
    often = np.array([0.0] * 30 + [1.0] * 20)[:, None]
    assert fit_encoder(often, steps=32).n_outputs == 1  # one step would say what the number says


def test_missing_is_zero_with_an_indicator_and_infinity_the_largest_seen() -> None:
    encoder = fit_encoder(pd.DataFrame({"x": [0.0, 1.0, 2.0, 3.0, None, np.inf]}))
    assert encoder.feature_names_out == ("x", "x is missing")
    found = encoder.encode(pd.DataFrame({"x": [None, np.inf, -np.inf, 3.0, 0.0, 1e300]}))
    assert found[0, 0] == 0
    assert found[0, 1] > found[1, 1] == found[2, 1]
    assert found[1, 0] == found[3, 0]
    assert found[2, 0] == found[4, 0]
    assert found[5, 0] == pytest.approx(3)


def test_onehot_is_plain_or_scaled() -> None:
    jobs = ["a", "b", "c", "a", None, "a", "a", "a"]
    frame = pd.DataFrame({"job": jobs})
    plain = encoded(frame, scale_onehot=False)
    expected = np.array([[job == "a", job == "b", job == "c", job is None] for job in jobs], dtype=float)
    np.testing.assert_array_equal(plain, expected)
    for j, output in enumerate(encoded(frame).T):
        center, factor = robust_affine(expected[:, j])
        np.testing.assert_allclose(output, smooth_clip((expected[:, j] - center) * factor), rtol=1e-6)


def test_two_categories_and_booleans_are_minus_and_plus_one() -> None:
    frame = pd.DataFrame({"sex": ["f", "m", None], "member": [True, False, None]})
    encoder = fit_encoder(frame, scale_onehot=False)
    assert encoder.feature_names_out == ("sex=m", "member=true")
    np.testing.assert_array_equal(encoder.encode(frame), [[-1, 1], [1, -1], [0, 0]])
    other = pd.DataFrame({"sex": ["x", "m"], "member": [1, 0]})
    np.testing.assert_array_equal(encoder.encode(other), [[0, 1], [1, -1]])


def test_many_categories_are_bounded() -> None:
    words = ["a"] * 5 + ["b"] * 4 + ["c"] * 3 + ["d"] * 2 + ["once"] + [None]
    seen_twice = fit_encoder(pd.DataFrame({"w": words}), max_onehot=2)
    assert seen_twice.feature_names_out[:5] == ("w=a", "w=b", "w=c", "w=d", "w is other")
    encoder = fit_encoder(pd.DataFrame({"w": words}), max_onehot=2, onehot_budget=2, scale_onehot=False)
    assert encoder.feature_names_out == ("w=a", "w=b", "w is other", "w frequency", "w is missing")
    found = encoder.encode(pd.DataFrame({"w": ["a", "c", "once", "unseen", None]}))
    own = np.delete(found, 3, axis=1)
    np.testing.assert_array_equal(own, [[1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 1, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
    frequency = found[:, 3]
    assert frequency[0] > frequency[1] > frequency[2] == frequency[3]
    assert frequency[4] == 0


@pytest.mark.slow
def test_a_hundred_thousand_categories_are_bounded_and_all_different_ones_left_out() -> None:
    ids = np.arange(200_000)
    frame = pl.DataFrame({"id": [f"k{i}" for i in ids], "half": [f"k{i // 2}" for i in ids], "x": ids % 7})
    encoder = fit_encoder(frame)
    assert encoder.dropped == {"id": "every value is different"}
    assert encoder.n_outputs == 2**27 // len(ids) + len(["other", "frequency", "x"])
    assert len(json.dumps(encoder.to_state()[0])) < 300_000


@pytest.mark.slow
def test_columns_of_many_categories_share_their_outputs() -> None:
    chance = np.random.default_rng(0)
    frame = pd.DataFrame({name: chance.integers(0, n, 9_000).astype(str) for name, n in (("a", 50), ("b", 400))})
    frame = frame.map("c{}".format)
    frame["c"] = [f"k{number // 9}" for number in range(9_000)]  # a thousand
    widths = {block.column: block.width for block in fit_encoder(frame).blocks if block.kind == "onehot"}
    assert widths == {"a": 50, "b": 400, "c": 1_024 - 450}
    few = {
        block.column: block.width for block in fit_encoder(frame, onehot_budget=200).blocks if block.kind == "onehot"
    }
    assert few == {"a": 50, "b": 75, "c": 75}
    again = FrameEncoder.from_state(*fit_encoder(frame).to_state())
    np.testing.assert_array_equal(again.encode(frame[:50]), fit_encoder(frame).encode(frame[:50]))
    assert (fit_encoder(frame).encode(frame)[:, :1_024].sum(axis=1) != 0).all()


def test_parts_are_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = pd.DataFrame({"x": [0.0, 1.0, None, 3.0, np.inf] * 20, "job": ["a", "b", "c", None, "a"] * 20})
    encoder = fit_encoder(frame)
    whole = encoder.encode(frame)
    monkeypatch.setattr("backlit.encoding.encoder.PART_NUMBERS", 7 * encoder.n_outputs)
    parts = list(encoder.parts(frame))
    assert [len(part) for part in parts] == [7] * 14 + [2]
    np.testing.assert_array_equal(np.concatenate(parts), whole)


def test_unseen_categories_are_zeros() -> None:
    encoder = fit_encoder(pd.DataFrame({"job": ["a", "b", "c"] * 5}), scale_onehot=False)
    with pytest.warns(DataWarning, match="column 'job': no cell is a category that training saw, such as 'z' in row 0"):
        np.testing.assert_array_equal(encoder.encode(pd.DataFrame({"job": ["z", None]})), np.zeros((2, 3)))


def test_text_of_numbers_and_dates_is_read_as_such_only_if_all_of_it_is() -> None:
    frame = pd.DataFrame({
        "n": ["1", "2.5", " +3 ", ""], "d": ["2024-01-01", "2024-06-01 12:00", None, "2023-01-01"],
        "c": ["1", "2", "x", "x"],
    })  # fmt: skip
    kinds = {column.name: column.kind for column in fit_encoder(frame).columns}
    assert kinds == {"n": "numeric", "d": "datetime", "c": "category"}


def test_categories_of_numbers_stay_categories_and_match_them_later() -> None:
    frame = pd.DataFrame({"c": pd.Categorical([1, 2, 3, 1])})
    encoder = fit_encoder(frame, scale_onehot=False)
    assert encoder.text_columns == ("c",)
    for later in ([3, 1], [3.0, 1.0], ["3", "1"], pd.Categorical([3, 1])):
        np.testing.assert_array_equal(encoder.encode(pd.DataFrame({"c": later})), [[0, 0, 1], [1, 0, 0]])


def test_polars_enums_and_categoricals() -> None:
    words = ["b", "a", None, "c"]
    expected = encoded(pl.DataFrame({"w": words}))
    for kind in (pl.Categorical, pl.Enum(["c", "b", "a"])):
        np.testing.assert_array_equal(encoded(pl.DataFrame({"w": pl.Series(words, dtype=kind)})), expected)


def test_calendar_parts() -> None:
    days = [dt.datetime(2024, 1, 1), dt.datetime(2024, 7, 2, 6), dt.datetime(1969, 4, 6, 12), None]
    encoder = fit_encoder(pd.DataFrame({"t": days}))
    parts = [block.categories for block in encoder.blocks if block.kind == "calendar"]
    raw = {}
    reading = encoder.columns[0].read(pa.array(days, pa.timestamp("us")))
    for block in encoder.blocks:
        if block.kind == "calendar":
            raw[block.categories[0]] = BLOCKS["calendar"](encoder.columns[0], block, reading)[:3, 0]
    assert len(parts) == 8
    assert raw["year"].tolist() == [2024, 2024, 1969]
    np.testing.assert_allclose(raw["month sin"], np.sin(2 * np.pi * np.array([0, 6, 3]) / 12), atol=1e-12)
    np.testing.assert_allclose(raw["weekday cos"], np.cos(2 * np.pi * np.array([0, 1, 6]) / 7), atol=1e-12)
    np.testing.assert_allclose(raw["hour cos"], [1, 0, -1], atol=1e-12)
    assert raw["seconds"][0] == pd.Timestamp("2024-01-01").timestamp()


def test_units_and_zones_of_time_do_not_matter() -> None:
    times = pd.Series(pd.date_range("2020-01-01", periods=5, freq="31h"))
    expected = encoded(pd.DataFrame({"t": times}))
    for unit in ("s", "ms", "us", "ns"):
        np.testing.assert_array_equal(encoded(pd.DataFrame({"t": times.astype(f"datetime64[{unit}]")})), expected)
    zoned = times.dt.tz_localize("UTC").dt.tz_convert("Asia/Seoul")
    np.testing.assert_array_equal(encoded(pd.DataFrame({"t": zoned})), expected)


AT = [dt.datetime(2024, 1, 1, hour) for hour in range(5)]
ZONED = [at.replace(tzinfo=dt.timezone(dt.timedelta(hours=9))) for at in AT]


@pytest.mark.parametrize(
    ("learnt", "later", "said"),
    [
        (AT, ZONED, "holds timestamp.*tz.* where dates without a time zone are needed"),
        (ZONED, AT, "holds timestamp.* where times with a time zone are needed"),
        (ZONED, [str(at) for at in AT], "'2024-01-01 00:00:00' in row 0 is not a time with its zone"),
        (AT, [str(at) for at in ZONED], "in row 0 is not a date"),
        (AT, [*AT[:4], ZONED[4]], "mixes times with and without a time zone"),
    ],
)
def test_a_clock_with_a_zone_is_not_one_without(learnt: list[Any], later: list[Any], said: str) -> None:
    encoder = fit_encoder(pd.DataFrame({"t": learnt}))
    with pytest.raises(BacklitError, match=f"column 't'.*{said}"):
        encoder.encode(pd.DataFrame({"t": pd.Series(later, dtype=object)}))


def test_text_of_times_with_zones_is_read_as_such() -> None:
    np.testing.assert_array_equal(
        encoded(pd.DataFrame({"t": [str(at) for at in ZONED]})), encoded(pd.DataFrame({"t": ZONED}))
    )


def test_times_durations_and_decimals() -> None:
    frame = pa.table({
        "time": [dt.time(1), dt.time(2), None, dt.time(23)], "span": [dt.timedelta(hours=h) for h in (1, 2, 3, 9)],
        "price": [decimal.Decimal(n) / 4 for n in (1, 2, 3, 9)],
    })  # fmt: skip
    encoder = fit_encoder(frame)
    assert [column.kind for column in encoder.columns] == ["time", "duration", "numeric"]
    matrix = encoder.encode(frame)
    span, price = (matrix[:, encoder.feature_names_out.index(name)] for name in ("span", "price"))
    np.testing.assert_allclose(price, span, rtol=1e-6)


def test_mixed_objects_become_text() -> None:
    frame = pd.DataFrame({"m": [1, "a", 2.5, None, True, "a"]}, dtype=object)
    encoder = fit_encoder(frame)
    assert encoder.columns[0].categories == ("1", "2.5", "True", "a")


def test_sparse_columns_of_pandas_are_dense_ones() -> None:
    frame = pd.DataFrame({"s": [0.0, 1.0, 0.0, 3.0]})
    np.testing.assert_array_equal(encoded(frame.astype(pd.SparseDtype(float, 0.0))), encoded(frame))


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
def test_columns_are_found_by_name(library: str) -> None:
    make = LIBRARIES[library]
    encoder = fit_encoder(make(PEOPLE))
    turned = {name: PEOPLE[name] for name in reversed(PEOPLE)} | {"extra": [0] * 5}
    np.testing.assert_array_equal(encoder.encode(make(turned)), encoder.encode(make(PEOPLE)))
    less = {name: cells for name, cells in PEOPLE.items() if name != "job"}
    with pytest.raises(BacklitError, match="column 'job' is missing; add it"):
        encoder.encode(make(less))
    needed = {name: cells for name, cells in PEOPLE.items() if name not in encoder.dropped}
    np.testing.assert_array_equal(encoder.encode(make(needed)), encoder.encode(make(PEOPLE)))


@pytest.mark.parametrize(
    ("column", "cells", "said"),
    [
        ("age", ["1", "2", None, "abc", "x"], "column 'age': 'abc' in row 3 is not a number; mend the cell"),
        ("age", ["1", "2", "3", "4", "y" * 99], "row 4 is not a number"),
        ("age", [dt.date(2020, 1, 1)] * 5, "column 'age' holds date32.* where numbers are needed"),
        ("since", ["2020-01-01", "soon", "", "", ""], "column 'since': 'soon' in row 1 is not a date"),
        ("since", [1, 2, 3, 4, 5], "column 'since' holds int64 where dates without a time zone"),
        ("job", [dt.date(2020, 1, 1)] * 5, "column 'job' holds date32.* where labels are needed"),
        ("job", [["cook"]] * 5, "column 'job' holds .*list"),
    ],
)
def test_cells_that_do_not_fit_are_named(column: str, cells: list[Any], said: str) -> None:
    encoder = fit_encoder(pl.DataFrame(PEOPLE))
    with pytest.raises(BacklitError, match=said) as caught:
        encoder.encode(pl.DataFrame({**PEOPLE, column: cells}))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (np.zeros(3), "1 dimensions"),
        (np.zeros((0, 3)), "0 rows"),
        (np.zeros((3, 0)), "no columns: 0 feature"),
        (np.zeros((3, 2)), "no column can be learnt from .*'x.0.': constant"),
        (pd.DataFrame({"a": [1, 2]}).iloc[:0], "0 rows"),
        (pd.DataFrame(), "no columns: 0 feature"),
        (pd.DataFrame([[1, 2], [3, 4]], columns=["a", "a"]), "more than one column is named 'a'"),
        (pa.table([[1], [2]], names=["a", "a"]), "more than one column is named 'a'"),
        (pd.DataFrame({1: [1, 2], "1": [3, 4]}), "same as text"),
        (pl.DataFrame({"a": [None, None], "b": [1, 1]}), "'a': every cell is missing"),
        (pl.DataFrame({"a": [[1], [2]]}), "column 'a' holds .*list"),
        (pd.DataFrame({"a": [1 + 2j, 2j]}), "column 'a' cannot be read"),
        (pd.DataFrame({"a": [b"\xff", b"b"]}), "column 'a' cannot be read"),
        ([[1, 2], [3]], "rows are not lists of one length"),
        ([1, 2], "rows are not lists"),
        ([], "0 rows"),
        ("text", "is not a table"),
        (pd.Series([1, 2]), "is not a table"),
        (None, "is not a table"),
    ],
)
def test_what_is_no_usable_table_is_refused(frame: Any, said: str) -> None:
    with pytest.raises(BacklitError, match=said) as caught:
        fit_encoder(frame)
    assert "\n" not in str(caught.value)


def test_a_matrix_of_another_width_is_refused() -> None:
    encoder = fit_encoder(np.arange(6.0).reshape(3, 2))
    with pytest.raises(BacklitError, match="has 3 features, but it is expecting 2"):
        encoder.encode(np.zeros((1, 3)))
    with pytest.raises(BacklitError, match="0 rows"):
        encoder.encode(np.zeros((0, 2)))


def test_numbers_as_column_names() -> None:
    matrix = np.arange(6.0).reshape(3, 2)
    encoder = fit_encoder(pd.DataFrame(matrix))
    assert encoder.feature_names_in == ("0", "1")
    np.testing.assert_array_equal(encoder.encode(matrix), encoded(matrix))


@pytest.mark.parametrize("bad", [-1, 1.5, True, "3"])
def test_options_are_checked(bad: Any) -> None:
    with pytest.raises(BacklitError, match="max_onehot"):
        fit_encoder(np.arange(4.0).reshape(2, 2), max_onehot=bad)


def test_state_goes_through_json_and_back() -> None:
    frame = pa.table(PEOPLE)
    for options in ({}, {"max_onehot": 1}, {"scale_onehot": False}, {"steps": 4}):
        encoder = fit_encoder(frame, **options)
        state, arrays = encoder.to_state()
        again = FrameEncoder.from_state(json.loads(json.dumps(state, allow_nan=False)), arrays)
        assert again.columns == encoder.columns
        assert again.feature_names_out == encoder.feature_names_out
        np.testing.assert_array_equal(again.encode(frame), encoder.encode(frame))


def test_a_damaged_state_is_refused() -> None:
    state, arrays = fit_encoder(pa.table(PEOPLE)).to_state()
    for bad in (
        {**state, "columns": state["columns"][1:]},
        {**state, "columns": [{"name": "a"}]},
        {**state, "options": {"eval": 1}},
        {},
    ):
        with pytest.raises(BacklitError, match="encoder is damaged"):
            FrameEncoder.from_state(bad, arrays)
    with pytest.raises(BacklitError, match="encoder is damaged"):
        FrameEncoder.from_state(state, {**arrays, "factor": arrays["factor"][:1]})


CELL = st.none() | st.floats(width=64) | st.integers(-(2**62), 2**62) | st.booleans() | st.text(max_size=3)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:column .* no cell is a category")
@settings(max_examples=80, deadline=None)
@given(
    rows=st.lists(st.tuples(st.floats(), CELL, st.none() | st.text(max_size=2)), min_size=1, max_size=12),
    later=st.lists(st.tuples(st.none() | st.floats(), CELL, st.none() | st.text(max_size=2)), min_size=1, max_size=5),
    max_onehot=st.integers(0, 4),
    steps=st.sampled_from([0, 4, 32]),
)
def test_any_table_is_finite_and_bounded_or_refused(rows: Any, later: Any, max_onehot: int, steps: int) -> None:
    rows = [list(row) for row in rows]
    try:
        encoder = fit_encoder(rows, max_onehot=max_onehot, steps=steps)
    except BacklitError:
        return
    matrix = encoder.encode(rows)
    assert np.abs(matrix).max() <= 3
    for first in range(len(rows)):
        np.testing.assert_array_equal(encoder.encode([*rows[first:], *rows[:first]])[0], matrix[first])
    try:
        found = encoder.encode([list(row) for row in later])
    except BacklitError:
        return
    assert np.isfinite(found).all()
