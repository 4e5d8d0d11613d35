"""Text cells that are dates, moments or times of the day: one pattern for a whole column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from backlit.encoding.text.months import MONTHS
from backlit.encoding.text.number_form import Flags, flags, large, to_ascii
from backlit.encoding.text.screening import possible

Numbers = NDArray[np.float64]
Integers = NDArray[np.int64]

ZONES: Mapping[str, float] = {
    "UTC": 0, "GMT": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2, "MEZ": 1, "MESZ": 2, "EET": 2, "EEST": 3,
    "MSK": 3, "JST": 9, "KST": 9, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8,
    "PDT": -7,
}  # fmt: skip
"""Time zones by their short names, in hours ahead of UTC; of a name with two meanings the one of Europe or America."""

CLOCK = (
    r"(?:(?P<half>오전|오후)\s*)?(?P<h>\d{1,2})(?:\s*[:.hH시]\s*(?P<i>\d{2}))"
    r"(?:\s*[:.분]\s*(?P<s>\d{2})(?:[.,:](?P<f>\d+))?)?(?:[초분]|\s+Uhr)?"
    rf"\s*(?P<noon>[AaPp]\.?\s?[Mm]\.?)?\s*(?P<zone>[Zz]|{'|'.join(ZONES)}|(?:UTC|GMT)?[+-]\d{{2}}(?::?\d{{2}})?)?"
)
BASIC_CLOCK = (
    r"(?P<half>)(?P<h>\d{2})(?P<i>\d{2})(?P<s>\d{2})?(?:[.,](?P<f>\d+))?(?P<noon>)(?P<zone>[Zz]|[+-]\d{2}(?::?\d{2})?)?"
)
NAME = r"[^\s\d.,;/:()\[\]_+-]+"
"""A word: what is no digit, space or mark. (RE2 expands a class of all letters to thousands of states.)"""
DAY_NAME = rf"^(?:{NAME}\.?,?\s+)?"
LATER = rf"(?:(?:\s*[T,:]\s*|\s+(?:at\s+|um\s+|à\s+)?){CLOCK})?(?:\s*\([^\d()][^()]*\)|\[[A-Za-z/_+-]+\])?$"
MONTH = rf"(?P<m>{NAME})\.?"
GAP = r"\s*[-/._]\s*|\s"
DAY = r"(?P<a>\d{1,2})"
YEAR = r"'?(?P<c>\d{4}|\d{2})"
DAY_MONTH = rf"{DAY}(?:st|nd|rd|th|er|[º°]|\.)?[-/. ]*(?:de |of )?{MONTH}"
LAYOUTS: Mapping[str, str] = {
    "numeric": rf"{DAY_NAME}(?P<a>\d{{1,4}})(?P<p>{GAP})(?P<b>\d{{1,2}})(?P<q>{GAP})(?P<c>\d{{1,4}})\.?{LATER}",
    "east asian": (
        r"^(?P<a>\d{2,4})\s*[年년]\s*(?P<b>\d{1,2})\s*[月월]\s*(?P<c>\d{1,2})\s*[日일](?:\s*\(.\))?" + LATER
    ),
    "d month Y": rf"{DAY_NAME}{DAY_MONTH}[-/., ]*(?:de |del )?{YEAR}{LATER}",
    "month d Y": rf"{DAY_NAME}{MONTH}[-/ ]*{DAY}(?:st|nd|rd|th)?(?:\s*[,/-]\s*|\s+){YEAR}{LATER}",
    "Y month d": rf"^(?P<c>\d{{4}})[-/., ]*{MONTH}[-/., ]*{DAY}{LATER}",
    "month d time Y": rf"{DAY_NAME}{MONTH}\s+{DAY}\s+{CLOCK}\s+(?P<c>\d{{4}})$",
    "basic": rf"^(?P<a>\d{{4}})(?P<b>\d{{2}})(?P<c>\d{{2}})T{BASIC_CLOCK}$",
    "month Y": rf"^{MONTH}[-/, ]*'?(?P<c>\d{{4}})$",
    "Y month": rf"^(?P<c>\d{{4}})[-/, ]*{MONTH}$",
    "numeric month": r"^(?P<a>\d{4}|\d{1,2})\s*[-/]\s*(?P<b>\d{4}|\d{1,2})$",
    "quarter": r"^(?P<c>\d{4})[-/ ]*[Qq](?P<a>[1-4])$",
    "quarter first": r"^[Qq](?P<a>[1-4])[-/ ]*(?P<c>\d{4})$",
    "clock": rf"^{CLOCK}$",
    "week": r"^(?P<c>\d{4})-?W(?P<w>\d{2})(?:-?(?P<a>[1-7]))?$",
    "digits": (
        r"^(?P<a>(?:19|20)\d{2})(?P<b>\d{2})(?P<c>\d{2})"
        r"(?:(?P<half>)(?P<h>\d{2})(?P<i>\d{2})(?P<s>\d{2})?(?P<f>)(?P<noon>)(?P<zone>))?$"
    ),
    "month y": rf"^{MONTH}[-/. ]*'?(?P<c>\d{{2}})$",
    "month d": rf"^{MONTH}[-/. ]*{DAY}(?:st|nd|rd|th)?$",
    "d month": rf"^{DAY_MONTH}$",
}
"""Layouts of dates as regular expressions: a, b, c are parts of a day, m a month's name."""

