"""Files are written whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from backlit.files import read_whole, write_whole


def test_writes_and_replaces(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    write_whole(path, b"one")
    write_whole(path, b"two")
    assert read_whole(path) == b"two"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.bin"]


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space left on device; free some space") as caught:
        write_whole(path, b"new")
    assert "\n" not in str(caught.value)
    assert caught.value.errno == 28
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.bin"]


def test_a_missing_folder_is_one_clean_line(tmp_path: Path) -> None:
    path = tmp_path / "no" / "a.bin"
    with pytest.raises(FileNotFoundError) as caught:
        write_whole(path, b"")
    assert str(caught.value).startswith(f"cannot write {path}: no such file or directory")
    assert "Errno" not in str(caught.value)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError, match="name a file"):
        write_whole(tmp_path, b"")
    with pytest.raises(OSError, match="cannot read"):
        read_whole(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="rights and links as POSIX has them")
def test_rights_are_kept_and_links_followed(tmp_path: Path) -> None:
    private, link = tmp_path / "private", tmp_path / "link"
    private.write_bytes(b"old")
    private.chmod(0o600)
    link.symlink_to(private)
    write_whole(link, b"new")
    assert link.is_symlink()
    assert private.read_bytes() == b"new"
    assert stat.S_IMODE(private.stat().st_mode) == 0o600


@pytest.mark.skipif(os.name == "nt", reason="devices as POSIX has them")
def test_a_device_is_written_into_and_not_replaced() -> None:
    write_whole("/dev/null", b"gone")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)
