"""A mini-batch on its way through the layers and back: z, loss and delta by blocks of rows, gradients by parts."""

from numba import njit

from ..kernel_table import ACTIVATE, DROPOUT_BACKWARD, DROPOUT_FORWARD, HEAD
from ..layers import dense
from ..precision import OPTIONS, PART
from ..runtime.calls import (
    call_activate,
    call_backward,
    call_dropout_backward,
    call_dropout_forward,
    call_forward,
    call_head,
    call_layer_backward,
    call_layer_forward,
    call_layer_gradient,
)
from ..runtime.memory import address, advance
from ..workspace import DELTA, DROPPED, GRADIENT, LISTED, MASK, PARTIAL, THETA, WEIGHT, A, X, Y, Z
from .first_layer import forward_nonzero, gradient_nonzero
from .tables import (
    BIAS,
    DROPOUT,
    FIRST,
    GATE_BACKWARD,
    GATE_FORWARD,
    GROUPS,
    INPUTS,
    LAYER_BACKWARD,
    LAYER_FORWARD,
    LAYER_GRADIENT,
    MAY_SKIP,
    OUTPUTS,
    PARAMETERS,
    ROWS_OFFSET,
    THROUGH_GATE,
)

# the kernels of a dense layer, which serve a grouped one too, compiled as parts of the passes: most layers are weighted
# sums, and in a small network five calls by address are a fiftieth of a step
weighted_sum, weighted_sum_backward, weighted_sum_gradient = (
    njit(**PART)(kernel) for kernel in (dense.forward, dense.backward, dense.gradient)
)


@njit(**OPTIONS)
def offset_of(network, layer, first):
    """Where a layer's numbers of a row of the mini-batch begin in Z, A, DELTA, MASK and DROPPED."""
    return network[layer, ROWS_OFFSET] + first * network[layer, OUTPUTS]


@njit(**OPTIONS)
def output_of(network, workspace, layer, first):
    """What leaves a layer, from a row of the mini-batch on: what dropout left of it, its gate's output, or its z."""
    if workspace[DROPPED] and network[layer, DROPOUT] >= 0:
        values = workspace[DROPPED]
    else:
        values = workspace[A] if network[layer, GATE_FORWARD] else workspace[Z]
    return advance(values, offset_of(network, layer, first))


@njit(**OPTIONS)
def input_of(network, workspace, layer, first):
    """What a layer takes, from a row of the mini-batch on, and the z that this was made of (0 for the network's x)."""
    if layer == 0:
        return advance(workspace[X], first * network[0, INPUTS]), FIRST
    z_before = advance(workspace[Z], offset_of(network, layer - 1, first))
    return output_of(network, workspace, layer - 1, first), z_before


@njit(**OPTIONS)
def forward(network, kernels, workspace, first, rows, order, seed, rate):
    """Fill z of every layer, and a of every layer but the last, whose gate belongs to the head, for some rows.

    What dropout leaves of a lies in `DROPPED`. `LISTED` is where the first dense layer notes which of its inputs are
    not 0; without it all are multiplied. `order` is where the order names the first row.
    """
    for layer in range(network.shape[0]):
        inputs, outputs, groups = network[layer, INPUTS], network[layer, OUTPUTS], network[layer, GROUPS]
        x, z_before = input_of(network, workspace, layer, first)
        z, theta = (
            advance(workspace[Z], offset_of(network, layer, first)),
            advance(workspace[THETA], network[layer, PARAMETERS]),
        )
        if layer == 0 and workspace[PARTIAL]:
            pass  # z is there: the team has shared the layer out by inputs
        elif workspace[LISTED] and network[layer, MAY_SKIP]:
            forward_nonzero(network, kernels, workspace, layer, first, rows, x, z)
        elif network[layer, BIAS]:
            weighted_sum(address(kernels, 0), z_before, x, theta, z, rows, inputs, outputs, groups)
        else:
            call_layer_forward(
                network[layer, LAYER_FORWARD], address(kernels, 0), z_before, x, theta, z, rows, inputs, outputs, groups
            )
        if layer + 1 < network.shape[0]:
            activate_and_drop(network, kernels, workspace, layer, first, rows, order, seed, rate)


