"""The dense layer: z = x w + b, and the pull-back of delta to x, w and b. Arrays are given by their addresses."""

from numba import carray, njit

from .blas import product, product_left_turned, product_right_turned
from .memory import pointer
from .precision import OPTIONS, F


@njit(**OPTIONS)
def forward(blas, x, w, b, z, rows, inputs, outputs):
    product(blas, x, w, z, rows, inputs, outputs)
    bias = carray(pointer(b), outputs)
    sums = carray(pointer(z), (rows, outputs))
    for r in range(rows):
        for j in range(outputs):
            sums[r, j] += bias[j]


@njit(**OPTIONS)
def backward_input(blas, w, delta, dx, rows, inputs, outputs):
    """dC/dx = delta w^T."""
    product_right_turned(blas, delta, w, dx, rows, outputs, inputs)


@njit(**OPTIONS)
def backward_weights(blas, x, delta, dw, first, last, rows, inputs, outputs):
    """dC/dw = x^T delta, for the weights of some inputs."""
    product_left_turned(blas, x, delta, dw, first, last, rows, inputs, outputs)


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
