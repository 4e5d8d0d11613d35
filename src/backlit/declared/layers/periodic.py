"""A periodic embedding: all inputs, and after them features of cosines of the first columns.

Gorishniy et al. 2022, in the form 'PBLD' of Holzmueller et al. 2024, which also gives the initializers and the rate.

Column c has sets of cosines (one for each network that is merged): cosines lie as (column, set, number) and features as
(column, set, feature); `mix` has a row for each cosine of a set.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from backlit.declared.layer_kind import LayerKind, Members, Merged, Parameter, Vector, Widths
from backlit.errors import BacklitError

from .compiling import F, array, compiled, cos_of_turns, matrix, part_of, sin_of_turns

COSINES, FEATURES = 16, 3
"""Cosines of each column, and features of those."""

RATE_MULTIPLIER = 0.1


def _named_widths(widths: Widths) -> Mapping[str, int]:
    """`groups` is how many of the inputs, from the first, have cosines; what is no input is a feature."""
    features = widths.outputs - widths.inputs
    cosines = features // FEATURES * COSINES
    return {
        "columns": widths.groups,
        "cosines of a column": cosines // widths.groups,
        "cosines": cosines,
        "cosines of a set": COSINES,
        "features": features,
    }


def _shape_error(widths: Widths) -> str:
    features = widths.outputs - widths.inputs
    if widths.groups > widths.inputs or features < 1 or features % (FEATURES * widths.groups):
        return (
            f"a periodic layer of {widths.groups} columns makes {FEATURES} features of each, or a multiple, beside "
            f"its inputs: {widths.inputs} -> {widths.outputs} cannot be built"
        )
    return ""


def _merged(kind: str, widths: Widths, members: Members) -> Merged:
    """The inputs once, and the features of all members, column by column."""
    if not members.shared:
        raise BacklitError("a periodic layer of several networks takes the inputs that they share")
    inputs, outputs, columns = widths
    each = (outputs - inputs) // columns
    shared, count = np.arange(inputs), members.count
    features = inputs + np.arange(columns * count * each).reshape(columns, count, each)
    positions = tuple(np.concatenate([shared, features[:, member].ravel()]) for member in range(count))
    return Merged(kind, Widths(inputs, inputs + columns * count * each, columns), positions)


def _joined(parameter: str, arrays: Sequence[Vector], widths: Widths, members: Members) -> Vector:
    """What belongs to one column, member after member: a row of `frequency`, a run of the last axis of the others."""
    if parameter == "frequency":
        return np.concatenate(arrays, axis=-1)
    runs = [values.reshape(*values.shape[:-1], widths.groups, -1) for values in arrays]
    joined = np.concatenate(runs, axis=-1)
    return joined.reshape(*joined.shape[:-2], -1)


def _source(widths: Widths, output: int) -> tuple[str, int]:
    inputs, outputs, columns = widths
    return ("", output) if output < inputs else ("cosine of ", (output - inputs) // ((outputs - inputs) // columns))


def _learned(name: str, shape: tuple[str, ...], distribution: str, width: float) -> Parameter:
    return Parameter(name, shape, False, (distribution, width), RATE_MULTIPLIER)


LAYER = LayerKind(
    "periodic",
    f"concat(x, grouped(cos({math.tau!r} * columnwise(x, frequency) + phase), mix) + shift)",
    (
        _learned("frequency", ("columns", "cosines of a column"), "normal", 0.1),
        _learned("phase", ("cosines",), "uniform", math.pi),
        _learned("mix", ("cosines of a set", "features"), "uniform", 0.25),
        _learned("shift", ("features",), "uniform", 0.25),
    ),
    named_widths=_named_widths,
    shape_error=_shape_error,
    only_first=True,
    merged=_merged,
    joined=_joined,
    source=_source,
)

TURN = F(math.tau)
BLOCK = 64  # rows that are carried together, so that no sum runs across a vector


@compiled
def arrays_of(theta, inputs, outputs, columns):
    """The layer's parameters, in the order of their declaration: frequency, phase, mix, shift."""
    features = outputs - inputs
    cosines = features // FEATURES * COSINES
    numbers = array(theta, 2 * cosines + COSINES * features + features)  # cosines are a multiple of the alignment
    frequency, phase = numbers[:cosines], numbers[cosines : 2 * cosines]
    mix = numbers[2 * cosines : 2 * cosines + COSINES * features].reshape(COSINES, features)
    return frequency, phase, mix, numbers[2 * cosines + COSINES * features :]


