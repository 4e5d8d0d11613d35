"""The inputs of a raw frame: one for each column, and how its cells are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from backlit.encoding import Column, FrameEncoder
from backlit.encoding.columns import KINDS, MISSING
from backlit.encoding.scaling import LARGEST
from backlit.errors import BacklitError
from backlit.interop.onnx.blocks import Cells, Family, encoded
from backlit.interop.onnx.forms import quantities_of_text
from backlit.interop.onnx.graph import TEXT, Graph, Values, side_by_side
from backlit.interop.onnx.labels import codes_of_flags, codes_of_text
from backlit.interop.onnx.strings import Texts

INPUT_TYPES: Mapping[str, Any] = {
    "numeric": np.float64,
    "boolean": np.float64,
    "duration": np.float64,
    "category": TEXT,
    "datetime": TEXT,
    "instant": TEXT,
    "time": TEXT,
}
"""Kind of column -> the type of its input: numbers with NaN for null (flags as 0 and 1, spans in seconds), or text."""

FORM_WORDS = 6
"""Words of a date or number in text: ``Jan 2 2024 10:30 PM +09:00``."""


def input_type(column: Column) -> Any:
    """The type of a column's input: text for words, dates, and numbers that are written in a form."""
    return TEXT if column.form is not None else INPUT_TYPES[column.kind]


def encoded_frame(graph: Graph, encoder: FrameEncoder) -> str:
    """Declare an input for each column of the fit, also for those that were left out, and write the encoder.

    Returns
    -------
    str
        The name of the network's inputs, float32 of shape [N, encoder.n_outputs].

    Raises
    ------
    BacklitError
        If a column has no name, or is written in a form that ONNX's operators cannot read.
    """
    for column in encoder.columns:
        if not column.name:
            raise BacklitError(
                "to_onnx: a column has an empty name, which no input can have; rename it and train again"
            )
        graph.input(column.name, input_type(column), 1)
    used = [column for column in encoder.columns if not column.dropped]
    texts = _texts(graph, [column for column in used if input_type(column) == TEXT])
    return encoded(graph, encoder, Cells(_quantities(graph, used, texts), _codes(graph, used, texts)))


def _texts(graph: Graph, columns: Sequence[Column]) -> dict[str, Texts]:
    """The trimmed cells of each column of text, of shape [N, 1]."""
    if not columns:
        return {}
    words = max(FORM_WORDS, *(1 + len(category.split()) for column in columns for category in column.categories), 0)
    together = side_by_side([Values(graph, column.name) for column in columns])
    trimmed = Texts(graph, together.name).trimmed(words)
    return {column.name: trimmed.columns([number]) for number, column in enumerate(columns)}


def _quantities(graph: Graph, used: Sequence[Column], texts: Mapping[str, Texts]) -> Family | None:
    """Numbers and seconds, with infinities replaced as in `bounded`; 0 where they are missing."""
    columns = [column for column in used if KINDS[column.kind].numbers is not None]
    if not columns:
        return None
    columns.sort(key=lambda column: column.name in texts)
    plain = [Values(graph, column.name) for column in columns if column.name not in texts]
    written = [quantities_of_text(texts[column.name], column) for column in columns if column.name in texts]
    values = side_by_side([*plain, *written])
    missing = values.unary("IsNaN")
    high, low = (np.array([getattr(column, end) for column in columns]) for end in ("high", "low"))
    values = values.equals(np.inf).where(high, values.equals(-np.inf).where(low, values))
    values = (values > LARGEST).where(LARGEST, (values < -LARGEST).where(-LARGEST, values))
    return Family.of(columns, missing.where(0.0, values), missing)


def _codes(graph: Graph, used: Sequence[Column], texts: Mapping[str, Texts]) -> Family | None:
    """Codes of categories and flags."""
    columns = [column for column in used if KINDS[column.kind].numbers is None]
    if not columns:
        return None
    codes = side_by_side(
        [
            codes_of_text(texts[column.name], column)
            if column.name in texts
            else codes_of_flags(graph, column.name, column)
            for column in columns
        ]
    )
    return Family.of(columns, codes, codes.equals(float(MISSING)))
