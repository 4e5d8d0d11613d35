"""Text cells that are numbers with something before, between or after the digits: one form for a whole column."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from backlit.encoding.text.units import MAGNITUDE_OF, PLAIN_SUFFIXES, factors, is_currency, to_ascii_table

Flags = NDArray[np.bool_]

ABOUT = r"[~≈<>≤≥]=?|(?:ca|approx|about|circa|etwa|env)(?:\.\s*|\s+)|c\.\s*|약\s+"
"""What says that a number is a bound, or near."""

FOOTNOTES = r"(?:\*{1,4}|[†‡§¶]+|\[[^\]]{0,12}\])"
"""What refers to a note below a table, or says how sure its number is."""

UNDRESSING = (
    (r'^=?"(.*)"$', r"\1"),
    (r"(\d)\s*(?:±|\+/-|\+-)\s*\d[\d.,]*", r"\1"),
    (rf"(\S)\s*{FOOTNOTES}$", r"\1"),
    (r"\s*\(([^\d\s()+-][^\d()]{0,17})\)$", r" \1"),
    (r"\s?[x×*]\s?10\s?\^\s?\(?([+-]?\d+)\)?$", r"e\1"),
    (r"([\d])[.,]--?(\s*[^\d\s]*)$", r"\1\2"),
)
"""Patterns and what replaces them before a number is taken apart: Excel's quotes, uncertainties, marks, units in
brackets, powers of ten, ``500,-`` for whole units."""

DRESSED = rf"^(?:{ABOUT})|\d\s*(?:±|\+/-|\+-)\s*\d|\d\s*\+\s*[^\s\d.,;:()+-]|{FOOTNOTES}$"
"""Where a cell says more than its number."""

CELL = (
    rf"^'?(?:{ABOUT})?\s*(?P<open>\()?\s*(?P<sign>[+-]?)\s*(?P<before>[^\d\s.,+()'-][^\d()+-]{{0,5}}?)??\s*"
    r"(?P<inside>\()?\s*(?P<inner>[+-]?)\s*"
    r"(?P<digits>\d[\d.,' _]*|[.,]\d+)(?P<exponent>[eE][+-]?\d{1,3}|[dD][+-]\d{1,3})?\s*(?P<plus>\+?)"
    r"\s*(?P<after>[^\d\s.,'()+:/-][^\d()+:]{0,18}?(?:/\s?\d{1,3}\s?[A-Za-z]{1,3})?[²³23]?)??"
    r"\s*(?P<more>\+?)(?P<behind>-?)\s*(?P<close>\)?)$"
)
"""A number in any dress; which digits, currencies and units there may be is judged afterwards."""

GROUPED = {
    ".": r"[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d?(?:,\d{2})+,\d{3}|[1-9]\d{0,2}(?:[ '_]\d{3})+",
    ",": r"[1-9]\d{0,2}(?:\.\d{3})+|[1-9]\d{0,2}(?:[ '_]\d{3})+",
}
"""Whole parts with thousands separators, by the decimal mark; lakhs and crores too."""

MOST_UNITS = 12
"""A column with more kinds of text around its digits has no unit."""


def digits_pattern(decimal: str) -> str:
    """The regular expression of digits with thousands separators and this decimal mark."""
    mark = re.escape(decimal)
    return rf"^(?:(?:\d+|{GROUPED[decimal]})(?:{mark}\d*)?|{mark}\d+)$"


@dataclass(frozen=True, slots=True)
class NumberForm:
    """How the numbers of a column are written.

    Attributes
    ----------
    decimal : str
        The decimal mark.
    currency : str
        The currency in each cell as written, or nothing.
    unit : str
        The unit that the numbers are in, as written, or nothing.
    scales : tuple of (unit, factor)
        Units that are understood, and what a number in each is multiplied by.
    more : bool
        Whether the cells end in a plus: ``10,000+``.
    """

    decimal: str = "."
    currency: str = ""
    unit: str = ""
    scales: tuple[tuple[str, float], ...] = ()
    more: bool = False

    def read(self, texts: pa.Array) -> tuple[NDArray[np.float64], Flags]:
        """The numbers of some texts, and which of them are one; a currency or unit may be left out.

        Parameters
        ----------
        texts : pyarrow.Array of large_string
            Trimmed, without nulls.

        Returns
        -------
        values, readable : ndarray of float64 and of bool, each of shape (n,)

        Examples
        --------
        >>> NumberForm(currency="$").read(pa.array(["$1,234.50", "($2)", "three"], pa.large_string()))
        (array([1234.5,   -2. ,     nan]), array([ True,  True, False]))
        """
        cells = Cells.of(texts)
        known = {self.unit: 1.0, "": 1.0, **dict(self.scales)}
        by_unit = np.array([known.get(unit, np.nan) for unit in cells.units], np.float64)
        currencies = {"", self.currency}
        by_currency = np.array([name in currencies for name in cells.currencies], bool)
        factor = by_unit[cells.unit_codes]
        readable = (
            cells.matched & cells.has_digits(self.decimal) & np.isfinite(factor) & by_currency[cells.currency_codes]
        )
        return cells.values(self.decimal, readable) * factor, readable

    def to_state(self) -> dict[str, Any]:
        """The form as JSON."""
        return {
            "form": "number", "decimal": self.decimal, "currency": self.currency, "unit": self.unit,
            "scales": [list(scale) for scale in self.scales], "more": self.more,
        }  # fmt: skip

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> NumberForm:
        """The form whose state this is."""
        if state["decimal"] not in GROUPED:
            raise ValueError("decimal mark of a form of numbers")
        scales = tuple((str(unit), float(factor)) for unit, factor in state["scales"])
        return cls(state["decimal"], str(state["currency"]), str(state["unit"]), scales, bool(state["more"]))

    @property
    def kind(self) -> str:
        """The kind of column that it makes."""
        return "numeric"

    @property
    def words(self) -> str:
        """What is special about it."""
        names = [f"in {name}" for name in (self.currency, self.unit) if name]
        return ", ".join([*names, *(["without the plus"] if self.more else [])])


@dataclass(frozen=True, slots=True)
class Cells:
    """Texts taken apart: signs, digits, exponents, and what stands around them as codes."""

    matched: Flags
    negative: Flags
    digits: pa.Array
    exponents: pa.Array
    more: Flags
    currencies: tuple[str, ...]
    currency_codes: NDArray[np.intp]
    units: tuple[str, ...]
    unit_codes: NDArray[np.intp]

    @classmethod
    def of(cls, texts: pa.Array) -> Cells:
        """Take texts apart."""
        plain = to_ascii(texts)
        for pattern, replacement in UNDRESSING:
            plain = pc.replace_substring_regex(plain, pattern, replacement)
        parts = pc.extract_regex(plain, CELL)
        matched = flags(pc.is_valid(parts))
        part = {
            name: pc.fill_null(pc.struct_field(parts, name), "") for name in ("before", "digits", "exponent", "after")
        }
        mark = {
            name: flags(pc.not_equal(pc.fill_null(pc.struct_field(parts, name), ""), ""))
            for name in ("open", "inside", "close", "behind", "plus", "more")
        }
        minus = {
            name: flags(pc.equal(pc.fill_null(pc.struct_field(parts, name), ""), "-")) for name in ("sign", "inner")
        }
        bracket = mark["open"].astype(int) + mark["inside"]
        signs = bracket + mark["behind"] + minus["sign"] + minus["inner"]
        around = pc.binary_join_element_wise(part["before"], part["after"], large("\t")).dictionary_encode()
        codes = around.indices.to_numpy(zero_copy_only=False)
        split = [split_around(*map(str.strip, text.split("\t"))) for text in around.dictionary.to_pylist()]
        valid = np.array([pair is not None for pair in split], bool)
        pairs = [pair or ("", "") for pair in split]
        currencies, currency_of = np.unique(np.array([pair[0] for pair in pairs], dtype=str), return_inverse=True)
        units, unit_of = np.unique(np.array([pair[1] for pair in pairs], dtype=str), return_inverse=True)
        return cls(
            matched & (bracket == mark["close"]) & (signs <= 1) & valid[codes], signs > 0,
            pc.utf8_trim_whitespace(part["digits"]), part["exponent"], mark["more"] | mark["plus"],
            tuple(currencies.tolist()), currency_of[codes], tuple(units.tolist()), unit_of[codes],
        )  # fmt: skip

    def has_digits(self, decimal: str) -> Flags:
        """Which texts have digits that are a number with this decimal mark."""
        return flags(pc.match_substring_regex(self.digits, digits_pattern(decimal)))

    def values(self, decimal: str, readable: Flags) -> NDArray[np.float64]:
        """The numbers without their units; NaN where they are not readable."""
        digits = pc.replace_substring_regex(self.digits, f"[ '_{',' if decimal == '.' else '.'}]", "")
        plain = pc.binary_join_element_wise(
            pc.replace_substring(digits, decimal, "."),
            pc.replace_substring_regex(self.exponents, "[dD]", "e"),
            large(""),
        )
        numbers = pc.cast(pc.if_else(pa.array(readable), plain, pa.scalar(None, pa.large_string())), pa.float64())
        values: NDArray[np.float64] = numbers.to_numpy(zero_copy_only=False).astype(np.float64)
        return np.where(self.negative, -values, values)


def dressed(texts: pa.Array) -> str:
    """The first of some texts that says more than its number, such as ``<0.1``; nothing where none does."""
    found = texts.filter(pc.match_substring_regex(to_ascii(texts), DRESSED))
    return str(found[0].as_py()) if len(found) else ""


def large(text: str) -> pa.Scalar:
    """A text as Arrow's scalar of the type that all text has here."""
    return pa.scalar(text, pa.large_string())


