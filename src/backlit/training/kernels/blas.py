"""Matrix products by BLAS, called by the address of its ``gemm`` or ``gemv``; arrays are given by their addresses.

BLAS counts in columns and ours are rows, so each product is asked for transposed: (A B)^T = B^T A^T.
"""

from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

from .precision import BITS, OPTIONS

_WHOLE = ir.IntType(64)
_INT = ir.IntType(32)
FLOAT_BYTES = BITS // 8
_FLOAT = ir.FloatType() if BITS == 32 else ir.DoubleType()


class _Arguments:
    """BLAS takes every argument by reference: each is put in a place of its own."""

    def __init__(self, builder):
        self.builder = builder

    def place(self, value, kind):
        slot = cgutils.alloca_once(self.builder, kind)
        self.builder.store(value, slot)
        return self.builder.ptrtoint(slot, _WHOLE)

    def number(self, value):
        return self.place(_FLOAT(value), _FLOAT)

    def whole(self, value):
        return self.place(self.builder.trunc(value, _INT), _INT)

    def letter(self, flip):
        turned = self.builder.icmp_signed("!=", flip, _WHOLE(0))
        code = self.builder.select(turned, ir.IntType(8)(ord("T")), ir.IntType(8)(ord("N")))
        return self.place(code, ir.IntType(8))

    def call(self, address, arguments):
        function = ir.FunctionType(ir.VoidType(), [_WHOLE] * len(arguments)).as_pointer()
        self.builder.call(self.builder.inttoptr(address, function), arguments)


@intrinsic
def gemm(context, address, flip_left, flip_right, m, n, k, left, left_stride, right, right_stride, out, out_stride):
    """BLAS's product of matrices, alpha 1 and beta 0."""

    def codegen(target, builder, signature, values):
        address, flip_left, flip_right, m, n, k, left, left_stride, right, right_stride, out, out_stride = values
        by = _Arguments(builder)
        turns, sizes = [by.letter(flip_left), by.letter(flip_right)], [by.whole(m), by.whole(n), by.whole(k)]
        factors = [by.number(1.0), left, by.whole(left_stride), right, by.whole(right_stride)]
        by.call(address, [*turns, *sizes, *factors, by.number(0.0), out, by.whole(out_stride)])

    return types.void(*[types.int64] * 12), codegen


@intrinsic
def gemv(context, address, m, n, matrix, stride, vector, out):
    """BLAS's product of a matrix and a vector, alpha 1 and beta 0."""

    def codegen(target, builder, signature, values):
        address, m, n, matrix, stride, vector, out = values
        by = _Arguments(builder)
        one = by.whole(_WHOLE(1))
        factors = [by.number(1.0), matrix, by.whole(stride), vector, one]
        by.call(address, [by.letter(_WHOLE(0)), by.whole(m), by.whole(n), *factors, by.number(0.0), out, one])

    return types.void(*[types.int64] * 7), codegen


# Strides say how many numbers lie between the beginnings of two rows: a group's part of a wider array is one product.


@njit(**OPTIONS)
def product(blas, a, a_stride, b, b_stride, out, out_stride, rows, inner, columns):
    """Fill out = a b, with a (rows, inner) and b (inner, columns)."""
    gemm(blas, 0, 0, columns, rows, inner, b, b_stride, a, a_stride, out, out_stride)


@njit(**OPTIONS)
def row_product(blas, a, b, b_stride, out, inner, columns):
    """Fill out = a b, with one row a (inner) and b (inner, columns): nothing is packed for a single use."""
    gemv(blas, columns, inner, b, b_stride, a, out)


@njit(**OPTIONS)
def product_left_turned(blas, a, a_stride, b, b_stride, out, out_stride, inner, rows, columns):
    """Fill out = a^T b, with a (inner, rows) and b (inner, columns)."""
    gemm(blas, 0, 1, columns, rows, inner, b, b_stride, a, a_stride, out, out_stride)


@njit(**OPTIONS)
def product_right_turned(blas, a, a_stride, b, b_stride, out, out_stride, rows, inner, columns):
    """Fill out = a b^T, with a (rows, inner) and b (columns, inner)."""
    gemm(blas, 1, 0, columns, rows, inner, b, b_stride, a, a_stride, out, out_stride)
