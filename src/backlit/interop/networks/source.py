"""What is to be imported: an object of another library, or a file, whose first bytes are read once."""

from __future__ import annotations

import os
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backlit.errors import BacklitError

HEAD = 2**16
"""Bytes at the start of a file that tell what it is."""

MOST_BYTES = 2**32
"""A larger file is no multilayer perceptron; nothing of it is read."""

MOST_BYTES_OF_TEXT = 2**30
"""The same for files of text, which are read whole and hold some ten bytes a number."""

ARCHIVE = b"PK\x03\x04"
"""How a zip archive begins."""

OF_PICKLES = (".pkl", ".pickle", ".joblib", ".pt", ".pth")
"""How files of pickles are called: older ones, and packed ones, do not begin as `PICKLES` do."""

PICKLES = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")


@dataclass(frozen=True, slots=True)
class Source:
    """An object, or a file by its path, the start of its bytes, and the names in it where it is a zip archive."""

    value: Any
    path: Path | None = None
    head: bytes = b""
    names: tuple[str, ...] = ()

    @property
    def modules(self) -> tuple[str, ...]:
        """The modules that an object's class and its bases come from."""
        return tuple(kind.__module__ for kind in type(self.value).__mro__)

    def is_of(self, library: str) -> bool:
        """Whether an object's class is a library's, or derived from one of it."""
        return self.path is None and any(name.split(".")[0] == library for name in self.modules)


def source_of(value: Any) -> Source:
    """Look at what was given.

    Raises
    ------
    BacklitError
        If a file is empty, far too large, or holds a pickle, which could run code.
    OSError
        If it cannot be read.
    """
    if not isinstance(value, str | os.PathLike):
        return Source(value)
    path = Path(value)
    with path.open("rb") as file:
        head = file.read(HEAD)
        size = file.seek(0, os.SEEK_END)
    if not head:
        raise BacklitError(f"{path}: the file is empty; save the network again")
    if size > MOST_BYTES:
        raise BacklitError(f"{path}: {size:,} bytes are no multilayer perceptron; the limit is {MOST_BYTES:,}")
    names = _archived(path) if head.startswith(ARCHIVE) else ()
    _refuse_pickle(path, head, names)
    return Source(value, path, head, names)


def _archived(path: Path) -> tuple[str, ...]:
    try:
        with zipfile.ZipFile(path) as archive:
            return tuple(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError):
        raise BacklitError(f"{path}: the archive is damaged or cut short; save the network again") from None


def _refuse_pickle(path: Path, head: bytes, names: tuple[str, ...]) -> None:
    """A pickle may run any code when it is opened: it is named, with the safe way, and never opened."""
    if any(name.endswith("data.pkl") for name in names):
        raise BacklitError(
            f"{path}: a PyTorch file holds a pickle, which may run code, and is not opened; where you trust it, write "
            "safetensors.torch.save_file(model.state_dict(), 'weights.safetensors') and import that"
        )
    if head.startswith(PICKLES):
        raise pickled(path)


def pickled(path: Path) -> BacklitError:
    """What to raise for a pickle."""
    return BacklitError(
        f"{path}: a pickle may run code and is not opened; where you trust it, load it with the library that wrote "
        "it and give the object: backlit.import_network(model)"
    )


def check_size_of_text(path: Path) -> None:
    """Refuse a file of text that is too large, before it is read.

    Raises
    ------
    BacklitError
        If it has more than `MOST_BYTES_OF_TEXT`.
    """
    if path.stat().st_size > MOST_BYTES_OF_TEXT:
        raise BacklitError(f"the file has more than {MOST_BYTES_OF_TEXT:,} bytes; train a smaller network")
