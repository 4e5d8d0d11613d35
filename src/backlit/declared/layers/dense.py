"""A dense layer: every neuron takes all inputs, ``z = x w + b``."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from backlit.declared.layer_kind import LayerKind, Members, Merged, Parameter, Vector, Widths, consecutive

from .compiling import advance, compiled, multiply, next_array, part_of, sum_rows

AS_IT_LIES, TRANSPOSED = 0, 1
"""How a matrix enters a product."""


def _merged(kind: str, widths: Widths, members: Members) -> Merged:
    """Neurons of all members; hidden ones in groups, where members have inputs of their own."""
    if members.last:
        outputs = np.arange(widths.outputs)
        return Merged(kind, Widths(members.inputs, widths.outputs), (outputs,) * members.count)
    groups = members.count if members.concatenated else 1
    positions = consecutive(widths.outputs, members.count)
    return Merged(
        "grouped" if groups > 1 else kind, Widths(members.inputs, widths.outputs * members.count, groups), positions
    )


def _joined(parameter: str, arrays: Sequence[Vector], widths: Widths, members: Members) -> Vector:
    """Weights of all members; 0 where a member does not take an input. The last layer takes the members' mean."""
    mean = members.last and (parameter == "b" or members.shared)
    if mean:
        return np.asarray(np.mean(arrays, axis=0))
    if members.last and members.concatenated:
        return np.asarray(np.concatenate(arrays, axis=0) / members.count)
    if parameter == "b" or members.shared or members.concatenated:
        return np.concatenate(arrays, axis=-1)
    columns = 1 if members.last else members.count
    joined = np.zeros((members.inputs, columns * widths.outputs), arrays[0].dtype)
    for member, (positions, array) in enumerate(zip(members.positions, arrays, strict=True)):
        first = member % columns * widths.outputs
        joined[positions, first : first + widths.outputs] += array / members.count if members.last else array
    return joined


LAYER = LayerKind(
    "dense",
    "x @ w + b",
    (Parameter("w", ("inputs", "outputs"), decays=True), Parameter("b", ("outputs",), decays=False)),
    shape_error=lambda widths: "a dense layer has no groups; its kind is 'grouped'" if widths.groups > 1 else "",
    numbered=True,
    weighted_sum=True,
    merged=_merged,
    joined=_joined,
)


def forward(kernels, z_before, x, theta, z, rows, inputs, outputs, groups):
    """Z = x w + b, for each group its inputs and outputs; a dense layer is one group.

    A grouped layer's w (inner, outputs) has the blocks of its groups one after the other.
    """
    inner, width = inputs // groups, outputs // groups
    b = next_array(theta, inner * outputs)
    for g in range(groups):
        multiply(
            kernels, AS_IT_LIES, AS_IT_LIES, advance(x, g * inner), inputs, advance(theta, g * width), outputs,
            advance(b, g * width), advance(z, g * width), outputs, rows, inner, width,
        )  # fmt: skip


def backward(kernels, gate, z_before, x, theta, delta, dx, rows, inputs, outputs, groups):
    """dC/dx = delta w^T."""
    inner, width = inputs // groups, outputs // groups
    for g in range(groups):
        multiply(
            kernels, AS_IT_LIES, TRANSPOSED, advance(delta, g * width), outputs, advance(theta, g * width), outputs,
            0, advance(dx, g * inner), inputs, rows, width, inner,
        )  # fmt: skip


def gradient(kernels, z_before, x, theta, delta, grad, part, parts, rows, inputs, outputs, groups):
    """dC/dw = x^T delta, for the weights of some inputs of each group; dC/db, the sum of delta, for some outputs."""
    inner = inputs // groups
    first, last = part_of(inner, part, parts), part_of(inner, part + 1, parts)
    if first < last:
        backward_weights(kernels, x, delta, grad, first, last, rows, inputs, outputs, groups)
    first, last = part_of(outputs, part, parts), part_of(outputs, part + 1, parts)
    sum_rows(delta, next_array(grad, inner * outputs), first, last, rows, outputs)


@compiled
def backward_weights(kernels, x, delta, dw, first, last, rows, inputs, outputs, groups):
    """dC/dw for the weights of the inputs from `first` to `last` of each group."""
    inner, width = inputs // groups, outputs // groups
    for g in range(groups):
        multiply(
            kernels, TRANSPOSED, AS_IT_LIES, advance(x, g * inner + first), inputs, advance(delta, g * width), outputs,
            0, advance(dw, first * outputs + g * width), outputs, last - first, rows, width,
        )  # fmt: skip
