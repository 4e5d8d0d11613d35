"""A parametric activation: each neuron learns how much of its gate it uses (Holzmueller et al. 2024).

It follows a gate that made ``x`` of ``z``, and passes on ``z + blend (x - z)``.
"""

from __future__ import annotations

from backlit.declared.layer_kind import LayerKind, Parameter

from .compiling import F, array, call_gate_backward, matrix, part_of, sum_rows

LAYER = LayerKind(
    "parametric",
    "z + blend * (x - z)",
    (Parameter("blend", ("outputs",), decays=False, initializer=("constant", 1.0), rate_multiplier=0.1),),
    elementwise=True,
    slope="1 + blend * (slope - 1)",
)


def forward(kernels, z_before, x, theta, z, rows, inputs, outputs, groups):
    """Fill z of the gate's input `z_before` and of x, which is what the gate made of it."""
    before, x = matrix(z_before, rows, outputs), matrix(x, rows, outputs)
    z, blend = matrix(z, rows, outputs), array(theta, outputs)
    for r in range(rows):
        for j in range(outputs):
            z[r, j] = before[r, j] + blend[j] * (x[r, j] - before[r, j])


def backward(kernels, gate, z_before, x, theta, delta, dx, rows, inputs, outputs, groups):
    """Fill dx with dC/d(z_before), through the gate; leave in delta each row's part of dC/d(blend)."""
    signal, down = matrix(delta, rows, outputs), matrix(dx, rows, outputs)
    for r in range(rows):
        for j in range(outputs):
            down[r, j] = signal[r, j]
    call_gate_backward(gate, z_before, x, dx, rows * outputs)
    before, made, blend = matrix(z_before, rows, outputs), matrix(x, rows, outputs), array(theta, outputs)
    for r in range(rows):
        for j in range(outputs):
            down[r, j] = (F(1.0) - blend[j]) * signal[r, j] + blend[j] * down[r, j]
            signal[r, j] *= made[r, j] - before[r, j]


def gradient(kernels, z_before, x, theta, delta, grad, part, parts, rows, inputs, outputs, groups):
    """dC/d(blend): the sum over the rows of what `backward` left in delta."""
    sum_rows(delta, grad, part_of(outputs, part, parts), part_of(outputs, part + 1, parts), rows, outputs)
