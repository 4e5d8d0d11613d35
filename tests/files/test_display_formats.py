"""Days, moments and spans that Stata, SPSS and SAS keep as numbers with a display format."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyreadstat
import pytest

from backlit.files import dialect_note, read_table
from backlit.files.display_formats import PROGRAMS

DAYS = pd.to_datetime(["1950-01-01", "2024-07-01", None, "1999-10-01"])
STARTS = {"tm": "1999-10-01", "tq": "1999-10-01", "tw": "1999-10-01", "th": "1999-07-01"}
"""When the month, quarter, week (its 40th: 39 weeks of seven days after 1 January) and half year of the last begin."""


def test_periods_of_stata_are_the_days_at_which_they_begin(tmp_path: Path) -> None:
    path = tmp_path / "t.dta"
    kinds = ["td", "tc", "ty", *STARTS]
    pd.DataFrame(dict.fromkeys(kinds, DAYS)).to_stata(path, convert_dates={kind: kind for kind in kinds})
    table = read_table(path)
    first, second = dt.date(1950, 1, 1), dt.date(2024, 7, 1)
    for kind, last in STARTS.items() | {("td", "1999-10-01")}:
        assert table[kind].to_pylist() == [first, second, None, dt.date.fromisoformat(last)], kind
    assert table["tc"].to_pylist() == [None if pd.isna(day) else day.to_pydatetime() for day in DAYS]
    assert table["ty"].to_pylist() == [1950.0, 2024.0, None, 1999.0]
    assert dialect_note(table) == ""


WRITTEN: dict[str, tuple[str, float, Any]] = {
    "DTIME14": ("sav", 100_000.0, dt.timedelta(days=1, seconds=13_600)),
    "MTIME8": ("sav", 90.0, dt.timedelta(seconds=90)),
    "TIME8": ("sav", -5.0, dt.timedelta(seconds=-5)),
    "TIME5": ("sav", 45_000.0, dt.time(12, 30)),
    "DATE11": ("sav", 13_500_000_030.0, dt.date(2010, 8, 1)),
    "MOYR8": ("sav", 13_500_000_000.0, dt.date(2010, 8, 1)),
    "DATETIME20": ("sav", 13_500_000_001.25, dt.datetime(2010, 8, 1, 0, 0, 1, 250_000)),
    "DATE9": ("xpt", 20_000.0, dt.date(2014, 10, 4)),
    "MONYY7": ("xpt", 20_000.0, dt.date(2014, 10, 4)),
    "DTDATE9": ("xpt", 20_000 * 86_400.0, dt.date(2014, 10, 4)),
    "B8601DN8": ("xpt", 20_000 * 86_400.0, dt.date(2014, 10, 4)),
    "HHMM6": ("xpt", 100_000.0, dt.timedelta(days=1, seconds=13_600)),
    "TOD8": ("xpt", 20_000 * 86_400.0 + 5, dt.time(0, 0, 5)),
}
"""Display format -> the kind of file, a number in it, and what the program shows of it."""


@pytest.mark.parametrize("written", WRITTEN)
def test_numbers_are_what_the_program_shows(tmp_path: Path, written: str) -> None:
    kind, number, shown = WRITTEN[written]
    path = tmp_path / f"t.{kind}"
    write = {"sav": pyreadstat.write_sav, "xpt": pyreadstat.write_xport}[kind]
    write(pd.DataFrame({"x": [number, np.nan]}), path, variable_format={"x": written})
    table = read_table(path)
    assert table["x"].to_pylist() == [shown, None]
    assert dialect_note(table) == ""


@pytest.mark.parametrize(
    ("program", "written", "number", "note"),
    [
        ("read_sav", "WKDAY9", 2.0, "is shown as a part of a day (WKDAY9) and is read as its numbers"),
        ("read_sas7bdat", "YEAR4", 20_000.0, "is shown as a part of its day (YEAR4) and is read as the whole day"),
        ("read_dta", "%tbnyse", 5.0, "counts days of a business calendar that the file does not hold"),
        ("read_dta", "%tC", 5.0, "counts leap seconds (%tC), which are not taken away"),
        ("read_sav", "DATE11", 1e300, "has days beyond the years 1 to 9999"),
        *[("read_dta", written, 1e300, "has days beyond the years 1 to 9999") for written in ("%td", "%tm", "%tw")],
    ],
)
def test_what_a_user_should_know_is_said(program: str, written: str, number: float, note: str) -> None:
    assert note in PROGRAMS[program].read(np.array([number]), written)[1]


@pytest.mark.parametrize("written", ["%9.0g", "%-12.2fc", "%9s", "%tg", "%ty", "NULL", "", "%", "%t"])
def test_numbers_without_such_a_format_stay_numbers(written: str) -> None:
    assert PROGRAMS["read_dta"].read(np.array([1.0]), written) == (None, "")


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("%tcHH:MM:SS", pa.types.is_time),
        ("%tcHH:MM_am", pa.types.is_time),
        ("%tcCCYY-NN-DD_HH:MM", pa.types.is_timestamp),
        ("%tcDDmonCCYY", pa.types.is_timestamp),
        ("%dD_m_Y", pa.types.is_date),
        ("%-td", pa.types.is_date),
    ],
)
def test_patterns_of_stata(written: str, kind: Any) -> None:
    cells, _ = PROGRAMS["read_dta"].read(np.array([3_600_000.0 if "c" in written[:4] else 100.0]), written)
    assert cells is not None
    assert kind(cells.type)


def test_a_file_without_a_known_day_is_a_column_of_nulls(tmp_path: Path) -> None:
    path = tmp_path / "t.sav"
    pyreadstat.write_sav(pd.DataFrame({"x": [np.nan] * 3}), path, variable_format={"x": "DATE11"})
    assert read_table(path)["x"].to_pylist() == [None] * 3


def test_a_labelled_number_among_days_is_noted(tmp_path: Path) -> None:
    path = tmp_path / "t.sav"
    pyreadstat.write_sav(
        pd.DataFrame({"x": [13_500_000_000.0, 0.0]}), path,
        variable_format={"x": "DATE11"}, variable_value_labels={"x": {0.0: "unknown"}},
    )  # fmt: skip
    table = read_table(path)
    assert table["x"].to_pylist() == [dt.date(2010, 8, 1), dt.date(1582, 10, 14)]
    assert "column 'x' has labels for some values only (0 'unknown')" in dialect_note(table)


def test_a_day_beyond_the_calendar_is_a_number_and_no_failure(tmp_path: Path) -> None:
    path = tmp_path / "t.sav"
    pyreadstat.write_sav(pd.DataFrame({"x": [1e17]}), path, variable_format={"x": "DATE11"})
    table = read_table(path)
    assert table["x"].to_pylist() == [1e17]
    assert "column 'x' has days beyond the years 1 to 9999 (DATE11)" in dialect_note(table)
