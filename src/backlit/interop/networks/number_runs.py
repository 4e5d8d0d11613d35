"""Long runs of numbers in a text, read at once: a network's weights are most of its file."""

from __future__ import annotations

import warnings

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv

LONG = 2**14
"""Bytes from which on Arrow reads a run: twice as fast as NumPy, which begins sooner."""

BETWEEN = b"(),[] \t\r"
"""What stands between numbers beside ends of lines."""


def numbers_in(run: bytes) -> NDArray[np.float64]:
    """Numbers that are parted by blanks, ends of lines, commas and brackets.

    Raises
    ------
    ValueError
        If something else stands among them.

    Examples
    --------
    >>> numbers_in(b"(0, 1.5e-3) [2]").tolist()
    [0.0, 0.0015, 2.0]
    """
    lines = run.translate(bytes.maketrans(BETWEEN, b"\n" * len(BETWEEN)))
    if len(run) < LONG:
        return _few(lines)
    table = csv.read_csv(  # ArrowInvalid is a ValueError
        pa.BufferReader(lines),
        csv.ReadOptions(use_threads=False, column_names=["number"]),
        csv.ParseOptions(delimiter="\x01", quote_char=False),
        csv.ConvertOptions(column_types={"number": pa.float64()}, null_values=[]),
    )
    return np.asarray(table["number"].to_numpy())


def _few(lines: bytes) -> NDArray[np.float64]:
    if not lines.strip():
        return np.empty(0)
    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)  # it only warns of what it cannot read
        try:
            return np.fromstring(lines, np.float64, sep=" ")
        except DeprecationWarning as error:
            raise ValueError(str(error)) from None
