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
from backlit.encoding.text.date_form import DateForm, fit_dates
from backlit.encoding.text.number_form import Flags, NumberForm, fit_numbers, flags

Form = NumberForm | DateForm

NULLS = ("", "?", "NA", "N/A", "#N/A", "n/a", "NaN", "nan", "null", "NULL", "Null")
"""What is missing in a column of numbers or dates; in a column of words each is a word, but for the empty cell."""

MARKER_WORDS = r"""
    - -- --- . .. ... * ** : / – — − ∅ None nil n.a. n.a n/d nd n.d. k.a. na NaT \N <NA> <null> <none> (null) (none)
    (empty) (blank) empty blank missing unknown tba tbd #DIV/0! #REF! #VALUE! #NAME? #NUM! #NULL! #SPILL! #CALC!
    1.#QNAN -1.#QNAN 1.#IND -1.#IND 1.#SNAN -nan -nan(ind) nan(ind) #missing .a .b .z 없음 결측 無 なし 无
"""
MARKER_PHRASES = ("#N/A N/A", "not available", "not applicable", "no data", "해당 없음")
MARKERS = frozenset(name.casefold() for name in (*NULLS, *MARKER_WORDS.split(), *MARKER_PHRASES))
"""What spreadsheets, databases and statistics programs write for what is missing, in small letters."""

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
        ``numeric``, ``datetime``, ``instant``, ``time`` or ``category``.
    form : NumberForm, DateForm or None
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
    if state["form"] not in ("number", "date"):
        raise ValueError("form of a column of text")
    return NumberForm.from_state(state) if state["form"] == "number" else DateForm.from_state(state)


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
        for kind, read in PLAIN.items():
            if reads_as(rest, read):
                return TextReading(kind, missing=options.markers, notes=_missing_notes(distinct, missing))
        fitted = _fit(rest, options)
        if fitted is not None:
            return _formed(distinct, rest, missing, fitted, options)
    return _words(name, distinct.cells, options, ())


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
    n_dates = 0 if dates is None else int(dates[1].sum())
    n_numbers = 0 if as_numbers is None else int(as_numbers[1].sum())
    if max(n_dates, n_numbers) < NEARLY * len(sample):
        return None
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
    what = "numbers" if isinstance(fitted.form, NumberForm) else "dates"
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
    kind = "numeric" if isinstance(fitted.form, NumberForm) else fitted.form.kind
    every = (*options.markers, *exceptions.to_pylist())
    return TextReading(kind, fitted.form, every, notes)


def _are_markers(exceptions: pa.Array, n_distinct: int, n_readable: int, known: int) -> bool:
    """Whether what is no number or date is missing: known markers, or one text without a digit among many numbers."""
    cells = exceptions.slice(0, len(MARKERS)).to_pylist()
    if len(cells) == len(exceptions) and all(cell.casefold() in MARKERS for cell in cells):
        return True
    several = n_distinct >= ENOUGH and 2 * n_readable > known  # a word among few numbers is a code among codes
    return len(exceptions) == 1 and several and not any(map(str.isdigit, cells[0]))


def _form_notes(distinct: Distinct, readable: pa.Array, fitted: Fitted, what: str) -> tuple[str, ...]:
    """How the cells are read, with one of them as it is read; nothing for plain numbers and ISO dates."""
    form = fitted.form
    cells = readable.slice(0, SAMPLE).to_pylist()
    cell = max(cells, key=len) if isinstance(form, NumberForm) and form.scales else cells[0]
    value = float(form.read(pa.array([cell], pa.large_string()))[0][0])
    if isinstance(form, NumberForm):
        plain = not form.words and form.decimal == "." and reads_as(readable, numbers)
        read_as = f"{value:.15g}"
        words = f" {form.words}" if form.words else ""
    else:
        plain = False
        unit = "s" if value == int(value) else "us"
        moment = np.datetime64(round(value * 1_000_000), "us").astype(f"datetime64[{unit}]")
        read_as = str(moment).replace("T", " ").removesuffix(" 00:00:00")
        read_as = read_as.removeprefix("1970-01-01 ") if form.kind == "time" else read_as
        words, what = f" {form.words}", "times of the day" if form.kind == "time" else what
        words = "" if form.kind == "time" else words
        plain = form.order == "ymd" and reads_as(readable, timestamps)
    if plain:
        return ()
    return (f"column {distinct.name!r} is read as {what}{words}: {shown(cell)} is {read_as}{fitted.doubt}",)


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
    missing = () if options.missing is None else tuple(filter(None, options.missing))
    return TextReading("category", None, missing, notes, different)


def counted(text: str, rows: int, name: str) -> str:
    """A text, in how many rows of which column it stands, in words."""
    return f"{shown(text)} in {'1 row' if rows == 1 else f'{rows:,} rows'} of column {name!r}"


def shown(cell: str) -> str:
    """A cell as messages quote it."""
    return repr(cell if len(cell) <= MAX_SHOWN else cell[: MAX_SHOWN - 3] + "...")
