"""Days, moments and spans of time that statistics programs keep as numbers: a column's display format says which.

The reader's own conversion is switched off: it knows a part of the formats only, leaves whole days out of spans of time
(100,000 seconds are 03:46:40), and fails on moments that are shown as days.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Convert = Callable[[Numbers], NDArray[Any]]
"""Finite numbers as days, moments or spans of time."""

SECOND = 1_000_000
MINUTE = 60 * SECOND
DAY = 24 * 60 * MINUTE
"""Microseconds."""

FIRST, LAST = np.datetime64("0001-01-01", "us"), np.datetime64("9999-12-31", "us")
"""The days that Arrow, Python and the formats themselves can show."""

STATA, SPSS = np.datetime64("1960-01-01", "us"), np.datetime64("1582-10-14", "us")
SAS = STATA
"""The moment 0 of each program: of the Gregorian calendar's first day in SPSS."""


class OutOfRangeError(ValueError):
    """A number that is no day between the years 1 and 9999."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the numbers of a display format are.

    Attributes
    ----------
    convert : callable or None
        Finite numbers -> an array of NumPy's days, moments or spans; None where they stay numbers.
    note : str
        What a user should know of such a column, with ``{format}`` for the format as it is written; empty for nothing.
    of_a_day : bool
        Whether spans that all lie between 0 and 24 hours are times of the day.
    """

    convert: Convert | None
    note: str = ""
    of_a_day: bool = False


def _microseconds(numbers: Numbers, unit: int) -> NDArray[np.int64]:
    """Numbers of `unit` microseconds, whole; a float64 is exact enough below 9e15, 285 years."""
    if (abs(numbers) > 2**62 / unit).any():
        raise OutOfRangeError
    whole = np.floor(numbers)
    rest = np.round((numbers - whole) * unit).astype(np.int64)
    microseconds: NDArray[np.int64] = whole.astype(np.int64) * unit + rest
    return microseconds


def _moments(numbers: Numbers, origin: np.datetime64, unit: int, shown: str = "us") -> NDArray[Any]:
    """Moments, or days (`shown` is "D"), counted from an origin."""
    moments: NDArray[Any] = origin + _microseconds(numbers, unit).astype("m8[us]")
    return _days_of_calendar(moments).astype(f"M8[{shown}]")


def _spans(numbers: Numbers, unit: int) -> NDArray[Any]:
    """Spans of time."""
    return _microseconds(numbers, unit).astype("m8[us]")


def _clock(numbers: Numbers, unit: int) -> NDArray[Any]:
    """The time of the day of a moment that is shown without its day."""
    return (_microseconds(numbers, unit) % DAY).astype("m8[us]")


def _months(numbers: Numbers, months: int) -> NDArray[Any]:
    """The first day of the period of so many months, counted from 1960."""
    _within(numbers * months, 12)
    start = STATA.astype("M8[M]") + np.floor(numbers).astype(np.int64) * months
    return _days_of_calendar(start.astype("M8[D]"))


def _weeks(numbers: Numbers) -> NDArray[Any]:
    """The first day of a week of Stata, of which each year has 52: the last has eight or nine days."""
    _within(numbers, 52)
    year, week = np.divmod(np.floor(numbers).astype(np.int64), 52)
    return _days_of_calendar((STATA.astype("M8[Y]") + year).astype("M8[D]") + 7 * week)


def _within(numbers: Numbers, each_year: int) -> None:
    """Refuse what is no period of the years that are shown."""
    if (abs(numbers) > 10_000 * each_year).any():
        raise OutOfRangeError


def _days_of_calendar(moments: NDArray[Any]) -> NDArray[Any]:
    """Days as they are; refused beyond the calendar."""
    if len(moments) and (moments.min() < FIRST or moments.max() >= LAST + np.timedelta64(1, "D")):
        raise OutOfRangeError
    return moments


