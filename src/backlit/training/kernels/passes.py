"""The passes of backpropagation over mini-batches, one epoch in one compiled call for each thread of a team.

A network is a table of whole numbers, a row a layer: widths, where its arrays lie, the addresses of its gate's kernels.
What is done to all parameters goes by a second table, a row for each array.
A step has two halves. First each thread carries fixed blocks of the mini-batch's rows forward, through the loss, and
delta back through all layers. Then, when all have arrived, each thread computes the gradients of fixed parts of every
layer's parameters, over all rows, and steps fixed parts of all arrays. So no gradient is held twice or added up between
threads, and the bits do not depend on how many threads share the blocks.
"""

import numpy as np
from numba import njit, types

from . import dense
from .calls import (
    BASIS,
    HEAD,
    MATRIX_STEP,
    PRODUCT,
    SILENCE,
    SILENCE_BACK,
    SPARSE,
    SPARSE_GRADIENT,
    STEP,
    call_activate,
    call_backward,
    call_blend,
    call_blend_back,
    call_forward,
    call_front,
    call_front_gradient,
    call_head,
    call_matrix_step,
    call_silence,
    call_silence_back,
    call_sparse,
    call_sparse_gradient,
    call_step,
)
from .memory import address
from .precision import MATRIX, OPTIONS, VECTOR, F
from .steps import COUNT, RATE
from .team import wait_for_all

INPUTS, OUTPUTS, WEIGHTS, BIAS, BUFFER, FORWARD, BACKWARD, GROUPS = range(8)
FRONT, FRONT_GRADIENT, BLEND, BLEND_FORWARD, BLEND_BACKWARD = range(8, 13)  # kernels are 0 where there is none
MAY_SKIP = 13  # whether it is the layer that goes around zeros
BEGIN, ROWS, COLUMNS, DECAYS = range(4)  # of a parameter's array in the flat vector; whether decay is for it
MATRICES = 4  # how many matrices, side by side, the optimizer steps as wholes: the array is one thread's
ALPHA, DECAY, DROP, SMOOTHING, AVERAGE = range(5)  # what regularises an epoch
ARRIVED, STOP, HALTED = 0, 8, 16  # places in the team's shared numbers, a cache line apart

FIRST = np.int64(0)
"""A zero of the type of all whole numbers: for a plain 0 each function that takes it would be compiled again."""

TABLE = types.int64[:, ::1]
READ_ONLY_MATRIX = types.Array(MATRIX.dtype, 2, "C", readonly=True)
READ_ONLY_VECTOR = types.Array(VECTOR.dtype, 1, "C", readonly=True)
ADDRESSES = types.int64[::1]
PLACES = types.int32[:, ::1]


@njit(**OPTIONS)
def forward(network, kernels, theta, x, z, a, first, rows, fed, mask, order, start, seed, drop, listed):
    """Fill z of every layer, and a of every layer but the last, whose gate belongs to the head, for some rows.

    With dropout or blends the next layer is fed what becomes of a, kept in `fed`; it and mask are empty without.
    `listed` has room for the places where the first dense layer hears no 0; empty: all are multiplied.
    """
    below = address(x, first)
    for layer in range(network.shape[0]):
        inputs, outputs = network[layer, INPUTS], network[layer, OUTPUTS]
        place = network[layer, BUFFER] + first * outputs
        w, b = address(theta, network[layer, WEIGHTS]), address(theta, network[layer, BIAS])
        here = address(z, place)
        groups = network[layer, GROUPS]
        if network[layer, FRONT]:
            call_front(network[layer, FRONT], below, w, here, rows, inputs, outputs, groups)
        elif listed.size and network[layer, MAY_SKIP]:
            call_sparse(kernels[SPARSE], below, address(listed, first), w, b, here, rows, inputs, outputs)
        else:
            dense.forward(kernels, below, w, b, here, rows, inputs, outputs, groups)
        below = address(a, place)
        if layer + 1 < network.shape[0]:
            call_forward(network[layer, FORWARD], here, below, rows * outputs)
            heard = address(fed, place) if fed.size else below
            if network[layer, BLEND_FORWARD]:
                blend = address(theta, network[layer, BLEND])
                call_blend(network[layer, BLEND_FORWARD], here, below, blend, heard, rows, outputs)
                below = heard
            if fed.size:
                silent = 0.0 if network[layer, FRONT] else drop  # inputs are heard
                who = address(order, start + first)
                call_silence(
                    kernels[SILENCE], below, heard, address(mask, place), rows, outputs, who, layer, seed, silent
                )
            below = heard


