"""A scaling: each input is centred, multiplied and shifted by numbers of its own, which no training changes.

It is what stands before the first layer and behind the last one (columns and targets in other units), and a batch
normalisation as it predicts: its mean and ``gain / sqrt(variance + epsilon)``.
"""

from __future__ import annotations

from backlit.declared.layer_kind import LayerKind, Parameter

from .compiling import F, array, matrix, next_array, part_of

LAYER = LayerKind(
    "scaling",
    "(x - center) * scale + offset",
    (
        Parameter("center", ("outputs",), decays=False, initializer=("constant", 0.0), rate_multiplier=0.0),
        Parameter("scale", ("outputs",), decays=False, initializer=("constant", 1.0), rate_multiplier=0.0),
        Parameter("offset", ("outputs",), decays=False, initializer=("constant", 0.0), rate_multiplier=0.0),
    ),
    elementwise=True,
    gated=True,
)


def forward(kernels, z_before, x, theta, z, rows, inputs, outputs, groups):
    x, z, center = matrix(x, rows, inputs), matrix(z, rows, outputs), array(theta, outputs)
    scale = array(next_array(theta, outputs), outputs)
    offset = array(next_array(next_array(theta, outputs), outputs), outputs)
    for r in range(rows):
        for j in range(outputs):
            z[r, j] = (x[r, j] - center[j]) * scale[j] + offset[j]


def backward(kernels, gate, z_before, x, theta, delta, dx, rows, inputs, outputs, groups):
    delta, dx = matrix(delta, rows, outputs), matrix(dx, rows, inputs)
    scale = array(next_array(theta, outputs), outputs)
    for r in range(rows):
        for j in range(outputs):
            dx[r, j] = delta[r, j] * scale[j]


def gradient(kernels, z_before, x, theta, delta, grad, part, parts, rows, inputs, outputs, groups):
    x, delta, center = matrix(x, rows, inputs), matrix(delta, rows, outputs), array(theta, outputs)
    scale = array(next_array(theta, outputs), outputs)
    d_center, d_scale = array(grad, outputs), array(next_array(grad, outputs), outputs)
    d_offset = array(next_array(next_array(grad, outputs), outputs), outputs)
    for j in range(part_of(outputs, part, parts), part_of(outputs, part + 1, parts)):
        d_scale[j], d_offset[j] = F(0.0), F(0.0)
        for r in range(rows):
            d_scale[j] += delta[r, j] * (x[r, j] - center[j])
            d_offset[j] += delta[r, j]
        d_center[j] = -scale[j] * d_offset[j]
