"""Where compiled kernels lie: a folder of the user's cache, each file under the hash of its text."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from types import ModuleType

from backlit.engine.seals import sealed

VARIABLE = "BACKLIT_CACHE_DIR"
PARTS = "*.tmp*"
"""Names of files that are being written."""

LITTER_AGE = 3600.0
"""Seconds after which such a file is nobody's any more: writing one takes milliseconds."""


@lru_cache(maxsize=1)
def cache_folder() -> Path:
    """The user's cache folder for kernels, or a temporary one where that cannot be written."""
    for folder in _candidates():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return folder
        except OSError:
            continue
    return Path(tempfile.mkdtemp(prefix="backlit-"))


def _candidates() -> list[Path]:
    if VARIABLE in os.environ:
        return [Path(os.environ[VARIABLE])]
    home = Path(os.path.expanduser("~"))
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", home))
    elif sys.platform == "darwin":
        base = home / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME", home / ".cache"))
    return [base / "backlit"]


def digest(text: str) -> str:
    """The hash that a file of the cache bears in its name."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def write(folder: Path, sources: Mapping[str, str]) -> None:
    """Write files of a program, each whole; what is there already and unchanged is left alone."""
    for name, text in sources.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if _holds(path, text):
            continue
        sweep(path.parent)
        handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)


def sweep(folder: Path) -> None:
    """Remove parts of files that processes which were killed have left in a folder of kernels, ours and Numba's.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     left, new = Path(folder) / "a1.tmp", Path(folder) / "b2.tmp"
    ...     _ = left.write_bytes(b"hal"), new.write_bytes(b"hal")
    ...     os.utime(left, (0, 0))
    ...     sweep(Path(folder))
    ...     left.exists(), new.exists()
    (False, True)
    """
    oldest = time.time() - LITTER_AGE
    for part in (*folder.glob(PARTS), *folder.glob(f"__pycache__/{PARTS}")):
        with suppress(OSError):  # another process sweeps, too
            if part.stat().st_mtime < oldest:
                part.unlink()


def _holds(path: Path, text: str) -> bool:
    """Whether a file has exactly this text."""
    try:
        return path.read_bytes() == text.encode()
    except FileNotFoundError:
        return False


class _Loaded:
    """What this process has once: the files that it has imported to their end, and the lock of importing."""

    def __init__(self) -> None:
        self.modules: dict[str, ModuleType] = {}
        self.renew_lock()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self.renew_lock)

    def renew_lock(self) -> None:
        """Nobody imports or compiles: the thread that did is not in a forked child."""
        self.lock = threading.RLock()


_LOADED = _Loaded()


@contextmanager
def one_thread() -> Iterator[None]:
    """One thread of this process at a time imports or compiles; the others wait for what it makes."""
    with _LOADED.lock:
        yield


def load(name: str, path: Path, package: bool = False) -> ModuleType:
    """Import a file of the cache under a name, once per process; each caller gets the whole module.

    It is found by its path, not by `sys.path` and the listings of folders that Python keeps: a file that was written a
    moment ago is in none of them, and to have them forgotten is not safe while other threads import. So what it imports
    itself has to be loaded before.
    """
    with one_thread():
        if name not in _LOADED.modules:
            _LOADED.modules[name] = _imported(name, path, package)
        return _LOADED.modules[name]


def _imported(name: str, path: Path, package: bool) -> ModuleType:
    folder = [str(path.parent)] if package else None
    spec = importlib.util.spec_from_file_location(name, path, submodule_search_locations=folder)
    assert spec is not None, "a plain file always has a spec"
    assert spec.loader is not None, "and a loader"
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # Numba asks for it by its name while it is executed
    try:
        with sealed(path):
            spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module
