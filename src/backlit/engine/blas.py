"""The BLAS that the kernels call where a processor has no vectors of ours: scipy's, by the address of its product."""

from __future__ import annotations

LETTERS = {"float32": "s", "float64": "d"}
"""How BLAS names its functions for a precision."""


def scipy_product(precision: str) -> int:
    """The address of scipy's product of matrices; it uses as many threads as BLAS is allowed to."""
    from numba.extending import get_cython_function_address

    return int(get_cython_function_address("scipy.linalg.cython_blas", LETTERS[precision] + "gemm"))
