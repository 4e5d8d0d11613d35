"""How commands read a table: as the user says it is written, and saying what was found out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa

from backlit.cli.console import console
from backlit.estimators.shared.table_input import text_columns
from backlit.files import ReadOptions, dialect_note, read_table


def rows_for(model: Any, data: Path, options: ReadOptions, target: str | None = None) -> pa.Table:
    """The table with text kept as text where the model learnt text."""
    return _told(data, read_table(data, as_text=text_columns(model, target), options=options), kinds_known=True)


def told_table(data: Path, options: ReadOptions) -> pa.Table:
    """The table; on stderr how it is written, where that is not plain CSV."""
    return _told(data, read_table(data, options=options))


def _told(data: Path, table: pa.Table, *, kinds_known: bool = False) -> pa.Table:
    found = dialect_note(table, kinds_known=kinds_known)
    if found:
        console(stderr=True).print(f"{data}: {found}")
    return table
