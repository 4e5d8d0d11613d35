"""Whatever pandas, polars, NumPy and Arrow give out for a column is read by what it means, or refused by name."""

from __future__ import annotations

import datetime as dt
import io
import subprocess
import sys
import uuid
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from backlit.encoding import encode_classes, fit_encoder, read_frame
from backlit.encoding.cells import numbers, texts, timestamps
from backlit.encoding.conversion import to_cells
from backlit.errors import BacklitError, DataError

WHAT = "column 'x'"
NUMBERS = [1.0, 2.0, 30.0, 4.0]
WORDS = ["a", "b", "a", None]


@pytest.mark.parametrize(
    "values",
    [
        *(np.array(NUMBERS).astype(kind) for kind in (">f8", ">f4", ">f2", ">i8", ">i4", ">u2", "i1", np.longdouble)),
        np.array(NUMBERS).astype(np.longdouble).astype(object),
        np.array(NUMBERS, dtype=object),
        [Decimal("1.00"), Decimal(2), 30, 4.0],
        [Fraction(1), Fraction(2), Fraction(30), Fraction(4)],
        [Decimal(1), Decimal("NaN"), Decimal(30), Decimal(4)],
        [np.float32(1), np.int8(2), np.longdouble(30), 4],
        np.ma.array(NUMBERS, mask=[False, False, False, False]),
        np.array(NUMBERS, dtype=object).reshape(2, 2).ravel(),
        pd.Series(NUMBERS).values,
        pd.Series(NUMBERS).array,
        pd.Series(np.array(NUMBERS).astype(">f8")),
        pd.Series(np.array(NUMBERS).astype(np.longdouble)),
        pd.Series(NUMBERS, dtype="Int64").values,
        pd.Series(NUMBERS, dtype="Float32").array,
        pd.Series(NUMBERS, dtype="double[pyarrow]").values,
        pd.Index(NUMBERS),
        pd.RangeIndex(4) ** 2 + 0.5,
        pd.Categorical(NUMBERS),
        pd.CategoricalIndex(NUMBERS),
        pd.arrays.SparseArray(NUMBERS),
        pl.Series([1, 2, 30, 4], dtype=pl.Int128),
        pl.Series([Decimal("1.0"), Decimal(2), Decimal(30), Decimal(4)]),
        pa.array([1, 2, 30, 4], pa.decimal128(20, 3)),
        pa.chunked_array([[1, 2], [30, 4]]),
        (1, 2, 30, 4),
        range(1, 5),
    ],
)
def test_numbers_of_every_container_are_numbers(values: Any) -> None:
    cells = numbers(to_cells(values, WHAT), WHAT)
    expected = [float(value) for value in values] if not isinstance(values, pa.Array | pa.ChunkedArray) else NUMBERS
    np.testing.assert_array_equal(cells, np.array(expected))


@pytest.mark.parametrize(
    "values",
    [
        pd.Series(WORDS).values,
        pd.Series(WORDS, dtype=object).values,
        pd.Series(WORDS, dtype="string").array,
        pd.Series(WORDS, dtype="category").values,
        pd.Series(WORDS, dtype="category"),
        pd.Index(WORDS),
        pd.Series(WORDS, dtype=pd.ArrowDtype(pa.large_string())).values,
        pl.Series(WORDS, dtype=pl.Categorical),
        pl.Series(WORDS, dtype=pl.Enum(["a", "b"])),
        pa.array(WORDS, pa.string_view()),
        pa.array([None if word is None else word.encode() for word in WORDS], pa.binary(1)),
        np.array([b"a", "b", "a", None], dtype=object),
        pa.array(WORDS).dictionary_encode(),
    ],
)
def test_text_of_every_container_is_text(values: Any) -> None:
    assert texts(to_cells(values, WHAT), WHAT).to_pylist() == WORDS


def test_fixed_width_text_of_numpy_in_any_byte_order_is_text() -> None:
    for values in (
        np.array(["a", "bc"], ">U2"),
        np.array([b"a", b"bc"]),
        np.array(["a", "bc"], np.dtypes.StringDType()),
    ):
        assert texts(to_cells(values, WHAT), WHAT).to_pylist() == ["a", "bc"]


DAY = dt.datetime(2020, 3, 1)
SECONDS = [DAY.replace(tzinfo=dt.UTC).timestamp(), np.nan]


