"""A mini-batch on its way through the layers and back: z, loss and delta by blocks of rows, gradients by parts."""

from numba import njit

from ..buffers import DELTA, FED, GRADIENT, LISTED, MASK, PARTIAL, THETA, TURNED, WEIGHT, A, X, Y, Z
from ..called import ACTIVATE, BASIS, DROPOUT_BACKWARD, DROPOUT_FORWARD, HEAD, PRODUCT, SPARSE, SPARSE_GRADIENT
from ..layers import dense
from ..precision import OPTIONS, PART
from ..runtime.calls import (
    call_activate,
    call_backward,
    call_blend,
    call_blend_back,
    call_dropout_backward,
    call_dropout_forward,
    call_forward,
    call_front,
    call_front_gradient,
    call_head,
    call_product,
    call_sparse,
    call_sparse_gradient,
)
from ..runtime.memory import INDEX_BYTES, along
from .tables import (
    BACKWARD,
    BIAS,
    BLEND,
    BLEND_BACKWARD,
    BLEND_FORWARD,
    BUFFER,
    FIRST,
    FORWARD,
    FRONT,
    FRONT_GRADIENT,
    GROUPS,
    INPUTS,
    MAY_SKIP,
    OUTPUTS,
    WEIGHTS,
    numbers,
    part_of,
)


@njit(**OPTIONS)
def forward(network, kernels, buffers, first, rows, who, seed, drop):
    """Fill z of every layer, and a of every layer but the last, whose gate belongs to the head, for some rows.

    With dropout or blends the next layer is fed what becomes of a, kept in `FED`. `LISTED` is where the first dense
    layer notes where it hears no 0; without it all are multiplied. `who` is where the order names the first row.
    """
    below = along(buffers[X], first * network[0, INPUTS])
    for layer in range(network.shape[0]):
        inputs, outputs, groups = network[layer, INPUTS], network[layer, OUTPUTS], network[layer, GROUPS]
        place = network[layer, BUFFER] + first * outputs
        w, b = along(buffers[THETA], network[layer, WEIGHTS]), along(buffers[THETA], network[layer, BIAS])
        here = along(buffers[Z], place)
        if network[layer, FRONT]:
            call_front(network[layer, FRONT], below, w, here, rows, inputs, outputs, groups)
        elif layer == 0 and buffers[PARTIAL]:
            pass  # z is there: the team has shared it out by inputs
        elif buffers[LISTED] and network[layer, MAY_SKIP]:
            listed = buffers[LISTED] + first * (1 + inputs) * INDEX_BYTES
            call_sparse(kernels[SPARSE], below, inputs, listed, w, b, here, rows, inputs, outputs)
        else:
            dense.forward(kernels, below, w, b, here, rows, inputs, outputs, groups)
        below = along(buffers[A], place)
        if layer + 1 < network.shape[0]:
            call_forward(network[layer, FORWARD], here, below, rows * outputs)
            heard = along(buffers[FED], place) if buffers[FED] else below
            if network[layer, BLEND_FORWARD]:
                blend = along(buffers[THETA], network[layer, BLEND])
                call_blend(network[layer, BLEND_FORWARD], here, below, blend, heard, rows, outputs)
                below = heard
            if buffers[FED]:
                silent = 0.0 if network[layer, FRONT] else drop  # inputs are heard
                mask = along(buffers[MASK], place)
                call_dropout_forward(
                    kernels[DROPOUT_FORWARD], below, heard, mask, rows, outputs, who, layer, seed, silent
                )
            below = heard


@njit(**OPTIONS)
def listed_by(buffers, first, part, batch):
    """Where a part's own lists lie, if the first layer is shared out by inputs and this is its part's first."""
    return buffers[LISTED] + batch * (first + part) * INDEX_BYTES


@njit(**PART)
def sum_inputs(network, kernels, buffers, part, parts, rows, batch):
    """The first layer's sums over a part of its inputs, for all rows; the first part has the bias.

    So no thread reads weights that another one steps: to write what is in another's cache takes several times as long.
    """
    inputs, outputs = network[0, INPUTS], network[0, OUTPUTS]
    first, last = part_of(inputs, part, parts), part_of(inputs, part + 1, parts)
    x, w = along(buffers[X], first), along(buffers[THETA], network[0, WEIGHTS] + first * outputs)
    b = along(buffers[THETA], network[0, BIAS]) if part == 0 else FIRST
    z = along(buffers[Z], network[0, BUFFER]) if part == 0 else along(buffers[PARTIAL], (part - 1) * batch * outputs)
    if buffers[LISTED]:
        listed = listed_by(buffers, first, part, batch)
        call_sparse(kernels[SPARSE], x, inputs, listed, w, b, z, rows, last - first, outputs)
    else:
        call_product(
            kernels[PRODUCT], kernels[BASIS], 0, 0, x, inputs, w, outputs, b, z, outputs, rows, last - first, outputs
        )


