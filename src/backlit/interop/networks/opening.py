"""A model for a command: a file that `train` wrote, or a network of another tool."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from backlit.estimators.loading import load
from backlit.interop.networks.importing import import_network
from backlit.interop.networks.reader import all_readers
from backlit.interop.networks.source import ARCHIVE, HEAD, PICKLES, Source


def model_of(path: Path) -> Any:
    """The model in a file, whichever tool wrote it.

    Raises
    ------
    BacklitError, OSError
        As `backlit.load` and `backlit.import_network` do.
    """
    return import_network(path) if _is_foreign(path) else load(path)


def _is_foreign(path: Path) -> bool:
    """Whether a reader of foreign networks knows the file; all else is for `load`, which says what is wrong."""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError:
        return False
    if head.startswith((ARCHIVE, *PICKLES)):  # no file of ours; what it may be is said there
        return True
    if b'"backlit":' in head[:2048]:  # the note that every model file of ours begins with
        return False
    return any(reader.recognises(Source(path, path, head)) for reader in all_readers())