ORDERS: Mapping[str, tuple[str, ...]] = {
    "numeric": ("dmy", "mdy", "ymd", "ydm"), "east asian": ("ymd",), "basic": ("ymd",), "digits": ("ymd",),
    "numeric month": ("my", "ym"),
}  # fmt: skip
SHOWN = {
    "ymd": "Y/m/d", "dmy": "d/m/Y", "mdy": "m/d/Y", "ydm": "Y/d/m", "my": "m/Y", "ym": "Y/m",
    "digits": "Ymd without gaps", "week": "of ISO weeks", "month y": "month Y", "month d": "month d of any year",
    "d month": "d month of any year",
}  # fmt: skip
FEWEST_COMPACT = 10
"""So many different numbers of eight digits that all are days are no accident."""
CODE_LIKE = ("month y", "month d", "d month")
FEWEST_MONTHS = 3
"""Texts of a month's name and two digits have so many different names, or are codes."""
YEAR_OF_DAYS = 2000
"""Where a day is given without its year: a leap year."""
MOST_YEARS = 15
"""So many different numbers after a month's name may be years; more are days."""

PIVOT = 69
"""Years of two digits are of the last century from this one on, as POSIX reads them."""


@dataclass(frozen=True, slots=True)
class DateForm:
    """How the dates of a column are written.

    Attributes
    ----------
    layout : str
        A name of `LAYOUTS`.
    order : str
        The order of day, month and year where all are digits, such as ``dmy``.
    zone : bool
        Whether every cell has a time zone.
    """

    layout: str
    order: str = ""
    zone: bool = False

    @property
    def kind(self) -> str:
        """The kind of column that it makes."""
        return "time" if self.layout == "clock" else "instant" if self.zone else "datetime"

    @property
    def words(self) -> str:
        """The form as people write it."""
        return SHOWN.get(self.layout) or SHOWN.get(self.order, self.layout)

    def read(self, texts: pa.Array) -> tuple[Numbers, Flags]:
        """Seconds since 1970 (or since midnight) of some texts, and which of them have this form.

        Examples
        --------
        >>> DateForm("numeric", "dmy").read(pa.array(["2/1/1970", "31/2/1970"], pa.large_string()))
        (array([86400.,    nan]), array([ True, False]))
        """
        parts = Parts.of(texts, self.layout)
        seconds, valid, zoned = parts.seconds(self.order)
        valid = valid & (zoned == self.zone)
        return np.where(valid, seconds, np.nan), valid

    def to_state(self) -> dict[str, Any]:
        """The form as JSON."""
        return {"form": "date", "layout": self.layout, "order": self.order, "zone": self.zone}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> DateForm:
        """The form whose state this is."""
        if state["layout"] not in LAYOUTS or state["order"] not in ("", *ORDERS.get(state["layout"], ())):
            raise ValueError("layout of a form of dates")
        return cls(state["layout"], state["order"], bool(state["zone"]))