@njit(**PART)
def add_up(network, buffers, parts, first, rows, batch):
    """Add the other parts' sums of the first layer to those of the first part, for some rows."""
    outputs = network[0, OUTPUTS]
    sums = numbers(along(buffers[Z], network[0, BUFFER]), first * outputs, (first + rows) * outputs)
    for part in range(1, parts):
        more = numbers(along(buffers[PARTIAL], (part - 1) * batch * outputs), first * outputs, (first + rows) * outputs)
        for i in range(sums.size):
            sums[i] += more[i]


@njit(**PART)
def end(network, kernels, buffers, first, rows):
    """Outputs, loss, and delta of the last layer, for some rows; returns their part of the loss."""
    last = network.shape[0] - 1
    outputs = network[last, OUTPUTS]
    place = network[last, BUFFER] + first * outputs
    z, a, delta = along(buffers[Z], place), along(buffers[A], place), along(buffers[DELTA], place)
    call_activate(kernels[ACTIVATE], z, a, rows, outputs)
    y, weight = along(buffers[Y], first * outputs), along(buffers[WEIGHT], first)
    return call_head(kernels[HEAD], z, a, y, weight, delta, rows, outputs)


@njit(**OPTIONS)
def backward(network, kernels, buffers, first, rows):
    """Carry delta from the last layer to the first, for some rows: delta_l = (delta_(l+1) w^T) * gate'(z_l)."""
    for layer in range(network.shape[0] - 1, 0, -1):
        inputs, outputs, groups = network[layer, INPUTS], network[layer, OUTPUTS], network[layer, GROUPS]
        here = along(buffers[DELTA], network[layer, BUFFER] + first * outputs)
        under = network[layer - 1, BUFFER] + first * inputs
        z, a, signal = along(buffers[Z], under), along(buffers[A], under), along(buffers[DELTA], under)
        mask = along(buffers[MASK], under)
        w = along(buffers[THETA], network[layer, WEIGHTS])
        dense.backward_input(kernels, w, here, signal, rows, inputs, outputs, groups)
        if buffers[MASK]:
            call_dropout_backward(kernels[DROPOUT_BACKWARD], signal, mask, rows * inputs)
        gate, blended = network[layer - 1, BACKWARD], network[layer - 1, BLEND_BACKWARD]
        if blended:
            blend, pull = along(buffers[THETA], network[layer - 1, BLEND]), mask  # which has been used
            call_blend_back(blended, gate, z, a, blend, signal, pull, rows, inputs)
        else:
            call_backward(gate, z, a, signal, rows * inputs)


@njit(**PART)
def sparse_gradient(kernels, buffers, shared, below, here, dw, first, last, part, rows, batch, inputs, outputs):
    """Fill dC/dw for the weights of some inputs, which have lists of their own where the team shares out the inputs."""
    before = first if shared else FIRST
    listed = listed_by(buffers, first, part, batch) if shared else buffers[LISTED]
    turned, dw = buffers[TURNED] + before * (1 + rows) * INDEX_BYTES, along(dw, before * outputs)
    call_sparse_gradient(
        kernels[SPARSE_GRADIENT], along(below, before), inputs, listed, turned, here, dw, first - before, last - before,
        rows, last - first if shared else inputs, outputs,
    )  # fmt: skip


@njit(**OPTIONS)
def gradients(network, kernels, buffers, part, parts, rows, batch):
    """Fill a part of every layer's dC/dw and dC/db, over all rows."""
    theta, grad = buffers[THETA], buffers[GRADIENT]
    below = buffers[X]
    for layer in range(network.shape[0]):
        inputs, outputs, groups = network[layer, INPUTS], network[layer, OUTPUTS], network[layer, GROUPS]
        here, dw = along(buffers[DELTA], network[layer, BUFFER]), along(grad, network[layer, WEIGHTS])
        if network[layer, FRONT]:
            first, last = part_of(groups, part, parts), part_of(groups, part + 1, parts)
            w, kernel = along(theta, network[layer, WEIGHTS]), network[layer, FRONT_GRADIENT]
            call_front_gradient(kernel, below, w, here, dw, rows, inputs, outputs, groups, first, last)
        else:
            first, last = part_of(inputs // groups, part, parts), part_of(inputs // groups, part + 1, parts)
            if buffers[LISTED] and network[layer, MAY_SKIP]:
                shared = layer == 0 and buffers[PARTIAL] != 0
                sparse_gradient(
                    kernels, buffers, shared, below, here, dw, first, last, part, rows, batch, inputs, outputs
                )
            elif first < last:
                dense.backward_weights(kernels, below, here, dw, first, last, rows, inputs, outputs, groups)
            first, last = part_of(outputs, part, parts), part_of(outputs, part + 1, parts)
            dense.backward_bias(here, along(grad, network[layer, BIAS]), first, last, rows, outputs)
            if network[layer, BLEND_BACKWARD]:
                here = along(buffers[MASK], network[layer, BUFFER])  # where backward left what pulls at the blends
                dense.backward_bias(here, along(grad, network[layer, BLEND]), first, last, rows, outputs)
        below = along(buffers[FED] if buffers[FED] else buffers[A], network[layer, BUFFER])
