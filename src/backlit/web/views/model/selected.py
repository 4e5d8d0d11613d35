"""The row of a table that a page asks about, as a model takes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backlit.drawing.messages import LANGUAGES
from backlit.errors import one_of
from backlit.estimators.shared.table_input import (
    inputs_of,
    labelled_column,
    labels_of,
    located,
    no_row,
    options_for,
    target_of,
    text_columns,
    with_names_of,
)
from backlit.tracing import Trace
from backlit.web.row_trace import trace_row, zoom_of
from backlit.web.store.library import ModelFile, TableFile


@dataclass(frozen=True, slots=True)
class SelectedRow:
    """A row with its label.

    Attributes
    ----------
    model : estimator
        Its columns called as the table's.
    where : str
        The table, the column of labels and the row, for messages.
    target, number, count
        The column of labels, which row, of how many.
    cells : pyarrow.Table
        The row as it stands in the table.
    inputs, label
        As the model takes them.
    lang, zoom : str
    """

    model: Any
    where: str
    target: str
    number: int
    count: int
    cells: Any
    inputs: Any
    label: Any
    lang: str
    zoom: str

    def trace(self) -> tuple[Trace, str]:
        """Its loss, and the zoom that was taken."""
        return trace_row(self.model, self.inputs, self.label, self.zoom)


def selected_row(file: ModelFile, table: TableFile, query: Mapping[str, Any]) -> SelectedRow:
    """The row that a query names.

    Parameters
    ----------
    file : ModelFile
    table : TableFile
    query : mapping
        ``row``; and optionally ``target``, ``lang``, and ``zoom`` of the circuit and the chain ("neuron", "gates" or
        "layer").

    Raises
    ------
    BacklitError
        If the table does not go with the model, or there is no such row.
    """
    model, lang = file.model, one_of("lang", str(query.get("lang", "en")), LANGUAGES)
    target = target_of(model, file.name, query.get("target") or table.target)
    rows = table.read(text_columns(model, target), options_for(model, table.options))
    model = with_names_of(model, rows, target)
    labels = labelled_column(rows, table.name, target)
    number = query.get("row", 0)
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < rows.num_rows:
        raise no_row(number, table.name, rows.num_rows)
    (label,) = labels_of(model, labels.slice(number, 1))
    cells, zoom = rows.slice(number, 1), zoom_of(query)
    with located(table.name):
        inputs = inputs_of(model, cells, target)
    where = f"{table.name}, column {target!r}, row {number}"
    return SelectedRow(model, where, target, number, rows.num_rows, cells, inputs, label, lang, zoom)