@njit(**PART)
def activate_and_drop(network, kernels, workspace, layer, first, rows, order, seed, rate):
    """What a layer's gate makes of its z, and dropout of that."""
    offset, outputs = offset_of(network, layer, first), network[layer, OUTPUTS]
    a = advance(workspace[Z], offset)
    if network[layer, GATE_FORWARD]:
        a = advance(workspace[A], offset)
        call_forward(network[layer, GATE_FORWARD], advance(workspace[Z], offset), a, rows * outputs)
    if workspace[DROPPED] and network[layer, DROPOUT] >= 0:
        dropped, mask = advance(workspace[DROPPED], offset), advance(workspace[MASK], offset)
        call_dropout_forward(
            kernels[DROPOUT_FORWARD], a, dropped, mask, rows, outputs, order, network[layer, DROPOUT], seed, rate
        )


@njit(**PART)
def loss_and_delta(network, kernels, workspace, first, rows):
    """Outputs, loss, and delta of the last layer, for some rows; returns their part of the loss."""
    last = network.shape[0] - 1
    outputs, offset = network[last, OUTPUTS], offset_of(network, last, first)
    z, a, delta = (
        advance(workspace[Z], offset),
        advance(workspace[A], offset),
        advance(workspace[DELTA], offset),
    )
    call_activate(kernels[ACTIVATE], z, a, rows, outputs)
    y, weight = advance(workspace[Y], first * outputs), advance(workspace[WEIGHT], first)
    return call_head(kernels[HEAD], z, a, y, weight, delta, rows, outputs)


@njit(**OPTIONS)
def backward(network, kernels, workspace, first, rows):
    """Carry delta from the last layer to the first, for some rows: delta_l = (delta_(l+1) w^T) * gate'(z_l)."""
    for layer in range(network.shape[0] - 1, 0, -1):
        inputs, outputs, groups = network[layer, INPUTS], network[layer, OUTPUTS], network[layer, GROUPS]
        x, z_before = input_of(network, workspace, layer, first)
        under = offset_of(network, layer - 1, first)
        delta, delta_before = (
            advance(workspace[DELTA], offset_of(network, layer, first)),
            advance(workspace[DELTA], under),
        )
        theta, gate = advance(workspace[THETA], network[layer, PARAMETERS]), network[layer - 1, GATE_BACKWARD]
        if network[layer, BIAS]:
            weighted_sum_backward(
                address(kernels, 0), gate, z_before, x, theta, delta, delta_before, rows, inputs, outputs, groups
            )
        else:
            call_layer_backward(
                network[layer, LAYER_BACKWARD], address(kernels, 0), gate, z_before, x, theta, delta, delta_before,
                rows, inputs, outputs, groups,
            )  # fmt: skip
        if workspace[MASK] and network[layer - 1, DROPOUT] >= 0:
            call_dropout_backward(
                kernels[DROPOUT_BACKWARD], delta_before, advance(workspace[MASK], under), rows * inputs
            )
        if gate and not network[layer, THROUGH_GATE]:
            call_backward(gate, z_before, advance(workspace[A], under), delta_before, rows * inputs)


@njit(**OPTIONS)
def gradients(network, kernels, workspace, part, parts, rows, batch):
    """Fill a part of the gradient of every layer's parameters, over all rows."""
    for layer in range(network.shape[0]):
        inputs, outputs, groups = network[layer, INPUTS], network[layer, OUTPUTS], network[layer, GROUPS]
        x, z_before = input_of(network, workspace, layer, FIRST)
        delta = advance(workspace[DELTA], network[layer, ROWS_OFFSET])
        if workspace[LISTED] and network[layer, MAY_SKIP]:
            gradient_nonzero(network, kernels, workspace, layer, x, delta, part, parts, rows, batch)
            continue
        offset = network[layer, PARAMETERS]
        theta, grad = advance(workspace[THETA], offset), advance(workspace[GRADIENT], offset)
        if network[layer, BIAS]:
            weighted_sum_gradient(
                address(kernels, 0), z_before, x, theta, delta, grad, part, parts, rows, inputs, outputs, groups
            )
        else:
            call_layer_gradient(
                network[layer, LAYER_GRADIENT], address(kernels, 0), z_before, x, theta, delta, grad, part, parts, rows,
                inputs, outputs, groups,
            )  # fmt: skip
