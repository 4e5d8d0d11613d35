"""Kernels that were compiled when the package was built: machine code that is read instead of compiled.

A wheel holds one archive for each kind of processor and each precision (`backlit.cli.preparing` writes them). A kernel
lies there under the stamped name of its file, so that code of another text, or of another Numba, is never taken for it.
Where there is no archive, or no such kernel in it, Numba compiles.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import zipfile
import zlib
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm
import numba

from backlit.engine.python_calls import callable_of

FOLDER = Path(__file__).with_name("prepared_kernels")
MANIFEST = "kernels.json"
"""What is in an archive: a kernel's key -> its symbol, and, if it is called from Python, its arguments and result."""

VARIABLE = "BACKLIT_COMPILE"
"""Variable of the environment by which everything is compiled here, for this very processor."""

_V3 = ("avx", "avx2", "bmi", "bmi2", "f16c", "fma", "lzcnt", "movbe", "popcnt", "sse4.2")
_V4 = (*_V3, "avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl")


@dataclass(frozen=True, slots=True)
class Target:
    """A kind of processor that kernels are prepared for.

    Parameters
    ----------
    name : str
        What LLVM calls it.
    vectors : str
        The name of the `Vectors` that its products are made of.
    needs : tuple of str
        The features that a processor must have.
    """

    name: str
    vectors: str
    needs: tuple[str, ...]


TARGETS = (Target("x86-64-v4", "AVX-512", _V4), Target("x86-64-v3", "AVX2", _V3))
SYSTEM = sys.platform == "linux" and platform.machine() == "x86_64" and sys.implementation.name == "cpython"
"""Whether machine code of these archives can be called here: it is ELF, by the calling convention of System V."""


@dataclass(frozen=True, slots=True)
class Kernel:
    """One kernel of an archive.

    Parameters
    ----------
    symbol : str
        Of its function.
    arguments : tuple of str
        Of one that is called from Python, as `python_calls` names their kinds; else none.
    result : str
    """

    symbol: str
    arguments: tuple[str, ...] = ()
    result: str = ""


def archive_name(target: str, precision: str) -> str:
    """The file that holds a target's kernels in a precision.

    Examples
    --------
    >>> archive_name("x86-64-v4", "float32")
    'x86-64-v4-float32.zip'
    """
    return f"{target}-{precision}.zip"


class PreparedKernels:
    """The kernels of one archive; one thread at a time asks for them.

    Parameters
    ----------
    path : Path, optional
        The archive; without one there are no kernels.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._kernels: dict[str, Kernel] = {}
        if path is not None:
            content = json.loads(self._read(MANIFEST) or b"{}")
            self._kernels = {key: Kernel(symbol, tuple(a), r) for key, (symbol, a, r) in content.items()}

    def __contains__(self, key: str) -> bool:
        return key in self._kernels

    def address(self, key: str) -> int:
        """The address of a kernel's function; 0 where there is none, or its code is damaged."""
        if key not in self._kernels:
            return 0
        code = self._read(key)
        return _loaded(code, self._kernels[key].symbol) if code else 0

    def entry(self, key: str) -> Any:
        """A kernel that is called from Python, as a function; None where there is none."""
        address = self.address(key)
        if not address:
            return None
        kernel = self._kernels[key]
        return callable_of(_engine(), kernel.symbol, address, kernel.arguments, kernel.result)

    def _read(self, name: str) -> bytes:
        """A file of the archive; nothing where it is not there, or not as it was written."""
        assert self._path is not None
        try:
            with zipfile.ZipFile(self._path) as archive:
                return archive.read(name)
        except (OSError, KeyError, zipfile.BadZipFile, zlib.error, EOFError):
            return b""


def prepared_kernels(precision: str, vectors: str, folder: Path = FOLDER) -> PreparedKernels:
    """Those for this processor, if the package has them; none where `VARIABLE` is set, or Numba's for a processor."""
    settings: Any = numba.config
    if not SYSTEM or settings.CPU_NAME or os.environ.get(VARIABLE) or not folder.is_dir():
        return PreparedKernels(None)
    target = target_here()
    path = folder / archive_name(target.name if target else "", precision)
    return PreparedKernels(path if target and target.vectors == vectors and path.is_file() else None)


def target_here() -> Target | None:
    """The best kind that this processor is."""
    has = {name for name, there in llvm.get_host_cpu_features().items() if there}
    return next((target for target in TARGETS if SYSTEM and has.issuperset(target.needs)), None)


_ENGINES: list[Any] = []


def _engine() -> Any:
    """LLVM's linker for this process; what Numba's allocator is called is known to it."""
    if not _ENGINES:
        allocator, helper = (import_module(name) for name in ("numba.core.runtime._nrt_python", "numba._helperlib"))
        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        symbols = {name if name[0] == "_" else f"NRT_{name}": place for name, place in allocator.c_helpers.items()}
        symbols |= {f"numba_{name}": address for name, address in helper.c_helpers.items()}
        for name, address in symbols.items():
            llvm.add_symbol(name, address)
        machine = llvm.Target.from_default_triple().create_target_machine(jit=True)
        _ENGINES.append(llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine))
    return _ENGINES[0]


def _loaded(code: bytes, symbol: str) -> int:
    """Where a function lies after its machine code has been linked into this process."""
    engine = _engine()
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    return int(engine.get_function_address(symbol))
