"""The periodic layer: all inputs, and beside them features of the waves that the first columns make.

Column c has `sets` of waves (one for each network that stands side by side): cosines (c, set, wave) and features
(c, set, feature), in this order; mix has a row for each wave of a set.
"""

import math

import numpy as np
from numba import carray, cfunc, njit, types

from .memory import pointer
from .precision import FEATURES, KERNEL, OPTIONS, WAVES, F
from .waves import cos_of_turns, sin_of_turns

TURN = F(math.tau)
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
    turned = np.ascontiguousarray(mix.T)  # a feature's weights lie side by side
    waves = np.empty(WAVES, z.dtype)
    per_column = shift.size // columns
    for r in range(rows):
        for c in range(inputs):
            z[r, c] = x[r, c]
        for block in range(shift.size // FEATURES):
            value = x[r, block * FEATURES // per_column]
            for k in range(WAVES):
                waves[k] = cos_of_turns(value * frequency[block * WAVES + k] + turns[block * WAVES + k])
            for feature in range(block * FEATURES, (block + 1) * FEATURES):
                total = shift[feature]
                for k in range(WAVES):
                    total += waves[k] * turned[feature, k]
                z[r, inputs + feature] = total


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
