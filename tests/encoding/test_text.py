"""Text cells that are numbers or dates in disguise, and what is missing: judged by the whole column, kept, noted."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from backlit.encoding import FrameEncoder, fit_encoder
from backlit.encoding.text import TextOptions, TextReading, judge
from backlit.errors import DataError, ParameterError

NUMBERS = [round(1 + 97.3 * (i * 0.618 % 1), 2) for i in range(60)]


def judged(*cells: str | None, **options: Any) -> TextReading:
    return judge("k", pa.array(list(cells)), TextOptions(**options))


def values(*cells: str) -> list[float]:
    """The cells as an encoder's column reads them."""
    column = fit_encoder(pd.DataFrame({"k": list(cells)})).columns[0]
    return [float(value) for value in column.read(pa.array(list(cells))).values]


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (["$1,234.56", "$980.10"], [1234.56, 980.1]),
        (["1.234,56 €", "980,10 €"], [1234.56, 980.1]),
        (["USD 1,234.56", "USD 980"], [1234.56, 980]),
        (["1 234,50 kr", "980,10 kr"], [1234.5, 980.1]),
        (["kr 500,-", "kr 1 200,-"], [500, 1200]),
        (["CHF 1'234.50", "CHF 980.10"], [1234.5, 980.1]),
        (["₩12,000", "₩9,500"], [12000, 9500]),
        (["12000원", "9500원"], [12000, 9500]),
        (["R$ 1.234,50", "R$ 980,10"], [1234.5, 980.1]),
        (["US$5", "US$7.50"], [5, 7.5]),
        (["-$12.50", "$-3", "($4.00)"], [-12.5, -3, -4]),
        (["12.50-", "3.00"], [-12.5, 3]),
        (["12.34%", "88.10%"], [12.34, 88.1]),
        (["%12,5", "%3,25"], [12.5, 3.25]),
        (["12,5 %", "3 %"], [12.5, 3]),
        (["−12,50", "＋7,25"], [-12.5, 7.25]),
        (["10,000+", "500+"], [10000, 500]),
        (["19M", "201k"], [19, 0.201]),
        (["$1.2M", "$300k"], [1.2, 0.3]),
        (["1.5M", "200k", "512"], [1.5e6, 2e5, 512]),
        (["61.7 kg", "8.2 kg"], [61.7, 8.2]),
        (["5 kg", "200 g"], [5, 0.2]),
        (["1.80 m", "95 cm"], [1.8, 0.95]),
        (["1024 MB", "2 GB"], [1024, 2000]),
        (["1,23,456", "12,34,567"], [123456, 1234567]),
        (["1_000", "2_500_000"], [1000, 2500000]),
        (["١٢٫٥", "٣٫٢٥"], [12.5, 3.25]),
        (["１２．５", "３"], [12.5, 3]),
        (["1.5×10^3", "2.5x10^-1"], [1500, 0.25]),
        (["1.5D+03", "2D-01"], [1500, 0.2]),
        ([".5", "-.25", "1,000"], [0.5, -0.25, 1000]),
        (["1,234.5", "2.0"], [1234.5, 2]),
        (["$(1,234.56)", "$980.10"], [-1234.56, 980.1]),
        (["1,234.56 CR", "980.10 DR"], [1234.56, -980.1]),
        (["45.5°N", "12.3°S"], [45.5, -12.3]),
        (["16.9 L/100km", "7 L/100km"], [16.9, 7]),
        (["3,5 Mio. €", "200 Tsd. €"], [3.5, 0.2]),
        (["1,5 млн", "300 тыс."], [1.5, 0.3]),
        (["3 bedrooms", "1 bedroom"], [3, 1]),
        (["10+ years", "< 1 year", "3 years"], [10, 1, 3]),
        (["<0.1", "0.5", "> 12"], [0.1, 0.5, 12]),
        (["~12", "≈ 5.5", "ca. 7"], [12, 5.5, 7]),
        (["12 ± 0.3", "5±1"], [12, 5]),
        (["0.05***", "0.2", "0.01**"], [0.05, 0.2, 0.01]),
        (["1,234[1]", "980†"], [1234, 980]),
        (["12 (kg)", "9.5 (kg)"], [12, 9.5]),
        (['="12"', '"9.5"'], [12, 9.5]),
        (["5'11\"", "6 ft 2 in", "5 ft"], [71, 74, 60]),
        (["11 st 4 lb", "9 st"], [158, 126]),
        (["45°30'", "12°15'36\""], [45.5, 12.26]),
        (["45°30'N", "12°15'S"], [45.5, -12.25]),
        (["1 1/2", "2¼", "3"], [1.5, 2.25, 3]),
    ],
)
def test_numbers_in_disguise(cells: list[str], numbers: list[float]) -> None:
    assert values(*cells) == pytest.approx(numbers)
    (note,) = judged(*cells).notes
    assert note.startswith("column 'k' is read as numbers")


