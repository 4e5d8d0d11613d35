"""How commands read a table: with the user's options, and with a note on what was detected."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa

from backlit.cli.console import console
from backlit.encoding import Column
from backlit.encoding.cells import is_label, of_column
from backlit.encoding.conversion import to_cells
from backlit.encoding.text import TextReading, readings_of
from backlit.estimators.shared.table_input import located, options_for, text_columns
from backlit.files import ReadOptions, dialect_note, read_table
from backlit.notes import folded


def read_for_model(model: Any, data: Path, options: ReadOptions, target: str | None = None) -> pa.Table:
    """The table, with columns kept as text where the model was trained on text, and a target as its fit read it."""
    encoder = getattr(model, "encoder_", None)
    reading = getattr(encoder, "target", None)
    as_text = text_columns(model, target) | ({target} if reading is not None and target is not None else set())
    table = _noted(data, read_table(data, as_text=as_text, options=options_for(model, options)))
    if reading is not None and target is not None and target in table.column_names:
        with located(data):
            table = with_target_numbers(table, target, reading)
    return table


def read_with_note(data: Path, options: ReadOptions) -> pa.Table:
    """The table; on stderr its dialect where that is not plain CSV, and a line for each column in disguise."""
    table = _noted(data, read_table(data, options=options))
    print_notes(data, [note for reading in readings_of(table).values() for note in reading.notes])
    return table


def print_notes(data: Path, notes: Iterable[str]) -> None:
    """Print on stderr a line for each note on a table."""
    for note in folded(notes):
        console(stderr=True).print(f"{data}: {note}")


def with_target_numbers(table: pa.Table, target: str, reading: TextReading) -> pa.Table:
    """The table with a target of text as numbers, null where it is missing.

    Raises
    ------
    DataError
        If a cell cannot be read, naming column and row.
    """
    cells = to_cells(table[target], f"column {target!r}")
    if not is_label(cells.type):
        return table
    with of_column(target) as what:
        values = Column(target, reading.kind, missing=reading.missing, form=reading.form).quantities(cells, what)
    return table.set_column(
        table.column_names.index(target), target, pa.chunked_array([pa.array(values, from_pandas=True)])
    )


def _noted(data: Path, table: pa.Table) -> pa.Table:
    note = dialect_note(table, kinds_known=True)
    print_notes(data, [note] if note else [])
    return table
