"""Columns of text that are dates, moments or times in one layout: ``31/12/2024``, ``2. Jan 2024 9:30 PM``."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from backlit.encoding.cells import DAY
from backlit.encoding.text.date_form import PIVOT, DateForm
from backlit.encoding.text.months import MONTHS
from backlit.errors import BacklitError
from backlit.interop.onnx.graph import Values
from backlit.interop.onnx.moments import clock_seconds, days_of, is_date, without_zone
from backlit.interop.onnx.strings import MOST_SEPARATORS, Texts, any_of, both, chosen

NUMBERS = {"y": "(?:[0-9]{4}|[0-9]{2})", "m": "[0-9]{1,2}", "d": "[0-9]{1,2}", "q": "[1-4]"}
MONTH_NAME = "[^-0-9 .,/:]+"
DAY_OF_MONTH = "[0-9]{1,2}(?:st|nd|rd|th|er|º)?"
FOUR = "[0-9]{4}"

DAY_NAME = f"{MONTH_NAME}[.]?,? +"
CLOCK = "(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::(?:[0-5][0-9]|60)(?:[.][0-9]{0,9})?)?"
HALF_CLOCK = "(?:0?[1-9]|1[0-2]):[0-5][0-9](?::(?:[0-5][0-9]|60)(?:[.][0-9]{0,9})?)? ?[AaPp][.]?[Mm][.]?"
BASIC_CLOCK = "(?:[01][0-9]|2[0-3])[0-5][0-9](?:[0-5][0-9](?:[.][0-9]{0,9})?)?"
ZONE = " ?(?:Z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)"
AFTERNOON, HALVED = "(?s).*[0-9] ?[Pp][.]?[Mm][.]?.*", "(?s).*[0-9] ?[AaPp][.]?[Mm][.]?.*"


@dataclass(frozen=True, slots=True)
class Layout:
    """A layout of `backlit.encoding.text.date_form.LAYOUTS` as ONNX reads it.

    Attributes
    ----------
    tokens : str
        What the words of the date are, in their order: y, m, d, a month's name (n), a quarter (q) or the time of the
        day (t); empty where the form's order gives them.
    separators : str
        Characters between them, besides the space.
    pattern : str
        The date as a regular expression; empty where the tokens give it.
    solid : bool
        Whether the date has no space, so that a space begins the time of the day.
    """

    tokens: str
    separators: str
    pattern: str = ""
    solid: bool = False


LAYOUTS: Mapping[str, Layout] = {
    "numeric": Layout("", "-/.", solid=True),
    "numeric month": Layout("", "-/", solid=True),
    "east asian": Layout("ymd", "年년月월日일", "[0-9]{2,4} *[年년] *[0-9]{1,2} *[月월] *[0-9]{1,2} *[日일]"),
    "d month Y": Layout("dny", "-/.,", f"{DAY_OF_MONTH}[-/. ]+{MONTH_NAME}[.]?[-/., ]+{NUMBERS['y']}"),
    "month d Y": Layout("ndy", "-/.,", f"{MONTH_NAME}[.]?[-/ ]+{DAY_OF_MONTH}[-,/ ]+{NUMBERS['y']}"),
    "Y month d": Layout("ynd", "-/.,", f"{FOUR}[-/., ]+{MONTH_NAME}[.]?[-/., ]+[0-9]{{1,2}}"),
    "month d time Y": Layout("ndty", "", f"{MONTH_NAME} +[0-9]{{1,2}} +{CLOCK} +{FOUR}"),
    "month Y": Layout("ny", "-/.,", f"{MONTH_NAME}[.]?[-/, ]+{FOUR}"),
    "Y month": Layout("yn", "-/.,", f"{FOUR}[-/, ]+{MONTH_NAME}[.]?"),
    "quarter": Layout("yq", "-/Qq", f"{FOUR}[-/ ]*[Qq][1-4]"),
    "quarter first": Layout("qy", "-/Qq", f"[Qq][1-4][-/ ]*{FOUR}"),
    "basic": Layout("", "", solid=True),
    "clock": Layout("", "", solid=True),
}
"""Layouts that can be read; a cell in a rarer variant of one stops the run."""

NOT_READ = frozenset({"week", "digits", "month y", "month d", "d month"})
"""Layouts that are refused when the graph is written."""


def date_seconds(texts: Texts, form: DateForm, name: str) -> tuple[Values, Values]:
    """Seconds of text in a form, and where it has the form.

    Raises
    ------
    BacklitError
        If the layout is one that ONNX's operators cannot read.
    """
    if form.layout == "basic":
        return _basic_seconds(texts, form.zone)
    if form.layout in NOT_READ:
        raise BacklitError(
            f"to_onnx: column {name!r} is text in the layout {form.words!r}, which a graph cannot read; convert the "
            "column to dates and train again"
        )
    layout = LAYOUTS[form.layout]
    if form.zone and not layout.solid:
        raise BacklitError(
            f"to_onnx: column {name!r} is text in the layout {form.words!r} with time zones, which a graph cannot "
            "read; convert the column to dates and train again"
        )
    tokens = layout.tokens or form.order
    pattern = _pattern(layout, tokens, form)
    named = texts.matches(f"{DAY_NAME}(?:{pattern})")
    valid = any_of(texts.matches(pattern), named)
    parts = _words(texts, layout, len(tokens), named)
    times = parts[len(tokens) :] if "t" not in tokens else [parts[tokens.index("t")]]
    seconds = _clock(texts, times, form.zone, valid)
    if not tokens:
        return seconds, valid
    part = {token: _part(word, token, valid) for token, word in zip(tokens, parts, strict=False) if token != "t"}
    year = part["y"]
    year = (year < 100.0).where((year < float(PIVOT)).where(year + 2000.0, year + 1900.0), year)
    month = part["q"] * 3.0 - 2.0 if "q" in part else part["n" if "n" in part else "m"]
    day = part.get("d", month * 0.0 + 1.0)
    days = days_of(year, month, day) * DAY
    return days + seconds, both(valid, is_date(month, day, days))


def _basic_seconds(texts: Texts, zoned: bool) -> tuple[Values, Values]:
    """Seconds of ``20241231T093000``."""
    valid = texts.matches(f"[0-9]{{8}}T{BASIC_CLOCK}" + (ZONE if zoned else ""))
    date_text, clock_text = texts.split("T", 2)
    offset = None
    if zoned:
        clock_text, offset = without_zone(clock_text, valid)
    date, clock = date_text.digits(valid), clock_text.digits(valid)
    with_seconds = texts.matches("[0-9]{8}T[0-9]{6}.*")
    clock = with_seconds.where(clock, clock * 100.0)
    seconds = clock.floor_divide(10_000.0) * 3_600.0 + clock.floor_divide(100.0).remainder(100.0) * 60.0
    seconds = seconds + clock.remainder(100.0)
    month, day = date.floor_divide(100.0).remainder(100.0), date.remainder(100.0)
    days = days_of(date.floor_divide(10_000.0), month, day) * DAY
    seconds = seconds if offset is None else seconds - offset
    return days + seconds, both(valid, is_date(month, day, days))


def _pattern(layout: Layout, tokens: str, form: DateForm) -> str:
    """The whole cell as a regular expression."""
    clock = f"(?:{HALF_CLOCK}|{CLOCK})" + (ZONE if form.zone else "")
    if not tokens:
        return clock
    if layout.pattern:
        return f"{layout.pattern}[.]?(?:,? {clock})?"
    if len(tokens) == 2:
        return "[-/]".join({**NUMBERS, "y": FOUR}[token] for token in tokens)
    dates = [_joined(tokens, separator, NUMBERS) for separator in "-/"]
    # 1.2.24 may be a version or a chapter
    dates += [_joined(tokens, "[.]", {**NUMBERS, "y": FOUR}), _joined(tokens, "[.]", dict.fromkeys("ymd", "[0-9]{2}"))]
    later = f"(?:[T ]|, ?){clock}"
    return f"(?:{'|'.join(dates)})[.]?" + (later if form.zone else f"(?:{later})?")


def _joined(tokens: str, separator: str, numbers: Mapping[str, str]) -> str:
    return separator.join(numbers[token] for token in tokens)


def _words(texts: Texts, layout: Layout, count: int, named: Values) -> list[Texts]:
    """The words of the date, then up to three of the time: the clock, its half of the day, its zone."""
    if not count:
        return texts.words(3)[0]
    if not layout.solid:
        for separator in layout.separators:
            texts = texts.replaced(separator, " ", MOST_SEPARATORS)
        return _after_day_name(texts.words(count + 4)[0], named)
    spaced = texts.replaced("T", " ", 1).replaced(",", " ", 2)
    date, *later = _after_day_name(spaced.words(5)[0], named)
    for separator in layout.separators:
        date = date.replaced(separator, " ", MOST_SEPARATORS)
    return [*date.words(count)[0], *later]


def _after_day_name(words: list[Texts], named: Values) -> list[Texts]:
    """The words without the first one where it is the name of a day."""
    return [chosen(named, after, word) for word, after in itertools.pairwise(words)]


def _clock(texts: Texts, words: list[Texts], zoned: bool, valid: Values) -> Values:
    """Seconds since midnight, in UTC."""
    clock, *rest = words
    for word in rest:
        clock = clock + word
    offset = None
    if zoned:
        clock, offset = without_zone(clock, valid)
    for mark in "AaPp":  # what follows the digits
        clock = clock.split(mark, 1)[0]
    hour, minute, second = clock.split(":", 3)
    seconds = clock_seconds([hour, minute, second], valid)
    halved, afternoon = texts.matches(HALVED), texts.matches(AFTERNOON)
    half_day = DAY / 2
    seconds = halved.where(seconds.remainder(half_day), seconds)
    seconds = afternoon.where(seconds + half_day, seconds)
    return seconds if offset is None else seconds - offset


def _part(word: Texts, token: str, valid: Values) -> Values:
    """A word of a date as a number."""
    graph = word.graph
    if token == "n":
        spelled = {name: number for month, number in MONTHS.items() for name in (month, month.title(), month.upper())}
        (numbers,) = graph.nodes(
            "LabelEncoder", [word.name], 1, "ai.onnx.ml", "",
            keys_strings=list(spelled), values_int64s=list(spelled.values()), default_int64=0,
        )  # fmt: skip
        return Values(graph, graph.cast(numbers, np.float64))
    for suffix in ("st", "nd", "rd", "th", "er", "º") if token == "d" else ():
        word = word.split(suffix, 1)[0]
    return word.digits(valid)
