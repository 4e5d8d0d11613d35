"""JSON: an object a line, or a list of objects; each is a row."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa

from backlit.encoding.conversion import to_cells
from backlit.errors import DataError
from backlit.files.format_kind import Format, Source


def _read(source: Source) -> pa.Table:
    rows = _objects(source)
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = {}
    for name in names:
        cells = [row.get(name) for row in rows]
        for row, cell in enumerate(cells):
            if isinstance(cell, dict | list):
                raise DataError(
                    f"{source.path}: column {name!r} holds {json.dumps(cell)[:40]} in row {row}, which is no number or "
                    "text; give each part a column of its own",
                    row=row, column=name, path=source.path,
                )  # fmt: skip
        columns[name] = to_cells(cells, f"column {name!r}")
    return pa.table(columns)


def _objects(source: Source) -> list[dict[str, Any]]:
    """The rows as Python has them."""
    try:
        text = source.data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DataError(f"{source.path} is not UTF-8, as JSON must be; convert it", path=source.path) from None
    if text.lstrip().startswith("["):
        whole = _loaded(source, text, 0)
        rows = whole if isinstance(whole, list) else [whole]
    else:
        rows = [_loaded(source, part, line) for line, part in enumerate(text.split("\n")) if part.strip()]
    for number, row in enumerate(rows):
        if not isinstance(row, dict):
            raise DataError(
                f"{source.path}: row {number} is {json.dumps(row)[:40]} and not an object; write each row as "
                '{"column": cell, ...}',
                row=number, path=source.path,
            )  # fmt: skip
    return rows


def _loaded(source: Source, part: str, line: int) -> Any:
    """A part of the file."""
    try:
        return json.loads(part)
    except (ValueError, RecursionError) as error:
        where = f"line {line + getattr(error, 'lineno', 1)}"
        what = getattr(error, "msg", "it is nested too deeply")
        raise DataError(f"{source.path} is no JSON in {where} ({what}); mend that line", path=source.path) from None


FORMAT = Format("JSON lines", (".jsonl", ".ndjson", ".json"), _read)
