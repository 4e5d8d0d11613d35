"""Dropout: which units are dropped is a hash of (seed, row of the data, layer, unit), whichever thread computes it.

Compiled when a training first drops out; called by address.
"""

import numpy as np
from numba import carray, cfunc, njit, types

from ..precision import KERNEL, OPTIONS, POINTER, F

WHOLE = types.int64


@njit(**OPTIONS)
def scrambled(x):
    """Chris Wellons' low-bias 32-bit hash ('hash-prospector', lowbias32)."""
    x = np.uint32(x)
    x ^= x >> np.uint32(16)
    x = np.uint32(x * np.uint32(0x7FEB352D))
    x ^= x >> np.uint32(15)
    x = np.uint32(x * np.uint32(0x846CA68B))
    x ^= x >> np.uint32(16)
    return x


@cfunc(
    types.void(POINTER, POINTER, POINTER, WHOLE, WHOLE, types.CPointer(WHOLE), WHOLE, WHOLE, types.float64), **KERNEL
)
def dropout_forward(a, dropped, mask, rows, units, order, layer, seed, rate):
    """Fill mask with 0 or 1 / (1 - rate), and dropped with a * mask; `order` begins with the first of the rows."""
    threshold = np.uint32(rate * 4294967295.0)
    scale = F(1.0 / (1.0 - rate))
    active, into, factors = carray(a, (rows, units)), carray(dropped, (rows, units)), carray(mask, (rows, units))
    for r in range(rows):
        row = scrambled(np.uint32(order[r]) ^ scrambled(np.uint32(seed) + np.uint32(layer)))
        for j in range(units):
            keeps = scrambled(row + np.uint32(j) * np.uint32(0x9E3779B9)) >= threshold
            factor = scale if keeps else F(0.0)
            factors[r, j] = factor
            into[r, j] = active[r, j] * factor


@cfunc(types.void(POINTER, POINTER, WHOLE), **KERNEL)
def dropout_backward(delta, mask, size):
    """The pull-back: delta * mask."""
    signal, factors = carray(delta, size), carray(mask, size)
    for i in range(size):
        signal[i] *= factors[i]