@pytest.mark.parametrize(
    "values",
    [
        *(
            np.array([DAY, "NaT"], f"{order}M8[{unit}]")
            for order in "<>"
            for unit in ("M", "D", "h", "m", "s", "ms", "ns")
        ),
        np.array([DAY, "NaT"], "M8[25s]"),
        [np.datetime64("2020-03-01"), None],
        [np.datetime64("2020-03"), np.datetime64("NaT")],
        np.array([np.datetime64("2020-03-01"), None], dtype=object),
        [dt.date(2020, 3, 1), None],
        [pd.Timestamp(DAY), pd.NaT],
        pd.Series([DAY, None]).values,
        pd.Series([DAY, None]).array,
        pd.DatetimeIndex([DAY, None]),
        pd.PeriodIndex(["2020-03", None], freq="M"),
        pd.PeriodIndex(["2020-03-01", None], freq="D").array,
        pd.Series(pd.PeriodIndex(["2020-03", None], freq="M")),
        [pd.Period("2020-03", "M"), None],
        [pd.Period("2020-03", "M"), pd.NaT],
        pd.Categorical([DAY, None]),
        pa.array(pd.Series(pd.PeriodIndex(["2020-03", None], freq="M"))),
        pa.chunked_array([pa.array(pd.Series(pd.PeriodIndex(["2020-03", None], freq="M")))]),
        pl.Series([DAY, None], dtype=pl.Datetime("ns")),
        pl.Series([DAY.date(), None]),
    ],
)
def test_moments_and_periods_are_times(values: Any) -> None:
    np.testing.assert_array_equal(timestamps(to_cells(values, WHAT), WHAT), SECONDS)


def test_a_date_among_date_times_is_its_midnight_and_times_keep_their_hours() -> None:
    for values in ([DAY.date(), DAY.replace(hour=5)], [DAY.replace(hour=5), DAY.date()]):
        assert sorted(timestamps(to_cells(values, WHAT), WHAT) - SECONDS[0]) == [0.0, 5 * 3600.0]


@pytest.mark.parametrize("cut", [pd.cut, pd.qcut])
def test_intervals_are_categories(cut: Any) -> None:
    column = cut(np.arange(1.0, 9.0), 4)
    expected = [str(interval) for interval in column]
    containers = (column, pd.Series(column), pd.Series(column.astype(object)), pd.IntervalIndex(list(column)),
                  pd.IntervalIndex(list(column)).array, pa.array(pd.Series(column)), list(column))  # fmt: skip
    for values in containers:
        assert texts(to_cells(values, WHAT), WHAT).to_pylist() == expected
        assert fit_encoder(pd.DataFrame({"x": pd.Series(column)})).columns[0].kind == "category"
    assert encode_classes(column)[0].tolist() == sorted(set(expected))


def test_categories_that_mix_labels_and_numbers_are_text() -> None:
    mixed = pd.Categorical([1, "refused", 2.0, None, "refused"])
    assert texts(to_cells(mixed, WHAT), WHAT).to_pylist() == ["1", "refused", "2", None, "refused"]
    column = fit_encoder(pd.DataFrame({"x": mixed})).columns[0]
    assert (column.kind, column.categories) == ("category", ("1", "2", "refused"))


def test_whole_numbers_beyond_64_bits_stay_exact() -> None:
    wide = [2**70, 2**70 + 1, None]
    for values in (wide, pl.Series(wide, dtype=pl.Int128), np.array(wide, dtype=object)):
        assert to_cells(values, WHAT).to_pylist() == [Decimal(2**70), Decimal(2**70 + 1), None]
    classes, codes = encode_classes([2**70, 2**70 + 1, 2**70])
    assert classes.tolist() == [str(2**70), str(2**70 + 1)]
    assert codes.tolist() == [0, 1, 0]
    assert encode_classes([Decimal(1), Decimal(2)])[0].tolist() == [1, 2]


def test_records_have_their_fields_as_columns() -> None:
    frame = pd.DataFrame({"n": [1.0, 2.0], "w": ["a", "b"], "d": [DAY, DAY]})
    records = frame.to_records(index=False)
    for table in (
        records,
        np.asarray(records),
        list(records),
        records.astype([("n", ">f8"), ("w", "O"), ("d", "M8[s]")]),
    ):
        read = read_frame(table)
        assert (read.names, read.named, read.rows) == (("n", "w", "d"), True, 2)
        assert texts(read.cells("w"), WHAT).to_pylist() == ["a", "b"]
        assert numbers(read.cells("n"), WHAT).tolist() == [1.0, 2.0]


