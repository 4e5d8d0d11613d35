"""How commands read a table: with the user's options, and with a note on what was detected."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa

from backlit.cli.console import console
from backlit.estimators.shared.table_input import text_columns
from backlit.files import ReadOptions, dialect_note, read_table


def read_for_model(model: Any, data: Path, options: ReadOptions, target: str | None = None) -> pa.Table:
    """The table, with columns kept as text where the model was trained on text."""
    table = read_table(data, as_text=text_columns(model, target), options=options)
    return _noted(data, table, kinds_known=True)


def read_with_note(data: Path, options: ReadOptions) -> pa.Table:
    """The table; on stderr its dialect, where that is not plain CSV."""
    return _noted(data, read_table(data, options=options))


def _noted(data: Path, table: pa.Table, *, kinds_known: bool = False) -> pa.Table:
    note = dialect_note(table, kinds_known=kinds_known)
    if note:
        console(stderr=True).print(f"{data}: {note}")
    return table
