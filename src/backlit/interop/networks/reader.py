"""What a reader is, and THE list of readers: each is a file of `readers/` that holds its declaration, `READER`."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from backlit.interop.networks import readers
from backlit.interop.networks.description import Description
from backlit.interop.networks.source import Source


@dataclass(frozen=True, slots=True)
class Reader:
    """How the networks of one tool, or of one format, are read.

    Parameters
    ----------
    tool : str
        As messages name it.
    recognises : callable
        Whether a source is one of it: by what is in it, not by its name alone. It imports nothing that is not loaded.
    read : callable
        Of a source and the user's ``hints``: its description. It raises BacklitError in one line that names the layer
        and the mend.
    takes : str
        What it reads, for the message of a source that nobody reads.
    """

    tool: str
    recognises: Callable[[Source], bool]
    read: Callable[[Source, Mapping[str, Any]], Description]
    takes: str


@cache
def all_readers() -> tuple[Reader, ...]:
    """Every reader, in the order of their files' names."""
    names = sorted(module.name for module in pkgutil.iter_modules(readers.__path__) if not module.name.startswith("_"))
    return tuple(import_module(f"{readers.__name__}.{name}").READER for name in names)
