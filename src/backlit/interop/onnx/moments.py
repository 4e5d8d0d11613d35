"""Dates and times: ISO text as seconds, and what the encoder makes of a moment's seconds."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from backlit.encoding.cells import DAY
from backlit.interop.onnx.graph import Values
from backlit.interop.onnx.strings import Texts, both

ISO_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
ISO_CLOCK = "(?:[01][0-9]|2[0-3])(?::[0-5][0-9](?::[0-5][0-9](?:[.][0-9]{0,9})?)?)?"
ISO_ZONE = "(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)"
ISO: Mapping[str, str] = {
    "datetime": f"{ISO_DATE}(?:[T ]{ISO_CLOCK})?",
    "instant": f"{ISO_DATE}[T ]{ISO_CLOCK} ?{ISO_ZONE}",
    "time": ISO_CLOCK,
}
"""Kind of column -> the pattern of its cells: ``2024-12-31``, ``2024-12-31 09:30:00.25+09:00``, ``09:30``."""

HOUR = 3_600.0

EPOCH = 719_468.0
"""Days from the first of March of the year 0 to 1970."""

ERA_DAYS, CENTURY_DAYS, LEAP_CYCLE_DAYS, YEAR_DAYS = 146_097.0, 36_524.0, 1_460.0, 365.0
"""Days of 400, of 100, of 4 years and of one in the Gregorian calendar, the last day of leap cycles apart."""


def iso_seconds(texts: Texts, kind: str) -> tuple[Values, Values]:
    """Seconds since 1970 (in UTC), or since midnight, of ISO text, and where it is such text."""
    valid = texts.matches(ISO[kind])
    date, clock = texts, texts
    if kind != "time":
        first, last = texts.split("T", 2)
        date, clock, zone = (first + " " + last).split(" ", 3)
        clock = clock + zone
    clock, offset = without_zone(clock, valid) if kind == "instant" else (clock, None)
    seconds = clock_seconds(clock.split(":", 3), valid)
    if offset is not None:
        seconds = seconds - offset
    if kind != "time":
        year, month, day = (part.digits(valid) for part in date.split("-", 3))
        days = days_of(year, month, day) * DAY
        seconds, valid = days + seconds, both(valid, is_date(month, day, days))
    return seconds, valid


def clock_seconds(parts: list[Texts], valid: Values) -> Values:
    """Seconds since midnight of hours, minutes and seconds as text; what is absent is 0."""
    hour, minute, second = (part.digits(valid) for part in parts)
    return (hour * 60.0 + minute) * 60.0 + second


def without_zone(clock: Texts, valid: Values) -> tuple[Texts, Values]:
    """A clock before its zone, and the seconds that the zone is ahead of UTC."""
    clock = clock.split("Z", 1)[0]
    clock, ahead = clock.split("+", 2)
    clock, behind = clock.split("-", 2)
    return clock, _zone_seconds(ahead, valid) - _zone_seconds(behind, valid)


def _zone_seconds(zone: Texts, valid: Values) -> Values:
    """Seconds of ``09:00``, ``0900`` or ``09``."""
    hours, minutes = (part.digits(valid) for part in zone.split(":", 2))
    together = hours > 99.0
    minutes = together.where(hours.remainder(100.0), minutes)
    hours = together.where(hours.floor_divide(100.0), hours)
    return (hours * 60.0 + minutes) * 60.0


def days_of(year: Values, month: Values, day: Values) -> Values:
    """Days since 1970 of a date of the Gregorian calendar, by years that begin in March."""
    late = month > 2.0
    year = late.where(year, year - 1.0)
    month = late.where(month - 3.0, month + 9.0)
    era = year.floor_divide(400.0)
    year = year - era * 400.0
    of_year = (month * 153.0 + 2.0).floor_divide(5.0) + day - 1.0
    of_era = year * YEAR_DAYS + year.floor_divide(4.0) - year.floor_divide(100.0) + of_year
    return era * ERA_DAYS + of_era - EPOCH


def is_date(month: Values, day: Values, seconds: Values) -> Values:
    """Where a month and a day exist, by the seconds that `days_of` gives them."""
    within = both(both(month > 0.0, month < 13.0), day > 0.0)
    return both(within, _date_of(seconds)[1].equals(month - 1.0))


def _date_of(seconds: Values) -> tuple[Values, Values]:
    """The year, and the month counted from 0, of seconds since 1970."""
    days = seconds.floor_divide(DAY) + EPOCH
    era = days.floor_divide(ERA_DAYS)
    of_era = days - era * ERA_DAYS
    leap_days = of_era.floor_divide(LEAP_CYCLE_DAYS) - of_era.floor_divide(CENTURY_DAYS)
    year = (of_era - leap_days + of_era.floor_divide(ERA_DAYS - 1.0) * -1.0).floor_divide(YEAR_DAYS)
    of_year = of_era - (year * YEAR_DAYS + year.floor_divide(4.0) - year.floor_divide(100.0))
    from_march = (of_year * 5.0 + 2.0).floor_divide(153.0)
    early = from_march > 9.0  # January and February belong to the next year
    year = year + era * 400.0
    return early.where(year + 1.0, year), early.where(from_march - 10.0, from_march + 2.0)


CYCLES: Mapping[str, tuple[int, Callable[[Values], Values]]] = {
    "month": (12, lambda seconds: _date_of(seconds)[1]),
    "weekday": (7, lambda seconds: (seconds.floor_divide(DAY) + 3.0).remainder(7.0)),
    "hour": (24, lambda seconds: seconds.remainder(DAY) / HOUR),
}
"""Cycle -> how many positions it has, and the position, counted from 0, of seconds since 1970."""

FUNCTIONS: Mapping[str, tuple[str, Callable[[NDArray[np.float64]], NDArray[np.float64]]]] = {
    "sin": ("Sin", np.sin),
    "cos": ("Cos", np.cos),
}
"""Name -> the operator, and NumPy's function."""


def calendar_part(part: str, seconds: Values) -> Values:
    """One of `backlit.encoding.columns.PARTS`, of seconds without NaN.

    Whole positions are looked up in NumPy's own values: where all sines of a column are next to 0, as those of January
    and July, the scaling of the column enlarges what two libraries differ in.

    Raises
    ------
    KeyError
        If there is no such part.
    """
    if part == "seconds":
        return seconds
    if part == "year":
        return _date_of(seconds)[0]
    cycle, name = part.split(" ")
    count, position = CYCLES[cycle]
    operator, function = FUNCTIONS[name]
    at = position(seconds)
    whole, graph = at.unary("Floor"), seconds.graph
    table = graph.constant(function(2 * np.pi * (np.arange(count) / count)))
    looked_up = Values(graph, graph.node("Gather", [table, graph.cast(whole.name, np.int64)], axis=0))
    return at.equals(whole).where(looked_up, (at / count * (2 * np.pi)).unary(operator))
