"""The operating system's errors in one line: what, where, why, and the remedy."""

from __future__ import annotations

import errno
import os

REMEDIES = {
    errno.ENOENT: "mend the path, or make the folder first",
    errno.ENOTDIR: "a part of the path is a file; mend the path",
    errno.EISDIR: "it is a folder; name a file",
    errno.EACCES: "ask for the right to it, or take another path",
    errno.EPERM: "ask for the right to it, or take another path",
    errno.EROFS: "take a path that can be written",
    errno.ENOSPC: "free some space, or take another disk",
    errno.EDQUOT: "free some of your space, or take another disk",
    errno.EFBIG: "raise the limit of a file's size, or take another disk",
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
