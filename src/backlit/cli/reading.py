"""How commands read a table: as the user says it is written, and saying what was found out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa

from backlit.cli.console import console
from backlit.estimators.shared.table_input import text_columns
from backlit.files import ReadOptions, finding, read_table


def rows_for(model: Any, data: Path, asked: ReadOptions, target: str | None = None) -> pa.Table:
    """The table with text kept as text where the model learnt text."""
    return _told(data, read_table(data, as_text=text_columns(model, target), asked=asked), kinds_known=True)


def told_table(data: Path, asked: ReadOptions) -> pa.Table:
    """The table; on stderr how it is written, where that is not plain CSV."""
    return _told(data, read_table(data, asked=asked))


def _told(data: Path, table: pa.Table, *, kinds_known: bool = False) -> pa.Table:
    found = finding(table, kinds_known=kinds_known)
    if found:
        console(stderr=True).print(f"{data}: {found}")
    return table
