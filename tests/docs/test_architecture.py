"""The page that explains the rooms names every room that there is, and no file that there is not."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "backlit"
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def test_every_room_has_its_line() -> None:
    rows = [row.split("|")[1] for row in PAGE.splitlines() if row.startswith("| `")]
    named = {name for row in rows for name in re.findall(r"`([\w./]+)`", row)}
    rooms = {f"{path.name}/" for path in SOURCE.iterdir() if (path / "__init__.py").exists()}
    rooms |= {path.name for path in SOURCE.glob("*.py")} - {"__init__.py"}
    assert named == rooms


def test_the_rooms_stand_in_the_contracts_order() -> None:
    contract = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    layers = re.search(r"layers = \[(.*?)\]", contract, re.DOTALL)
    assert layers is not None
    order = [name for name in re.findall(r"backlit\.(\w+)", layers[1]) if (SOURCE / name).exists() or name == "errors"]
    places = [PAGE.index(f"| `{name}" if f"| `{name}" in PAGE else f"`{name}/` |") for name in order]
    assert places == sorted(places)


def test_every_file_that_is_named_is_there() -> None:
    named = re.findall(r"`((?:\w+/)+\w+\.py)`", PAGE)
    assert len(named) > 15
    assert [name for name in named if not ((SOURCE / name).is_file() or (ROOT / name).is_file())] == []
    folders = re.findall(r"`((?:[a-z_]+/){2,})`", PAGE)
    assert [name for name in folders if not ((SOURCE / name).is_dir() or (ROOT / name).is_dir())] == []
