"""docs/interop.md: each row of its table owns a test, and every reader has a row."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from backlit.interop.networks.reader import all_readers

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "interop.md").read_text(encoding="utf-8")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| source")]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip())
def test_a_row_owns_a_test(row: str) -> None:
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert len(cells) == 6
    assert all(cells)
    (path,) = re.findall(r"`(tests/interop/\S+\.py)`", cells[-1])
    assert "def test_" in (ROOT / path).read_text(encoding="utf-8")


def test_every_reader_has_a_row() -> None:
    sources = [row.split("|")[1].strip() for row in ROWS]
    assert all(any(source.startswith(reader.tool) for source in sources) for reader in all_readers())