def flags(mask: Any) -> Flags:
    """Arrow's booleans as NumPy's, null as False."""
    array: Flags = pc.fill_null(mask, False).to_numpy(zero_copy_only=False).astype(bool)
    return array


def to_ascii(texts: pa.Array) -> pa.Array:
    """Texts with Unicode's digits, signs and spaces in ASCII."""
    if not pc.any(pc.invert(pc.string_is_ascii(texts))).as_py():
        return texts
    table = to_ascii_table()
    return pc.utf8_trim_whitespace(pa.array([text.translate(table) for text in texts.to_pylist()], pa.large_string()))


def split_around(before: str, after: str) -> tuple[str, str] | None:
    """Currency and unit of what stands before and after the digits; None where it is neither.

    Examples
    --------
    >>> split_around("$", "M"), split_around("", "kg"), split_around("k", "")
    (('$', 'M'), ('', 'kg'), None)
    """
    if before in ("%", "‰"):
        return None if after else ("", before)
    if before and not is_currency(before):
        return None
    if before and not after:
        return before, ""
    if before:
        return (before, after) if MAGNITUDE_OF.match(after) else None
    if is_currency(after) and after not in ("R", "r"):
        return after, ""
    for length in reversed(range(1, len(after))):
        magnitude, currency = after[:length].strip(), after[length:].strip()
        apart = not currency.isalpha() or after[length - 1] == " "
        if MAGNITUDE_OF.match(magnitude) and is_currency(currency) and apart:
            return currency, magnitude
    word = len(after) > 1 or after in PLAIN_SUFFIXES or not after.isascii()
    return ("", after) if not after or word else None


