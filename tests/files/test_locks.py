"""A lock belongs to one holder, and ends with its process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from backlit.errors import BacklitError
from backlit.files import Lock

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
