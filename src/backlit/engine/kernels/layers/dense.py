"""Dense and grouped layers: z = x w + b, and the pull-back of delta to x, w and b. Arrays are given by addresses.

A grouped layer's w (inner, outputs) has the blocks of its groups side by side; a dense layer is one group.
"""

from numba import njit

from ..called import BASIS, PRODUCT
from ..passes.tables import numbers
from ..precision import FLOAT_BYTES, OPTIONS, F
from ..runtime.calls import call_product

TURNED = 1


@njit(**OPTIONS)
def forward(kernels, x, w, b, z, rows, inputs, outputs, groups):
    inner, width = inputs // groups, outputs // groups
    for g in range(groups):
        own, columns = x + g * inner * FLOAT_BYTES, g * width * FLOAT_BYTES
        call_product(
            kernels[PRODUCT], kernels[BASIS], 0, 0, own, inputs, w + columns, outputs, b + columns, z + columns,
            outputs, rows, inner, width,
        )  # fmt: skip


@njit(**OPTIONS)
def backward_input(kernels, w, delta, dx, rows, inputs, outputs, groups):
    """dC/dx = delta w^T."""
    inner, width = inputs // groups, outputs // groups
    for g in range(groups):
        own, columns = dx + g * inner * FLOAT_BYTES, g * width * FLOAT_BYTES
        call_product(
            kernels[PRODUCT], kernels[BASIS], 0, TURNED, delta + columns, outputs, w + columns, outputs, 0, own, inputs,
            rows, width, inner,
        )  # fmt: skip


@njit(**OPTIONS)
def backward_weights(kernels, x, delta, dw, first, last, rows, inputs, outputs, groups):
    """dC/dw = x^T delta, for the weights of some inputs of each group."""
    inner, width = inputs // groups, outputs // groups
    for g in range(groups):
        own, columns = x + (g * inner + first) * FLOAT_BYTES, g * width * FLOAT_BYTES
        into = dw + columns + first * outputs * FLOAT_BYTES
        call_product(
            kernels[PRODUCT], kernels[BASIS], TURNED, 0, own, inputs, delta + columns, outputs, 0, into, outputs,
            last - first, rows, width,
        )  # fmt: skip


@njit(**OPTIONS)
def backward_bias(delta, db, first, last, rows, outputs):
    """dC/db = the sum of delta over the rows, for some outputs."""
    total = numbers(db, first, last)
    for j in range(total.size):
        total[j] = F(0.0)
    for r in range(rows):
        row = numbers(delta, r * outputs + first, r * outputs + last)
        for j in range(total.size):
            total[j] += row[j]
