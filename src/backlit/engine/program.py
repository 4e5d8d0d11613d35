"""The engine's program: hand-written passes plus emitted gates, placed in the cache, imported and compiled.

Each gate, and each pair of output gate and loss, is a file of its own, so that a new gate compiles alone. The passes
reach them by address.
"""

from __future__ import annotations

import gc
import importlib
import platform
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache, partial
from importlib import resources
from types import ModuleType
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from backlit.declared.gates import GATES
from backlit.declared.layers import FEATURES, WAVES
from backlit.declared.losses import loss_named
from backlit.engine.aligned import BUFFERS, LINE, PAGE
from backlit.engine.blas import scipy_product
from backlit.engine.cache import cache_folder, digest, in_turn, load, place
from backlit.engine.processor import Vectors, vectors_here
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
    "passes/layers.py",
    "passes/passes.py",
    "layers/dense.py",
    "layers/periodic.py",
    "layers/blend.py",
    "layers/dropout.py",
    "optimizers/steps.py",
    "optimizers/regularizers.py",
    "optimizers/muon.py",
    "optimizers/parameters.py",
)
REGULARIZERS = "add_l2_penalty", "decay_weights", "update_ema"
"""What changes parameters beside the loss."""
CALLED = (
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
WAVES, FEATURES = {waves}, {features}  # of the periodic layer, as it is declared
BITS, FLOAT_BYTES = {bits}, {bits} // 8
LANES, TILE_ROWS = {lanes}, {tile_rows}  # of the processor's vectors, as they are declared; 0 where BLAS multiplies
ALIGNMENT = {alignment}  # of each array in the flat vector, in numbers, as it is declared
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
_PLACES = '''"""Places in a table of addresses, as they are declared."""

{names} = range({count})
'''


class Program:
    """The compiled engine in one precision.

    Parameters
    ----------
    precision : {"float32", "float64"}
    vectors : Vectors
        Those that matrix products are made of.
    """

    def __init__(self, precision: str, vectors: Vectors) -> None:
        sources = {name: _source(name) for name in KERNELS}
        sources["maths/functions.py"] = _source(f"maths/functions_{precision}.py")
        sources["precision.py"] = _PRECISION.format(
            float=precision,
            bits=precision[5:],
            yields=YIELD,
            flushes=FLUSHES,
            alignment=ALIGNMENT,
            line=LINE,
            page=PAGE,
            waves=WAVES,
            features=FEATURES,
            lanes=vectors.lanes(precision),
            tile_rows=vectors.rows,
            version=numba.__version__,
        )
        for table, names in ("buffers.py", BUFFERS), ("called.py", CALLED):
            sources[table] = _PLACES.format(names=", ".join(names).upper(), count=len(names))
        drawers = {name.partition("/")[0] for name in KERNELS} | {"emitted"}
        sources |= {f"{drawer}/__init__.py": "" for drawer in drawers} | {"__init__.py": ""}
        self._name = f"backlit_kernels_{digest(sources)}"
        self._folder = cache_folder() / self._name
        if not self._folder.exists():
            print(f"backlit: compiling the {precision} engine, once on this machine ...", file=sys.stderr)
        place(self._folder, sources)
        load(self._name, self._folder / "__init__.py", package=True)
        load(f"{self._name}.emitted", self._folder / "emitted" / "__init__.py", package=True)
        self.passes = self._module("passes.passes")
        self._steps, self._regularizers = self._module("optimizers.steps"), self._module("optimizers.regularizers")
        self._precision = self._module("precision")
        self._compiled: dict[str, Any] = {}
        self._own_products = vectors.width > 0

    @property
    def calls_blas(self) -> bool:
        """Whether its matrix products are a BLAS's."""
        return not self._own_products

    @property
    def lists(self) -> bool:
        """Whether it has a way around the zeros that a layer hears."""
        return self._own_products

    def called(self, *others: Mapping[str, int]) -> NDArray[np.int64]:
        """The table of addresses that passes call: those of products, and others by names of `CALLED`; else 0."""
        known = {name: address for some in (self.product(), *others) for name, address in some.items()}
        return np.array([known.get(name, 0) for name in CALLED], np.int64)

    def product(self) -> dict[str, int]:
        """The addresses of what multiplies matrices, and of what it calls."""
        own = self._own_products
        basis = self._module("products.tiles").tiles.ctypes() if own else scipy_product(self._precision.F.__name__)
        return {
            "product": self._kernel("multiply", self._module("products.products" if own else "products.blas")),
            "basis": int(basis),
        }

    def gate(self, name: str) -> tuple[int, int]:
        """The addresses of a hidden gate's (forward, backward)."""
        module = self._emit(f"gate_{name}", gate_file(GATES.elementwise(name)))
        return module.forward.address, module.backward.address

    def front(self, kind: str) -> tuple[int, int]:
        """The addresses of the (forward, gradient) of a layer that stands before the neurons."""
        module = self._module(f"layers.{kind}")
        return module.forward.address, module.gradient.address

    def sparse(self) -> dict[str, int]:
        """The addresses of the first dense layer's kernels where most of what it hears is 0."""
        module = self._module("products.sparse")
        return {"sparse": module.forward.address, "sparse_gradient": module.gradient.address}

    def blend(self) -> tuple[int, int]:
        """The addresses of a blended gate's (forward, backward)."""
        module = self._module("layers.blend")
        return module.forward.address, module.backward.address

    def dropout_forward(self) -> dict[str, int]:
        """The addresses of dropout's kernels."""
        module = self._module("layers.dropout")
        return {"dropout_forward": module.dropout_forward.address, "dropout_backward": module.dropout_backward.address}

    def step(self, kernel: str, matrix_kernel: str = "") -> dict[str, int]:
        """The addresses of an optimizer's step, and of that of whole matrices where it has one."""
        whole = self._module(f"optimizers.{matrix_kernel}").step.address if matrix_kernel else 0
        return {"step": self._kernel(kernel, self._steps), "matrix_step": whole}

    def regularizer(self, kernel: str) -> dict[str, int]:
        """The address of one of `REGULARIZERS`."""
        return {kernel: self._kernel(kernel, self._regularizers)}

    def _kernel(self, name: str, module: ModuleType) -> int:
        """The address of a function of a module whose functions are all of one signature."""
        compile_ = numba.cfunc(module.SIGNATURE, **self._precision.KERNEL)
        return int(self._once(name, partial(compile_, getattr(module, name))).address)

    def entry(self, name: str) -> Callable[..., Any]:
        """One of the passes that are called from Python: train_epoch, loss_and_gradient, predict."""
        compiled: Callable[..., Any] | None = self._compiled.get(name)  # at each prediction
        if compiled is None:
            compile_ = numba.njit(self.passes.SIGNATURES[name], **self._precision.ENTRY)
            compiled = self._once(name, partial(compile_, getattr(self.passes, name)))
        return compiled

    def _once(self, name: str, compiled: Callable[[], Any]) -> Any:
        """What is compiled under a name, by the first thread that asks for it."""
        if name not in self._compiled:
            with _compiling():
                if name not in self._compiled:  # nor has the thread made it that had its turn before
                    self._compiled[name] = compiled()
        return self._compiled[name]

    def head(self, output_gate: str, loss: str) -> dict[str, int]:
        """The addresses of a network's end: what makes outputs, and their loss."""
        if output_gate != "softmax":
            GATES.elementwise(output_gate)
        module = self._emit(f"head_{output_gate}_{loss}", head_file(output_gate, loss_named(loss)))
        return {"activate": module.activate.address, "head": module.head.address}

    def _emit(self, stem: str, source: str) -> ModuleType:
        """The module of an emitted file, named by the hash of its text."""
        stem = f"{stem}_{digest({'': source})}"
        place(self._folder, {f"emitted/{stem}.py": source})
        with _compiling():
            return load(f"{self._name}.emitted.{stem}", self._folder / "emitted" / f"{stem}.py")

    def _module(self, name: str) -> ModuleType:
        with _compiling():
            return importlib.import_module(f"{self._name}.{name}")


@contextmanager
def _compiling() -> Iterator[None]:
    """One thread at a time, and Python's collector of garbage rests.

    The collector takes a tenth of a compiler's time, which keeps what it makes. Only who found it at work puts it to
    rest, and wakes it: it is the whole process's, and must not be left at rest by one who came when it was.
    """
    with in_turn():
        collects = gc.isenabled()
        if collects:
            gc.disable()
        try:
            yield
        finally:
            if collects:
                gc.enable()


def _source(name: str) -> str:
    return resources.files("backlit.engine.kernels").joinpath(name).read_text(encoding="utf-8")


def program(precision: str) -> Program:
    """The engine in this precision, once per process.

    Raises
    ------
    BacklitError
        If the precision is neither float32 nor float64.
    """
    if precision not in FLOATS:
        raise BacklitError(f"precision {precision!r} is not one of {', '.join(FLOATS)}")
    with in_turn():  # two threads that ask at once for the first time would each make one
        return _made(precision)


@lru_cache(maxsize=2)
def _made(precision: str) -> Program:
    return Program(precision, vectors_here()[0])
