"""Locks that belong to an open file and end with its process, however it ends."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from types import TracebackType
from typing import Self

from backlit.errors import BacklitError
from backlit.files.system_errors import plain_os_error

if sys.platform == "win32":
    import msvcrt

    def try_lock(descriptor: int) -> bool:
        """Lock an open file for this process; False where another has it locked."""
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def try_lock(descriptor: int) -> bool:
        """Lock an open file for whoever opened it; False where another has it locked.

        Where the file system has no locks (some network file systems), it is as if nobody else were there.
        """
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return True
        return True


_HELD: set[int] = set()


def _after_fork() -> None:
    """A child process holds no lock of its parent's, which would outlive the parent in it."""
    for descriptor in _HELD:
        os.close(descriptor)
    _HELD.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


class Lock:
    """Around the use of a file by one process or thread: ``FILE.lock`` stands beside it for as long.

    Parameters
    ----------
    path : path-like
        The file, which need not be there.

    Examples
    --------
    >>> import tempfile
    >>> path = tempfile.mkdtemp() + "/a"
    >>> with Lock(path), Lock(path):
    ...     pass
    Traceback (most recent call last):
        ...
    backlit.errors.BacklitError: ...a is in use by process ...; wait for its end, or take another file
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._name = os.fspath(path)
        self._path = os.path.realpath(path) + ".lock"
        self._descriptor = -1

    def __enter__(self) -> Self:
        while True:
            try:
                descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
            except OSError as error:
                raise plain_os_error(error, "cannot write", self._path) from None
            if not try_lock(descriptor):
                holder = _holder(descriptor)
                os.close(descriptor)
                raise BacklitError(f"{self._name} is in use by {holder}; wait for its end, or take another file")
            if _is_named(descriptor, self._path):
                break
            os.close(descriptor)  # whoever had it locked has removed it in the meantime
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        self._descriptor = descriptor
        _HELD.add(descriptor)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._descriptor not in _HELD:  # of the parent process
            return
        _HELD.discard(self._descriptor)
        if sys.platform == "win32":
            os.close(self._descriptor)  # an open file cannot be removed there
            _remove(self._path)
        else:
            _remove(self._path)  # while it is locked: else another might have locked it already
            os.close(self._descriptor)


def _holder(descriptor: int) -> str:
    """Who has written itself into a locked file."""
    try:
        number = os.read(descriptor, 20).decode().strip()
    except (OSError, UnicodeDecodeError):  # Windows locks the first byte against reading, too
        number = ""
    return f"process {number}" if number.isdecimal() else "another process"


def _is_named(descriptor: int, path: str) -> bool:
    """Whether an open file is the one that bears a name now."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except FileNotFoundError:
        return False


def _remove(path: str) -> None:
    """Remove a file, if it can be."""
    with suppress(OSError):
        os.unlink(path)
