"""Files are written whole or not at all."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from backlit.files import atomic, check_space, read_whole, write_whole
from backlit.files.locks import try_lock

OPEN_FILES = "/proc/self/fd"


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


KILLED_WHILE_WRITING = """
import os, signal, sys
from backlit.files import write_whole
os.fsync = lambda descriptor: os.kill(os.getpid(), signal.SIGKILL)
write_whole(sys.argv[1], b"half")
"""


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL there")
def test_what_a_killed_writer_left_is_swept_by_the_next(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    write_whole(path, b"old")
    subprocess.run([sys.executable, "-c", KILLED_WHILE_WRITING, path], check=False)
    assert len(list(tmp_path.iterdir())) == 2
    assert path.read_bytes() == b"old"
    write_whole(path, b"new")
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.bin"]


@pytest.mark.skipif(os.name == "nt", reason="there an open file cannot be removed")
def test_what_another_writer_is_at_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sync = os.fsync

    def meanwhile(descriptor: int) -> None:
        monkeypatch.setattr(os, "fsync", sync)
        write_whole(tmp_path / "other.bin", b"other")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", meanwhile)
    write_whole(tmp_path / "a.bin", b"whole")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["a.bin", "other.bin"]
    assert (tmp_path / "a.bin").read_bytes() == b"whole"


@pytest.mark.skipif(os.name == "nt", reason="there an open file cannot be removed")
def test_a_part_that_is_swept_before_it_is_locked_is_begun_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from backlit.files import atomic

    def swept_first(descriptor: int) -> bool:
        monkeypatch.setattr(atomic, "try_lock", try_lock)
        atomic.sweep(tmp_path)
        return try_lock(descriptor)

    monkeypatch.setattr(atomic, "try_lock", swept_first)
    write_whole(tmp_path / "a.bin", b"whole")
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.bin"]


def test_a_full_disk_is_noticed_before_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    check_space(tmp_path / "a.bin", 2**20)
    monkeypatch.setattr(os, "posix_fallocate", full, raising=False)
    with pytest.raises(OSError, match=r"cannot write .*a.bin: no space left on device; free some space"):
        check_space(tmp_path / "a.bin", 2**20)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("allocates", [True, False])
def test_a_limit_of_sizes_is_noticed_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, allocates: bool
) -> None:
    resource = pytest.importorskip("resource", reason="limits of POSIX")
    if not allocates:
        monkeypatch.delattr(os, "posix_fallocate", raising=False)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(OSError, match="file too large; raise the limit"):
            check_space(tmp_path / "a.bin", 2**20)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not os.path.isdir(OPEN_FILES), reason="the system does not list open files")
def test_a_system_whose_open_files_cannot_be_renamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Windows: a file is closed before it takes its name, and no part is locked."""
    left = tmp_path / f"{atomic.PREFIX}0123456789abcdef{atomic.SUFFIX}"
    left.write_bytes(b"hal")
    is_open, replace = [], os.replace

    def closed_before(part: Path, target: Path) -> None:
        is_open.extend(name for name in os.listdir(OPEN_FILES) if os.path.realpath(f"{OPEN_FILES}/{name}") == str(part))
        replace(part, target)

    monkeypatch.setattr(os, "replace", closed_before)
    monkeypatch.setattr(sys, "platform", "win32")
    write_whole(tmp_path / "a.bin", b"one")
    write_whole(tmp_path / "a.bin", b"two")
    assert (tmp_path / "a.bin").read_bytes() == b"two"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.bin"]
    assert is_open == []
