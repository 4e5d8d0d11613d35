"""The periodic layer: all inputs, and beside them features of the waves that the first columns make.

Column c has `sets` of waves (one for each network that stands side by side): cosines (c, set, wave) and features
(c, set, feature), in this order; mix has a row for each wave of a set.
"""

import math

import numpy as np
from numba import carray, cfunc, njit, types

from ..maths.cos_2pi import cos_of_turns, sin_of_turns
from ..precision import FEATURES, KERNEL, OPTIONS, WAVES, F
from ..runtime.memory import pointer

TURN = F(math.tau)
SOME = 64  # rows that are carried side by side, so that no sum runs across a vector
WHOLE = types.int64


@njit(**OPTIONS)
def arrays(theta, inputs, outputs, columns):
    """The layer's parameters, in the order of their declaration: frequency, phase, mix, shift."""
    features = outputs - inputs
    cosines = features // FEATURES * WAVES
    flat = carray(pointer(theta), columns * (cosines // columns) + cosines + WAVES * features + features)
    frequency, phase = flat[:cosines], flat[cosines : 2 * cosines]
    mix = flat[2 * cosines : 2 * cosines + WAVES * features].reshape(WAVES, features)
    return frequency, phase, mix, flat[2 * cosines + WAVES * features :]


@cfunc(types.void(WHOLE, WHOLE, WHOLE, WHOLE, WHOLE, WHOLE, WHOLE), **KERNEL)
def forward(x, theta, z, rows, inputs, outputs, columns):
    x, z = carray(pointer(x), (rows, inputs)), carray(pointer(z), (rows, outputs))
    frequency, phase, mix, shift = arrays(theta, inputs, outputs, columns)
    turns = phase / TURN
    values, waves, sums = np.empty(SOME, z.dtype), np.empty(SOME, z.dtype), np.empty((FEATURES, SOME), z.dtype)
    per_column = shift.size // columns
    for r in range(rows):
        for c in range(inputs):
            z[r, c] = x[r, c]
    for first in range(0, rows, SOME):
        some = min(SOME, rows - first)
        for block in range(shift.size // FEATURES):
            at, c = block * FEATURES, block * FEATURES // per_column
            for r in range(some):
                values[r] = x[first + r, c]
            for q in range(FEATURES):
                sums[q, :] = shift[at + q]
            for k in range(block * WAVES, (block + 1) * WAVES):
                for r in range(some):
                    waves[r] = cos_of_turns(values[r] * frequency[k] + turns[k])
                for q in range(FEATURES):
                    own, weight = sums[q], mix[k - block * WAVES, at + q]
                    for r in range(some):
                        own[r] += waves[r] * weight
            for r in range(some):
                for q in range(FEATURES):
                    z[first + r, inputs + at + q] = sums[q, r]


@cfunc(types.void(WHOLE, WHOLE, WHOLE, WHOLE, WHOLE, WHOLE, WHOLE, WHOLE, WHOLE, WHOLE), **KERNEL)
def gradient(x, theta, delta, grad, rows, inputs, outputs, columns, first, last):
    """Fill the gradients of the parameters that belong to some of the columns."""
    x, delta = carray(pointer(x), (rows, inputs)), carray(pointer(delta), (rows, outputs))
    frequency, phase, mix, shift = arrays(theta, inputs, outputs, columns)
    d_frequency, d_phase, d_mix, d_shift = arrays(grad, inputs, outputs, columns)
    blocks = shift.size // FEATURES // columns
    up_frequency, up_phase = np.empty(WAVES, mix.dtype), np.empty(WAVES, mix.dtype)
    turns, local = np.empty(WAVES, mix.dtype), np.empty((FEATURES, WAVES), mix.dtype)
    up_mix = np.empty((FEATURES, WAVES), mix.dtype)
    for block in range(first * blocks, last * blocks):
        c, own = block // blocks, block * WAVES
        up_frequency[:], up_phase[:], up_mix[:] = F(0.0), F(0.0), F(0.0)
        for k in range(WAVES):
            turns[k] = phase[own + k] / TURN
            for q in range(FEATURES):
                local[q, k] = mix[k, block * FEATURES + q]
        for q in range(FEATURES):
            d_shift[block * FEATURES + q] = F(0.0)
        for r in range(rows):
            value = x[r, c]
            at = inputs + block * FEATURES
            d0, d1, d2 = delta[r, at], delta[r, at + 1], delta[r, at + 2]
            for k in range(WAVES):
                turn = value * frequency[own + k] + turns[k]
                wave = cos_of_turns(turn)
                signal = -sin_of_turns(turn) * (d0 * local[0, k] + d1 * local[1, k] + d2 * local[2, k])
                up_phase[k] += signal
                up_frequency[k] += signal * value
                up_mix[0, k] += d0 * wave
                up_mix[1, k] += d1 * wave
                up_mix[2, k] += d2 * wave
            d_shift[block * FEATURES] += d0
            d_shift[block * FEATURES + 1] += d1
            d_shift[block * FEATURES + 2] += d2
        for k in range(WAVES):
            d_phase[own + k] = up_phase[k]
            d_frequency[own + k] = up_frequency[k] * TURN
            for q in range(FEATURES):
                d_mix[k, block * FEATURES + q] = up_mix[q, k]
