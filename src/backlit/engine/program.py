"""The engine's program: hand-written passes, layers and emitted gates, placed in the cache, imported and compiled.

Each gate, each layer, and each pair of output gate and loss, is a file of its own, so that a new one compiles alone.
The passes reach them by address.
"""

from __future__ import annotations

import ctypes
import platform
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache, partial
from importlib import resources
from pathlib import Path, PurePosixPath
from types import ModuleType
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from backlit.collector import collector_at_rest
from backlit.declared.gates import GATES
from backlit.declared.layers import LAYERS
from backlit.declared.losses import loss_named
from backlit.engine.aligned import BUFFERS, LINE, PAGE
from backlit.engine.blas import scipy_product
from backlit.engine.cache import cache_folder, load, one_thread, write
from backlit.engine.prepared import PreparedKernels, prepared_kernels
from backlit.engine.processor import Vectors, vectors_here
from backlit.engine.seals import sealed
from backlit.engine.stamps import StampedFile, stamp
from backlit.errors import BacklitError
from backlit.formula.numba import gate_file, head_file
from backlit.network.blueprint import ALIGNMENT

KERNELS = (
    "runtime/memory.py",
    "runtime/calls.py",
    "runtime/team.py",
    "runtime/denormals.py",
    "products/blas.py",
    "products/vectors.py",
    "products/tiles.py",
    "products/products.py",
    "products/sparse.py",
    "maths/functions_shared.py",
    "maths/cos_2pi.py",
    "passes/tables.py",
    "passes/batches.py",
    "passes/first_layer.py",
    "passes/layers.py",
    "passes/passes.py",
    "passes/panels.py",
    "passes/shards.py",
    "layers/compiling.py",
    "layers/dropout.py",
    "optimizers/steps.py",
    "optimizers/regularizers.py",
    "optimizers/muon.py",
    "optimizers/parameters.py",
)
JOB = (
    "network",
    "layers",
    "kernels",
    "theta",
    "input_rows",
    "output_rows",
    "row_count",
    "height",
    "panels",
    "weights",
    "biases",
    "scratch",
    "scratch_step",
    "sums",
    "packed",
    "taken",
    "threads",
    "finite",
)
"""What threads need to know of a prediction that they share: `kernels/passes/panels.py`."""
REGULARIZERS = "add_l2_penalty", "decay_weights", "update_ema"
"""Kernels that change parameters, or their gradient, for other reasons than the loss."""
KERNEL_TABLE = (
    "activate",
    "head",
    "product",
    "basis",
    "sparse",
    "sparse_gradient",
    "dropout_forward",
    "dropout_backward",
    "step",
    "matrix_step",
    *REGULARIZERS,
)
"""The kernels that belong to no layer, in the order of the table of their addresses; the basis is what products are
made of: a table of tiles, or a BLAS."""
FLOATS = ("float32", "float64")
FLUSHES = platform.machine().lower() in ("x86_64", "amd64")
YIELD = "" if sys.platform == "win32" else "sched_yield"

