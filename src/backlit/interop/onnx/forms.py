"""Columns of text that are dates or numbers, with their missing cells."""

from __future__ import annotations

import numpy as np

from backlit.encoding import Column
from backlit.encoding.text.date_form import DateForm
from backlit.encoding.text.number_form import NumberForm
from backlit.errors import BacklitError
from backlit.interop.onnx.dates import date_seconds
from backlit.interop.onnx.graph import Values
from backlit.interop.onnx.moments import ISO, iso_seconds
from backlit.interop.onnx.numbers import form_numbers
from backlit.interop.onnx.strings import Texts, any_of, refused

NO_MOMENT = ("NaT",)
"""What NumPy and pandas write for a moment that is missing."""


def quantities_of_text(texts: Texts, column: Column) -> Values:
    """A column of text as numbers or seconds, NaN where it is missing; any other cell stops the run.

    Raises
    ------
    BacklitError
        If its form is one that ONNX's operators cannot read.
    """
    readings = []
    if isinstance(column.form, NumberForm):
        readings.append(form_numbers(texts, column.form))
    elif isinstance(column.form, DateForm):
        readings.append(date_seconds(texts, column.form, column.name))
    elif column.form is not None:
        raise BacklitError(
            f"to_onnx: column {column.name!r} is text with numbers in parts ({column.form.layout}), which a graph "
            "cannot read; convert the column to numbers and train again"
        )
    if column.kind in ISO:
        readings.append(iso_seconds(texts, column.kind))
    values, readable = readings.pop()
    for more_values, more_readable in readings:
        values, readable = more_readable.where(more_values, values), any_of(more_readable, readable)
    missing = _missing(texts, column)
    stops = refused(any_of(readable, missing), f"column {column.name!r}: a cell cannot be read")
    return missing.where(np.nan, values + stops)


def _missing(texts: Texts, column: Column) -> Values:
    """Where a cell is empty or one of the texts that are missing."""
    graph = texts.graph
    keys = list(dict.fromkeys(["", *column.missing, *(NO_MOMENT if column.kind in ISO else ())]))
    (codes,) = graph.nodes(
        "LabelEncoder", [texts.name], 1, "ai.onnx.ml", f"missing of {column.name!r}",
        keys_strings=keys, values_int64s=[1] * len(keys), default_int64=0,
    )  # fmt: skip
    return Values(graph, graph.cast(codes, np.bool_))
