"""Kernel files under names that are stamped with a hash of their text and of all that they import.

Numba keeps what it has compiled beside a file, as long as the file does not change, and knows nothing of the files that
are compiled into it. Here a file's relative imports are rewritten to stamped names before it is hashed itself: a change
anywhere gives new names to the file and to those that import it, and to no other.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass

from backlit.engine.cache import digest

_IMPORT = re.compile(r"^from (\.+)([\w.]*) import ([^\n]*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class StampedFile:
    """A kernel file as it is placed: its path in the program's folder, its text, and which files it imports."""

    path: str
    text: str
    imports: tuple[str, ...]


def stamp(name: str, sources: Mapping[str, str], stamped: dict[str, StampedFile]) -> StampedFile:
    """Stamp a file, and first what it imports; those that are done are kept in `stamped`.

    Parameters
    ----------
    name : str
        Its path among the sources, such as ``passes/layers.py``.
    sources : mapping from str to str
        All files' texts; relative imports name files among them.
    stamped : dict from str to StampedFile

    Examples
    --------
    >>> done = {}
    >>> file = stamp("b/two.py", {"one.py": "F = 1", "b/two.py": "from ..one import F"}, done)
    >>> file.imports, list(done), file.text.startswith("from ..one_"), file.path.startswith("b/two_")
    (('one.py',), ['one.py', 'b/two.py'], True, True)
    """
    if name in stamped:
        return stamped[name]
    imports: list[str] = []

    def renamed(file: str) -> str:
        imports.append(file)
        return posixpath.splitext(posixpath.basename(stamp(file, sources, stamped).path))[0]

    def rewritten(match: re.Match[str]) -> str:
        dots, module, names = match.groups()
        folder = posixpath.normpath(posixpath.join(posixpath.dirname(name), *[".."] * (len(dots) - 1)))
        target = posixpath.normpath(posixpath.join(folder, module.replace(".", "/")))
        if f"{target}.py" in sources:
            package, dot, _ = module.rpartition(".")
            return f"from {dots}{package}{dot}{renamed(f'{target}.py')} import {names}"
        files = [part.strip() for part in names.split(",")]  # of a package: its files
        return f"from {dots}{module} import " + ", ".join(
            f"{renamed(f'{target}/{file}.py')} as {file}" for file in files
        )

    text = _IMPORT.sub(rewritten, sources[name])
    stem = posixpath.splitext(name)[0]
    stamped[name] = StampedFile(f"{stem}_{digest(text)}.py", text, tuple(dict.fromkeys(imports)))
    return stamped[name]