_PRECISION = '''"""The float type of this program, and how its kernels are compiled."""

import numpy as np
from numba import types

F = np.{float}
BITS, FLOAT_BYTES = {bits}, {bits} // 8
LANES, TILE_ROWS = {lanes}, {tile_rows}  # of the processor's vectors, as they are declared; 0 where BLAS multiplies
ALIGNMENT = {alignment}  # of each array in theta, in numbers, as it is declared
LINE, PAGE = {line}, {page}  # bytes, as they are declared
FLUSHES = {flushes}  # whether this processor has x86's register of floating-point modes
YIELD = "{yields}"  # the system's call that offers the processor to another thread
VECTOR = types.{float}[::1]
MATRIX = types.{float}[:, ::1]
POINTER = types.CPointer(types.{float})
# no "nnan", no "ninf": a diverged training must be seen; error_model="numpy": a checked division does not vectorise;
# no wrappers, no cache: these functions become part of the few that are called by address or from Python; no rewrites
# of array expressions: there are none
OPTIONS = {{
    "nogil": True,
    "no_rewrites": True,
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
    "error_model": "numpy",
    "fastmath": {{"contract", "reassoc", "nsz", "arcp", "afn"}},
}}
PART = {{**OPTIONS, "inline": "always"}}  # called in few places: compiled as a part of whom it is called by
KERNEL = {{**OPTIONS, "cache": True}}  # called by address
ENTRY = {{**KERNEL, "no_cpython_wrapper": False}}  # called from Python
# for formulas whose order of operations is their point; inlined, or loops over the longer ones would not vectorise
STRICT = {{**OPTIONS, "fastmath": {{"contract"}}, "forceinline": True}}
# compiled by numba {version}
'''
_INDICES = '''"""Indices of a table of addresses, as they are declared."""

{names} = range({count})
'''
PACKAGE = "backlit_kernels"


