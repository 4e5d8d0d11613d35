"""What a column of text is: numbers, dates or words, and which of its cells are missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from backlit.encoding.cells import instants, numbers, reads_as, texts, timestamps
from backlit.encoding.text.date_form import DateForm, fit_compact, fit_dates
from backlit.encoding.text.measure_form import MeasureForm, fit_measures
from backlit.encoding.text.missing import MARKERS, NULLS, is_marker
from backlit.encoding.text.number_form import Flags, NumberForm, dressed, fit_numbers, flags

Form = NumberForm | DateForm | MeasureForm
FORMS: Mapping[str, type[Form]] = {"number": NumberForm, "date": DateForm, "measure": MeasureForm}
"""Forms by the name that they have in a file."""

NOUNS = {"numeric": "numbers", "datetime": "dates", "instant": "dates", "time": "times of the day",
         "duration": "spans of time"}  # fmt: skip
"""What the cells of a kind of column are called."""

NEARLY = 0.5
"""A column of text in which at least this fraction of the cells are numbers may have been meant as numbers."""

DIFFERENT = 0.9
"""A column of more distinct texts than this fraction of its cells has hardly anything that rows share."""

FEW_DISTINCT = 32
"""So many distinct texts are no sign of that."""

SAMPLE = 100
"""Distinct texts that are judged before all of them."""

HEAD, ENOUGH = 2_000, 10
"""A column whose first rows have at least so many distinct texts, of which hardly one is a number or date, is words."""

MAX_SHOWN = 40
"""Characters of a cell that a message quotes."""

COMPACT = ((19000101, 20991231), (190001010000, 209912312359), (19000101000000, 20991231235959))
"""Numbers of eight, twelve and fourteen digits that may be days or moments."""

PLAIN = {"numeric": numbers, "datetime": timestamps, "instant": instants}
"""Kinds whose plain texts need no form, and their readers."""


@dataclass(frozen=True, slots=True)
class TextOptions:
    """What the user has decided about text cells.

    Attributes
    ----------
    missing : tuple of str or None
        All texts that are missing, besides the empty one; None where the cells decide.
    day_first : bool or None
        Whether the day stands before the month where the cells do not show it.
    decimal : str or None
        The decimal mark where the cells do not show it.
    """

    missing: tuple[str, ...] | None = None
    day_first: bool | None = None
    decimal: str | None = None

    @property
    def markers(self) -> tuple[str, ...]:
        """The texts that are missing among numbers or dates, besides the empty one, whether they occur or not."""
        return tuple(filter(None, NULLS if self.missing is None else self.missing))


@dataclass(frozen=True, slots=True)
class TextReading:
    """What a column of text is.

    Attributes
    ----------
    kind : str
        ``numeric``, ``datetime``, ``instant``, ``time``, ``duration`` or ``category``.
    form : NumberForm, DateForm, MeasureForm or None
        How its cells are written; None for words, plain numbers and ISO dates.
    missing : tuple of str
        The texts that are missing, besides the empty one.
    notes : tuple of str
        What a user should know, a sentence each.
    different : str
        For words that nearly all differ, a sentence about it.
    """

    kind: str
    form: Form | None = None
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    different: str = ""

    def to_state(self) -> dict[str, Any]:
        """The reading as JSON."""
        form = None if self.form is None else self.form.to_state()
        return {
            "kind": self.kind, "form": form, "missing": list(self.missing), "notes": list(self.notes),
            "different": self.different,
        }  # fmt: skip

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> TextReading:
        """The reading whose state this is."""
        notes, missing = tuple(map(str, state["notes"])), tuple(map(str, state["missing"]))
        return cls(str(state["kind"]), form_from(state["form"]), missing, notes, str(state["different"]))


def form_from(state: Mapping[str, Any] | None) -> Form | None:
    """The form whose state this is."""
    if state is None:
        return None
    if state["form"] not in FORMS:
        raise ValueError("form of a column of text")
    return FORMS[state["form"]].from_state(state)


@dataclass(frozen=True, slots=True)
class Distinct:
    """The distinct texts of a column, with the rows of each."""

    name: str
    cells: pa.Array
    texts: pa.Array
    codes: NDArray[np.int64]
    counts: NDArray[np.int64]

    @classmethod
    def of(cls, name: str, cells: pa.Array) -> Distinct:
        """Encode a column of text."""
        trimmed = texts(cells, f"column {name!r}")
        encoded = trimmed.dictionary_encode()
        codes = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
        return cls(
            name, trimmed, encoded.dictionary, codes, np.bincount(codes + 1, minlength=len(encoded.dictionary) + 1)[1:]
        )

    def known(self, nulls: pa.Array) -> pa.Array:
        """The texts that are not among those that are missing."""
        return self.texts.filter(pc.invert(pc.is_in(self.texts, value_set=nulls)))

    def first_row(self, text: str) -> int:
        """The first row with this text."""
        return int((self.codes == pc.index(self.texts, text).as_py()).argmax())

    def rows(self, selected: pa.Array) -> int:
        """How many rows have one of these texts."""
        return int(self.counts[flags(pc.is_in(self.texts, value_set=selected))].sum())


def judge(name: str, cells: pa.Array, options: TextOptions) -> TextReading:
    """Decide what a column of text is.

    Parameters
    ----------
    name : str
        Its name, for the notes.
    cells : pyarrow.Array
        Text.
    options : TextOptions

    Returns
    -------
    TextReading

    Examples
    --------
    >>> reading = judge("cost", pa.array(["$1,234.56", "$980.10", None]), TextOptions())
    >>> reading.kind, reading.notes
    ('numeric', ("column 'cost' is read as numbers in $: '$1,234.56' is 1234.56",))
    >>> judge("size", pa.array(["61.7", "-", "12", "9"]), TextOptions()).notes
    ("'-' in 1 row of column 'size' is read as missing (--missing overrides)",)
    """
    nulls = pa.array(NULLS if options.missing is None else options.missing, pa.large_string())
    if len(cells) > HEAD and _shows_words(Distinct.of(name, cells.slice(0, HEAD)).known(nulls), options):
        return _words(name, texts(cells, f"column {name!r}"), options, ())
    distinct = Distinct.of(name, cells)
    rest = distinct.known(nulls)
    missing = tuple(nulls.filter(pc.is_in(nulls, value_set=distinct.texts)).to_pylist())
    if len(rest):
        compact = fit_compact(rest)
        if compact is not None:
            return _formed(distinct, rest, missing, Fitted(compact, np.ones(len(rest), bool)), options)
        for kind, read in PLAIN.items():
            if reads_as(rest, read):
                notes = (*_leading_zero_notes(name, rest), *_missing_notes(distinct, missing))
                return TextReading(kind, missing=options.markers, notes=notes)
        fitted = _fit(rest, options)
        if fitted is not None:
            return _formed(distinct, rest, missing, fitted, options)
    return _words(name, distinct.cells, options, ())


def judge_numbers(name: str, cells: pa.Array, options: TextOptions) -> TextReading | None:
    """What a column of whole numbers is, if it is not numbers: days such as 20240131.

    Examples
    --------
    >>> judge_numbers("day", pa.array(range(20240101, 20240120)), TextOptions()).kind
    'datetime'
    """
    ends = pc.min_max(cells)
    low, high = ends["min"].as_py(), ends["max"].as_py()
    if low is None or not any(first <= low and high <= last for first, last in COMPACT):
        return None
    if low != int(low) or high != int(high):
        return None
    text = texts(cells, f"column {name!r}")
    distinct = text.unique().drop_null()
    return judge(name, text, options) if fit_compact(distinct) is not None else None


def _shows_words(head: pa.Array, options: TextOptions) -> bool:
    """Whether some distinct texts are enough to know that a column holds words."""
    if len(head) < ENOUGH or any(reads_as(head, read) for read in PLAIN.values()):
        return False
    return _fit(head, options) is None


@dataclass(frozen=True, slots=True)
class Fitted:
    """A form that most texts have: which have it, and what is said of it if it is the column's."""

    form: Form
    readable: Flags
    doubt: str = ""


