"""Write a file whole or not at all, and state in one line why a file cannot be reached."""

from __future__ import annotations

import errno
import os
import secrets
from pathlib import Path

REMEDIES = {
    errno.ENOENT: "mend the path, or make the folder first",
    errno.ENOTDIR: "a part of the path is a file; mend the path",
    errno.EISDIR: "it is a folder; name a file",
    errno.EACCES: "ask for the right to it, or take another path",
    errno.EPERM: "ask for the right to it, or take another path",
    errno.EROFS: "take a path that can be written",
    errno.ENOSPC: "free some space, or take another disk",
    errno.ENAMETOOLONG: "take a shorter name",
}


def plain_os_error(error: OSError, doing: str, path: str | os.PathLike[str]) -> OSError:
    """The same kind of error with a message of one line: what, where, why, and the remedy.

    Parameters
    ----------
    error : OSError
        As the operating system raised it.
    doing : str
        What failed, such as ``"cannot write"``.
    path : path-like
        The file.

    Returns
    -------
    OSError
        Of the class of `error`, with its `errno`.

    Examples
    --------
    >>> print(plain_os_error(FileNotFoundError(2, "No such file or directory"), "cannot read", "a.csv"))
    cannot read a.csv: no such file or directory; mend the path, or make the folder first
    """
    why = (error.strerror or str(error)).strip().lower()
    remedy = REMEDIES.get(error.errno or 0, "take another path")
    plain = type(error)(f"{doing} {os.fspath(path)}: {why}; {remedy}".replace("\n", " "))
    plain.errno = error.errno
    return plain


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


def _replace(target: Path, data: bytes) -> None:
    """Write a new file beside `target`, then give it the name."""
    part = target.with_name(f".backlit-{secrets.token_hex(8)}.part")
    # Opened like any new file, so that it gets the rights that the user's umask gives.
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            part.chmod(target.stat().st_mode)
        os.replace(part, target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
