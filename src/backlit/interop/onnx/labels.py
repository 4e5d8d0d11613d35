"""Columns of categories and flags as codes: the index of the category, or what stands for missing and unseen."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from backlit.encoding.columns import KINDS, MISSING, UNSEEN, Column, coded
from backlit.encoding.spelling import NUMBER, SYNONYMS
from backlit.encoding.text.parsing import without_missing
from backlit.interop.onnx.graph import Graph, Values
from backlit.interop.onnx.strings import Texts

FLAG_WORDS = ("true", "True", "TRUE", "false", "False", "FALSE")
MOMENT = re.compile(r"\d{4}-\d{2}(-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?)?")
ZEROS = ("", ".", *("." + "0" * digits for digits in (1, 2, 3, 6, 9)))
"""Fractions of nothing, as many digits as people and programs write."""


def codes_of(column: Column, texts: Sequence[str]) -> list[int]:
    """The codes of some texts as `Column.read` gives them."""
    with_nulls = without_missing(pa.array(texts, pa.large_string()), column.missing, column.name)
    labels = KINDS[column.kind].labels(with_nulls, column.name)
    complete = not any(block.kind == "other" for block in column.blocks)
    codes: list[int] = coded(labels, column.categories, complete=complete).values.tolist()
    return codes


def spellings(category: str) -> Iterator[str]:
    """Texts that may mean the same as a category: `codes_of` judges whether they do.

    Examples
    --------
    >>> list(spellings("2.5"))[:4]
    ['2.5', '+2.5', '02.5', '002.5']
    """
    yield category
    for form in ("NFC", "NFD"):
        yield unicodedata.normalize(form, category)
    if category.lower() in SYNONYMS:
        yield from FLAG_WORDS
        yield from (digit + zeros for digit in "01" for zeros in ZEROS)
    if NUMBER.fullmatch(category):
        yield from _numbers(category)
    if MOMENT.fullmatch(category):
        yield from _moments(category)
    if re.search(r"\s{2}|[^\S ]", category):  # these are not trimmed in the graph
        yield from (f" {category}", f"{category} ", f" {category} ")


def _numbers(category: str) -> Iterator[str]:
    sign, digits = ("-", category[1:]) if category[0] == "-" else ("", category.lstrip("+"))
    whole, mark, fraction = digits.partition(".")
    short = f"{whole.lstrip('0') or '0'}{mark}{fraction}"
    for number in dict.fromkeys((digits, short, short.rstrip("0").rstrip(".") if mark else short)):
        if not sign:
            yield f"+{number}"
        yield from (f"{sign}{zeros}{number}" for zeros in ("0", "00", "000"))
        yield from (f"{sign}{number}{zeros}" for zeros in (("", "0", "00", "000") if "." in number else ZEROS))
        if number.startswith("0."):
            yield f"{sign}{number[1:]}"


def _moments(category: str) -> Iterator[str]:
    day, gap, clock = category.partition("T" if "T" in category else " ")
    if not gap:
        yield from (day[:7], day[:4], f"{day}-01", f"{day}-01-01")
    clocks = {clock, f"{clock}:00", clock.removesuffix(":00")} if gap else {"00:00", "00:00:00"}
    for written in clocks:
        stem = written.rstrip("0").rstrip(".") if "." in written else written
        fractions = ZEROS if "." not in written else ("", "0", "00", "000", "000000")
        yield from (f"{day}{between}{stem}{zeros}" for between in "T " for zeros in fractions)


def keys_of(column: Column) -> dict[str, int]:
    """Every text that the graph knows of a column, and its code; all other text is unseen."""
    texts = ["", *column.missing, *(text for category in column.categories for text in spellings(category))]
    texts = list(dict.fromkeys(texts))
    return {text: code for text, code in zip(texts, codes_of(column, texts), strict=True) if code != UNSEEN}


def codes_of_text(texts: Texts, column: Column) -> Values:
    """The codes of one column of trimmed text, as float64 of shape [N, 1]."""
    keys = keys_of(column)
    (codes,) = texts.graph.nodes(
        "LabelEncoder", [texts.name], 1, "ai.onnx.ml", f"categories of {column.name!r}",
        keys_strings=list(keys), values_int64s=list(keys.values()), default_int64=UNSEEN,
    )  # fmt: skip
    return Values(texts.graph, codes).float64()


def codes_of_flags(graph: Graph, flags: str, column: Column) -> Values:
    """The codes of one column of flags, 1 for true and 0 for false, NaN where it is missing; shape [N, 1]."""
    values = Values(graph, flags)
    no, yes = (float(code) for code in codes_of(column, ["0", "1"]))
    known = values.equals(1.0).where(yes, values.equals(0.0).where(no, float(UNSEEN)))
    return values.unary("IsNaN").where(float(MISSING), known)


def as_int64(codes: Values) -> str:
    """Codes as indices."""
    return codes.graph.cast(codes.name, np.int64)