@njit(**OPTIONS)
def end(network, head, y, weight, z, a, delta, first, rows):
    """Outputs, loss, and delta of the last layer, for some rows; returns their part of the loss."""
    last = network.shape[0] - 1
    place = network[last, BUFFER] + first * network[last, OUTPUTS]
    return call_head(
        head, address(z, place), address(a, place), address(y, first), address(weight, first),
        address(delta, place), rows, network[last, OUTPUTS],
    )  # fmt: skip


@njit(**OPTIONS)
def backward(network, kernels, theta, z, a, delta, first, rows, mask):
    """Carry delta from the last layer to the first, for some rows: delta_l = (delta_(l+1) w^T) * gate'(z_l)."""
    for layer in range(network.shape[0] - 1, 0, -1):
        inputs, outputs = network[layer, INPUTS], network[layer, OUTPUTS]
        here = address(delta, network[layer, BUFFER] + first * outputs)
        under = network[layer - 1, BUFFER] + first * inputs
        signal = address(delta, under)
        w, groups = address(theta, network[layer, WEIGHTS]), network[layer, GROUPS]
        dense.backward_input(kernels, w, here, signal, rows, inputs, outputs, groups)
        if mask.size:
            call_silence_back(kernels[SILENCE_BACK], signal, address(mask, under), rows * inputs)
        gate, blended = network[layer - 1, BACKWARD], network[layer - 1, BLEND_BACKWARD]
        if blended:
            blend, pull = address(theta, network[layer - 1, BLEND]), address(mask, under)  # the mask has been used
            call_blend_back(blended, gate, address(z, under), address(a, under), blend, signal, pull, rows, inputs)
        else:
            call_backward(gate, address(z, under), address(a, under), signal, rows * inputs)


@njit(**OPTIONS)
def part_of(width, part, parts):
    """Where a part of a layer's inputs or outputs begins; part and parts count from 0."""
    return part * width // parts


@njit(**OPTIONS)
def range_of(arrays, number, part, parts):
    """Where a part of a parameter's array lies in the flat vector: whole rows of it, or all or nothing."""
    begin, rows, columns = arrays[number, BEGIN], arrays[number, ROWS], arrays[number, COLUMNS]
    if arrays[number, MATRICES]:
        return begin, begin + (rows * columns if number % parts == part else FIRST)
    return begin + part_of(rows, part, parts) * columns, begin + part_of(rows, part + 1, parts) * columns


