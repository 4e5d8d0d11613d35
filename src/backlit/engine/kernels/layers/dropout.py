"""Dropout: which units are silent is a hash of (seed, row of the data, layer, unit), never of who asks or when.

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
def dropout_forward(a, fed, mask, rows, units, order, layer, seed, drop):
    """Fill mask with 0 or 1 / (1 - drop), and fed with a * mask; `order` begins with the first of the rows."""
    threshold = np.uint32(drop * 4294967295.0)
    loud = F(1.0 / (1.0 - drop))
    active, into, gates = carray(a, (rows, units)), carray(fed, (rows, units)), carray(mask, (rows, units))
    if drop == 0.0:  # all are heard
        for r in range(rows):
            for j in range(units):
                gates[r, j], into[r, j] = F(1.0), active[r, j]
        return
    for r in range(rows):
        row = scrambled(np.uint32(order[r]) ^ scrambled(np.uint32(seed) + np.uint32(layer)))
        for j in range(units):
            heard = scrambled(row + np.uint32(j) * np.uint32(0x9E3779B9)) >= threshold
            gate = loud if heard else F(0.0)
            gates[r, j] = gate
            into[r, j] = active[r, j] * gate


@cfunc(types.void(POINTER, POINTER, WHOLE), **KERNEL)
def dropout_backward(delta, mask, size):
    """The pull-back: delta * mask."""
    signal, gates = carray(delta, size), carray(mask, size)
    for i in range(size):
        signal[i] *= gates[i]
