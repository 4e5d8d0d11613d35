"""New arrays, each at an address that suits vectors (docs/decisions/0012-aligned-arrays.md).

They begin at a cache line: to store vectors that lie across two takes up to three times as long. Those that are read
and written side by side begin at different offsets in a page: a processor takes a number for one that was just stored
where the last twelve bits of their addresses are the same, and waits.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

LINE = 64
"""Bytes that a processor's cache moves at once, and of its longest vectors."""
PAGE = 4096
"""Bytes after which the last twelve bits of an address come again."""
APART = 512
"""Bytes between the offsets in a page."""
SIDE_BY_SIDE = (("x", "z", "a", "delta", "dropped", "mask", "y", "weight"), ("theta", "mean", "gradient", "state"))
"""Of the rows of a mini-batch and of the parameters: what is read and written together. The state's rows run on."""

BUFFERS = (*SIDE_BY_SIDE[0], *SIDE_BY_SIDE[1], "partial", "listed", "turned", "state_step")
"""What the engine's table of addresses holds; the last is how many numbers lie between two rows of the state."""

_OFFSETS = {name: number * APART for names in SIDE_BY_SIDE for number, name in enumerate(names)}


def empty(name: str, shape: int | tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
    """An array of any numbers, at the offset in a page that belongs to its name, if it has one.

    Examples
    --------
    >>> empty("delta", (3, 5), np.dtype(np.float32)).ctypes.data % PAGE
    1536
    """
    shape = (shape,) if isinstance(shape, int) else shape
    size = math.prod(shape) * dtype.itemsize
    memory = np.empty(size + PAGE, np.uint8)
    begin = (_OFFSETS.get(name, 0) - memory.ctypes.data) % PAGE
    return memory[begin : begin + size].view(dtype).reshape(shape)


def zeros(name: str, shape: int | tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
    """The same, of zeros."""
    array = empty(name, shape, dtype)
    array[...] = 0
    return array


def staggered_rows(name: str, rows: int, size: int, dtype: np.dtype[Any]) -> NDArray[Any]:
    """Zeros for rows of so many numbers or some more, each at the offset after that of the row before.

    Examples
    --------
    >>> staggered_rows("state", 2, 1000, np.dtype(np.float32)).shape
    (2, 1152)
    """
    length = -(-(size * dtype.itemsize - APART) // PAGE) * PAGE + APART
    return zeros(name, (rows, length // dtype.itemsize), dtype)


def whole_lines(numbers: int, dtype: np.dtype[Any]) -> int:
    """So many numbers or more: as many as fill cache lines.

    Examples
    --------
    >>> whole_lines(30, np.dtype(np.float32)), whole_lines(32, np.dtype(np.float64))
    (32, 32)
    """
    in_a_line = LINE // dtype.itemsize
    return -(-numbers // in_a_line) * in_a_line
