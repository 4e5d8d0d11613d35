"""What a wheel brings compiled: ``python -m backlit.cli.preparing`` writes the archives of all targets.

Each is made in a process of its own, for which Numba compiles for the target instead of for this processor.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from backlit.cli.warmup import kernels
from backlit.engine.cache import VARIABLE
from backlit.engine.prepared import FOLDER, MANIFEST, TARGETS, Target, archive_name
from backlit.engine.processor import VECTORS
from backlit.engine.program import FLOATS, Program
from backlit.engine.sharded import FILE as SHARDS

Prepared = tuple[Any, str, tuple[str, ...], str]
"""What Numba has compiled, its symbol, and, of a pass that is called from Python, the kinds of arguments and result."""
ONE = "--one"
"""Before vectors, precision and file of the one archive that a process writes."""
ENTRIES = {
    "passes/passes.py": ("train_epoch", "predict", "loss_and_gradient"),
    "passes/panels.py": ("predict_in_panels",),
    SHARDS: ("shard_gradient", "step"),
}
"""Passes that are called from Python, by file."""


def write_archives(folder: Path, names: Sequence[str] = ()) -> None:
    """Compile everything for all targets, or those of some names, some processes at a time."""
    folder.mkdir(parents=True, exist_ok=True)
    targets = [target for target in TARGETS if target.name in names or not names]
    works = [(target, precision) for target in targets for precision in FLOATS]
    at_once = os.cpu_count() or 1
    for first in range(0, len(works), at_once):
        running = [_started(target, precision, folder) for target, precision in works[first : first + at_once]]
        for process in running:
            if process.wait():
                raise SystemExit(f"preparing kernels ended with status {process.returncode}")


def _started(target: Target, precision: str, folder: Path) -> subprocess.Popen[bytes]:
    features = ",".join(f"+{name}" for name in target.needs)
    environment = {**os.environ, "NUMBA_CPU_NAME": target.name, "NUMBA_CPU_FEATURES": features}
    path = folder / archive_name(target.name, precision)
    command = [sys.executable, "-m", "backlit.cli.preparing", ONE, target.vectors, precision, str(path)]
    return subprocess.Popen(command, env=environment)


def write_archive(vectors: str, precision: str, path: Path, only: str = "") -> None:
    """Compile for the processor that Numba was given, and keep the machine code.

    Parameters
    ----------
    vectors : str
        The name of the processor's `Vectors`.
    precision : {"float32", "float64"}
    path : Path
    only : str
        What the names of kernels, or of passes, have in them; everything unless given.
    """
    with tempfile.TemporaryDirectory() as cache:
        os.environ[VARIABLE] = cache
        program = Program(precision, next(kind for kind in VECTORS if kind.name == vectors))
        program.module("precision.py").KERNEL["cache"] = False  # of what Numba has read from a cache there is no code
        for what, compile_one in kernels(program):
            if not what.startswith("pass") and only in what:
                compile_one()
        content: dict[str, Prepared] = {
            key: (kernel, native_name(kernel), (), "") for key, kernel in program.compiled.items()
        }
        content |= dict(_entries(program, only))
        manifest = {key: (symbol, arguments, result) for key, (_, symbol, arguments, result) in content.items()}
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            archive.writestr(MANIFEST, json.dumps(manifest))
            for key, (kernel, *_) in content.items():
                archive.writestr(key, machine_code(kernel))


def native_name(kernel: Any) -> str:
    """The symbol of a kernel that is called by address."""
    return str(kernel.native_name)


def machine_code(kernel: Any) -> bytes:
    """What LLVM has made of a kernel."""
    library = kernel._library if hasattr(kernel, "_library") else _compiled(kernel).library
    code: bytes = library._get_compiled_object()
    return code


def _compiled(dispatcher: Any) -> Any:
    (compiled,) = dispatcher.overloads.values()
    return compiled


def _entries(program: Program, only: str) -> Iterator[tuple[str, Prepared]]:
    """Passes without Numba's wrappers, which are made for one version of Python."""
    options = program.module("precision.py").KERNEL
    for file, names in ENTRIES.items():
        signatures = program.module(file).SIGNATURES
        for name in names:
            if only not in f"pass {name}":
                continue
            entry = program.compiled_entry(file, name, options)
            compiled = _compiled(entry)
            compiled.library.get_pointer_to_function(compiled.fndesc.llvm_func_name)  # or there is no machine code
            arguments = tuple(_kind(argument) for argument in signatures[name].args)
            yield (
                program.key(file, name),
                (entry, compiled.fndesc.llvm_func_name, arguments, _result(signatures[name].return_type)),
            )


def _kind(argument: Any) -> str:
    """What `python_calls` calls a type of Numba's."""
    if hasattr(argument, "ndim"):
        return f"array {argument.ndim} {argument.dtype.bitwidth // 8}"
    return str(argument)


def _result(kind: Any) -> str:
    return {"none": "void", "bool": "boolean"}.get(str(kind), str(kind))


if __name__ == "__main__":
    if sys.argv[1:2] == [ONE]:
        write_archive(sys.argv[2], sys.argv[3], Path(sys.argv[4]))
    else:
        write_archives(FOLDER, sys.argv[1:])