@pytest.mark.parametrize(
    "cells",
    [
        ["5 kg", "3 cm"], ["$5", "€7", "$3"], ["1", "2", "3+", "0"], ["5 kg", "3", "7 kg"], ["12%", "0.5", "3%"],
    ],
)  # fmt: skip
def test_what_cannot_be_decided_stays_text_and_is_named(cells: list[str]) -> None:
    reading = judged(*cells)
    assert reading.kind == "category"
    assert "column 'k' is text because of" in reading.notes[0]


@pytest.mark.parametrize(
    "cells",
    [
        ["R12", "R13"], ["k1", "k2"], ["A-1", "A-2"], ["1.2.3", "1.2.10"], ["192.168.1.1", "10.0.0.1"], ["1st", "2nd"],
        ["010 123 456", "02 123 456"], ["0x1F", "0x2A"], ["USD 007", "USD 010"], ["1-2", "3-4"], ["1/2", "3/4"],
    ],
)  # fmt: skip
def test_codes_are_words(cells: list[str]) -> None:
    assert judged(*cells).kind == "category"


def test_doubt_about_the_decimal_mark_is_noted() -> None:
    assert "--decimal overrides" in judged("$1.234", "$2.345").notes[0]
    assert judged("$1.234", "$2.345", decimal=",").notes == ("column 'k' is read as numbers in $: '$1.234' is 1234",)


DAY = "2024-03-05"


@pytest.mark.parametrize(
    ("cells", "second"),
    [
        (["31/12/2024", "05/03/2024"], DAY), (["12/31/2024", "03/05/2024"], DAY), (["31.12.2024", "5.3.2024"], DAY),
        (["2024/12/31", "2024/3/5"], DAY), (["31-12-24", "05-03-24"], DAY), (["2024. 12. 31.", "2024. 3. 5."], DAY),
        (["January 7, 2018", "March 5, 2024"], DAY), (["7 Jan 2018", "5 Mar 2024"], DAY),
        (["7. Januar 2018", "5. März 2024"], DAY), (["7 de enero de 2018", "5 de marzo de 2024"], DAY),
        (["07JAN2018", "05MAR2024"], DAY), (["Jan 7 2018", "Mar 5 2024"], DAY),
        (["7th January 2018", "5th March 2024"], DAY),
        (["2018년 1월 7일", "2024년 3월 5일"], DAY), (["2018年1月7日", "2024年3月5日"], DAY),
        (["Sunday, 7 January 2018", "Tuesday, 5 March 2024"], DAY),
        (["12/31/2024 3:30 PM", "3/5/2024 12:00 AM"], DAY), (["31/12/2024 15:30:00", "05/03/2024 00:00:00"], DAY),
        (["Mon Jan  8 10:00:00 2018", "Tue Mar  5 00:00:00 2024"], DAY), (["20180107T103000", "20240305T000000"], DAY),
        (["Jan 2018", "Mar 2024"], "2024-03-01"), (["01/2018", "03/2024"], "2024-03-01"),
        (["2018Q1", "2024Q3"], "2024-07-01"),
        (["2018-W01-1", "2024-W10-2"], DAY), (["2018-W01", "2024W10"], "2024-03-04"),
        (["2018_01_07", "2024_03_05"], DAY), (["07.01.2018 10:15 Uhr", "05.03.2024 00:00 Uhr"], DAY),
        (["January 7, 2018 at 3:15 PM", "March 5, 2024 at 12:00 AM"], DAY),
        (["7 января 2018", "5 марта 2024"], DAY), (["7 stycznia 2018", "5 marca 2024"], DAY),
        (["7. ledna 2018", "5. března 2024"], DAY), (["7 Ocak 2018", "5 Mart 2024"], DAY),
        (["7 Ιανουαρίου 2018", "5 Μαρτίου 2024"], DAY), (["2018-01-07 (Sun)", "2024-03-05 (Tue)"], DAY),
        (["Jan-18", "Mar-24", "Dec-99"], "2024-03-01"),
        (["31/12/2024", "05/03/2024", "00/00/0000"], DAY), (["2024-12-31", "2024-03-05", "0000-00-00"], DAY),
        (["2020-01-01 10:00:00.000000001", "2024-03-05 00:00:00.000000000"], DAY),
        (["31/12/2024 10:00:00.1234567", "05/03/2024 00:00:00.0000000"], DAY),
    ],
)  # fmt: skip
def test_dates_that_one_pattern_reads(cells: list[str], second: str) -> None:
    reading = judged(*cells)
    assert reading.kind == "datetime"
    assert values(*cells)[1] == pd.Timestamp(second).timestamp()