def test_extension_types_of_arrow_are_read_by_what_they_mean() -> None:
    ids = [uuid.UUID(int=1), uuid.UUID(int=2)]
    assert to_cells(pa.array([number.bytes for number in ids], pa.uuid()), WHAT).to_pylist() == [*map(str, ids)]
    assert to_cells(pa.ExtensionArray.from_storage(pa.bool8(), pa.array([1, 0], pa.int8())), WHAT).to_pylist() == [
        True,
        False,
    ]
    assert to_cells(ids, WHAT).to_pylist() == [*map(str, ids)]
    assert to_cells(pa.array(['"a"', "1"], pa.json_()), WHAT).to_pylist() == ['"a"', "1"]


def test_an_extension_type_that_is_not_known_is_refused_by_name() -> None:
    tensor = pa.ExtensionArray.from_storage(
        pa.fixed_shape_tensor(pa.int32(), [2]), pa.array([[1, 2], [3, 4]], pa.list_(pa.int32(), 2))
    )
    with pytest.raises(DataError, match=r"column 'x' holds the extension type arrow.fixed_shape_tensor"):
        read_frame(pa.table({"x": tensor})).cells("x")
    field = pa.field("x", pa.int32(), metadata={"ARROW:extension:name": "geoarrow.cell"})
    with pytest.raises(DataError, match=r"column 'x' holds the extension type geoarrow.cell"):
        read_frame(pa.table([[1, 2]], pa.schema([field])))


def test_a_period_whose_type_is_named_in_the_schema_only_is_a_time() -> None:
    column = pa.array(pd.Series(pd.period_range("2020-03", periods=2, freq="M")))
    metadata = {"ARROW:extension:name": "pandas.period", "ARROW:extension:metadata": '{"freq": "M"}'}
    table = pa.table([column.storage], pa.schema([pa.field("x", pa.int64(), metadata=metadata)]))
    assert timestamps(read_frame(table).cells("x"), WHAT)[0] == SECONDS[0]


def test_parquet_columns_that_were_categorical_are_categories() -> None:
    frame = pd.DataFrame({"code": pd.Categorical([3, 1, 3]), "n": [1, 2, 3], "w": pd.Categorical(["a", "b", "a"])})
    buffer = io.BytesIO()
    frame.to_parquet(buffer)
    encoder = fit_encoder(pq.read_table(buffer))
    assert [column.kind for column in encoder.columns] == ["category", "numeric", "category"]
    np.testing.assert_array_equal(encoder.encode(frame), encoder.encode(pq.read_table(buffer)))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (pd.MultiIndex.from_tuples([(1, 2), (3, 4)]), "MultiIndex of pandas, which is several columns"),
        (pd.DataFrame({"a": [1]}), "DataFrame of pandas, which is several columns"),
        (np.zeros((2, 2)), "has 2 dimensions"),
        (np.array([1j]), "Complex data not supported"),
        (np.array([(1, 2)], dtype=[("a", int), ("b", int)]), "records"),
        ([10**400, 1.5], "row 0 is too large"),
        (object(), "builtins.object, which is no column"),
        ([DAY, DAY.replace(tzinfo=dt.UTC)], "with and without a time zone"),
    ],
)
def test_what_is_no_column_is_refused_by_name(values: Any, said: str) -> None:
    with pytest.raises(BacklitError, match=said) as caught:
        to_cells(values, WHAT)
    assert str(caught.value).startswith(WHAT)
    assert "\n" not in str(caught.value)


def test_a_parquet_file_keeps_periods_and_categories(tmp_path: Path) -> None:
    months = pd.period_range("2020-01", periods=4, freq="M")
    pd.DataFrame({"p": months, "c": pd.Categorical([1, 2, 1, 2])}).to_parquet(tmp_path / "t.parquet")
    program = (
        "import sys; from backlit.files import read_table; from backlit.encoding import fit_encoder, encode_classes\n"
        "assert 'pandas' not in sys.modules; table = read_table(sys.argv[1])\n"
        "print([column.kind for column in fit_encoder(table).columns], encode_classes(table['p'])[0].tolist())"
    )
    run = [sys.executable, "-c", program, str(tmp_path / "t.parquet")]
    printed = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "['datetime', 'category'] ['2020-01', '2020-02', '2020-03', '2020-04']"