def _fit(rest: pa.Array, options: TextOptions) -> Fitted | None:
    """The form that most of the texts have; a sample of them must show it."""
    sample = rest.slice(0, SAMPLE)
    dates, as_numbers = fit_dates(sample, options.day_first), fit_numbers(sample, options.decimal)
    measures = fit_measures(sample)
    n_dates, n_numbers, n_measures = (
        0 if fitted is None else int(fitted[1].sum()) for fitted in (dates, as_numbers, measures)
    )
    if max(n_dates, n_numbers, n_measures) < NEARLY * len(sample):
        return None
    if measures is not None and n_measures > max(n_dates, n_numbers):
        return Fitted(measures[0], measures[0].read(rest)[1])
    if dates is not None and n_dates >= n_numbers:
        whole = fit_dates(rest, options.day_first, [dates[0].layout])
        if whole is None:
            return None
        form, readable, other = whole
        option = {"d": "--month-first overrides", "m": "--day-first overrides"}
        remedy = option.get(form.order[:1], "write years with four digits to be sure")
        doubt = f"; every cell may as well be {other.words} ({remedy})" if other else ""
        return Fitted(form, readable, doubt if options.day_first is None else "")
    whole_numbers = fit_numbers(rest, options.decimal)
    if whole_numbers is None:
        return None
    number_form, readable, guess = whole_numbers
    doubt = "; with the other decimal mark it is another number (--decimal overrides)" if guess else ""
    return Fitted(number_form, readable, doubt)