class Program:
    """The compiled engine in one precision.

    Parameters
    ----------
    precision : {"float32", "float64"}
    vectors : Vectors
        Those that matrix products are made of.
    prepared : PreparedKernels, optional
        What need not be compiled; nothing unless given.
    """

    def __init__(self, precision: str, vectors: Vectors, prepared: PreparedKernels | None = None) -> None:
        self._prepared = prepared or PreparedKernels(None)
        self._sources = _sources(precision, vectors)
        self._stamped: dict[str, StampedFile] = {}
        self._modules: dict[str, ModuleType] = {}
        self._folder = cache_folder() / PACKAGE
        passes = stamp("passes/passes.py", self._sources, self._stamped)
        if f"{passes.path}:train_epoch" not in self._prepared and not (self._folder / passes.path).exists():
            print(f"backlit: compiling the {precision} engine, once on this machine ...", file=sys.stderr)
        self.passes = self.module("passes/passes.py")
        self._precision = self.module("precision.py")
        self._addresses: dict[str, int] = {}
        self._entries: dict[str, Callable[..., Any]] = {}
        self.compiled: dict[str, Any] = {}
        self._has_tiles = vectors.width > 0
        self._tiles: int | None = None

    @property
    def calls_blas(self) -> bool:
        """Whether its matrix products are a BLAS's."""
        return not self._has_tiles

    @property
    def skips_zeros(self) -> bool:
        """Whether the first dense layer can go around zeros in its inputs."""
        return self._has_tiles

    def kernel_table(self, *kernels: Mapping[str, int]) -> NDArray[np.int64]:
        """The table of addresses that passes call: those of products, and others by names of `KERNEL_TABLE`; else 0."""
        addresses = {name: address for group in (self.product(), *kernels) for name, address in group.items()}
        return np.array([addresses.get(name, 0) for name in KERNEL_TABLE], np.int64)

    def product(self) -> dict[str, int]:
        """The addresses of what multiplies matrices, and of what it calls."""
        if not self._has_tiles:
            basis = scipy_product(self._precision.F.__name__)
            return {"product": self._kernel("products/blas.py", "multiply"), "basis": int(basis)}
        if self._tiles is None:
            self._tiles = int(ctypes.CFUNCTYPE(ctypes.c_int64)(self._kernel("products/tiles.py", "tiles"))())
        return {"product": self._kernel("products/products.py", "multiply"), "basis": self._tiles}

    def gate(self, name: str) -> tuple[int, int]:
        """The addresses of a hidden gate's (forward, backward)."""
        file = self.emitted(f"gate_{_file_name(name)}", gate_file(GATES.elementwise(name)))
        return self._kernel(file, "forward"), self._kernel(file, "backward")

    def layer(self, kind: str, kernel: str) -> int:
        """The address of a layer's kernel, forward, backward or gradient; 0 if the layer has none."""
        return self._kernel(f"layers/{kind}.py", kernel, kernel.upper())

    def sparse(self) -> dict[str, int]:
        """The addresses of the first dense layer's kernels where most of its inputs are 0."""
        file = "products/sparse.py"
        return {"sparse": self._kernel(file, "forward"), "sparse_gradient": self._kernel(file, "gradient")}

    def dropout(self) -> dict[str, int]:
        """The addresses of dropout's kernels."""
        return {name: self._kernel("layers/dropout.py", name) for name in ("dropout_forward", "dropout_backward")}

    def step(self, kernel: str, matrix_kernel: str = "") -> dict[str, int]:
        """The addresses of an optimizer's step, and of that of whole matrices where it has one."""
        matrix_step = self._kernel(f"optimizers/{matrix_kernel}.py", "step") if matrix_kernel else 0
        return {"step": self._kernel("optimizers/steps.py", kernel), "matrix_step": matrix_step}

    def regularizer(self, kernel: str) -> dict[str, int]:
        """The address of one of `REGULARIZERS`."""
        return {kernel: self._kernel("optimizers/regularizers.py", kernel)}

    def _kernel(self, file: str, name: str, signature: str = "") -> int:
        """The address of a file's kernel, prepared, or compiled when first asked for; 0 where it has none.

        A kernel is compiled where it stands, or by its module's signature, or by one of those of layers.
        """
        key = self.key(file, name)
        if key not in self._addresses:
            with _compiling():
                address = self._prepared.address(key)
                self._addresses[key] = address or self._compile_kernel(key, file, name, signature)
        return self._addresses[key]

    def key(self, file: str, name: str) -> str:
        """What a kernel is known by: its file's stamped name, and its own."""
        stamped = self._stamped.get(file) or stamp(file, self._sources, self._stamped)
        return f"{stamped.path}:{name}"

    def _compile_kernel(self, key: str, file: str, name: str, signature: str) -> int:
        module = self.module(file)
        function = getattr(module, name, None)
        if function is None:
            return 0
        if not hasattr(function, "address"):
            types = getattr(self.module("layers/compiling.py"), signature) if signature else module.SIGNATURE
            function = self._once(key, module, partial(numba.cfunc(types, **self._precision.KERNEL), function))
        self.compiled[key] = function
        return int(function.address)

    def entry(self, name: str, file: str = "passes/passes.py") -> Callable[..., Any]:
        """One of the passes that are called from Python: train_epoch, loss_and_gradient, predict."""
        entry: Callable[..., Any] | None = self._entries.get(name)  # at each prediction
        if entry is None:
            with _compiling():
                key = self.key(file, name)
                entry = self._prepared.entry(key) or self.compiled_entry(file, name, self._precision.ENTRY)
                self._entries[name] = entry
        return entry

    def compiled_entry(self, file: str, name: str, options: Mapping[str, Any]) -> Any:
        """Numba's own of a pass that is called from Python."""
        module = self.module(file)
        compile_ = numba.njit(module.SIGNATURES[name], **options)
        return self._once(self.key(file, name), module, partial(compile_, getattr(module, name)))

    @property
    def panels(self) -> Callable[..., Any]:
        """The pass of predictions in panels; only where products are made of tiles."""
        return self.entry("predict_in_panels", "passes/panels.py")

    def _once(self, key: str, module: ModuleType, compiled: Callable[[], Any]) -> Any:
        """What is compiled of a module under a key, by the first thread that needs it."""
        if key not in self.compiled:
            with _compiling(), sealed(Path(str(module.__file__))):
                if key not in self.compiled:  # nor has the thread made it that held the lock before
                    self.compiled[key] = compiled()
        return self.compiled[key]

    def head(self, output_gate: str, loss: str) -> dict[str, int]:
        """The addresses of a network's head: what makes outputs, and their loss."""
        if output_gate != "softmax":
            GATES.elementwise(output_gate)
        file = self.emitted(f"head_{_file_name(output_gate)}_{loss}", head_file(output_gate, loss_named(loss)))
        return {name: self._kernel(file, name) for name in ("activate", "head")}

    def emitted(self, stem: str, source: str) -> str:
        """The name of an emitted file among the sources."""
        name = f"emitted/{stem}.py"
        with one_thread():
            if self._sources.get(name) != source:  # new, or a gate that was declared anew
                self._sources[name] = source
                self._stamped.pop(name, None)
                self._modules.pop(name, None)
        return name

    def module(self, name: str) -> ModuleType:
        """A file of the program as a module, after those that it imports."""
        if name in self._modules:  # a training of one neuron asks for a dozen, and takes a millisecond
            return self._modules[name]
        with _compiling():
            file = stamp(name, self._sources, self._stamped)
            for imported in file.imports:
                self.module(imported)
            packages = [*reversed(PurePosixPath(PACKAGE, file.path).parents)][1:]
            write(self._folder, {file.path: file.text})
            for package in packages:
                path = PurePosixPath(package, "__init__.py").relative_to(PACKAGE)
                write(self._folder, {str(path): ""})
                load(".".join(package.parts), self._folder / path, package=True)
            dotted = ".".join(PurePosixPath(PACKAGE, file.path).with_suffix("").parts)
            self._modules[name] = load(dotted, self._folder / file.path)
            return self._modules[name]


