"""Calls of kernels by address, so that the passes are compiled once and any gate, head or step can be put in.

Kernels are C functions over pointers (`numba.cfunc`); a call passes the address of each array's first element.
"""

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

_WHOLE = ir.IntType(64)


def _caller(arity, result_type, result, floats=0):
    """An intrinsic that calls the C function at an address: `arity` whole numbers or addresses, then doubles."""

    def codegen(context, builder, signature, values):
        function = ir.FunctionType(result, [_WHOLE] * arity + [ir.DoubleType()] * floats)
        return builder.call(builder.inttoptr(values[0], function.as_pointer()), values[1:])

    signature = result_type(*[types.int64] * (arity + 1), *[types.float64] * floats)
    return signature, codegen


PRODUCTS = types.void(*[types.int64] * 13)
"""What a kernel of matrix products takes: see `products.multiply`, or `blas.multiply`."""


@intrinsic
def call_product(
    context, kernel, basis, turn_left, turn_right, left, left_stride, right, right_stride, begin, out, out_stride, rows,
    inner, columns,
):  # fmt: skip
    return _caller(13, types.void, ir.VoidType())


@intrinsic
def call_forward(context, kernel, z, a, size):
    return _caller(3, types.void, ir.VoidType())


@intrinsic
def call_backward(context, kernel, z, a, delta, size):
    return _caller(4, types.void, ir.VoidType())


@intrinsic
def call_sparse(context, kernel, x, stride, listed, w, b, z, rows, inputs, outputs):
    return _caller(9, types.void, ir.VoidType())


@intrinsic
def call_sparse_gradient(context, kernel, x, stride, listed, turned, delta, dw, first, last, rows, inputs, outputs):
    return _caller(11, types.void, ir.VoidType())


@intrinsic
def call_activate(context, kernel, z, a, rows, columns):
    return _caller(4, types.void, ir.VoidType())


@intrinsic
def call_layer_forward(context, kernel, kernels, z_before, x, theta, z, rows, inputs, outputs, groups):
    return _caller(9, types.void, ir.VoidType())


@intrinsic
def call_layer_backward(
    context, kernel, kernels, gate, z_before, x, theta, delta, dx, rows, inputs, outputs, groups
):  # fmt: skip
    return _caller(11, types.void, ir.VoidType())


@intrinsic
def call_layer_gradient(
    context, kernel, kernels, z_before, x, theta, delta, grad, part, parts, rows, inputs, outputs, groups
):  # fmt: skip
    return _caller(12, types.void, ir.VoidType())


@intrinsic
def call_head(context, kernel, z, a, y, weight, delta, rows, columns):
    return _caller(7, types.float64, ir.DoubleType())


@intrinsic
def call_step(context, kernel, theta, grad, state, stride, settings, size):
    return _caller(6, types.void, ir.VoidType())


@intrinsic
def call_matrix_step(
    context, kernel, product, basis, theta, grad, momentum, state_step, rows, columns, count, rate, mu
):  # fmt: skip
    return _caller(9, types.void, ir.VoidType(), floats=2)


@intrinsic
def call_regularizer(context, kernel, into, other, size, strength):
    return _caller(3, types.float64, ir.DoubleType(), floats=1)


@intrinsic
def call_dropout_forward(context, kernel, a, dropped, mask, rows, units, order, layer, seed, rate):
    return _caller(8, types.void, ir.VoidType(), floats=1)


@intrinsic
def call_dropout_backward(context, kernel, delta, mask, size):
    return _caller(3, types.void, ir.VoidType())
