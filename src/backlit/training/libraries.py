"""Which BLAS the kernels call, by the address of its matrix product: scipy's, or MKL's where it is asked for.

MKL is asked for by ``BACKLIT_BLAS=mkl`` in the environment, and needs the extra ``mkl``. It is not taken unasked: a
PyTorch that is imported after it finds its symbols, and then runs on one thread.
"""

from __future__ import annotations

import ctypes
import os
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, files

LETTERS = {"float32": "s", "float64": "d"}
"""How BLAS names its functions for a precision."""
CHOICE = "BACKLIT_BLAS"
SEQUENTIAL = 1
"""MKL's number for 'no threads of its own' (mkl_set_threading_layer): the team of a training has the threads."""


def scipy_product(precision: str, kind: str = "gemm") -> int:
    """The address of scipy's product, of matrices or with a vector; it uses as many threads as BLAS is allowed to."""
    from numba.extending import get_cython_function_address

    return int(get_cython_function_address("scipy.linalg.cython_blas", LETTERS[precision] + kind))


def team_product(precision: str) -> int:
    """The address of the fastest product for threads that each call it: MKL's if it is there, else scipy's."""
    library = _mkl()
    if library is None:
        return scipy_product(precision)
    function = getattr(library, LETTERS[precision] + "gemm_")
    return int(ctypes.cast(function, ctypes.c_void_p).value or 0)


@lru_cache(maxsize=1)
def mkl_path() -> str:
    """Where MKL from the package `mkl` lies; nothing where it is not asked for, or not installed."""
    if os.environ.get(CHOICE) != "mkl":
        return ""
    try:
        found = [file for file in files("mkl") or () if file.name.startswith(("libmkl_rt", "mkl_rt"))]
    except PackageNotFoundError:
        return ""
    return os.path.realpath(str(found[0].locate())) if found else ""


@lru_cache(maxsize=1)
def _mkl() -> ctypes.CDLL | None:
    """MKL from the package `mkl`, told to start no threads; None where it is not asked for or cannot be loaded."""
    path = mkl_path()
    try:
        library = ctypes.CDLL(path) if path else None
        if library is not None:
            library.MKL_Set_Threading_Layer(SEQUENTIAL)
    except (OSError, AttributeError):
        return None
    return library
