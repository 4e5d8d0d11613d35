"""The columns of a network that another tool trained, as nodes: one input for each, its cells filled and coded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from backlit.encoding.preparation import CODE, NUMBER, Entry, Preparation
from backlit.errors import BacklitError
from backlit.interop.onnx.graph import TEXT, Graph, Values, side_by_side
from backlit.interop.onnx.strings import refused

UNKNOWN = -1
"""The number of a cell that is none of the known."""


def prepared_columns(graph: Graph, preparation: Preparation, names: Sequence[str], dtype: Any) -> str:
    """Declare an input for each column and write the preparation.

    Returns
    -------
    str
        The name of the network's inputs, of shape [N, inputs].

    Raises
    ------
    BacklitError
        If a column has both text and numbers, or a text that means a missing cell.
    """
    kinds = [_kind_of(preparation, column, names[column]) for column in range(preparation.width)]
    for name, kind in zip(names, kinds, strict=True):
        graph.input(name, kind, 1)
    parts = [_input(graph, entry, names[entry.column], kinds[entry.column]) for entry in preparation.entries]
    return graph.cast(side_by_side(parts).name, dtype)


def _kind_of(preparation: Preparation, column: int, name: str) -> Any:
    """The type of an input: text, or float64 with NaN for a missing cell."""
    entries = [entry for entry in preparation.entries if entry.column == column]
    cells = [cell for entry in entries for cell in (*entry.cells, entry.fill) if cell is not None]
    texts = [cell for cell in cells if isinstance(cell, str)]
    if not texts:
        return np.float64
    if len(texts) < len(cells) or any(entry.kind == NUMBER for entry in entries):
        raise BacklitError(f"to_onnx: column {name!r} has text and numbers, and an input has one type; export the rest")
    if "" in texts:
        raise BacklitError(
            f"to_onnx: column {name!r} has the empty text as a category, which means a missing cell there"
        )
    return TEXT


def _input(graph: Graph, entry: Entry, name: str, kind: Any) -> Values:
    if entry.kind == CODE:
        at = _of_text(graph, entry, name) if kind == TEXT else _of_numbers(graph, entry, name)
        return _coded(graph, entry, name, at)
    values = Values(graph, name)
    if entry.fill is None:
        return values
    return values.unary("IsNaN").where(float(entry.fill), values)


def _of_text(graph: Graph, entry: Entry, name: str) -> Values:
    """The number of each cell among the known, where '' is a missing one."""
    counted = {"" if cell is None else str(cell): number for number, cell in enumerate(entry.cells)}
    if entry.fill is not None:
        counted[""] = counted.get(str(entry.fill), UNKNOWN)
    (codes,) = graph.nodes(
        "LabelEncoder", [name], 1, "ai.onnx.ml",
        keys_strings=list(counted), values_int64s=list(counted.values()), default_int64=UNKNOWN,
    )  # fmt: skip
    return Values(graph, codes).float64()


def _of_numbers(graph: Graph, entry: Entry, name: str) -> Values:
    cells = Values(graph, name)
    missing = entry.cells.index(None) if None in entry.cells else UNKNOWN
    if entry.fill is not None:
        cells = cells.unary("IsNaN").where(float(entry.fill), cells)
    at = cells.unary("IsNaN").where(float(missing), float(UNKNOWN))
    for number, cell in enumerate(entry.cells):
        if cell is not None:
            at = cells.equals(float(cell)).where(float(number), at)
    return at


def _coded(graph: Graph, entry: Entry, name: str, at: Values) -> Values:
    """The numbers of some cells; a cell that is not known stops the run, unless it has a number, too."""
    table = [*entry.codes, 0.0 if entry.unknown is None else entry.unknown]
    is_unknown = at < 0.0
    at = is_unknown.where(float(len(entry.codes)), at)
    index = graph.cast(at.name, np.int64)
    codes = Values(graph, graph.node("Gather", [graph.constant(np.array(table)), index], axis=0))
    if entry.unknown is None:
        readable = Values(graph, graph.node("Not", [is_unknown.name]))
        codes = codes + refused(readable, f"column {name!r} holds none of its {len(entry.cells)} known cells")
    return codes
