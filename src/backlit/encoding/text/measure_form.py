"""Text cells that are one number in several parts: hours and minutes, feet and inches, degrees, fractions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from backlit.encoding.text.number_form import Flags, flags, large, to_ascii
from backlit.encoding.text.screening import possible

NUMBER = r"\d+(?:[.,]\d+)?"


@dataclass(frozen=True, slots=True)
class Layout:
    """How the parts of a number are written.

    Attributes
    ----------
    pattern : str
        A regular expression whose groups are the parts; `sign` and `side` turn the whole number.
    factors : mapping of str to float
        What each part is multiplied by.
    words : str
        What the number is in, in words.
    below : mapping of str to float
        The bound of a part below which it must be where a part before it is given.
    spans : bool
        Whether the number is a span of time in seconds.
    needed : tuple of str
        Parts of which some cell must have one, so that the column is not of another layout.
    """

    pattern: str
    factors: Mapping[str, float]
    words: str
    below: Mapping[str, float]
    spans: bool = False
    needed: tuple[str, ...] = ()


CLOCK_FACTORS = {"d": 86_400.0, "h": 3_600.0, "i": 60.0, "s": 1.0}
SPANS: Mapping[str, str] = {
    "clock": (
        r"^(?:(?P<d>-?\d+)\s*(?:days?|d|[Tt]age?|일)\.?,?\s*)?"
        rf"\+?(?P<h>\d{{1,4}}):(?P<i>\d{{2}})(?::(?P<s>{NUMBER}))?$"
    ),
    "words": (
        r"^(?P<sign>-?)(?:(?P<d>\d+)\s*(?:days?|d|[Tt]age?|jours?|일|天|日)\.?[ ,]*)?"
        r"(?:(?P<h>\d+)\s*(?:hours?|hrs?|h|[Ss]td|[Ss]tunden?|heures?|시간|小时|時間|ч)\.?[ ,]*)?"
        r"(?:(?P<i>\d+)\s*(?:minutes?|mins?|m|[Mm]inuten|분|分钟?|мин)\.?[ ,]*)?"
        rf"(?:(?P<s>{NUMBER})\s*(?:seconds?|secs?|s|[Ss]ekunden|초|秒|сек)\.?)?$"
    ),
    "iso": (
        r"^(?P<sign>-?)P(?:(?P<w>\d+)W)?(?:(?P<d>\d+)D)?"
        rf"(?:T(?:(?P<h>{NUMBER})H)?(?:(?P<i>{NUMBER})M)?(?:(?P<s>{NUMBER})S)?)?$"
    ),
}
LAYOUTS: Mapping[str, Layout] = {
    **{
        f"span {name}": Layout(pattern, {"w": 604_800.0, **CLOCK_FACTORS}, "", {"i": 60, "s": 60}, spans=True)
        for name, pattern in SPANS.items()
    },
    "feet": Layout(
        rf"^(?P<f>\d+)\s*(?:'|ft\.?|feet|foot)[ ,]*(?:(?P<n>{NUMBER})\s*(?:\"|''|in\.?|inch(?:es)?)?)?$",
        {"f": 12.0, "n": 1.0}, "in inches", {"n": 12}, needed=("n",),
    ),
    "pounds": Layout(
        rf"^(?P<f>\d+)\s*(?:lbs?|pounds?)\.?[ ,]*(?:(?P<n>{NUMBER})\s*(?:oz|ounces?)\.?)?$",
        {"f": 16.0, "n": 1.0}, "in ounces", {"n": 16}, needed=("n",),
    ),
    "stones": Layout(
        rf"^(?P<f>\d+)\s*(?:st|stone)\.?[ ,]*(?:(?P<n>{NUMBER})\s*(?:lbs?|pounds?)\.?)?$",
        {"f": 14.0, "n": 1.0}, "in pounds", {"n": 14}, needed=("n",),
    ),
    "degrees": Layout(
        rf"^(?P<sign>-?)(?P<side>[NSEW]?)\s*(?P<g>{NUMBER})\s*(?:°|deg|d)\s*(?:(?P<i>{NUMBER})\s*'\s*)?"
        rf"(?:(?P<s>{NUMBER})\s*(?:\"|'')\s*)?(?P<behind>[NSEWO]?)$",
        {"g": 1.0, "i": 1 / 60, "s": 1 / 3600}, "in degrees", {"i": 60, "s": 60}, needed=("i", "side", "behind"),
    ),
    "fraction": Layout(
        r"^(?P<sign>-?)(?:(?P<whole>\d+)(?:[ -]|$))?\s*(?:(?P<above>\d+)/(?P<under>[1-9]\d*))?$",
        {"whole": 1.0}, "", {}, needed=("both",),
    ),
}  # fmt: skip
"""Layouts of numbers in parts, by name."""

TURNED = ("S", "W", "O")
"""The sides of a degree that are below 0 (O is west in French, Spanish and Italian)."""


@dataclass(frozen=True, slots=True)
class MeasureForm:
    """How the numbers of a column are written in parts.

    Attributes
    ----------
    layout : str
        A name of `LAYOUTS`.
    """

    layout: str

    @property
    def kind(self) -> str:
        """The kind of column that it makes."""
        return "duration" if LAYOUTS[self.layout].spans else "numeric"

    @property
    def words(self) -> str:
        """What the numbers are in."""
        return LAYOUTS[self.layout].words

    def read(self, texts: pa.Array) -> tuple[NDArray[np.float64], Flags]:
        r"""The numbers of some texts, and which of them have this form.

        Examples
        --------
        >>> MeasureForm("feet").read(pa.array(["5'11\"", "6 ft"], pa.large_string()))[0]
        array([71., 72.])
        >>> MeasureForm("span clock").read(pa.array(["1 days 00:10:00", "25:30:00"], pa.large_string()))[0]
        array([87000., 91800.])
        """
        values, valid, _ = _taken_apart(texts, LAYOUTS[self.layout])
        return values, valid

    def to_state(self) -> dict[str, Any]:
        """The form as JSON."""
        return {"form": "measure", "layout": self.layout}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> MeasureForm:
        """The form whose state this is."""
        if state["layout"] not in LAYOUTS:
            raise ValueError("layout of a form of numbers in parts")
        return cls(state["layout"])


def _taken_apart(texts: pa.Array, layout: Layout) -> tuple[NDArray[np.float64], Flags, bool]:
    """The numbers of some texts, which are one, and whether some text has what shown the layout."""
    groups = pc.extract_regex(to_ascii(texts), layout.pattern)
    part = {field.name: pc.fill_null(pc.struct_field(groups, field.name), "") for field in groups.type}
    given = {name: flags(pc.not_equal(text, "")) for name, text in part.items()}
    valid = flags(pc.is_valid(groups))
    numbers = {name: _floats(part[name]) for name in part if name in layout.factors or name in ("above", "under")}
    values, any_part = np.zeros(len(valid)), np.zeros(len(valid), bool)
    for name in [name for name in layout.factors if name in part]:
        if name in layout.below:
            valid &= ~any_part | (numbers[name] < layout.below[name])
        values += layout.factors[name] * numbers[name]
        any_part |= given[name]
    if "above" in numbers:
        values += np.where(given["above"], numbers["above"] / np.where(given["under"], numbers["under"], 1.0), 0.0)
        given["both"] = given["above"] & given["whole"]
        any_part |= given["above"]
    valid &= any_part
    for name in ("side", "behind"):
        if name in part:
            values = np.where(
                flags(pc.is_in(part[name], value_set=pa.array(TURNED, pa.large_string()))), -values, values
            )
    if "sign" in part:
        values = np.where(given["sign"], -values, values)
    shown = not layout.needed or any(bool((given[name] & valid).any()) for name in layout.needed)
    return np.where(valid, values, np.nan), valid, shown


def _floats(text: pa.Array) -> NDArray[np.float64]:
    """Digits as numbers, 0 for none."""
    plain = pc.replace_substring(pc.if_else(pc.equal(text, ""), large("0"), text), ",", ".")
    values: NDArray[np.float64] = pc.cast(plain, pa.float64()).to_numpy(zero_copy_only=False)
    return values


def fit_measures(texts: pa.Array) -> tuple[MeasureForm, Flags] | None:
    """The form that most of some distinct texts have, and which have it; None where none is a number in parts.

    Parameters
    ----------
    texts : pyarrow.Array of large_string
        Distinct, trimmed, without nulls.

    Examples
    --------
    >>> fit_measures(pa.array(["2h 5m", "45m"], pa.large_string()))[0].layout
    'span words'
    """
    best: tuple[MeasureForm, Flags] | None = None
    for name in possible(texts, {name: layout.pattern for name, layout in LAYOUTS.items()}):
        _, valid, shown = _taken_apart(texts, LAYOUTS[name])
        if shown and valid.any() and (best is None or valid.sum() > best[1].sum()):
            best = MeasureForm(name), valid
    return best