def _every(names: str, meaning: Meaning) -> dict[str, Meaning]:
    return dict.fromkeys(names.split(), meaning)


DAY_OF_SPSS = Meaning(partial(_moments, origin=SPSS, unit=SECOND, shown="D"))
PART = "is shown as a part of a day ({format}) and is read as its numbers"
WHOLE = "is shown as a part of its day ({format}) and is read as the whole day"

IN_SPSS = {
    **_every("DATE ADATE EDATE JDATE SDATE MOYR QYR WKYR", DAY_OF_SPSS),
    **_every("DATETIME YMDHMS", Meaning(partial(_moments, origin=SPSS, unit=SECOND))),
    **_every("DTIME MTIME", Meaning(partial(_spans, unit=SECOND))),
    "TIME": Meaning(partial(_spans, unit=SECOND), of_a_day=True),
    **_every("WKDAY MONTH", Meaning(None, PART)),
}  # fmt: skip
"""SPSS counts seconds, of days too."""

IN_SAS = {
    **_every(
        "DATE DDMMYY DDMMYYB DDMMYYC DDMMYYD DDMMYYN DDMMYYP DDMMYYS MMDDYY MMDDYYB MMDDYYC MMDDYYD MMDDYYN MMDDYYP "
        "MMDDYYS YYMMDD YYMMDDB YYMMDDC YYMMDDD YYMMDDN YYMMDDP YYMMDDS WEEKDATE WEEKDATX WORDDATE WORDDATX JULIAN "
        "E8601DA B8601DA IS8601DA NLDATE NLDATEL NLDATEM NLDATES NLDATEW EURDFDD EURDFDE EURDFDN EURDFWKX EURDFWDX "
        "MONYY MMYY MMYYC MMYYD MMYYN MMYYP MMYYS YYMM YYMMC YYMMD YYMMN YYMMP YYMMS YYMON YYQ YYQC YYQD YYQN YYQP "
        "YYQS YYQR WEEKU WEEKV WEEKW EURDFMY",
        Meaning(partial(_moments, origin=SAS, unit=DAY, shown="D")),
    ),
    **_every(
        "DAY MONTH MONNAME QTR QTRR YEAR JULDAY WEEKDAY DOWNAME EURDFDWN EURDFMN NLDATEYR NLDATEMN",
        Meaning(partial(_moments, origin=SAS, unit=DAY, shown="D"), WHOLE),
    ),
    **_every(
        "DTDATE DTMONYY DTYYQC DTWKDATX B8601DN E8601DN IS8601DN",
        Meaning(partial(_moments, origin=SAS, unit=SECOND, shown="D")),
    ),
    **_every(
        "DATETIME DATEAMPM MDYAMPM E8601DT B8601DT IS8601DT E8601DZ B8601DZ IS8601DZ E8601DX B8601DX NLDATM NLDATMAP "
        "NLDATMW EURDFDT",
        Meaning(partial(_moments, origin=SAS, unit=SECOND)),
    ),
    "DTYEAR": Meaning(partial(_moments, origin=SAS, unit=SECOND, shown="D"), WHOLE),
    **_every(
        "TIME HHMM TIMEAMPM E8601TM B8601TM IS8601TM NLTIME NLTIMAP",
        Meaning(partial(_spans, unit=SECOND), of_a_day=True),
    ),
    **_every("HOUR MMSS", Meaning(partial(_spans, unit=SECOND))),
    "TOD": Meaning(partial(_clock, unit=SECOND), of_a_day=True),
}  # fmt: skip
"""SAS counts days, or seconds of moments and spans; DT and DN show the day of a moment."""

