"""How commands read a table: as the user says it is written, and saying what was found out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa

from backlit.cli.console import console
from backlit.estimators.reading import text_columns
from backlit.files import Asked, finding, read_table


def rows_for(model: Any, data: Path, asked: Asked, target: str | None = None) -> pa.Table:
    """The table with text kept as text where the model learnt text."""
    return told_table(data, asked, text_columns(model, target))


def told_table(data: Path, asked: Asked, as_text: frozenset[str] = frozenset()) -> pa.Table:
    """The table; on stderr how it is written, where that is not plain CSV."""
    table = read_table(data, as_text=as_text, asked=asked)
    found = finding(table)
    if found:
        console(stderr=True).print(f"{data}: {found}")
    return table