def _formed(
    distinct: Distinct, rest: pa.Array, missing: tuple[str, ...], fitted: Fitted, options: TextOptions
) -> TextReading:
    """Numbers or dates if nothing but markers of what is missing stands against it, else words."""
    exceptions = rest.filter(pa.array(~fitted.readable))
    readable = rest.filter(pa.array(fitted.readable))
    n_readable = distinct.rows(readable)
    known = n_readable + distinct.rows(exceptions)
    what = NOUNS[fitted.form.kind]
    if not len(readable):
        return _words(distinct.name, distinct.cells, options, ())
    if len(exceptions) and not (options.missing is None and _are_markers(exceptions, len(readable), n_readable, known)):
        if n_readable < NEARLY * known:
            return _words(distinct.name, distinct.cells, options, ())
        cell = min(exceptions.to_pylist()[:SAMPLE], key=distinct.first_row)
        row = distinct.first_row(cell)
        note = f"is text because of {shown(cell)} in row {row} ({n_readable} of {known} cells are {what})"
        return _words(distinct.name, distinct.cells, options, (f"column {distinct.name!r} {note}",))
    markers = (*missing, *exceptions.to_pylist())
    notes = (*_form_notes(distinct, readable, fitted, what), *_missing_notes(distinct, markers))
    every = (*options.markers, *exceptions.to_pylist())
    return TextReading(fitted.form.kind, fitted.form, every, notes)


def _are_markers(exceptions: pa.Array, n_distinct: int, n_readable: int, known: int) -> bool:
    """Whether what is no number or date is missing: known markers, or one text without a digit among many numbers."""
    cells = exceptions.slice(0, len(MARKERS)).to_pylist()
    if len(cells) == len(exceptions) and all(map(is_marker, cells)):
        return True
    several = n_distinct >= ENOUGH and 2 * n_readable > known  # a word among few numbers is a code among codes
    return len(exceptions) == 1 and several and not any(map(str.isdigit, cells[0]))


def _form_notes(distinct: Distinct, readable: pa.Array, fitted: Fitted, what: str) -> tuple[str, ...]:
    """How the cells are read, with one of them as it is read; nothing for plain numbers and ISO dates."""
    form = fitted.form
    cells = readable.slice(0, SAMPLE).to_pylist()
    cell = max(cells, key=len) if isinstance(form, NumberForm) and form.scales else cells[0]
    words = "" if form.kind == "time" or not form.words else f" {form.words}"
    if isinstance(form, NumberForm):
        if not form.words and form.decimal == "." and reads_as(readable, numbers):
            return ()
        more = dressed(readable)
        if more:
            cell, words = more, f"{words} without what bounds or marks them"
    elif (
        isinstance(form, DateForm)
        and form.layout == "numeric"
        and form.order == "ymd"
        and reads_as(readable, timestamps)
    ):
        return ()
    read_as = _value_shown(float(form.read(pa.array([cell], pa.large_string()))[0][0]), form.kind)
    return (f"column {distinct.name!r} is read as {what}{words}: {shown(cell)} is {read_as}{fitted.doubt}",)


