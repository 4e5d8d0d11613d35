"""Columns of text that are numbers in one form: ``$1,234.50``, ``1.234,5 €``, ``19M``, ``(2)``, ``61.7 kg``."""

from __future__ import annotations

import re

import numpy as np

from backlit.encoding.text.number_form import NumberForm, digits_pattern
from backlit.interop.onnx.graph import Values
from backlit.interop.onnx.strings import MOST_SEPARATORS, Texts, chosen

TO_ASCII = {"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2212": "-", "\u2019": "'"}
"""What is read as ASCII; other signs of Unicode stop the run."""

EXPONENT = "(?:[eE][+-]?[0-9]{1,3})?"
PLAIN = rf"[+-]?(?:[0-9]+[.]?[0-9]*|[.][0-9]+){EXPONENT}|[+-]?(?:inf|Inf|INF)"


def form_numbers(texts: Texts, form: NumberForm) -> tuple[Values, Values]:
    """Numbers of text in a form, and where it has the form or is a plain number."""
    for character, ascii_character in TO_ASCII.items():
        texts = texts.replaced(character, ascii_character, MOST_SEPARATORS)
    positive, negative = _patterns(form)
    is_negative = texts.matches(negative)
    in_form = texts.matches(f"{positive}|{negative}")
    plain = texts.matches(PLAIN)
    numbers = _cast(_digits(texts, form), in_form).unary("Abs") * _factor(texts, form)
    numbers = is_negative.where(numbers * -1.0, numbers)
    values = in_form.where(numbers, _cast(texts, plain))
    graph = texts.graph
    return values, Values(graph, graph.node("Or", [in_form.name, plain.name]))


def _cast(texts: Texts, valid: Values) -> Values:
    graph = texts.graph
    return Values(graph, graph.cast(chosen(valid, texts, "0").name, np.float64))


def _units(form: NumberForm) -> list[str]:
    """The units that a cell may have, the longest first."""
    return sorted({unit for unit, _ in ((form.unit, 1.0), *form.scales) if unit}, key=len, reverse=True)


def _patterns(form: NumberForm) -> tuple[str, str]:
    """The regular expressions of positive and of negative cells."""
    currency = f"(?:{re.escape(form.currency)})" if form.currency else ""
    before, after = (f"(?:{currency} ?)?", f"(?: ?{currency})?") if currency else ("", "")
    unit = f"(?: ?(?:{'|'.join(map(re.escape, _units(form)))}))?" if _units(form) else ""
    digits = digits_pattern(form.decimal).removeprefix("^").removesuffix("$").replace(r"\d", "[0-9]")
    number = rf"'?(?:{digits}){EXPONENT}{unit}{after}[+]?"
    body = f"{before}{number}"
    signed = f"{currency} ?" if currency else ""
    minus = [f"- ?{body}", f"{body}-", rf"[(] ?{body} ?[)]", *([f"{signed}- ?{number}"] if signed else [])]
    plus = [f"(?:[+] ?)?{body}", *([f"{signed}[+] ?{number}"] if signed else [])]
    return "|".join(plus), "|".join(minus)


def _digits(texts: Texts, form: NumberForm) -> Texts:
    """The digits of a cell, a point for the decimal mark, the exponent; perhaps a minus in front."""
    if form.currency:
        texts = texts.without(form.currency, 1)
    for unit in _units(form):
        texts = texts.split(unit, 1)[0]
    texts = chosen(texts.matches("(?s).*[0-9.,]-"), texts.split("-", 1)[0], texts)
    for mark in ("'", "_", " ", "(", ")", "+", "," if form.decimal == "." else "."):
        texts = texts.without(mark, MOST_SEPARATORS)
    if form.decimal == ",":
        texts = texts.replaced(",", ".", 1)
    return texts


def _factor(texts: Texts, form: NumberForm) -> Values:
    """What the unit of each cell multiplies its number by."""
    graph = texts.graph
    factor = Values(graph, graph.constant(np.array([1.0])))
    after = f"(?: ?(?:{re.escape(form.currency)}))?" if form.currency else ""
    for unit, scale in form.scales:
        has_unit = texts.matches(f"(?s).*[0-9.,] ?(?:{re.escape(unit)}){after}[+]?-? ?[)]?")
        factor = has_unit.where(scale, factor)
    return factor
