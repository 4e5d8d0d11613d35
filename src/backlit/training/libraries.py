"""Which BLAS the kernels call, by the address of its matrix product: scipy's, or MKL's where the extra is installed."""

from __future__ import annotations

import ctypes
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, files

from numba.extending import get_cython_function_address

GEMM = {"float32": "sgemm", "float64": "dgemm"}
SEQUENTIAL = 1
"""MKL's number for 'no threads of its own' (mkl_set_threading_layer): the team of a training has the threads."""


def scipy_product(precision: str) -> int:
    """The address of scipy's product; it uses as many threads as BLAS is allowed to."""
    return int(get_cython_function_address("scipy.linalg.cython_blas", GEMM[precision]))


def team_product(precision: str) -> int:
    """The address of the fastest product for threads that each call it: MKL's if it is there, else scipy's."""
    library = _mkl()
    if library is None:
        return scipy_product(precision)
    function = getattr(library, GEMM[precision] + "_")
    return int(ctypes.cast(function, ctypes.c_void_p).value or 0)


@lru_cache(maxsize=1)
def _mkl() -> ctypes.CDLL | None:
    """MKL from the package `mkl`, told to start no threads; None where it is not installed or cannot be loaded."""
    try:
        found = [file for file in files("mkl") or () if file.name.startswith(("libmkl_rt", "mkl_rt"))]
        library = ctypes.CDLL(str(found[0].locate()))
        library.MKL_Set_Threading_Layer(SEQUENTIAL)
    except (PackageNotFoundError, OSError, IndexError, AttributeError):
        return None
    return library