def _value_shown(value: float, kind: str) -> str:
    """A value of a kind of column in words."""
    if kind in ("numeric", "duration"):
        return f"{value:.15g}" + (" s" if kind == "duration" else "")
    unit = "s" if value == int(value) else "us"
    moment = str(np.datetime64(round(value * 1_000_000), "us").astype(f"datetime64[{unit}]")).replace("T", " ")
    return moment.removeprefix("1970-01-01 ") if kind == "time" else moment.removesuffix(" 00:00:00")


def _leading_zero_notes(name: str, rest: pa.Array) -> tuple[str, ...]:
    """A sentence where plain numbers begin with zeros, as codes do."""
    coded = rest.filter(pc.match_substring_regex(rest, r"^[+-]?0[0-9]+$"))
    if not len(coded):
        return ()
    cell = shown(coded[0].as_py())
    return (f"column {name!r} is read as numbers, without the zeros that its cells begin with (such as {cell})",)


def _missing_notes(distinct: Distinct, markers: tuple[str, ...]) -> tuple[str, ...]:
    """Which texts are missing, and in how many rows."""
    return tuple(
        f"{counted(text, distinct.rows(pa.array([text], pa.large_string())), distinct.name)} is read as missing "
        "(--missing overrides)"
        for text in markers
        if text
    )


def _words(name: str, cells: pa.Array, options: TextOptions, notes: tuple[str, ...]) -> TextReading:
    """A column of words; markers among them stay words unless the user decides otherwise."""
    if options.missing is None:
        common = pc.value_counts(cells.filter(pc.is_in(cells, value_set=pa.array(NULLS[1:], pa.large_string()))))
        notes += tuple(
            f"{counted(text, rows, name)} is kept as a word (--missing {text!r} reads it as missing)"
            for text, rows in zip(common.field(0).to_pylist(), common.field(1).to_pylist(), strict=True)
        )
    different = ""
    if len(cells.slice(0, HEAD).unique()) > min(FEW_DISTINCT, DIFFERENT * len(cells)):
        n_different, known = pc.count_distinct(cells, mode="only_valid").as_py(), len(cells) - cells.null_count
        if n_different > max(FEW_DISTINCT, DIFFERENT * known):
            such = next(filter(None, cells.slice(0, HEAD).to_pylist()), "")
            different = (
                f"column {name!r} is text of which nearly every cell is different ({n_different:,} in {known:,} cells, "
                f"such as {shown(such)})"
            )
    if not notes and not different and _begin_with_numbers(cells):
        such = next(filter(None, cells.slice(0, HEAD).to_pylist()), "")
        notes = (f"column {name!r} is read as words, though its cells begin with numbers (such as {shown(such)})",)
    missing = () if options.missing is None else tuple(filter(None, options.missing))
    return TextReading("category", None, missing, notes, different)


def _begin_with_numbers(cells: pa.Array) -> bool:
    """Whether most of many different words begin with a digit."""
    distinct = cells.slice(0, HEAD).unique().drop_null()
    return len(distinct) >= ENOUGH and bool(pc.mean(pc.match_substring_regex(distinct, r"^\W{0,3}\d")).as_py() > NEARLY)


def counted(text: str, rows: int, name: str) -> str:
    """A text, in how many rows of which column it stands, in words."""
    return f"{shown(text)} in {'1 row' if rows == 1 else f'{rows:,} rows'} of column {name!r}"


def shown(cell: str) -> str:
    """A cell as messages quote it."""
    return repr(cell if len(cell) <= MAX_SHOWN else cell[: MAX_SHOWN - 3] + "...")
