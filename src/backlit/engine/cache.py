"""Where compiled kernels live: a folder of the user's cache, each program under the hash of all its sources."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from types import ModuleType

VARIABLE = "BACKLIT_CACHE_DIR"


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


def digest(sources: Mapping[str, str]) -> str:
    """The hash of a program: every file's name and text."""
    text = "\0".join(f"{name}\0{sources[name]}" for name in sorted(sources))
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def place(folder: Path, sources: Mapping[str, str]) -> None:
    """Write the files of a program, each whole; what already stands there unchanged is left alone."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in sources.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)


class _Here:
    """What this process has once: the placed files that it has imported to their end, and whose turn it is."""

    def __init__(self) -> None:
        self.modules: dict[str, ModuleType] = {}
        self.begin()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self.begin)

    def begin(self) -> None:
        """Nobody imports or compiles: the thread that did is not in a forked child."""
        self.turn = threading.RLock()


_HERE = _Here()


@contextmanager
def in_turn() -> Iterator[None]:
    """One thread of this process at a time imports or compiles; the others wait for what it makes."""
    with _HERE.turn:
        yield


def load(name: str, path: Path, package: bool = False) -> ModuleType:
    """Import a placed file under a name of our own, once per process; whoever asks gets the whole module.

    It is found by its path, not by `sys.path` and the listings of folders that Python keeps: a file that was placed a
    moment ago is in none of them, and to have them forgotten is not safe while other threads import.
    """
    with in_turn():
        if name not in _HERE.modules:
            _HERE.modules[name] = _imported(name, path, package)
        return _HERE.modules[name]


def _imported(name: str, path: Path, package: bool) -> ModuleType:
    folder = [str(path.parent)] if package else None
    spec = importlib.util.spec_from_file_location(name, path, submodule_search_locations=folder)
    assert spec is not None, "a plain file always has a spec"
    assert spec.loader is not None, "and a loader"
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # Numba asks for it by its name while it is executed
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module
