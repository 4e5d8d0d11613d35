"""THE list of formats that tables are read from: each is a file of this folder with its declaration, `FORMAT`."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from importlib import import_module

from backlit.files.format_kind import Format

FORMATS: Mapping[str, Format] = {
    name: import_module(f"{__name__}.{name}").FORMAT
    for name in sorted(module.name for module in pkgutil.iter_modules(__path__))
}
"""Name of the file here -> declaration."""

SUFFIXES: Mapping[str, Format] = {suffix: kind for kind in FORMATS.values() for suffix in kind.suffixes}
"""Suffix -> format."""