def test_zones_and_times_of_the_day() -> None:
    assert judged("31/12/2024 10:00+0900", "05/03/2024 11:00Z").kind == "instant"
    assert judged("31/12/2024 10:00+09:00", "05/03/2024 11:00").kind == "category"
    assert judged("10:30 AM", "11:45 PM").kind == judged("18.00.00", "07.30.00").kind == "time"
    assert values("18.00.00", "07.30.00") == [64800, 27000]
    assert values("오전 10:30", "오후 1:15") == [37800, 47700]


def test_zones_by_name() -> None:
    cells = ["Mon Jan 08 2018 10:00:00 GMT+0100 (CET)", "Tue Mar 05 2024 00:00:00 GMT+0100 (CET)"]
    assert judged(*cells).kind == judged("2024-03-05 09:00:00 EST", "2024-07-01 09:00:00 EDT").kind == "instant"
    assert values("2024-03-05 09:00:00 EST", "2024-07-01 09:00:00 EDT") == [
        pd.Timestamp("2024-03-05 14:00", tz="UTC").timestamp(), pd.Timestamp("2024-07-01 13:00", tz="UTC").timestamp(),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "seconds"),
    [
        (["0 days 00:10:00", "1 days 03:20:00", "-1 days +23:00:00"], [600, 98_400, -3_600]),
        (["1 day, 3:20:00", "0:10:00"], [98_400, 600]),
        (["25:30:00", "01:00:00"], [91_800, 3_600]),
        (["PT1H30M", "P1DT45M", "PT2.5S"], [5_400, 89_100, 2.5]),
        (["3h 20m", "45m", "1h"], [12_000, 2_700, 3_600]),
        (["2 hours 5 minutes", "1 day 30 seconds"], [7_500, 86_430]),
        (["1시간 30분", "45분"], [5_400, 2_700]),
    ],
)
def test_spans_of_time(cells: list[str], seconds: list[float]) -> None:
    assert judged(*cells).kind == "duration"
    assert values(*cells) == seconds
    spans = pd.to_timedelta(seconds, unit="s")
    written = pd.DataFrame({"k": cells})
    encoder = fit_encoder(written)
    np.testing.assert_array_equal(encoder.encode(pd.DataFrame({"k": spans})), encoder.encode(written))