@njit(**OPTIONS)
def gradients(network, kernels, theta, x, a, delta, pull, grad, part, parts, rows, listed, turned):
    """Fill a part of every layer's dC/dw and dC/db, over all rows."""
    for layer in range(network.shape[0]):
        inputs, outputs = network[layer, INPUTS], network[layer, OUTPUTS]
        below = address(x, 0) if layer == 0 else address(a, network[layer - 1, BUFFER])
        here = address(delta, network[layer, BUFFER])
        groups = network[layer, GROUPS]
        if network[layer, FRONT]:
            w, dw = address(theta, network[layer, WEIGHTS]), address(grad, network[layer, WEIGHTS])
            first, last = part_of(groups, part, parts), part_of(groups, part + 1, parts)
            kernel = network[layer, FRONT_GRADIENT]
            call_front_gradient(kernel, below, w, here, dw, rows, inputs, outputs, groups, first, last)
            continue
        first, last = part_of(inputs // groups, part, parts), part_of(inputs // groups, part + 1, parts)
        dw = address(grad, network[layer, WEIGHTS])
        if listed.size and network[layer, MAY_SKIP]:
            own = address(listed, 0), address(turned, 0)
            kernel = kernels[SPARSE_GRADIENT]
            call_sparse_gradient(kernel, below, own[0], own[1], here, dw, first, last, rows, inputs, outputs)
        elif first < last:
            dense.backward_weights(kernels, below, here, dw, first, last, rows, inputs, outputs, groups)
        first, last = part_of(outputs, part, parts), part_of(outputs, part + 1, parts)
        dense.backward_bias(here, address(grad, network[layer, BIAS]), first, last, rows, outputs)
        if network[layer, BLEND_BACKWARD]:
            here = address(pull, network[layer, BUFFER])
            dense.backward_bias(here, address(grad, network[layer, BLEND]), first, last, rows, outputs)


@njit(**OPTIONS)
def gather(source, order, start, batch, first, rows):
    """Copy some rows of a mini-batch that begins at `start`."""
    for r in range(first, first + rows):
        row, into = source[order[start + r]], batch[r]
        for j in range(into.size):
            into[j] = row[j]


@njit(**OPTIONS)
def gather_targets(source, order, start, batch, first, rows, smoothing):
    """The same for targets; whole-number classes in one column become one-hot rows, smoothed towards all classes."""
    if source.shape[1] == batch.shape[1]:
        gather(source, order, start, batch, first, rows)
        return
    for r in range(first, first + rows):
        for j in range(batch.shape[1]):
            batch[r, j] = F(smoothing / batch.shape[1])
        batch[r, int(source[order[start + r], 0])] += F(1.0 - smoothing)


@njit(**OPTIONS)
def mass_of(weights, order, start, rows):
    """The sum of the weights of a mini-batch; none given means all count 1."""
    if weights.size == 0:
        return float(rows)
    total = 0.0
    for r in range(rows):
        total += weights[order[start + r]]
    return total


@njit(**OPTIONS)
def gather_weights(weights, order, start, batch, first, rows, mass):
    """Some rows' share of weights that sum to 1 over the mini-batch."""
    scale = F(1.0 / mass) if mass > 0.0 else F(0.0)
    for r in range(first, first + rows):
        batch[r] = weights[order[start + r]] * scale if weights.size else scale


@njit(**OPTIONS)
def add_decay(w, grad, strength):
    """Add the L2 penalty's gradient, ``strength * w``; return the sum of squares of w."""
    total = F(0.0)
    for i in range(w.size):
        grad[i] += strength * w[i]
        total += w[i] * w[i]
    return total


@njit(**OPTIONS)
def penalty(arrays, theta, grad, strength, part, parts):
    """Add the L2 penalty's gradient in a part of all weights; return half the strength times their sum of squares."""
    squares = 0.0
    for number in range(arrays.shape[0]):
        if arrays[number, DECAYS]:
            first, last = range_of(arrays, number, part, parts)
            squares += add_decay(theta[first:last], grad[first:last], F(strength))
    return 0.5 * strength * squares


@njit(**OPTIONS)
def shrink(arrays, theta, factor, part, parts):
    """Decoupled weight decay: multiply a part of all weights."""
    for number in range(arrays.shape[0]):
        if arrays[number, DECAYS]:
            first, last = range_of(arrays, number, part, parts)
            for i in range(first, last):
                theta[i] *= factor


@njit(**OPTIONS)
def step_range(step, theta, grad, state, settings, rate, first, last):
    """Let the optimizer step a range of the flat vector."""
    settings[RATE] = rate
    call_step(
        step, address(theta, first), address(grad, first), address(state[0], first), state.shape[1],
        address(settings, 0), last - first,
    )  # fmt: skip


@njit(**OPTIONS)
def step_matrices(kernels, theta, grad, state, settings, rate, begin, rows, columns, count):
    """Let the optimizer step matrices side by side, each as a whole; the constant of its momentum is the last one."""
    width = columns // count
    for number in range(count):
        at = begin + number * width
        call_matrix_step(
            kernels[MATRIX_STEP], kernels[PRODUCT], kernels[BASIS], address(theta, at), address(grad, at),
            address(state[0], at), address(state[1], begin), address(state[2], begin), address(state[3], begin),
            rows, width, columns, rate, settings[settings.size - 1],
        )  # fmt: skip


@njit(**OPTIONS)
def step_part(arrays, factors, kernels, theta, grad, state, settings, rate, part, parts):
    """Let the optimizer step a part of every array; without factors one part is the whole vector."""
    if parts == 1 and factors.size == 0 and kernels[MATRIX_STEP] == 0:
        step_range(kernels[STEP], theta, grad, state, settings, rate, FIRST, theta.size)
        return
    for number in range(arrays.shape[0]):
        own = rate * factors[number] if factors.size else rate
        first, last = range_of(arrays, number, part, parts)
        if first == last:
            continue
        if arrays[number, MATRICES]:
            rows, columns, count = arrays[number, ROWS], arrays[number, COLUMNS], arrays[number, MATRICES]
            step_matrices(kernels, theta, grad, state, settings, own, first, rows, columns, count)
        else:
            step_range(kernels[STEP], theta, grad, state, settings, own, first, last)


@njit(**OPTIONS)
def follow(arrays, theta, mean, stays, count, part, parts):
    """Move a part of the parameters' running mean towards them; at first it follows faster, lest it keep the start."""
    left = F(min(stays, (1.0 + count) / (10.0 + count)))
    for number in range(arrays.shape[0]):
        first, last = range_of(arrays, number, part, parts)
        for i in range(first, last):
            mean[i] = theta[i] + left * (mean[i] - theta[i])


def loss_and_gradient(
    network, arrays, kernels, theta, grad, x, y, weight, order, alpha, z, a, delta, fed, mask, places
):
    """Forward, loss, backward on one batch, whose weights sum to 1; `grad` is filled."""
    rows = x.shape[0]
    forward(network, kernels, theta, x, z, a, FIRST, rows, fed, mask, order, FIRST, FIRST, 0.0, places)
    loss = end(network, kernels[HEAD], y, weight, z, a, delta, FIRST, rows)
    backward(network, kernels, theta, z, a, delta, FIRST, rows, mask)
    gradients(
        network, kernels, theta, x, fed if fed.size else a, delta, mask, grad, FIRST, FIRST + 1, rows, places, places
    )
    if alpha > 0.0:
        loss += penalty(arrays, theta, grad, alpha, FIRST, FIRST + 1)
    return loss


def train_epoch(
    network, arrays, kernels, factors, rank, team, blocks, shared, theta, mean, grad, state, settings, rates,
    inputs, targets, weights, order, regular, seed, x, y, weight, z, a, delta, fed, mask, listed, turned, costs,
):  # fmt: skip
    """Every mini-batch once: forward, loss, backward, step. Returns the mean loss of the samples as they were met.

    Each thread of the team runs this with its own `rank`; `rates` holds the learning rate of each mini-batch; the
    buffers have room for one mini-batch; `settings` and `costs` have a row for each block; `regular` holds strengths
    of the L2 penalty, of decoupled decay, of dropout and of label smoothing, and what stays of the `mean` at a step.
    """
    alpha, drop = regular[ALPHA], regular[DROP]
    batch = x.shape[0]
    counter = address(shared, ARRIVED)
    arrivals = FIRST
    total = 0.0
    mass = 0.0
    for number in range(rates.size):
        start = number * batch
        rows = min(batch, order.size - start)
        batch_mass = mass_of(weights, order, start, rows)
        for block in range(rank, blocks, team):
            first = part_of(rows, block, blocks)
            mine = part_of(rows, block + 1, blocks) - first
            gather(inputs, order, start, x, first, mine)
            gather_targets(targets, order, start, y, first, mine, regular[SMOOTHING])
            gather_weights(weights, order, start, weight, first, mine, batch_mass)
            forward(network, kernels, theta, x, z, a, first, mine, fed, mask, order, start, seed, drop, listed)
            costs[block, 0] = end(network, kernels[HEAD], y, weight, z, a, delta, first, mine)
            backward(network, kernels, theta, z, a, delta, first, mine, mask)
        arrivals = wait_for_all(counter, team, arrivals)

        for block in range(blocks):  # read between barriers: no thread writes it there
            total += costs[block, 0] * batch_mass
        for part in range(rank, blocks, team):
            heard = fed if fed.size else a
            gradients(network, kernels, theta, x, heard, delta, mask, grad, part, blocks, rows, listed, turned)
        arrivals = wait_for_all(counter, team, arrivals)

        for part in range(rank, blocks, team):
            costs[part, 1] = penalty(arrays, theta, grad, alpha / batch_mass, part, blocks) if alpha > 0.0 else 0.0
            if regular[DECAY] > 0.0:
                shrink(arrays, theta, F(1.0 - rates[number] * regular[DECAY]), part, blocks)
            settings[part, COUNT] += 1.0
            step_part(arrays, factors, kernels, theta, grad, state, settings[part], rates[number], part, blocks)
            if regular[AVERAGE] > 0.0:
                follow(arrays, theta, mean, regular[AVERAGE], settings[part, COUNT], part, blocks)
        if rank == 0 and shared[STOP] != 0:
            shared[HALTED] = 1
        arrivals = wait_for_all(counter, team, arrivals)

        for part in range(blocks):
            total += costs[part, 1] * batch_mass
        mass += batch_mass
        if shared[HALTED] != 0:
            break
    return total / mass if mass > 0.0 else 0.0


def predict(network, kernels, theta, inputs, outputs, x, z, a, places):
    """The outputs for all rows, a buffer's worth at a time; kernels[HEAD] is the one that only activates."""
    last = network.shape[0] - 1
    columns = outputs.shape[1]
    for start in range(0, inputs.shape[0], x.shape[0]):
        rows = min(x.shape[0], inputs.shape[0] - start)
        for r in range(rows):
            for j in range(inputs.shape[1]):
                x[r, j] = inputs[start + r, j]
        forward(network, kernels, theta, x, z, a, FIRST, rows, z[:0], z[:0], kernels[:0], FIRST, FIRST, 0.0, places)
        call_activate(kernels[HEAD], address(z, network[last, BUFFER]), address(outputs, start), rows, columns)


SIGNATURES = {
    "loss_and_gradient": types.float64(
        TABLE, TABLE, ADDRESSES, VECTOR, VECTOR, MATRIX, MATRIX, VECTOR, types.int64[::1], types.float64,
        VECTOR, VECTOR, VECTOR, VECTOR, VECTOR, PLACES,
    ),
    "train_epoch": types.float64(
        TABLE, TABLE, ADDRESSES, types.float64[::1], types.int64, types.int64, types.int64, types.int64[::1],
        VECTOR, VECTOR, VECTOR, MATRIX, types.float64[:, ::1], types.float64[::1],
        READ_ONLY_MATRIX, READ_ONLY_MATRIX, READ_ONLY_VECTOR, types.int64[::1], types.float64[::1], types.int64,
        MATRIX, MATRIX, VECTOR, VECTOR, VECTOR, VECTOR, VECTOR, VECTOR, PLACES, PLACES, types.float64[:, ::1],
    ),
    "predict": types.void(TABLE, ADDRESSES, VECTOR, READ_ONLY_MATRIX, MATRIX, MATRIX, VECTOR, VECTOR, PLACES),
}  # fmt: skip
"""What is called from Python, each compiled when it is first asked for."""
