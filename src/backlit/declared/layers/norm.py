"""A layer norm: the numbers of each row, less their mean, over their deviation; then each times a gain, plus a shift.

Ba et al. 2016, 'Layer normalization', equation 3, with `epsilon` inside the root, as tools have it. Unlike a batch norm
it is the same in training and prediction: `gamma` and `beta` are learned, `epsilon` is not.
"""

from __future__ import annotations

import numpy as np

from backlit.declared.layer_kind import LayerKind, Parameter, not_merged

from .compiling import F, array, compiled, matrix, next_array, part_of

LAYER = LayerKind(
    "norm",
    "normal * gamma + beta",
    (
        Parameter("gamma", ("outputs",), decays=False, initializer=("constant", 1.0)),
        Parameter("beta", ("outputs",), decays=False, initializer=("constant", 0.0)),
        Parameter("epsilon", ("one",), decays=False, initializer=("constant", 1e-5), rate_multiplier=0.0),
    ),
    named_widths=lambda widths: {"outputs": widths.outputs, "one": 1},
    shape_error=lambda widths: (
        "a norm layer has as many outputs as inputs, and no groups"
        if widths.inputs != widths.outputs or widths.groups > 1
        else ""
    ),
    gated=True,
    steps=(
        ("mean", "row_mean(x)"),
        ("centred", "x - mean"),
        ("variance", "row_mean(centred * centred)"),
        ("normal", "centred / sqrt(variance + epsilon)"),
    ),
    across="gamma * (same - (1 + normal * normal_in) / width) / sqrt(variance + epsilon)",
    merged=not_merged,
)


@compiled
def moments(x, r, width):
    """The mean and the variance of a row."""
    total = F(0.0)
    for j in range(width):
        total += x[r, j]
    mean, squares = total / F(width), F(0.0)
    for j in range(width):
        squares += (x[r, j] - mean) * (x[r, j] - mean)
    return mean, squares / F(width)


def forward(kernels, z_before, x, theta, z, rows, inputs, outputs, groups):
    x, z, gamma = matrix(x, rows, inputs), matrix(z, rows, outputs), array(theta, outputs)
    beta = array(next_array(theta, outputs), outputs)
    epsilon = array(next_array(next_array(theta, outputs), outputs), 1)
    for r in range(rows):
        mean, variance = moments(x, r, outputs)
        scale = F(1.0) / np.sqrt(variance + epsilon[0])
        for j in range(outputs):
            z[r, j] = (x[r, j] - mean) * scale * gamma[j] + beta[j]


def backward(kernels, gate, z_before, x, theta, delta, dx, rows, inputs, outputs, groups):
    """With d = delta gamma and n the normal numbers: (d - mean(d) - n mean(d n)) / deviation."""
    x, delta, dx = matrix(x, rows, inputs), matrix(delta, rows, outputs), matrix(dx, rows, inputs)
    gamma = array(theta, outputs)
    epsilon = array(next_array(next_array(theta, outputs), outputs), 1)
    for r in range(rows):
        mean, variance = moments(x, r, outputs)
        scale = F(1.0) / np.sqrt(variance + epsilon[0])
        total, along = F(0.0), F(0.0)
        for j in range(outputs):
            total += delta[r, j] * gamma[j]
            along += delta[r, j] * gamma[j] * (x[r, j] - mean) * scale
        total, along = total / F(outputs), along / F(outputs)
        for j in range(outputs):
            dx[r, j] = (delta[r, j] * gamma[j] - total - (x[r, j] - mean) * scale * along) * scale


def gradient(kernels, z_before, x, theta, delta, grad, part, parts, rows, inputs, outputs, groups):
    """The sums over the rows; that of epsilon, -1/2 delta gamma n / (variance + epsilon), by one part."""
    x, delta, gamma = matrix(x, rows, inputs), matrix(delta, rows, outputs), array(theta, outputs)
    epsilon = array(next_array(next_array(theta, outputs), outputs), 1)
    d_gamma, d_beta = array(grad, outputs), array(next_array(grad, outputs), outputs)
    d_epsilon = array(next_array(next_array(grad, outputs), outputs), 1)
    first, last = part_of(outputs, part, parts), part_of(outputs, part + 1, parts)
    for j in range(first, last):
        d_gamma[j], d_beta[j] = F(0.0), F(0.0)
    if part == 0:
        d_epsilon[0] = F(0.0)
    for r in range(rows):
        mean, variance = moments(x, r, outputs)
        scale = F(1.0) / np.sqrt(variance + epsilon[0])
        for j in range(first, last):
            d_gamma[j] += delta[r, j] * (x[r, j] - mean) * scale
            d_beta[j] += delta[r, j]
        if part == 0:
            along = F(0.0)
            for j in range(outputs):
                along += delta[r, j] * gamma[j] * (x[r, j] - mean) * scale
            d_epsilon[0] -= F(0.5) * along * scale * scale