def test_days_without_gaps_are_dates_from_text_and_from_numbers() -> None:
    days = pd.date_range("2019-01-01", periods=40, freq="17D")
    plain = fit_encoder(pd.DataFrame({"k": days})).encode(pd.DataFrame({"k": days}))
    written = days.strftime("%Y%m%d")
    for cells in (written, written.astype(int), written.astype(float), days.strftime("%Y%m%d%H%M%S").astype(int)):
        encoder = fit_encoder(pd.DataFrame({"k": cells}))
        assert "is read as dates Ymd without gaps" in encoder.notes[0]
        np.testing.assert_allclose(encoder.encode(pd.DataFrame({"k": cells})), plain, atol=1e-6)
    for cells in (range(20_190_000, 20_190_040), [20_190_101, 20_190_102], [f"{i:08d}" for i in range(40)]):
        assert fit_encoder(pd.DataFrame({"k": list(cells)})).columns[0].kind == "numeric"


def test_a_number_far_from_all_others_is_noted_and_can_be_missing() -> None:
    cells = [-999.0 if i % 9 == 0 else x for i, x in enumerate(NUMBERS)]
    frame = pd.DataFrame({"k": cells})
    assert fit_encoder(frame).notes == (
        "-999 in 7 rows of column 'k' is far from all others and read as a number (--missing -999 if it is none)",
    )
    absent = pd.DataFrame({"k": [None if i % 9 == 0 else x for i, x in enumerate(NUMBERS)]})
    for given in ("-999", -999, ["-999", "NA"]):
        encoder = fit_encoder(frame, missing=given)
        assert encoder.notes == ()
        np.testing.assert_array_equal(encoder.encode(frame), fit_encoder(absent).encode(absent))
    assert fit_encoder(pd.DataFrame({"k": [-5.0, *range(40)]})).notes == ()


def test_words_that_begin_with_numbers_are_noted() -> None:
    frame = pd.DataFrame({"k": [f"{i % 11}-{i % 11 + 5}" for i in range(60)], "z": NUMBERS})
    assert fit_encoder(frame).notes == (
        "column 'k' is read as words, though its cells begin with numbers (such as '0-5')",
    )


def test_the_user_decides_in_python_as_on_the_command_line() -> None:
    frame = pd.DataFrame({"k": ["05/03/2021", "06/04/2021"] * 5, "r": ["NA", "EU"] * 5, "z": range(10)})
    table = pa.Table.from_pandas(frame)
    for given in (frame, table, pl.DataFrame(frame)):
        encoder = fit_encoder(given, missing="NA", day_first=False)
        assert encoder.columns[0].form.order == "mdy"  # type: ignore[union-attr]
        assert encoder.columns[1].categories == ("EU",)
        state, arrays = encoder.to_state()
        again = FrameEncoder.from_state(json.loads(json.dumps(state)), arrays)
        assert again.missing == ("NA",)
        np.testing.assert_array_equal(again.encode(given), encoder.encode(given))
    with pytest.raises(ParameterError, match="missing: True is no text"):
        fit_encoder(frame, missing=True)  # type: ignore[arg-type]


def test_the_order_of_day_and_month_is_decided_by_the_whole_column_and_kept() -> None:
    frame = pd.DataFrame({"k": ["05/03/2024", "06/04/2024"] * 10 + ["12/31/2024"], "n": range(21)})
    encoder = fit_encoder(frame)
    assert "m/d/Y" in encoder.notes[0]
    state, arrays = encoder.to_state()
    again = FrameEncoder.from_state(json.loads(json.dumps(state, allow_nan=False)), arrays)
    assert (again.columns, again.notes) == (encoder.columns, encoder.notes)
    one = pd.DataFrame({"k": ["05/03/2024"], "n": [1]})
    plain = pd.DataFrame({"k": [pd.Timestamp("2024-05-03")], "n": [1]})
    np.testing.assert_array_equal(again.encode(one), again.encode(plain))
    np.testing.assert_array_equal(again.encode(plain.astype({"k": str})), again.encode(plain))
    with pytest.raises(DataError, match="column 'k': '31/12/2024' in row 0 is not a date m/d/Y as at the fit"):
        again.encode(pd.DataFrame({"k": ["31/12/2024"], "n": [1]}))


