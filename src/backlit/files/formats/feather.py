"""Feather and files of Arrow, without the row labels that pandas may have left in them."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.feather

from backlit.encoding.frames import as_written
from backlit.errors import DamagedFile
from backlit.files.format_kind import Format, Source, begins, one_line
from backlit.files.formats.parquet import INDEX


def _read(source: Source) -> pa.Table:
    try:
        table = pyarrow.feather.read_table(pa.BufferReader(source.data), memory_map=False)
    except (pa.ArrowException, OSError, ValueError) as error:
        message = f"{source.path} is not a whole Feather file: {one_line(error)}; take a fresh copy"
        raise DamagedFile(message, path=source.path) from None
    return as_written(table.select([i for i, name in enumerate(table.column_names) if not INDEX.fullmatch(name)]))


FORMAT = Format("Feather", (".feather", ".arrow", ".ipc"), _read, begins(b"ARROW1", b"FEA1"))