def _file_name(gate: str) -> str:
    """A gate's name as a part of a file's: ``leaky_relu(0.2)`` has the numbers of its family in it."""
    return gate.translate({ord("("): "_of_", ord(")"): None, ord(" "): None, **_SPELLED})


_SPELLED = {ord(","): "_", ord("."): "p", ord("-"): "m", ord("+"): None}


@contextmanager
def _compiling() -> Iterator[None]:
    """One thread at a time, and Python's collector of garbage rests."""
    with one_thread(), collector_at_rest():
        yield


def _sources(precision: str, vectors: Vectors) -> dict[str, str]:
    """All files of a program but the emitted ones."""
    kernels, layers = resources.files("backlit.engine.kernels"), resources.files("backlit.declared.layers")
    sources = {name: kernels.joinpath(name).read_text(encoding="utf-8") for name in KERNELS}
    sources |= {f"layers/{kind}.py": layers.joinpath(f"{kind}.py").read_text(encoding="utf-8") for kind in LAYERS}
    sources["maths/functions.py"] = kernels.joinpath(f"maths/functions_{precision}.py").read_text(encoding="utf-8")
    sources["precision.py"] = _PRECISION.format(
        float=precision,
        bits=precision.removeprefix("float"),
        yields=YIELD,
        flushes=FLUSHES,
        alignment=ALIGNMENT,
        line=LINE,
        page=PAGE,
        lanes=vectors.lanes(precision),
        tile_rows=vectors.rows,
        version=numba.__version__,
    )
    for table, names in ("workspace", BUFFERS), ("kernel_table", KERNEL_TABLE), ("job", JOB):
        sources[f"{table}.py"] = _INDICES.format(names=", ".join(names).upper(), count=len(names))
    sources["kernel_table.py"] += f"KERNEL_COUNT = {len(KERNEL_TABLE)}\n"
    sources["job.py"] += f"JOB_COUNT = {len(JOB)}\n"
    return sources


def program(precision: str) -> Program:
    """The engine in this precision, once per process.

    Raises
    ------
    BacklitError
        If the precision is neither float32 nor float64.
    """
    if precision not in FLOATS:
        raise BacklitError(f"precision {precision!r} is not one of {', '.join(FLOATS)}")
    with one_thread():  # or two threads that need it first would each make one
        return _made(precision)


@lru_cache(maxsize=2)
def _made(precision: str) -> Program:
    vectors = vectors_here()[0]
    return Program(precision, vectors, prepared_kernels(precision, vectors.name))
