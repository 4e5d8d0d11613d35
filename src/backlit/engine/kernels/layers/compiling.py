"""What layers' kernels are written with. Arrays are given by the addresses of their first numbers, as whole numbers.

A layer's file (`backlit.declared.layers`) has up to three kernels, called by address, each compiled when first needed:

- ``forward(kernels, z_before, x, theta, z, rows, inputs, outputs, groups)`` fills z;
- ``backward(kernels, gate, z_before, x, theta, delta, dx, rows, inputs, outputs, groups)`` fills dx with dC/dx, or, if
  the layer follows a gate and takes its input `z_before`, with dC/d(z_before): `gate` is the kernel of that gate;
- ``gradient(kernels, z_before, x, theta, delta, grad, part, parts, rows, inputs, outputs, groups)`` fills a part of the
  gradient of its parameters, over all rows: fixed parts, so that threads share the work and no bit depends on them.

`theta` and `grad` are where the layer's first parameter lies; the next ones follow as `after` computes. `x` is what the
layer takes, `delta` is dC/dz.
"""

from numba import carray, njit, types

from ..kernel_table import BASIS, KERNEL_COUNT, PRODUCT
from ..maths.cos_2pi import cos_of_turns, sin_of_turns  # noqa: F401  # part of the vocabulary
from ..passes.tables import part_of, sum_rows  # noqa: F401
from ..precision import ALIGNMENT, OPTIONS, F  # noqa: F401
from ..runtime.calls import call_backward, call_product
from ..runtime.memory import advance, pointer, whole_numbers

FORWARD = types.void(*[types.int64] * 9)
BACKWARD = types.void(*[types.int64] * 11)
GRADIENT = types.void(*[types.int64] * 12)

compiled = njit(**OPTIONS)
call_gate_backward = (
    call_backward  # call_gate_backward(gate, z, a, delta, size): delta times the gate's slope, in place
)


@njit(**OPTIONS)
def array(address, size):
    """So many numbers at an address, as an array."""
    return carray(pointer(address), size)


@njit(**OPTIONS)
def matrix(address, rows, columns):
    """A matrix at an address, row after row."""
    return carray(pointer(address), (rows, columns))


@njit(**OPTIONS)
def next_array(address, size):
    """Where the next array of parameters lies, after one of so many numbers."""
    return advance(address, -(-size // ALIGNMENT) * ALIGNMENT)


@njit(**OPTIONS)
def multiply(
    kernels, turn_left, turn_right, left, left_stride, right, right_stride, begin, out, out_stride, rows, inner, columns
):  # fmt: skip
    """Fill ``out = begin + left right``, shape (rows, columns), with an inner side of `inner`; `begin` may be 0.

    Strides are numbers from one row to the next; a matrix with turn 1 lies transposed.
    """
    table = carray(whole_numbers(kernels), KERNEL_COUNT)
    call_product(
        table[PRODUCT], table[BASIS], turn_left, turn_right, left, left_stride, right, right_stride, begin, out,
        out_stride, rows, inner, columns,
    )  # fmt: skip
