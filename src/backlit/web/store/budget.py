"""What a table would take once it is decoded, known before it is: small files can hold much."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from backlit.errors import DamagedFile
from backlit.files.delimited import SEPARATORS
from backlit.web.responses import TooLargeError

MOST_CELLS = 5_000_000
MOST_DECODED = 2**27
"""Cells of an upload, and bytes of them all once decoded."""

BATCH_ROWS = 65_536
FIRST_LINES = 100
SEPARATOR_BYTES = [separator.encode() for separator in SEPARATORS]
INDEX_BYTES = 8
"""Of a cell of text, beside its characters."""


def check_parquet(name: str, data: bytes) -> None:
    """Refuse Parquet that would decode to too much; texts that repeat are measured without being repeated.

    Raises
    ------
    TooLargeError
        If it has more cells, or bytes, than an upload may.
    DamagedFile
        If it cannot be read.
    """
    try:
        metadata = pq.ParquetFile(io.BytesIO(data)).metadata
        groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
        cells = sum(group.column(j).num_values for group in groups for j in range(metadata.num_columns))
        columns = [metadata.schema.column(j) for j in range(metadata.num_columns)]
        fixed = sum(max(column.length, 0) for column in columns) * metadata.num_rows
        declared = sum(group.total_byte_size for group in groups)
        if max(cells, metadata.num_rows * metadata.num_columns) > MOST_CELLS or max(fixed, declared) > MOST_DECODED:
            raise too_large(name, f"unpacks to {metadata.num_rows:,} rows of {metadata.num_columns:,} columns")
        texts = [column.path for column in columns if column.physical_type == "BYTE_ARRAY"]
        total = 0
        for batch in pq.ParquetFile(io.BytesIO(data), read_dictionary=texts).iter_batches(BATCH_ROWS):
            total += sum(decoded_bytes(column) for column in batch.columns)
            if total > MOST_DECODED:
                raise too_large(name, f"unpacks to more than {MOST_DECODED / 1e6:.0f} MB")
    except (pa.ArrowException, OSError):
        raise DamagedFile(f"{name} is not a whole Parquet file; take a fresh copy") from None


def check_delimited(name: str, data: bytes) -> None:
    """Refuse delimited text of more cells than an upload may have, by its first lines and the number of all.

    Raises
    ------
    TooLargeError
        If it has more.

    Examples
    --------
    >>> check_delimited("a.csv", b"a,b" * 10)
    """
    separators = max(
        line.count(mark) for line in data.split(b"\n", FIRST_LINES)[:FIRST_LINES] for mark in SEPARATOR_BYTES
    )
    cells = (separators + 1) * max(data.count(b"\n"), data.count(b"\r"))
    if max(cells, separators) > MOST_CELLS:
        raise too_large(name, f"has about {max(cells, separators):,} cells")


def decoded_bytes(column: Any) -> int:
    """Bytes that a column takes with every cell written out.

    Examples
    --------
    >>> decoded_bytes(pa.array(["abcd"] * 100).dictionary_encode()), decoded_bytes(pa.array([1, 2]))
    (1200, 16)
    """
    if not pa.types.is_dictionary(column.type):
        return int(column.nbytes)
    sizes = pc.binary_length(column.dictionary).to_numpy(zero_copy_only=False)
    codes = column.indices.drop_null().to_numpy(zero_copy_only=False)
    counts = np.bincount(codes, minlength=len(sizes)).astype(np.float64)
    return int(np.nan_to_num(sizes.astype(np.float64)) @ counts) + INDEX_BYTES * len(column)


def too_large(name: str, what: str) -> TooLargeError:
    """The error of a table that does not fit; what is wrong with it, in words."""
    return TooLargeError(f"{name} {what}; give a smaller one")