def fit_numbers(texts: pa.Array, decimal: str | None) -> tuple[NumberForm, Flags, bool] | None:
    """The form that most of some distinct texts have, which of them have it, and whether the decimal mark is a guess.

    Parameters
    ----------
    texts : pyarrow.Array of large_string
        Distinct, trimmed, without nulls.
    decimal : str or None
        The decimal mark where the texts do not show it.

    Returns
    -------
    tuple or None
        None where none is a number.
    """
    cells = Cells.of(texts)
    currency, has_currency = most_common(cells.currencies, cells.currency_codes, cells.matched)
    units = [(unit, int((cells.matched & (cells.unit_codes == code)).sum())) for code, unit in enumerate(cells.units)]
    units = sorted(((unit, count) for unit, count in units if count), key=lambda pair: -pair[1])
    more = cells.more[cells.matched]
    if not units or len(units) > MOST_UNITS:
        return None
    unit, scales, has_unit = _common_unit(units, cells)
    has_more = (cells.more == bool(more.mean() > 0.5)) | (unit != "") if more.size else cells.more
    matched = cells.matched & has_currency & has_unit & has_more
    if (currency or unit) and _is_code(currency or unit, cells.digits.filter(pa.array(matched))):
        return None
    by_mark = {mark: matched & cells.has_digits(mark) for mark in (".", ",")}
    counts = {mark: int(mask.sum()) for mark, mask in by_mark.items()}
    if not max(counts.values()):
        return None
    mark = max(counts, key=lambda candidate: (counts[candidate], candidate == (decimal or ".")))
    both = by_mark["."] & by_mark[","]
    guess = bool(decimal is None and counts["."] == counts[","] and _differs(cells, both))
    return NumberForm(mark, currency, unit, scales, bool(more.mean() > 0.5)), by_mark[mark], guess


def most_common(names: Sequence[str], codes: NDArray[np.intp], matched: Flags) -> tuple[str, Flags]:
    """The most frequent of some names, and where it stands."""
    counts = np.bincount(codes[matched], minlength=len(names)) if len(names) else np.zeros(1, int)
    code = int(counts.argmax())
    return (names[code] if names else ""), codes == code


def _common_unit(units: list[tuple[str, int]], cells: Cells) -> tuple[str, tuple[tuple[str, float], ...], Flags]:
    """The unit that most cells have, the factors of all that convert into it, and which cells have one of these."""
    names = frozenset(unit for unit, _ in units)
    family = factors(names)
    first = next((cells.units[code] for code in cells.unit_codes[cells.matched]), "")
    most = units[0][1]
    unit = first if dict(units).get(first) == most else units[0][0]
    if family is None:
        return unit, (), np.array([name == unit for name in cells.units], bool)[cells.unit_codes]
    scales = tuple((name, family[name] / family[unit]) for name in family if name not in ("", unit))
    if "" in names and unit:  # bare numbers among magnitudes: the numbers themselves are the unit
        scales = tuple((name, family[name]) for name in family if name)
        unit = ""
    return unit, scales, np.array([name in names for name in cells.units], bool)[cells.unit_codes]


def _is_code(affix: str, digits: pa.Array) -> bool:
    """Whether letters and digits are rather a code: zeros in front, or one letter before whole numbers."""
    zeros = pc.any(pc.match_substring_regex(digits, r"^0\d")).as_py()
    parted = pc.any(pc.match_substring_regex(digits, "[., ']")).as_py()
    return bool(zeros or (affix in ("R", "r", "K", "k") and is_currency(affix) and not parted))


def _differs(cells: Cells, both: Flags) -> bool:
    """Whether the decimal mark decides which numbers these are."""
    values = [cells.values(mark, both) for mark in (".", ",")]
    return bool((values[0][both] != values[1][both]).any())