def test_either_order_is_noted_with_the_one_chosen_and_can_be_turned() -> None:
    (note,) = judged("05/03/2021", "06/04/2021").notes
    assert note == (
        "column 'k' is read as dates d/m/Y: '05/03/2021' is 2021-03-05; every cell may as well be m/d/Y "
        "(--month-first overrides)"
    )
    assert judged("05/03/2021", "06/04/2021", day_first=False).notes == (
        "column 'k' is read as dates m/d/Y: '05/03/2021' is 2021-05-03",
    )
    assert "is text because of" in judged("31/12/2024", "12/31/2024", "01/01/2024").notes[0]


MARKERS = [
    "-",
    "--",
    ".",
    "..",
    "None",
    "n.a.",
    "\\N",
    "<NA>",
    "#DIV/0!",
    "#REF!",
    "(null)",
    "1.#QNAN",
    "?",
    "NA",
    "x",
    "tbd",
    "Err:502",
    "1.#INF",
    "#ERR520!",
    "k.A.",
]


@pytest.mark.slow
@pytest.mark.parametrize("marker", MARKERS)
@pytest.mark.parametrize("write", ["{}", "${}", "{} kg"])
def test_what_alone_keeps_a_column_from_being_numbers_is_missing(marker: str, write: str) -> None:
    cells = [write.format(x) if i % 9 else marker for i, x in enumerate(NUMBERS)]
    plain = [x if i % 9 else None for i, x in enumerate(NUMBERS)]
    encoder = fit_encoder(pd.DataFrame({"k": cells}))
    assert f"{marker!r} in 7 rows of column 'k' is read as missing (--missing overrides)" in encoder.notes
    expected = fit_encoder(pd.DataFrame({"k": plain})).encode(pd.DataFrame({"k": plain}))
    for frame in (pd.DataFrame({"k": cells}), pl.DataFrame({"k": cells}), pa.table({"k": cells})):
        np.testing.assert_allclose(encoder.encode(frame), expected, rtol=1e-6)


def test_what_is_missing_among_dates() -> None:
    reading = judged("31/12/2024", "05/03/2024", "0000", "open", "06/03/2024", "open")
    assert reading.kind == "category"
    days = [f"{day}/12/2024" for day in range(10, 25)]
    assert judged(*days, "open").missing[-1] == "open"
    assert judged(*days[:4], "open").kind == judged("1", "2", "3", "K").kind == "category"
    assert judged("31/12/2024", "-", "?", "06/03/2024", "n/a").kind == "datetime"


def test_words_among_words_stay_words() -> None:
    reading = judged("EU", "NA", "AS", "NA")
    assert reading.notes == ("'NA' in 2 rows of column 'k' is kept as a word (--missing 'NA' reads it as missing)",)
    encoder = fit_encoder(pd.DataFrame({"k": ["EU", "NA", "AS", "NA"]}), scale_onehot=False)
    assert encoder.columns[0].categories == ("AS", "EU", "NA")
    given = judged("EU", "NA", "AS", missing=("NA",))
    assert (given.missing, given.notes) == (("NA",), ())
    assert judged("1", "-", "3", "4", missing=("",)).kind == "category"
    assert judged("1", "-", "NA", "4", missing=("-", "NA")).kind == "numeric"


def test_every_column_that_is_left_out_or_nearly_all_different_is_noted() -> None:
    frame = pd.DataFrame({
        "id": [f"k{i}" for i in range(60)], "same": ["a"] * 60, "void": [None] * 60, "x": NUMBERS,
        "most": [f"w{i if i > 2 else 0}" for i in range(60)],
    })  # fmt: skip
    encoder = fit_encoder(frame)
    assert encoder.dropped.keys() == {"id", "same", "void"}
    assert encoder.notes == (
        "column 'id' is left out: every value is different (such as 'k0')",
        "column 'same' is left out: constant (such as 'a')",
        "column 'void' is left out: every cell is missing",
        "column 'most' is text of which nearly every cell is different (58 in 60 cells, such as 'w0')",
    )
