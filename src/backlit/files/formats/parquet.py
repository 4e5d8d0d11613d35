"""Parquet, without the row labels that pandas may have left in it."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.parquet as pq

from backlit.encoding.frames import as_written
from backlit.errors import DamagedFile
from backlit.files.format_kind import Format, Source, begins, one_line

INDEX = re.compile(r"__index_level_\d+__")


def _read(source: Source) -> pa.Table:
    try:
        table = pq.ParquetFile(pa.BufferReader(source.data), page_checksum_verification=True).read()
    except (pa.ArrowException, OSError) as error:
        message = f"{source.path} is not a whole Parquet file: {one_line(error)}; take a fresh copy"
        raise DamagedFile(message, path=source.path) from None
    return as_written(table.select([i for i, name in enumerate(table.column_names) if not INDEX.fullmatch(name)]))


FORMAT = Format("Parquet", (".parquet", ".pq"), _read, begins(b"PAR1"))
