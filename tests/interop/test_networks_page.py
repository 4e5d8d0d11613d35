"""docs/interop.md: each row of its table owns a test, and every reader has a row."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest

from backlit.interop.networks.reader import all_readers

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "interop.md").read_text(encoding="utf-8")
RECORDED = ROOT / "tests" / "interop" / "networks"
TABLE = PAGE[PAGE.index("| source") :].split("\n\n")[0]
ROWS = [line for line in TABLE.splitlines()[1:] if line.startswith("| ")]


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


MOST_RECORDED = 200_000


def test_what_the_tools_recorded_is_small() -> None:
    """The scripts that recorded it are not counted."""
    files = [path for path in RECORDED.rglob("*") if path.is_file() and not path.name.startswith("record")]
    assert sum(path.stat().st_size for path in files) < MOST_RECORDED


def folders_of(row: str) -> list[str]:
    """The folders of files that the tool saved, as the row names them."""
    return re.findall(r"`tests/interop/networks/(\w+)`", row)


@pytest.mark.parametrize("row", [row for row in ROWS if "test_networks_recorded" in row], ids=lambda row: row[2:9])
def test_a_row_of_recorded_files_has_them(row: str) -> None:
    (folder,) = folders_of(row)
    (path,) = (RECORDED / folder).glob("expected.json*")
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    recorded = json.loads(text)
    assert all((RECORDED / folder / case["file"]).is_file() for case in recorded["cases"])
    assert any("outputs" in case for case in recorded["cases"])
    if "tool" in recorded:  # the versions that are said are those that recorded
        versions = row.split("|")[2]
        assert any(version in recorded["tool"] for version in re.findall(r"\d[\w.-]+", versions))


def test_every_folder_that_is_read_has_a_row() -> None:
    looped = (ROOT / "tests" / "interop" / "test_networks_recorded.py").read_text(encoding="utf-8")
    (read,) = re.findall(r"(?m)^READ = \((.*)\)$", looped)
    assert sorted(re.findall(r'"(\w+)"', read)) == sorted(folder for row in ROWS for folder in folders_of(row))