def forward(kernels, z_before, x, theta, z, rows, inputs, outputs, columns):
    """Copy the inputs, and fill the features: sums of cosines, some rows at a time."""
    x, z = matrix(x, rows, inputs), matrix(z, rows, outputs)
    frequency, phase, mix, shift = arrays_of(theta, inputs, outputs, columns)
    turns = phase / TURN
    values, cosines, sums = np.empty(BLOCK, z.dtype), np.empty(BLOCK, z.dtype), np.empty((FEATURES, BLOCK), z.dtype)
    per_column = shift.size // columns
    for r in range(rows):
        for c in range(inputs):
            z[r, c] = x[r, c]
    for first in range(0, rows, BLOCK):
        some = min(BLOCK, rows - first)
        for block in range(shift.size // FEATURES):
            at, c = block * FEATURES, block * FEATURES // per_column
            for r in range(some):
                values[r] = x[first + r, c]
            for q in range(FEATURES):
                sums[q, :] = shift[at + q]
            for k in range(block * COSINES, (block + 1) * COSINES):
                for r in range(some):
                    cosines[r] = cos_of_turns(values[r] * frequency[k] + turns[k])
                for q in range(FEATURES):
                    total, weight = sums[q], mix[k - block * COSINES, at + q]
                    for r in range(some):
                        total[r] += cosines[r] * weight
            for r in range(some):
                for q in range(FEATURES):
                    z[first + r, inputs + at + q] = sums[q, r]


def gradient(kernels, z_before, x, theta, delta, grad, part, parts, rows, inputs, outputs, columns):
    """Fill the gradients of the parameters that belong to some of the columns."""
    x, delta = matrix(x, rows, inputs), matrix(delta, rows, outputs)
    frequency, phase, mix, shift = arrays_of(theta, inputs, outputs, columns)
    d_frequency, d_phase, d_mix, d_shift = arrays_of(grad, inputs, outputs, columns)
    blocks = shift.size // FEATURES // columns
    up_frequency, up_phase = np.empty(COSINES, mix.dtype), np.empty(COSINES, mix.dtype)
    turns, local = np.empty(COSINES, mix.dtype), np.empty((FEATURES, COSINES), mix.dtype)
    up_mix = np.empty((FEATURES, COSINES), mix.dtype)
    for block in range(part_of(columns, part, parts) * blocks, part_of(columns, part + 1, parts) * blocks):
        c, start = block // blocks, block * COSINES
        up_frequency[:], up_phase[:], up_mix[:] = F(0.0), F(0.0), F(0.0)
        for k in range(COSINES):
            turns[k] = phase[start + k] / TURN
            for q in range(FEATURES):
                local[q, k] = mix[k, block * FEATURES + q]
        for q in range(FEATURES):
            d_shift[block * FEATURES + q] = F(0.0)
        for r in range(rows):
            value = x[r, c]
            at = inputs + block * FEATURES
            d0, d1, d2 = delta[r, at], delta[r, at + 1], delta[r, at + 2]
            for k in range(COSINES):
                turn = value * frequency[start + k] + turns[k]
                cosine = cos_of_turns(turn)
                signal = -sin_of_turns(turn) * (d0 * local[0, k] + d1 * local[1, k] + d2 * local[2, k])
                up_phase[k] += signal
                up_frequency[k] += signal * value
                up_mix[0, k] += d0 * cosine
                up_mix[1, k] += d1 * cosine
                up_mix[2, k] += d2 * cosine
            d_shift[block * FEATURES] += d0
            d_shift[block * FEATURES + 1] += d1
            d_shift[block * FEATURES + 2] += d2
        for k in range(COSINES):
            d_phase[start + k] = up_phase[k]
            d_frequency[start + k] = up_frequency[k] * TURN
            for q in range(FEATURES):
                d_mix[k, block * FEATURES + q] = up_mix[q, k]
