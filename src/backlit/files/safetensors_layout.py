"""Where the arrays of a safetensors file lie: its description, held to the format's rules before an array is read."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from typing import Any, BinaryIO, NamedTuple

from backlit.files.strict_json import FREE_MEMORY, SPARE_MEMORY, from_json

LENGTH_BYTES = 8
"""The file begins with the length of its description, in so many bytes."""

MOST_DESCRIPTION = 100_000_000
"""Bytes of a description, as safetensors itself has it."""

BYTE_BOUNDARY = 8
"""Arrays begin at a multiple of so many bytes."""

MOST_ARRAYS = 100_000
MOST_DIMENSIONS = 32
METADATA = "__metadata__"
BYTES: Mapping[str, int] = {
    **dict.fromkeys(("BOOL", "U8", "I8", "F8_E5M2", "F8_E4M3"), 1),
    **dict.fromkeys(("U16", "I16", "F16", "BF16"), 2),
    **dict.fromkeys(("U32", "I32", "F32"), 4),
    **dict.fromkeys(("U64", "I64", "F64"), 8),
}
"""Bytes of a number of each type that the format knows by whole bytes."""


class Part(NamedTuple):
    """One array: its type, its shape, and its bytes, counted from where the arrays begin."""

    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int


class Layout(NamedTuple):
    """What lies where in a file: its arrays, what programs wrote about it, where the arrays begin, and its size."""

    parts: dict[str, Part]
    metadata: Mapping[str, str]
    start: int
    size: int


def read_layout(file: BinaryIO) -> Layout:
    """The description of a safetensors file.

    Parameters
    ----------
    file : binary file
        Opened for reading.

    Returns
    -------
    Layout
        Its parts in the order in which they lie.

    Raises
    ------
    ValueError
        If the file is none, or not every byte of it belongs to exactly one array. Every file that is read here is read
        by safetensors too; of those that it reads, ones with names that stand twice, or with more than is known of an
        array, are refused.

    Examples
    --------
    >>> import io
    >>> from safetensors.numpy import save
    >>> import numpy as np
    >>> read_layout(io.BytesIO(save({"w": np.zeros((2, 3), np.float32)}))).parts
    {'w': Part(dtype='F32', shape=(2, 3), begin=0, end=24)}
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    length = int.from_bytes(file.read(LENGTH_BYTES), "little")
    start = LENGTH_BYTES + length
    if not 2 <= length <= MOST_DESCRIPTION or start > size:
        raise ValueError("its description is longer than it")
    raw = file.read(length)
    if not raw.startswith(b"{") or raw.count(b'"data_offsets"') > MOST_ARRAYS:
        raise ValueError("its description is none, or has too many arrays")
    text = raw.decode()
    del raw
    described = from_json(text, 2 * size + FREE_MEMORY - SPARE_MEMORY - length)
    metadata = described.pop(METADATA, {})
    if not isinstance(metadata, dict) or not all(isinstance(text, str) for text in metadata.values()):
        raise ValueError("its metadata is not text")
    parts = sorted(((name, _part(name, part)) for name, part in described.items()), key=_by_begin)
    end = 0
    for name, part in parts:
        if part.begin != end:
            raise ValueError(f"array {name!r:.60} does not begin where the one before it ends")
        end = part.end
    if start + end != size:
        raise ValueError("its arrays do not end where it ends")
    return Layout(dict(parts), metadata, start, size)


def with_longer_description(data: bytes, more: int) -> bytes:
    """The bytes of a safetensors file with so many spaces, or a few more, at the end of its description.

    Raises
    ------
    ValueError
        If a description cannot be that long.
    """
    start = LENGTH_BYTES + int.from_bytes(data[:LENGTH_BYTES], "little")
    more = -(-more // BYTE_BOUNDARY) * BYTE_BOUNDARY
    length = start - LENGTH_BYTES + more
    if length > MOST_DESCRIPTION:
        raise ValueError(f"its description would have {length:,} bytes")
    return b"".join((length.to_bytes(LENGTH_BYTES, "little"), data[LENGTH_BYTES:start], b" " * more, data[start:]))


def _by_begin(named: tuple[str, Part]) -> tuple[int, int]:
    """Where an array lies; of those at one place the empty ones first."""
    return named[1].begin, named[1].end


def _part(name: str, described: Any) -> Part:
    """One array as it is described, if type, shape and bytes agree."""
    try:
        dtype, shape, (begin, end) = described["dtype"], described["shape"], described["data_offsets"]
        numbers = [*shape, begin, end]
        fits = len(described) == 3 and len(shape) <= MOST_DIMENSIONS and {*map(type, numbers)} == {int}
        if fits and min(numbers) >= 0 and max(numbers) < 2**63 and math.prod(shape) * BYTES[dtype] == end - begin:
            return Part(dtype, tuple(shape), begin, end)
    except (LookupError, TypeError, ValueError):
        pass
    raise ValueError(f"array {name!r:.60} is not described as one")
