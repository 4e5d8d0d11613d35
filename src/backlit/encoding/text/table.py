"""Readings of text columns that travel with a table, in its schema's metadata."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from backlit.encoding.cells import is_label
from backlit.encoding.conversion import to_cells
from backlit.encoding.text.judging import TextOptions, TextReading, judge

KEY = b"backlit"
"""Where a table that was read from a file has what is known of it, as JSON."""


@dataclass(frozen=True, slots=True)
class FileStyle:
    """How a file of delimited text is written: its encoding, separator and decimal mark."""

    encoding: str
    separator: str
    decimal: str

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> FileStyle:
        """The style from a model's file."""
        style = cls(str(state["encoding"]), str(state["separator"]), str(state["decimal"]))
        if len(style.separator) != 1 or style.decimal not in (".", ","):
            raise ValueError("style of a file")
        "".encode(style.encoding)
        return style


def style_of(frame: object) -> FileStyle | None:
    """How the file was written that a table is from; None for any other frame."""
    note = note_of(frame)
    return FileStyle.from_state(note) if "encoding" in note else None


def note_of(frame: object) -> dict[str, Any]:
    """What a table from a file has with it; nothing for any other frame."""
    metadata = frame.schema.metadata if isinstance(frame, pa.Table) else None
    return dict(json.loads(metadata[KEY])) if metadata and KEY in metadata else {}


def noted(table: pa.Table, facts: Mapping[str, Any]) -> pa.Table:
    """The table with further facts beside it.

    Examples
    --------
    >>> note_of(noted(noted(pa.table({"a": [1]}), {"shape": []}), {"missing": ["-"]}))
    {'shape': [], 'missing': ['-']}
    """
    metadata = {**(table.schema.metadata or {}), KEY: json.dumps({**note_of(table), **facts}).encode()}
    return table.replace_schema_metadata(metadata)


def options_of(frame: object) -> TextOptions:
    """What the user, or the rest of the file, has decided about a table's texts."""
    note = note_of(frame)
    missing = note.get("missing")
    decimal = note.get("decimal") if note.get("certain") else None
    return TextOptions(None if missing is None else tuple(missing), note.get("day_first"), decimal)


def readings_of(frame: object) -> dict[str, TextReading]:
    """How the text columns of a table are read, where that was decided before."""
    return {name: TextReading.from_state(state) for name, state in note_of(frame).get("text", {}).items()}


def with_readings(table: pa.Table, readings: Mapping[str, TextReading]) -> pa.Table:
    """The table with readings that a fit keeps to, whichever rows it sees."""
    return noted(table, {"text": {name: reading.to_state() for name, reading in readings.items()}})


def judge_table(table: pa.Table) -> dict[str, TextReading]:
    """Decide by all rows what each column of text is.

    Examples
    --------
    >>> judge_table(pa.table({"a": ["1 kg", "2 kg"], "n": [1, 2]}))["a"].kind
    'numeric'
    """
    options = options_of(table)
    return {
        name: judge(name, to_cells(table[name], f"column {name!r}"), options)
        for name in table.column_names
        if is_label(table.schema.field(name).type) and not pa.types.is_dictionary(table.schema.field(name).type)
    }
