"""Digests of compiled files: what a disk, or a copy of a folder, has damaged is compiled anew and never run.

Beside the compiled files of a kernel file lies its seal, which lists their digests. It is checked before they are read:
a damaged file of machine code need not fail, it may compute something else.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path

SUFFIX = ".seal"
COMPILED = (".nbi", ".nbc", ".pyc")
"""Numba's indices and code, and Python's."""


@contextmanager
def sealed(path: Path) -> Iterator[None]:
    """Around whatever reads and writes the compiled files of a source file: they are checked before, sealed after.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> compiled = folder / "__pycache__" / "a.f-1.py311.nbi"
    >>> compiled.parent.mkdir()
    >>> with sealed(folder / "a.py"):
    ...     _ = compiled.write_bytes(b"code")
    >>> with sealed(folder / "a.py"):
    ...     print(compiled.exists())
    True
    >>> _ = compiled.write_bytes(b"cold")
    >>> with sealed(folder / "a.py"):
    ...     print(compiled.exists())
    False
    """
    folder, stem = path.parent / "__pycache__", path.stem
    before = check(folder, stem)
    try:
        yield
    finally:
        after = _compiled(folder, stem)
        if set(after) != set(before) or any(before[name][0] != stamp for name, stamp in after.items()):
            _seal(folder, stem, {name: digest for name, (stamp, digest) in before.items() if after.get(name) == stamp})


def check(folder: Path, stem: str) -> dict[str, tuple[tuple[int, int], str]]:
    """Remove the compiled files of a source file that are not as they were sealed; the others, each with its digest.

    Files that were never sealed are taken as they are.
    """
    try:
        known = json.loads((folder / f"{stem}{SUFFIX}").read_bytes())
    except FileNotFoundError:
        known = None
    except (OSError, ValueError):
        known = {}
    good = {}
    for name, stamp in _compiled(folder, stem).items():
        if known is None:
            continue  # it is sealed when its user is done
        digest = _digest(folder / name)
        if isinstance(known, dict) and known.get(name) == digest:
            good[name] = (stamp, digest)
        else:
            with suppress(OSError):
                (folder / name).unlink()
    return good


def _compiled(folder: Path, stem: str) -> dict[str, tuple[int, int]]:
    """The compiled files of a source file, each with its time and size."""
    stamps = {}
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(f"{stem}.") and entry.name.endswith(COMPILED):
                with suppress(OSError):
                    status = entry.stat()
                    stamps[entry.name] = (status.st_mtime_ns, status.st_size)
    return stamps


def _seal(folder: Path, stem: str, known: dict[str, str]) -> None:
    """Write the digests of all compiled files of a source file; where that cannot be, they are compiled again."""
    digests = {name: known.get(name) or _digest(folder / name) for name in _compiled(folder, stem)}
    part = folder / f"{stem}{SUFFIX}.{os.getpid()}.tmp"
    with suppress(OSError):
        part.write_text(json.dumps(digests), encoding="utf-8")
        os.replace(part, folder / f"{stem}{SUFFIX}")


def _digest(path: Path) -> str:
    """The digest of a file; none where it cannot be read."""
    try:
        return blake2b(path.read_bytes(), digest_size=16).hexdigest()
    except OSError:
        return ""
