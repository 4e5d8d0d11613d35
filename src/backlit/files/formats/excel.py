"""Workbooks: Excel of all kinds, and ODS."""

from __future__ import annotations

import io
from typing import Any

import pyarrow as pa

from backlit.errors import DamagedFile, extra_imports
from backlit.files.format_kind import Format, Source, chosen_part, one_line
from backlit.files.grid import table_of_rows

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""What an .xls begins with."""

PARTS = (b"xl/", b"[Content_Types].xml", b"_rels/", b"docProps/", b"mimetypeapplication/vnd.oasis.opendocument.spread")
"""Names of which one stands first in the archive that a workbook is."""


def _read(source: Source) -> pa.Table:
    with extra_imports("formats", "the reader of workbooks needs"):
        import python_calamine
    try:
        with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(source.data)) as book:
            sheets: dict[str, list[list[Any]]] = {}
            for name in book.sheet_names:
                rows = book.get_sheet_by_name(name).to_python(skip_empty_area=True)
                if rows:
                    sheets[name] = rows
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        message = f"{source.path} is not a whole workbook: {one_line(error)}; take a fresh copy, without a password"
        raise DamagedFile(message, path=source.path) from None
    name, notes = chosen_part(source, list(sheets), "sheet", first=True)
    return table_of_rows(source.path, sheets[name], notes)


def _is_workbook(head: bytes) -> bool:
    """Whether a file is an archive that begins with a part of a workbook, or an old Excel file."""
    return head.startswith(OLE) or (head.startswith(b"PK") and head[30:].startswith(PARTS))


FORMAT = Format("Excel or ODS", (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"), _read, _is_workbook, has_tables=True)
