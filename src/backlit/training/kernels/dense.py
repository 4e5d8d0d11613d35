"""Dense and grouped layers: z = x w + b, and the pull-back of delta to x, w and b. Arrays are given by addresses.

A grouped layer's w (inner, outputs) has the blocks of its groups side by side; a dense layer is one group.
"""

from numba import carray, njit

from .blas import FLOAT_BYTES, product, product_left_turned, product_right_turned, row_product
from .memory import pointer
from .precision import OPTIONS, F


@njit(**OPTIONS)
def forward(blas, row_blas, x, w, b, z, rows, inputs, outputs, groups):
    inner, width = inputs // groups, outputs // groups
    for g in range(groups):
        own, columns = x + g * inner * FLOAT_BYTES, g * width * FLOAT_BYTES
        if rows == 1:
            row_product(row_blas, own, w + columns, outputs, z + columns, inner, width)
        else:
            product(blas, own, inputs, w + columns, outputs, z + columns, outputs, rows, inner, width)
    bias = carray(pointer(b), outputs)
    sums = carray(pointer(z), (rows, outputs))
    for r in range(rows):
        for j in range(outputs):
            sums[r, j] += bias[j]


@njit(**OPTIONS)
def backward_input(blas, w, delta, dx, rows, inputs, outputs, groups):
    """dC/dx = delta w^T."""
    inner, width = inputs // groups, outputs // groups
    for g in range(groups):
        own, columns = dx + g * inner * FLOAT_BYTES, g * width * FLOAT_BYTES
        product_right_turned(blas, delta + columns, outputs, w + columns, outputs, own, inputs, rows, width, inner)


@njit(**OPTIONS)
def backward_weights(blas, x, delta, dw, first, last, rows, inputs, outputs, groups):
    """dC/dw = x^T delta, for the weights of some inputs of each group."""
    inner, width = inputs // groups, outputs // groups
    for g in range(groups):
        own, columns = x + (g * inner + first) * FLOAT_BYTES, g * width * FLOAT_BYTES
        into = dw + columns + first * outputs * FLOAT_BYTES
        product_left_turned(blas, own, inputs, delta + columns, outputs, into, outputs, rows, last - first, width)


@njit(**OPTIONS)
def backward_bias(delta, db, first, last, rows, outputs):
    """dC/db = the sum of delta over the rows, for some outputs."""
    signal = carray(pointer(delta), (rows, outputs))
    total = carray(pointer(db), outputs)[first:last]
    for j in range(total.size):
        total[j] = F(0.0)
    for r in range(rows):
        row = signal[r, first:last]
        for j in range(total.size):
            total[j] += row[j]
