"""Matrix products by BLAS, called by the address of its ``gemm``; arrays are given by their addresses.

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


@intrinsic
def gemm(context, address, flip_left, flip_right, m, n, k, left, left_stride, right, right_stride, out, out_stride):
    """BLAS's own call, alpha 1 and beta 0; every argument goes by reference."""

    def codegen(target, builder, signature, values):
        address, flip_left, flip_right, m, n, k, left, left_stride, right, right_stride, out, out_stride = values

        def letter(flip):
            code = builder.select(builder.icmp_signed("!=", flip, _WHOLE(0)), ir.IntType(8)(84), ir.IntType(8)(78))
            return place(code, ir.IntType(8))

        def place(value, kind):
            slot = cgutils.alloca_once(builder, kind)
            builder.store(value, slot)
            return builder.ptrtoint(slot, _WHOLE)

        def whole(value):
            return place(builder.trunc(value, _INT), _INT)

        function = ir.FunctionType(ir.VoidType(), [_WHOLE] * 13).as_pointer()
        builder.call(
            builder.inttoptr(address, function),
            [
                letter(flip_left),
                letter(flip_right),
                whole(m),
                whole(n),
                whole(k),
                place(_FLOAT(1.0), _FLOAT),
                left,
                whole(left_stride),
                right,
                whole(right_stride),
                place(_FLOAT(0.0), _FLOAT),
                out,
                whole(out_stride),
            ],
        )

    return types.void(*[types.int64] * 12), codegen


# Strides say how many numbers lie between the beginnings of two rows: a group's part of a wider array is one product.


@njit(**OPTIONS)
def product(blas, a, a_stride, b, b_stride, out, out_stride, rows, inner, columns):
    """Fill out = a b, with a (rows, inner) and b (inner, columns)."""
    gemm(blas, 0, 0, columns, rows, inner, b, b_stride, a, a_stride, out, out_stride)


@njit(**OPTIONS)
def product_left_turned(blas, a, a_stride, b, b_stride, out, out_stride, inner, rows, columns):
    """Fill out = a^T b, with a (inner, rows) and b (inner, columns)."""
    gemm(blas, 0, 1, columns, rows, inner, b, b_stride, a, a_stride, out, out_stride)


@njit(**OPTIONS)
def product_right_turned(blas, a, a_stride, b, b_stride, out, out_stride, rows, inner, columns):
    """Fill out = a b^T, with a (rows, inner) and b (columns, inner)."""
    gemm(blas, 1, 0, columns, rows, inner, b, b_stride, a, a_stride, out, out_stride)