@dataclass(frozen=True, slots=True)
class Parts:
    """Texts of one layout taken apart; a part that a text does not have is -1, its text empty."""

    matched: Flags
    integers: Mapping[str, Integers]
    widths: Mapping[str, Integers]
    texts: Mapping[str, pa.Array]

    @classmethod
    def of(cls, texts: pa.Array, layout: str) -> Parts:
        """Take texts apart."""
        parts = pc.extract_regex(to_ascii(texts), LAYOUTS[layout])
        names = [field.name for field in parts.type]
        text = {name: pc.fill_null(pc.struct_field(parts, name), "") for name in names}
        matched = flags(pc.is_valid(parts))
        if "p" in text:
            same = pc.equal(pc.utf8_trim_whitespace(text["p"]), pc.utf8_trim_whitespace(text["q"]))
            matched = matched & flags(same)
        numbers = {name: _integers(text[name]) for name in "abchisw" if name in text}
        widths = {name: pc.utf8_length(text[name]).to_numpy(zero_copy_only=False) for name in "abc" if name in text}
        if "m" in text:
            encoded = pc.utf8_lower(text["m"]).dictionary_encode()
            months = np.array([MONTHS.get(name, -1) for name in encoded.dictionary.to_pylist()] or [-1], np.int64)
            numbers["m"] = months[encoded.indices.to_numpy(zero_copy_only=False)]
        return cls(matched, numbers, widths, text)

    @property
    def n_months(self) -> int:
        """How many months have their name in some text."""
        months = self.integers["m"]
        return len(np.unique(months[months > 0]))

    def seconds(self, order: str) -> tuple[Numbers, Flags, Flags]:
        """Seconds of each text, which are a real day and time, and which have a time zone."""
        valid = self.matched.copy()
        clock, clock_valid, zoned = self._clock()
        valid &= clock_valid
        if not {"a", "b", "c"} & self.integers.keys():
            return clock, valid, zoned
        if "w" in self.integers:
            return *self._weeks(valid), zoned
        year, month, day, part_valid = self._date(order)
        valid &= part_valid & (month >= 1) & (month <= 12) & (year >= 1) & (day >= 1)
        months = np.where(valid, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
        days = months.astype("datetime64[D]") + (np.where(valid, day, 1) - 1)
        valid &= days.astype("datetime64[M]") == months
        return days.astype(np.int64) * 86_400.0 + clock, valid, zoned

    def _weeks(self, valid: Flags) -> tuple[Numbers, Flags]:
        """Seconds of the weeks of ISO 8601, at their Monday unless a day is given, and which there are."""
        week, day = self.integers["w"], np.maximum(self.integers["a"], 1)
        fourth = (np.where(valid, self.integers["c"], 1970) - 1970).astype("datetime64[Y]").astype("datetime64[D]") + 3
        monday = fourth - (fourth.astype(np.int64) + 3) % 7  # of week 1, which has the 4th of January
        days = monday + (week - 1) * 7 + (day - 1)
        return days.astype(np.int64) * 86_400.0, valid & (week >= 1) & (week <= 53)

    def _date(self, order: str) -> tuple[Integers, Integers, Integers, Flags]:
        """Year, month, day, and where their widths fit."""
        ones = np.ones(len(self.matched), np.int64)
        if order:
            part = dict(zip(order, "abc", strict=False))
            year, month = self.integers[part["y"]], self.integers[part["m"]]
            day = self.integers[part["d"]] if "d" in part else ones
            width = self.widths[part["y"]]
            others = [self.widths[part[name]] for name in "md" if name in part]
            fits = ((width == 4) | ((width == 2) & (len(part) == 3))) & (np.max(others, axis=0) <= 2)
            if len(part) == 3:  # 1.2.24 may be a version or a chapter
                dotted = (
                    flags(pc.match_substring(self.texts["p"], ".")) if "p" in self.texts else np.zeros(len(fits), bool)
                )
                fits &= (width == 4) | ~dotted | (np.min(others, axis=0) == 2)
        elif "c" not in self.integers:
            return ones * YEAR_OF_DAYS, self.integers["m"], self.integers["a"], ones > 0
        else:
            year, width = self.integers["c"], self.widths["c"]
            month = self.integers["m"] if "m" in self.integers else 3 * self.integers["a"] - 2
            day = self.integers["a"] if "m" in self.integers and "a" in self.integers else ones
            fits = (width == 4) | (width == 2)
        century = np.where(year >= PIVOT, 1900, 2000)
        return np.where(width == 2, year + century, year), month, day, fits

    def _clock(self) -> tuple[Numbers, Flags, Flags]:
        """Seconds since midnight in UTC, where they are a time, and where there is a zone."""
        n = len(self.matched)
        if "h" not in self.integers:
            return np.zeros(n), np.ones(n, bool), np.zeros(n, bool)
        hour, minute, second = (np.maximum(self.integers[name], 0) for name in "his")
        noon = pc.utf8_lower(pc.utf8_slice_codeunits(self.texts["noon"], 0, 1))
        afternoon = flags(pc.equal(noon, "p")) | flags(pc.equal(self.texts["half"], "오후"))
        halved = flags(pc.not_equal(noon, "")) | flags(pc.not_equal(self.texts["half"], ""))
        midnight = (hour == 24) & (minute == 0) & (second == 0)
        valid = (minute < 60) & (second < 61) & np.where(halved, (hour <= 12) & (hour >= 1), (hour < 24) | midnight)
        hour = np.where(halved, hour % 12 + 12 * afternoon, hour)
        fraction = pc.cast(
            pc.binary_join_element_wise(
                large("0."), pc.utf8_slice_codeunits(self.texts["f"], 0, 18), large("0"), large("")
            ),
            pa.float64(),
        )
        offsets, zoned = self._zones()
        return hour * 3600.0 + minute * 60 + second + fraction.to_numpy(zero_copy_only=False) - offsets, valid, zoned

    def _zones(self) -> tuple[Numbers, Flags]:
        """Seconds that each text's zone is ahead of UTC, and where there is one."""
        encoded = self.texts["zone"].dictionary_encode()
        names = encoded.dictionary.to_pylist() or [""]
        codes = encoded.indices.to_numpy(zero_copy_only=False)
        return np.array([_offset(name) for name in names])[codes], np.array([name != "" for name in names])[codes]


def _integers(text: pa.Array) -> Integers:
    """Digits as integers, -1 for none."""
    numbers: Integers = pc.cast(pc.if_else(pc.equal(text, ""), large("-1"), text), pa.int64()).to_numpy(
        zero_copy_only=False
    )
    return numbers


def _offset(zone: str) -> float:
    """Seconds ahead of UTC."""
    if zone in ZONES:
        return ZONES[zone] * 3600.0
    digits = "".join(character for character in zone if character.isdigit()).ljust(4, "0")
    return (int(digits[:2]) * 3600.0 + int(digits[2:]) * 60.0) * (-1.0 if "-" in zone else 1.0)


def fit_dates(
    texts: pa.Array, day_first: bool | None, layouts: Iterable[str] = tuple(LAYOUTS)
) -> tuple[DateForm, Flags, DateForm | None] | None:
    """The form that most of some distinct texts have, which have it, and another that they all have as well.

    Parameters
    ----------
    texts : pyarrow.Array of large_string
        Distinct, trimmed, without nulls.
    day_first : bool or None
        Whether the day is before the month where the texts do not show it; None is yes.
    layouts : iterable of str
        The layouts that are tried.

    Returns
    -------
    tuple or None
        None where none is a date.

    Examples
    --------
    >>> form, _, other = fit_dates(pa.array(["05/03/2024", "31/12/2024"], pa.large_string()), None)
    >>> form.words, other
    ('d/m/Y', None)
    """
    best: tuple[int, DateForm, Flags] | None = None
    equal: list[DateForm] = []
    for layout in possible(texts, {layout: LAYOUTS[layout] for layout in layouts}):
        parts = Parts.of(texts, layout)
        if not parts.matched.any() or (layout in CODE_LIKE and parts.n_months < FEWEST_MONTHS):
            continue
        orders = ORDERS.get(layout, ("",))
        if day_first is False:
            orders = tuple(sorted(orders, key=lambda order: order.startswith("d")))
        for order in orders:
            _, valid, zoned = parts.seconds(order)
            zone = bool(zoned[valid].mean() > 0.5) if valid.any() else False
            valid = valid & (zoned == zone)
            count, form = int(valid.sum()), DateForm(layout, order, zone)
            if best is None or count > best[0]:
                best, equal = (count, form, valid), []
            elif count == best[0] and layout == best[1].layout:
                equal.append(form)
    if best is None or not best[0]:
        return None
    form, readable = best[1:]
    if form.layout == "month y":
        form, readable, equal = _years_or_days(texts, form, readable)
    if (
        equal
        and form.order
        and day_first is None
        and not flags(pc.match_substring_regex(to_ascii(texts), r"\d{4}")).any()
    ):
        form = min((form, *equal), key=lambda candidate: _span(texts, candidate))  # years of two digits vary least
        equal = [other for other in (best[1], *equal) if other != form]
    return form, readable, _twin(texts, form, equal)


def _years_or_days(texts: pa.Array, years: DateForm, readable: Flags) -> tuple[DateForm, Flags, list[DateForm]]:
    """Whether the numbers after months' names are years or days, and which else fits as well."""
    days = DateForm("month d")
    fits = days.read(texts)[1]
    if fits.sum() < readable.sum():
        return years, readable, []
    if len(np.unique(Parts.of(texts, years.layout).integers["c"])) > MOST_YEARS:
        return days, fits, [years]
    return years, readable, [days]


def fit_compact(texts: pa.Array) -> DateForm | None:
    """The form of distinct texts that all are days of eight digits, or moments of twelve or fourteen.

    Examples
    --------
    >>> fit_compact(pa.array([f"202403{day}" for day in range(10, 30)], pa.large_string())).words
    'Ymd without gaps'
    """
    form = DateForm("digits", "ymd")
    for part in (texts.slice(0, FEWEST_COMPACT), texts):  # most numbers show at once that they are none
        if len(part) < FEWEST_COMPACT or not form.read(part)[1].all():
            return None
    return form


def _span(texts: pa.Array, form: DateForm) -> float:
    """Seconds between the first and the last date."""
    seconds = form.read(texts)[0]
    return float(np.nanmax(seconds) - np.nanmin(seconds))


def _twin(texts: pa.Array, form: DateForm, equal: list[DateForm]) -> DateForm | None:
    """Of the other orders that fit as well the first one that gives other days."""
    if form.order == "ymd" and flags(pc.match_substring_regex(to_ascii(texts), r"^\D*\d{4}")).any():
        return None  # a year of four digits in front: no one writes Y/d/m but by proof
    values = form.read(texts)[0]
    for other in equal:
        if not np.array_equal(other.read(texts)[0], values, equal_nan=True):
            return other
    return None
