"""What is said of numbers and dates that are not quite what they look like: codes, stand-ins, rounded numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from backlit.encoding import fit_encoder
from backlit.files import read_table
from backlit.files.tables import dialect_note

DAYS = [f"2024-{1 + number % 12:02d}-{1 + number % 28:02d}" for number in range(60)]
LARGE = [2**60 + 100 * number for number in range(60)]

SAID = {
    "codes": (
        [f"0{number:04d}" for number in range(60)],
        "without the zeros that its cells begin with (such as '00000')",
    ),
    "a day that stands for none": (
        ["9999-12-31"] * 3 + DAYS,
        "9999-12-31 in 3 rows of column 'k' is far from all others",
    ),
    "a moment that stands for none": (
        pd.to_datetime(["1900-01-01"] * 4 + DAYS).as_unit("s"),
        "1900-01-01 00:00:00 in 4 rows of column 'k' is far from all others and read as a date",
    ),
    "whole numbers that are rounded": (LARGE, "60 different ones are read as 24"),
    "the same of another width": (np.array(LARGE, np.uint64), "60 different ones are read as 24"),
    "the same as text": ([str(number) for number in LARGE], "60 different ones are read as 24"),
    "the same as Decimals": (pa.array(LARGE, pa.decimal128(38, 0)), "60 different ones are read as 24"),
    "numbers too small to be scaled": (np.linspace(1, 99, 60) * 1e-310, "left out: its numbers hardly differ"),
    "numbers too large": (np.linspace(1, 99, 60) * 1e306, "left out: its numbers are too large"),
    "a constant day": (pd.to_datetime(["2024-01-01"] * 60), "constant (such as 2024-01-01 00:00:00)"),
}


@pytest.mark.parametrize("kind", SAID)
def test_said_once(kind: str) -> None:
    cells, expected = SAID[kind]
    table = pa.table({"k": pa.array(cells), "z": pa.array(range(len(cells)))})
    notes = fit_encoder(table).notes
    assert len(notes) == 1
    assert expected in notes[0]


@pytest.mark.parametrize(
    "cells",
    [
        DAYS,
        [2**53 + 2 * number for number in range(60)],
        ["0", "0.5", "10"] * 20,
        list(range(60)),
        ["1970-01-01", *DAYS],
    ],
)
def test_nothing_said_of_what_is_as_it_looks(cells: list[object]) -> None:
    assert fit_encoder(pd.DataFrame({"k": cells})).notes == ()


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"k": np.arange(60, dtype=np.float16)}),
        pa.table({"k": pa.array(np.arange(60, dtype=np.float16))}),
        pa.table({"k": pa.chunked_array([np.arange(30, dtype=np.float16), np.arange(30, 60).astype(np.float16)])}),
        np.arange(60, dtype=np.float16)[:, None],
        pl.DataFrame({"k": np.arange(60, dtype=np.float32)}),
    ],
    ids=["pandas", "Arrow", "chunks", "NumPy", "polars"],
)
def test_small_numbers_are_numbers(frame: object) -> None:
    encoder = fit_encoder(frame)
    assert [column.kind for column in encoder.columns] == ["numeric"]
    assert len(np.unique(encoder.encode(frame))) == 60


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("0{:04d}", "column 'k' is read as numbers, without the zeros that its cells begin with (such as '00000')"),
        ("1 {:03d}", "column 'k' is read as numbers: '1 000' is 1000"),
        ("1\u2019{:03d}.50", "column 'k' is read as numbers: '1\u2019000.50' is 1000.5"),
        ("{}", ""),
    ],
)
def test_files_say_it_too(cell: str, expected: str, tmp_path: Path) -> None:
    lines = [f"{cell.format(number)},{'ab'[number % 2]}" for number in range(60)]
    (tmp_path / "t.csv").write_text("k,label\n" + "\n".join(lines) + "\n", encoding="utf-8")
    said = dialect_note(read_table(tmp_path / "t.csv"))
    assert expected in said
    assert bool(expected) == bool(said)
