"""Write a file whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
import sys
from pathlib import Path

from backlit.files.locks import try_lock
from backlit.files.system_errors import plain_os_error

PREFIX, SUFFIX = ".backlit-", ".part"
"""Of the name of a file that is being written."""


def read_whole(path: str | os.PathLike[str]) -> bytes:
    """All bytes of a file.

    Parameters
    ----------
    path : path-like
        The file to read.

    Returns
    -------
    bytes
        Its whole content.

    Raises
    ------
    OSError
        If it cannot be read; of the class that the operating system gives, with a message of one line.

    Examples
    --------
    >>> read_whole("/no/such/file")
    Traceback (most recent call last):
        ...
    FileNotFoundError: cannot read /no/such/file: no such file or directory; mend the path, ...
    """
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise plain_os_error(error, "cannot read", path) from None


def write_whole(path: str | os.PathLike[str], data: bytes) -> None:
    """Write `data` so that `path` holds all of it or what it held before, never a part.

    The bytes go to a new file in the same folder, are flushed to the disk, and take the name in one step. A link
    is followed; the rights of a file that is replaced are kept; a device or a pipe is written into.

    Parameters
    ----------
    path : path-like
        The file to write.
    data : bytes
        The whole content.

    Raises
    ------
    OSError
        If it cannot be written; of the class that the operating system gives, with a message of one line. Nothing is
        left behind.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_whole(Path(folder) / "a.txt", b"whole")
    ...     print((Path(folder) / "a.txt").read_text())
    whole
    """
    try:
        target = Path(os.path.realpath(path))
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if target.exists() and not target.is_file():
            target.write_bytes(data)
        else:
            _replace(target, data)
    except OSError as error:
        raise plain_os_error(error, "cannot write", path) from None


def check_space(path: str | os.PathLike[str], size: int) -> None:
    """Refuse a file for which its disk has no space, before the work whose result it is.

    Parameters
    ----------
    path : path-like
        The file that will be written; a device or a pipe is let pass.
    size : int
        Bytes that it will have, about.

    Raises
    ------
    OSError
        As `write_whole` would raise it. Nothing is left behind, and `path` is what it was.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     check_space(Path(folder) / "a.txt", 1000)
    ...     print(list(Path(folder).iterdir()))
    []
    """
    try:
        target = Path(os.path.realpath(path))
        if target.exists() and not target.is_file():
            return
        part, descriptor = _new_part(target.parent)
        try:
            _allocate(descriptor, size)
        finally:
            os.close(descriptor)
            part.unlink()
    except OSError as error:
        raise plain_os_error(error, "cannot write", path) from None


def _allocate(descriptor: int, size: int) -> None:
    """Take so many bytes of the disk for an open file."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, size)
    else:
        with open(descriptor, "wb", closefd=False) as file:
            file.write(bytes(size))
            file.flush()
            os.fsync(descriptor)


def _replace(target: Path, data: bytes) -> None:
    """Write a new file beside `target`, then give it the name."""
    sweep(target.parent)
    part, descriptor = _new_part(target.parent)
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            if sys.platform != "win32":  # where an open file cannot be renamed
                _rename(part, target)
        if sys.platform == "win32":
            _rename(part, target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _new_part(folder: Path) -> tuple[Path, int]:
    """A new file under a name of its own, locked for as long as it is open."""
    while True:
        part = folder / f"{PREFIX}{secrets.token_hex(8)}{SUFFIX}"
        # Opened like any new file, so that it gets the rights that the user's umask gives.
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
        if sys.platform == "win32" or (try_lock(descriptor) and part.exists()):
            return part, descriptor
        os.close(descriptor)  # another process swept it before it was locked
        part.unlink(missing_ok=True)


def _rename(part: Path, target: Path) -> None:
    """Give a file its name, and the rights of the one that it replaces."""
    if target.exists():
        part.chmod(target.stat().st_mode)
    os.replace(part, target)


def sweep(folder: str | os.PathLike[str]) -> None:
    """Remove what writers that were killed have left in a folder: files that nobody has locked.

    Parameters
    ----------
    folder : path-like

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     left = Path(folder) / ".backlit-0123456789abcdef.part"
    ...     _ = left.write_bytes(b"hal")
    ...     sweep(folder)
    ...     left.exists()
    False
    """
    try:
        names = [entry.name for entry in os.scandir(folder) if entry.name.startswith(PREFIX)]
    except OSError:  # a folder may be writable and not readable
        return
    for name in names:
        if name.endswith(SUFFIX):
            _remove_if_left(Path(folder, name))


def _remove_if_left(part: Path) -> None:
    """Remove a file unless its writer is at it."""
    try:
        if sys.platform == "win32":  # an open file cannot be removed there
            part.unlink()
            return
        descriptor = os.open(part, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            if try_lock(descriptor):
                part.unlink()
        finally:
            os.close(descriptor)
    except OSError:  # it is another user's, or its writer has renamed it
        return
