"""Rows of float32 in a file that is held open, read without a memory map."""

from __future__ import annotations

import threading
import weakref
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from backlit.errors import DamagedFile

FLOAT = np.dtype(np.float32)


class RowFile:
    """A file of rows, read part by part.

    Where somebody cuts off a file that is mapped into memory, the next look at it ends the process by SIGBUS, which no
    Python code can answer; here it is an error. One who removes the file does no harm, since it is held open.

    Parameters
    ----------
    path : Path
    shape : tuple of int
        Rows, and numbers in each; rows alone for one number each.

    Raises
    ------
    DamagedFile
        If the file is not there or of another size.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "rows"
    ...     np.arange(6, dtype=np.float32).tofile(path)
    ...     rows = RowFile(path, (3, 2))
    >>> len(rows), rows[1:].tolist()
    (3, [[2.0, 3.0], [4.0, 5.0]])
    """

    def __init__(self, path: Path, shape: tuple[int, ...]) -> None:
        self.path, self.shape = path, shape
        self._row_bytes, self._lock = int(np.prod(shape[1:])) * FLOAT.itemsize, threading.Lock()
        try:
            self._file = path.open("rb", buffering=0)
        except OSError:
            raise self._damaged() from None
        weakref.finalize(self, self._file.close)
        if path.stat().st_size != shape[0] * self._row_bytes:
            raise self._damaged()

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, part: slice) -> NDArray[np.float32]:
        """A copy of some rows that follow each other."""
        first, end, _ = part.indices(len(self))
        rows = np.empty((max(0, end - first), *self.shape[1:]), FLOAT)
        self.read(first, rows)
        return rows

    def read(self, first: int, into: NDArray[np.float32]) -> None:
        """Fill C-contiguous memory with the rows from `first` on.

        Raises
        ------
        DamagedFile
            If the file has been cut off, or the disk cannot read it.
        """
        left = into.reshape(-1).view(np.uint8).data
        with self._lock:
            try:
                self._file.seek(first * self._row_bytes)
                while left:
                    count = self._file.readinto(left)
                    if not count:
                        raise self._damaged()
                    left = left[count:]
            except OSError as error:
                if isinstance(error, DamagedFile):
                    raise
                message = f"{self.path} cannot be read: {error.strerror}; remove {self.path.parent} and fit again"
                raise DamagedFile(message, path=self.path) from None

    def _damaged(self) -> DamagedFile:
        message = f"{self.path}: the cache of encoded rows is not whole; remove {self.path.parent} and fit again"
        return DamagedFile(message, path=self.path)
