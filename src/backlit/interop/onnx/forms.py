"""Columns of text that are dates or numbers in a form: ``31/12/2024``, ``$1,234.50``, ``19M``."""

from __future__ import annotations

from backlit.encoding import Column
from backlit.errors import BacklitError
from backlit.interop.onnx.graph import Values
from backlit.interop.onnx.moments import iso_seconds
from backlit.interop.onnx.strings import Texts, any_of, refused


def seconds_or_numbers(texts: Texts, column: Column) -> Values:
    """A column of text as numbers or seconds, NaN where it is missing; other text stops the run.

    Raises
    ------
    BacklitError
        If its form is one that ONNX's operators cannot read.
    """
    if column.form is not None:
        raise BacklitError(f"to_onnx: column {column.name!r} ...")
    values, valid = iso_seconds(texts, column.kind)
    missing = _missing(texts, column)
    values = values + refused(any_of(valid, missing), f"column {column.name!r}: a cell is no {column.kind}")
    return missing.where(float("nan"), values)


def _missing(texts: Texts, column: Column) -> Values:
    """Where a cell is empty or one of the texts that are missing."""
    graph = texts.graph
    keys = list(dict.fromkeys(["", *column.missing]))
    (codes,) = graph.nodes(
        "LabelEncoder", [texts.name], 1, "ai.onnx.ml", f"missing of {column.name!r}",
        keys_strings=keys, values_int64s=[1] * len(keys), default_int64=0,
    )  # fmt: skip
    return Values(graph, graph.cast(codes, bool))
