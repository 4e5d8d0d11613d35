"""A blended gate: a neuron passes on z + blend (gate(z) - z), and learns its blend. Arrays are given by addresses.

Compiled when a training first has one; called by address.
"""

from numba import carray, cfunc, types

from ..precision import KERNEL, F
from ..runtime.calls import call_backward
from ..runtime.memory import pointer

WHOLE = types.int64


@cfunc(types.void(WHOLE, WHOLE, WHOLE, WHOLE, WHOLE, WHOLE), **KERNEL)
def forward(z, a, blend, heard, rows, units):
    """Fill what is heard, of z and of a, which is what the gate made of it."""
    z, a = carray(pointer(z), (rows, units)), carray(pointer(a), (rows, units))
    heard, blend = carray(pointer(heard), (rows, units)), carray(pointer(blend), units)
    for r in range(rows):
        for j in range(units):
            heard[r, j] = z[r, j] + blend[j] * (a[r, j] - z[r, j])


@cfunc(types.void(WHOLE, WHOLE, WHOLE, WHOLE, WHOLE, WHOLE, WHOLE, WHOLE), **KERNEL)
def backward(gate, z, a, blend, delta, pull, rows, units):
    """Turn dC/d(heard) in delta into dC/dz, and fill pull with each row's part of dC/d(blend)."""
    shape = rows, units
    signal, pulls = carray(pointer(delta), shape), carray(pointer(pull), shape)
    for r in range(rows):
        for j in range(units):
            pulls[r, j] = signal[r, j]
    call_backward(gate, z, a, delta, rows * units)
    sums, made, share = carray(pointer(z), shape), carray(pointer(a), shape), carray(pointer(blend), units)
    for r in range(rows):
        for j in range(units):
            signal[r, j] = (F(1.0) - share[j]) * pulls[r, j] + share[j] * signal[r, j]
            pulls[r, j] *= made[r, j] - sums[r, j]
