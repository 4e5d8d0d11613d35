"""A lock belongs to one holder, and ends with its process."""

from __future__ import annotations

import os
import runpy
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from backlit.errors import BacklitError
from backlit.files import Lock, locks

HOLD = "import sys; from backlit.files import Lock; Lock(sys.argv[1]).__enter__(); print('held', flush=True); input()"


def test_one_holder_at_a_time(tmp_path: Path) -> None:
    with Lock(tmp_path / "a"), Lock(tmp_path / "b"):
        assert (tmp_path / "a.lock").exists()
        with pytest.raises(BacklitError, match=f"a is in use by process {os.getpid()}; wait for its end"):
            Lock(tmp_path / "a").__enter__()
    with Lock(tmp_path / "a"):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="links as POSIX has them")
def test_a_link_is_the_file_that_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "a")
    with Lock(tmp_path / "a"), pytest.raises(BacklitError, match="link is in use"):
        Lock(tmp_path / "link").__enter__()


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL there")
def test_a_killed_holder_holds_nothing(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, tmp_path / "a"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    with pytest.raises(BacklitError, match=f"process {holder.pid}"):
        Lock(tmp_path / "a").__enter__()
    holder.send_signal(signal.SIGKILL)
    holder.communicate()
    with Lock(tmp_path / "a"):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings(r"ignore:.*fork\(\)")
def test_a_forked_child_does_not_keep_its_parents_lock(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    with Lock(tmp_path / "a"):
        child = os.fork()
        if not child:
            signal.alarm(60)
            os.read(reading, 1)  # it is still there when the parent has let go
            os._exit(0)
    with Lock(tmp_path / "a"):
        pass
    os.write(writing, b".")
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.skipif(os.name == "nt", reason="stands for a file system without POSIX's locks")
def test_where_a_file_system_has_no_locks_it_is_as_if_nobody_were_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    def refuse(descriptor: int, how: int) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with Lock(tmp_path / "a"), Lock(tmp_path / "a"):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="the module's other half, which is in use there")
def test_the_locks_of_windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The module as Windows imports it, with a stand-in for the locks of its C library."""
    import fcntl

    def locking(descriptor: int, how: int, count: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    monkeypatch.setitem(sys.modules, "msvcrt", SimpleNamespace(LK_NBLCK=2, locking=locking))
    monkeypatch.setattr(sys, "platform", "win32")
    there = SimpleNamespace(**runpy.run_path(locks.__file__))
    with there.Lock(tmp_path / "a"), pytest.raises(BacklitError, match="a is in use by"):
        there.Lock(tmp_path / "a").__enter__()
    with there.Lock(tmp_path / "a"):
        pass
    assert list(tmp_path.iterdir()) == []