IN_STATA = {
    "d": Meaning(partial(_moments, origin=STATA, unit=DAY, shown="D")),
    "c": Meaning(partial(_moments, origin=STATA, unit=SECOND // 1000)),
    "C": Meaning(
        partial(_moments, origin=STATA, unit=SECOND // 1000),
        "counts leap seconds ({format}), which are not taken away: its times are up to 27 s late",
    ),
    "w": Meaning(_weeks),
    "m": Meaning(partial(_months, months=1)),
    "q": Meaning(partial(_months, months=3)),
    "h": Meaning(partial(_months, months=6)),
    "b": Meaning(
        None, "counts days of a business calendar that the file does not hold ({format}) and is read as its numbers"
    ),
    "clock": Meaning(partial(_spans, unit=SECOND // 1000), of_a_day=True),
}
"""By the letter after ``%t``; a year (%ty) is the number that it looks, and so is %tg."""

OF_STATA = re.compile(r"%-?(?:t(?P<letter>[A-Za-z])|(?P<day>d))(?P<pattern>.*)")
WIDTH = re.compile(r"(?P<name>[A-Z]\w*?)\d*(?:\.\d*)?")
SHOWS_A_DAY = re.compile(r"[CcYyJjNnDd]|[Mm]on")
"""What stands in a pattern of Stata for a part of the day: century, year, day of the year, month, day."""


def _of_stata(written: str) -> str:
    match = OF_STATA.fullmatch(written)
    if match is None:
        return ""
    letter = "d" if match["day"] else str(match["letter"])
    without_a_day = match["pattern"] and not SHOWS_A_DAY.search(match["pattern"])
    return "clock" if letter in "cC" and without_a_day else letter


def _without_width(written: str) -> str:
    match = WIDTH.fullmatch(written.upper())
    return match["name"] if match else ""


@dataclass(frozen=True, slots=True)
class Program:
    """The display formats of a program.

    Attributes
    ----------
    meanings : mapping of str to Meaning
    name_of : callable
        A format as a file has it -> its name among the meanings.
    """

    meanings: dict[str, Meaning] = field(repr=False)
    name_of: Callable[[str], str] = _without_width

    def read(self, numbers: Numbers, written: str) -> tuple[pa.Array | None, str]:
        """Numbers as what their display format shows.

        Parameters
        ----------
        numbers : ndarray of float64, shape (n,)
            NaN where they are missing.
        written : str
            The format as the file has it, such as ``%tm`` or ``DATE9``.

        Returns
        -------
        cells : pyarrow.Array of days, moments, times of the day or spans, shape (n,), or None
            Null where they are missing; None where the numbers are what the column shows.
        note : str
            What follows the column's name in a sentence to the user; empty for nothing.

        Examples
        --------
        >>> cells, note = PROGRAMS["read_dta"].read(np.array([-120.0, np.nan]), "%tm")
        >>> cells.to_pylist(), note
        ([datetime.date(1950, 1, 1), None], '')
        >>> PROGRAMS["read_sav"].read(np.array([100_000.0]), "DTIME14")[0].to_pylist()
        [datetime.timedelta(days=1, seconds=13600)]
        """
        meaning = self.meanings.get(self.name_of(written))
        if meaning is None:
            return None, ""
        note = meaning.note.format(format=written)
        if meaning.convert is None:
            return None, note
        known = np.isfinite(numbers)
        try:
            converted = meaning.convert(numbers[known])
        except OutOfRangeError:
            return None, f"has days beyond the years 1 to 9999 ({written}) and is read as its numbers"
        cells = np.full(len(numbers), np.array("NaT", converted.dtype))
        cells[known] = converted
        if meaning.of_a_day and ((converted >= np.timedelta64(0)) & (converted < np.timedelta64(DAY, "us"))).all():
            return pa.array(cells.astype(np.int64), mask=~known).cast(pa.time64("us")), note
        return pa.array(cells), note


PROGRAMS = {
    "read_dta": Program(IN_STATA, _of_stata),
    "read_sav": Program(IN_SPSS),
    "read_por": Program(IN_SPSS),
    "read_sas7bdat": Program(IN_SAS),
    "read_xport": Program(IN_SAS),
}
"""By the function of pyreadstat that reads the program's files."""
