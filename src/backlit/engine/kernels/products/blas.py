"""Matrix products by BLAS, called by the address of its ``gemm``, where a processor has no vectors for `products.py`.

BLAS counts in columns and ours are rows, so each product is asked for transposed: (A B)^T = B^T A^T.
"""

from llvmlite import ir
from numba import carray, types
from numba.core import cgutils
from numba.extending import intrinsic

from ..precision import BITS
from ..runtime.calls import PRODUCTS
from ..runtime.memory import pointer

_WHOLE = ir.IntType(64)
_INT = ir.IntType(32)
_FLOAT = ir.FloatType() if BITS == 32 else ir.DoubleType()

SIGNATURE = PRODUCTS


class _Arguments:
    """BLAS takes every argument by reference: each is put on the stack."""

    def __init__(self, builder):
        self.builder = builder

    def stack(self, value, kind):
        slot = cgutils.alloca_once(self.builder, kind)
        self.builder.store(value, slot)
        return self.builder.ptrtoint(slot, _WHOLE)

    def number(self, value):
        return self.stack(_FLOAT(value), _FLOAT)

    def whole(self, value):
        return self.stack(self.builder.trunc(value, _INT), _INT)

    def letter(self, flip):
        turned = self.builder.icmp_signed("!=", flip, _WHOLE(0))
        code = self.builder.select(turned, ir.IntType(8)(ord("T")), ir.IntType(8)(ord("N")))
        return self.stack(code, ir.IntType(8))

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


def multiply(
    blas, turn_left, turn_right, left, left_stride, right, right_stride, begin, out, out_stride, rows, inner, columns
):  # fmt: skip
    """Fill ``out = begin + left right``, as `products.multiply` does."""
    gemm(
        blas, turn_right, turn_left, columns, rows, inner, right, right_stride, left, left_stride, out, out_stride
    )  # fmt: skip
    if begin:
        first, sums = carray(pointer(begin), columns), carray(pointer(out), rows * out_stride)
        for r in range(rows):
            for j in range(columns):
                sums[r * out_stride + j] += first[j]
