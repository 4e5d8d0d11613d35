"""What a start of the page was given on the command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from backlit.files import SNIFFED, ReadOptions


@dataclass(frozen=True, slots=True)
class StartOptions:
    """Files that the page may read, how they are written, and the language that it begins in."""

    models: Sequence[Path] = ()
    tables: Sequence[Path] = ()
    target: str | None = None
    lang: str = "en"
    read_options: ReadOptions = SNIFFED
