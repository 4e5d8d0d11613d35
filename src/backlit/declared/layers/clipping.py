"""A clipping: each input is kept within bounds of its own, which no training changes, as a scaler clips columns."""

from __future__ import annotations

from backlit.declared.layer_kind import LayerKind, Parameter

from .compiling import F, array, matrix, next_array, part_of

LAYER = LayerKind(
    "clipping",
    "min(max(x, low), high)",
    (
        Parameter("low", ("outputs",), decays=False, initializer=("constant", -1.0), rate_multiplier=0.0),
        Parameter("high", ("outputs",), decays=False, initializer=("constant", 1.0), rate_multiplier=0.0),
    ),
    elementwise=True,
)


def forward(kernels, z_before, x, theta, z, rows, inputs, outputs, groups):
    x, z, low = matrix(x, rows, inputs), matrix(z, rows, outputs), array(theta, outputs)
    high = array(next_array(theta, outputs), outputs)
    for r in range(rows):
        for j in range(outputs):
            z[r, j] = min(max(x[r, j], low[j]), high[j])


def backward(kernels, gate, z_before, x, theta, delta, dx, rows, inputs, outputs, groups):
    x, delta, dx = matrix(x, rows, inputs), matrix(delta, rows, outputs), matrix(dx, rows, inputs)
    low, high = array(theta, outputs), array(next_array(theta, outputs), outputs)
    for r in range(rows):
        for j in range(outputs):
            dx[r, j] = delta[r, j] if low[j] < x[r, j] and x[r, j] < high[j] else F(0.0)


def gradient(kernels, z_before, x, theta, delta, grad, part, parts, rows, inputs, outputs, groups):
    x, delta, low = matrix(x, rows, inputs), matrix(delta, rows, outputs), array(theta, outputs)
    high = array(next_array(theta, outputs), outputs)
    d_low, d_high = array(grad, outputs), array(next_array(grad, outputs), outputs)
    for j in range(part_of(outputs, part, parts), part_of(outputs, part + 1, parts)):
        d_low[j], d_high[j] = F(0.0), F(0.0)
        for r in range(rows):
            if max(x[r, j], low[j]) > high[j]:
                d_high[j] += delta[r, j]
            elif x[r, j] < low[j]:
                d_low[j] += delta[r, j]
