"""One value in two spellings, types or resolutions is one category, whichever of them training saw."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from backlit.encoding import fit_encoder, read_frame
from backlit.encoding.cells import texts
from backlit.errors import DataWarning

FLAG_SPELLINGS: list[Any] = [
    ["True", "False"], ["true", "false"], ["TRUE", "FALSE"], [True, False], np.array([True, False], object),
    pd.array([True, False], dtype="boolean"), pd.Categorical([True, False]), pd.Categorical(["True", "False"]),
    [b"True", b"False"], [1, 0], [1.0, 0.0], ["1", "0"],
]  # fmt: skip
NUMBER_SPELLINGS: list[Any] = [
    ["1", "2"], ["1.0", "2.0"], [1, 2], [1.0, 2.0], [Decimal("1.00"), Decimal(2)], [b"1", b"2"], ["01", "02"],
    np.array([1, 2], ">i2"), pd.Categorical([1, 2]), pd.Categorical([1.0, 2.0]), pd.Categorical(["1", "2"]),
    pl.Series([1, 2], dtype=pl.Int128), np.array([1, 2], np.longdouble),
]  # fmt: skip
DAYS = [dt.datetime(2020, 1, 1), dt.datetime(2020, 2, 1)]
DAY_SPELLINGS: list[Any] = [
    DAYS, [day.date() for day in DAYS], *(np.array(DAYS, f"M8[{unit}]") for unit in ("D", "s", "ms", "us", "ns")),
    ["2020-01-01", "2020-02-01"], ["2020-01-01 00:00:00", "2020-02-01 00:00"],
    ["2020-01-01T00:00:00", "2020-02-01T00:00"],
    pd.PeriodIndex(["2020-01", "2020-02"], freq="M"), pd.Categorical(pd.PeriodIndex(["2020-01", "2020-02"], freq="M")),
    pd.Categorical(DAYS), ["2020-01", "2020-02"],
]  # fmt: skip


def _table(values: Any, times: int = 1) -> pd.DataFrame | pl.DataFrame:
    """A table of one column `k`, which holds the values so many times."""
    if isinstance(values, pl.Series):
        return pl.DataFrame({"k": pl.concat([values] * times)})
    return pd.concat([pd.DataFrame({"k": values})] * times, ignore_index=True)


@pytest.mark.slow
@pytest.mark.parametrize("family", [FLAG_SPELLINGS, NUMBER_SPELLINGS, DAY_SPELLINGS], ids=["flags", "numbers", "days"])
def test_the_same_values_in_any_spelling_have_the_same_code(family: list[Any]) -> None:
    for seen in family:
        text = texts(read_frame(_table(seen)).cells("k"), "k").to_pylist()
        encoder = fit_encoder(pd.DataFrame({"k": pd.Categorical(text * 3)}), scale_onehot=False)
        assert encoder.columns[0].kind == "category"
        expected = encoder.encode(pd.DataFrame({"k": pd.Categorical(text)}))
        assert len(np.unique(expected)) == 2
        for later in family:
            np.testing.assert_array_equal(encoder.encode(_table(later)), expected, err_msg=f"{seen!r} {later!r}")


@pytest.mark.slow
@pytest.mark.parametrize("family", [FLAG_SPELLINGS, NUMBER_SPELLINGS, DAY_SPELLINGS], ids=["flags", "numbers", "days"])
def test_one_more_label_in_the_fit_changes_nothing_of_it(family: list[Any]) -> None:
    for seen in family:
        text = texts(read_frame(_table(seen)).cells("k"), "k").to_pylist()
        encoder = fit_encoder(pd.DataFrame({"k": [*text, "refused"] * 3}))
        expected = encoder.encode(pd.DataFrame({"k": text}))
        for later in family:
            np.testing.assert_array_equal(encoder.encode(_table(later)), expected, err_msg=f"{seen!r} {later!r}")


def test_flags_that_the_fit_saw_as_such_are_matched_by_text_and_numbers() -> None:
    encoder = fit_encoder(pd.DataFrame({"k": [True, False] * 3}))
    expected = encoder.encode(pd.DataFrame({"k": [True, False]}))
    for later in FLAG_SPELLINGS:
        np.testing.assert_array_equal(encoder.encode(_table(later)), expected)


def test_two_spellings_in_the_fit_are_one_category_under_the_more_frequent() -> None:
    column = fit_encoder(pd.DataFrame({"k": ["True", "true", "True", "False", "x", "x"]})).columns[0]
    assert (column.categories, column.counts) == (("False", "True", "x"), (1, 3, 2))
    column = fit_encoder(pd.DataFrame({"k": np.array([1, 1.0, "1", "1.0", "x", 2], object)})).columns[0]
    assert (column.categories, column.counts) == (("1", "2", "x"), (4, 1, 1))
    composed, decomposed = "caf\u00e9", "cafe\u0301"
    assert len(fit_encoder(pd.DataFrame({"k": [composed, decomposed, "x", "y"]})).columns[0].categories) == 3


def test_codes_and_versions_that_differ_stay_apart() -> None:
    column = fit_encoder(pd.DataFrame({"k": ["1.1", "1.10", "1.2.3", "01", "1"]})).columns[0]
    assert column.categories == ("01", "1", "1.1", "1.10", "1.2.3")
    assert fit_encoder(pd.DataFrame({"k": ["Red", "red", "x"]})).columns[0].categories == ("Red", "red", "x")


def test_rare_values_that_were_not_kept_are_not_taken_for_others() -> None:
    cells = [f"v{i}" for i in range(40)] * 2 + ["1.10", "1.1", "1.1"]
    encoder = fit_encoder(pd.DataFrame({"k": cells}), scale_onehot=False)
    rows = encoder.encode(pd.DataFrame({"k": ["1.10", "1.1"]}))
    assert not np.array_equal(rows[0], rows[1])


def test_a_column_whose_every_cell_is_unseen_is_named() -> None:
    encoder = fit_encoder(pd.DataFrame({"k": ["a", "b", "c", "d"] * 2}))
    with pytest.warns(DataWarning, match=r"column 'k': .* such as 'z' in row 1; seen were 'a', 'b', 'c', \.\.\."):
        encoder.encode(pd.DataFrame({"k": [None, "z", "y"]}))
    with pytest.warns(DataWarning, match="such as '7' in row 0"):
        encoder.encode(pd.DataFrame({"k": [7]}))
    for fine in (["z", "a"], [None, None]):
        encoder.encode(pd.DataFrame({"k": fine}))
    flags = fit_encoder(pd.DataFrame({"k": [True, False]}))
    with pytest.warns(DataWarning, match="such as 'yes' in row 0; seen were 'false', 'true'"):
        flags.encode(pd.DataFrame({"k": ["yes", "no"]}))
