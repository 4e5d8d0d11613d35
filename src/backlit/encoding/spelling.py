"""One value in several spellings, types or resolutions is one category: how text is matched with what training saw."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

UNMATCHED = -1
"""The index of text that no category matches."""

SPELLINGS = (
    (r"^(?i)(true|false)$", None),
    (r"^(-?[0-9]+)\.0*$", r"\1"),
    (r"^-0$", "0"),
    (r"^([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}:)", r"\1 \2"),
    (r"^([0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*[1-9])?)\.?0*$", r"\1"),
    (r"^([0-9]{4}-[0-9]{2}-[0-9]{2}) 00:00(?::00)?$", r"\1"),
)
"""Patterns of text and what replaces them; None: lower case. Applied one after the other."""

NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
FIRST_OF_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})-01")
MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")
SYNONYMS = {"1": "true", "0": "false", "true": "1", "false": "0"}
"""Flags as words and as digits: one stands for the other where training saw only the other."""


def canonical(text: pa.Array) -> pa.Array:
    """Text in the one spelling of its value: composed letters, flags in lower case, whole numbers without a fraction.

    Versions such as ``1.10`` and codes such as ``007`` stay as they are.

    Examples
    --------
    >>> canonical(pa.array(["True", "2.0", "2.50", "007", "2024-01-31T00:00:00"])).to_pylist()
    ['true', '2', '2.50', '007', '2024-01-31']
    """
    text = pc.utf8_normalize(text, form="NFC")
    for pattern, replacement in SPELLINGS:
        if replacement is None:
            text = pc.if_else(pc.match_substring_regex(text, pattern), pc.utf8_lower(text), text)
        else:
            text = pc.replace_substring_regex(text, pattern, replacement)
    return text


def merged_spellings(values: Sequence[str], counts: Sequence[int]) -> tuple[list[str], list[int]]:
    """Distinct texts, the most frequent first, with the spellings of one value together under the most frequent.

    Examples
    --------
    >>> merged_spellings(["a", "True", "true"], [5, 4, 3])
    (['True', 'a'], [7, 5])
    """
    keys = canonical(pa.array(values, pa.large_string())).to_pylist()
    if len(set(keys)) == len(keys):
        return list(values), list(counts)
    shown: dict[str, str] = {}
    total: dict[str, int] = {}
    for key, value, count in zip(keys, values, counts, strict=True):
        shown.setdefault(key, value)
        total[key] = total.get(key, 0) + count
    order = sorted(shown, key=lambda key: (-total[key], shown[key]))
    return [shown[key] for key in order], [total[key] for key in order]


def matched(text: pa.Array, categories: Sequence[str], *, complete: bool) -> NDArray[np.int64]:
    """The index of the category that each text is, `UNMATCHED` where there is none or it is null.

    Parameters
    ----------
    text : pyarrow.Array of large_string
    categories : sequence of str
        In the spelling that training saw.
    complete : bool
        Whether these are all that training saw. Only then may a number or a flag stand for another spelling that
        is not the same by `canonical`, as 1 for ``01``, 2.5 for ``2.50`` or 1 for ``true``.

    Examples
    --------
    >>> matched(pa.array(["true", "FALSE", "maybe", None]), ["False", "True"], complete=True).tolist()
    [1, 0, -1, -1]
    >>> matched(pa.array(["1", "0"]), ["False", "True"], complete=True).tolist()
    [1, 0]
    """
    known = pa.array(categories, pa.large_string())
    text = text.cast(pa.large_string())
    codes: NDArray[np.int64] = _indices(text, known)
    rows = np.flatnonzero((codes == UNMATCHED) & pc.is_valid(text).to_numpy(zero_copy_only=False))
    if len(rows):
        encoded = text.take(pa.array(rows)).dictionary_encode()
        distinct, keys = canonical(encoded.dictionary), canonical(known)
        distinct_codes = _indices(distinct, keys)
        if complete:
            _match_further(distinct, keys, distinct_codes)
        codes[rows] = distinct_codes[encoded.indices.to_numpy(zero_copy_only=False)]
    return codes


def _indices(text: pa.Array, known: pa.Array) -> NDArray[np.int64]:
    """Where each text is among the known ones."""
    indices = pc.fill_null(pc.index_in(text, value_set=known, skip_nulls=True), UNMATCHED)
    codes: NDArray[np.int64] = indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return codes


def _match_further(distinct: pa.Array, keys: pa.Array, codes: NDArray[np.int64]) -> None:
    """Match, in place, what is still unmatched: as a number, a flag, or a month as its first day."""
    known: list[str] = keys.to_pylist()
    places = {key: place for place, key in enumerate(known)}
    by_number: dict[Decimal, list[int]] = {}
    for place, key in enumerate(known):
        if NUMBER.fullmatch(key):
            by_number.setdefault(Decimal(key), []).append(place)
    for number in np.flatnonzero(codes == UNMATCHED):
        text = distinct[int(number)].as_py()
        equal = by_number.get(Decimal(text), []) if NUMBER.fullmatch(text) else []
        if len(equal) == 1:
            codes[number] = equal[0]
            continue
        codes[number] = next((places[other] for other in _other_spellings(text) if other in places), UNMATCHED)


def _other_spellings(text: str) -> Iterator[str]:
    """Further texts that mean the same where they are all that training saw."""
    if text in SYNONYMS:
        yield SYNONYMS[text]
    if MONTH.fullmatch(text):
        yield f"{text}-01"
    first = FIRST_OF_MONTH.fullmatch(text)
    if first:
        year, month = first.groups()
        yield f"{year}-{month}"
        if month == "01":
            yield year
