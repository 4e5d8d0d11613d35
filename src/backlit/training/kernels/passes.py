"""The passes of backpropagation over mini-batches, one epoch in one compiled call for each thread of a team.

A network is a table of whole numbers, a row a layer: widths, where its arrays lie, the addresses of its gate's kernels.
What is done to all parameters goes by a second table, a row for each array. Where everything lies that is read and
written says a third, `buffers`: addresses, 0 where there is nothing.
A step has two halves. First each thread carries fixed blocks of the mini-batch's rows forward, through the loss, and
delta back through all layers. Then, when all have arrived, each thread computes the gradients of fixed parts of every
layer's parameters, over all rows, and steps fixed parts of all arrays. So no gradient is held twice or added up between
threads, and the bits do not depend on how many threads share the blocks.
"""

import numpy as np
from numba import carray, njit, types

from . import dense
from .buffers import (
    DELTA,
    FED,
    GRADIENT,
    LISTED,
    MASK,
    MEAN,
    PARTIAL,
    STATE,
    STATE_STEP,
    THETA,
    TURNED,
    WEIGHT,
    A,
    X,
    Y,
    Z,
)
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
    call_product,
    call_silence,
    call_silence_back,
    call_sparse,
    call_sparse_gradient,
    call_step,
)
from .memory import INDEX_BYTES, address, along, pointer
from .precision import ALIGNMENT, MATRIX, OPTIONS, VECTOR, F
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


@njit(**OPTIONS)
def part_of(width, part, parts):
    """Where a part of a layer's inputs or outputs begins; part and parts count from 0."""
    return part * width // parts


@njit(**OPTIONS)
def numbers(place, first, last):
    """Some of the numbers that lie at an address, as an array."""
    return carray(pointer(along(place, first)), last - first)


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
                call_silence(kernels[SILENCE], below, heard, mask, rows, outputs, who, layer, seed, silent)
            below = heard


@njit(**OPTIONS)
def listed_by(buffers, first, part, batch):
    """Where a part's own lists lie, if the first layer is shared out by inputs and this is its part's first."""
    return buffers[LISTED] + batch * (first + part) * INDEX_BYTES


@njit(**OPTIONS)
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


@njit(**OPTIONS)
def add_up(network, buffers, parts, first, rows, batch):
    """Add the other parts' sums of the first layer to those of the first part, for some rows."""
    outputs = network[0, OUTPUTS]
    sums = numbers(along(buffers[Z], network[0, BUFFER]), first * outputs, (first + rows) * outputs)
    for part in range(1, parts):
        more = numbers(along(buffers[PARTIAL], (part - 1) * batch * outputs), first * outputs, (first + rows) * outputs)
        for i in range(sums.size):
            sums[i] += more[i]


@njit(**OPTIONS)
def end(network, kernels, buffers, first, rows):
    """Outputs, loss, and delta of the last layer, for some rows; returns their part of the loss."""
    last = network.shape[0] - 1
    outputs = network[last, OUTPUTS]
    place = network[last, BUFFER] + first * outputs
    return call_head(
        kernels[HEAD], along(buffers[Z], place), along(buffers[A], place), along(buffers[Y], first * outputs),
        along(buffers[WEIGHT], first), along(buffers[DELTA], place), rows, outputs,
    )  # fmt: skip


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
            call_silence_back(kernels[SILENCE_BACK], signal, mask, rows * inputs)
        gate, blended = network[layer - 1, BACKWARD], network[layer - 1, BLEND_BACKWARD]
        if blended:
            blend, pull = along(buffers[THETA], network[layer - 1, BLEND]), mask  # which has been used
            call_blend_back(blended, gate, z, a, blend, signal, pull, rows, inputs)
        else:
            call_backward(gate, z, a, signal, rows * inputs)


@njit(**OPTIONS)
def range_of(arrays, number, part, parts):
    """Where a part of a parameter's array begins and ends in the flat vector: whole rows of it, or all or nothing."""
    begin, rows, columns = arrays[number, BEGIN], arrays[number, ROWS], arrays[number, COLUMNS]
    if arrays[number, MATRICES]:
        return begin, begin + (rows * columns if number % parts == part else FIRST)
    return begin + part_of(rows, part, parts) * columns, begin + part_of(rows, part + 1, parts) * columns


@njit(**OPTIONS)
def sparse_gradient(network, kernels, buffers, layer, below, here, dw, first, last, part, rows, batch):
    """Fill dC/dw for the weights of some inputs, which may have lists of their own."""
    kernel, inputs, outputs = kernels[SPARSE_GRADIENT], network[layer, INPUTS], network[layer, OUTPUTS]
    listed, turned = buffers[LISTED], buffers[TURNED]
    if layer == 0 and buffers[PARTIAL]:
        x, own = along(below, first), listed_by(buffers, first, part, batch)
        turned, dw = turned + first * (1 + rows) * INDEX_BYTES, along(dw, first * outputs)
        call_sparse_gradient(kernel, x, inputs, own, turned, here, dw, FIRST, last - first, rows, last - first, outputs)
    else:
        call_sparse_gradient(kernel, below, inputs, listed, turned, here, dw, first, last, rows, inputs, outputs)


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
                sparse_gradient(network, kernels, buffers, layer, below, here, dw, first, last, part, rows, batch)
            elif first < last:
                dense.backward_weights(kernels, below, here, dw, first, last, rows, inputs, outputs, groups)
            first, last = part_of(outputs, part, parts), part_of(outputs, part + 1, parts)
            dense.backward_bias(here, along(grad, network[layer, BIAS]), first, last, rows, outputs)
            if network[layer, BLEND_BACKWARD]:
                here = along(buffers[MASK], network[layer, BUFFER])  # where backward left what pulls at the blends
                dense.backward_bias(here, along(grad, network[layer, BLEND]), first, last, rows, outputs)
        below = along(buffers[FED] if buffers[FED] else buffers[A], network[layer, BUFFER])


@njit(**OPTIONS)
def gather(source, order, start, batch, first, rows):
    """Copy some rows of a mini-batch that begins at `start`."""
    columns = source.shape[1]
    for r in range(first, first + rows):
        row = carray(pointer(address(source, order[start + r])), columns)
        into = carray(pointer(along(batch, r * columns)), columns)
        for j in range(columns):
            into[j] = row[j]


@njit(**OPTIONS)
def gather_targets(source, order, start, batch, first, rows, outputs, smoothing):
    """The same for targets; whole-number classes in one column become one-hot rows, smoothed towards all classes."""
    if source.shape[1] == outputs:
        gather(source, order, start, batch, first, rows)
        return
    for r in range(first, first + rows):
        into = carray(pointer(along(batch, r * outputs)), outputs)
        for j in range(outputs):
            into[j] = F(smoothing / outputs)
        into[int(source[order[start + r], 0])] += F(1.0 - smoothing)


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
    into = carray(pointer(batch), first + rows)
    for r in range(first, first + rows):
        into[r] = weights[order[start + r]] * scale if weights.size else scale


@njit(**OPTIONS)
def add_decay(w, grad, strength):
    """Add the L2 penalty's gradient, ``strength * w``; return the sum of squares of w."""
    total = F(0.0)
    for i in range(w.size):
        grad[i] += strength * w[i]
        total += w[i] * w[i]
    return total


@njit(**OPTIONS)
def penalty(arrays, buffers, strength, part, parts):
    """Add the L2 penalty's gradient in a part of all weights; return half the strength times their sum of squares."""
    squares = 0.0
    for number in range(arrays.shape[0]):
        if arrays[number, DECAYS]:
            first, last = range_of(arrays, number, part, parts)
            w, grad = numbers(buffers[THETA], first, last), numbers(buffers[GRADIENT], first, last)
            squares += add_decay(w, grad, F(strength))
    return 0.5 * strength * squares


@njit(**OPTIONS)
def shrink(arrays, buffers, factor, part, parts):
    """Decoupled weight decay: multiply a part of all weights."""
    for number in range(arrays.shape[0]):
        if arrays[number, DECAYS]:
            first, last = range_of(arrays, number, part, parts)
            w = numbers(buffers[THETA], first, last)
            for i in range(w.size):
                w[i] *= factor


@njit(**OPTIONS)
def step_range(step, buffers, settings, rate, first, last):
    """Let the optimizer step a range of the flat vector."""
    settings[RATE] = rate
    theta, grad, state = along(buffers[THETA], first), along(buffers[GRADIENT], first), along(buffers[STATE], first)
    call_step(step, theta, grad, state, buffers[STATE_STEP], address(settings, 0), last - first)


@njit(**OPTIONS)
def step_matrices(kernels, buffers, settings, rate, begin, rows, columns, count):
    """Let the optimizer step matrices side by side, each as a whole; the constant of its momentum is the last one."""
    width = columns // count
    state, step = along(buffers[STATE], begin), buffers[STATE_STEP]
    for number in range(count):
        at = begin + number * width
        call_matrix_step(
            kernels[MATRIX_STEP], kernels[PRODUCT], kernels[BASIS], along(buffers[THETA], at),
            along(buffers[GRADIENT], at), along(buffers[STATE], at), along(state, step), along(state, 2 * step),
            along(state, 3 * step), rows, width, columns, rate, settings[settings.size - 1],
        )  # fmt: skip


@njit(**OPTIONS)
def step_part(arrays, factors, kernels, buffers, settings, rate, part, parts):
    """Let the optimizer step a part of every array; without factors one part is the whole vector, padding included."""
    if parts == 1 and factors.size == 0 and kernels[MATRIX_STEP] == 0:
        _, last = range_of(arrays, arrays.shape[0] - 1, part, parts)
        step_range(kernels[STEP], buffers, settings, rate, FIRST, -(-last // ALIGNMENT) * ALIGNMENT)
        return
    for number in range(arrays.shape[0]):
        own = rate * factors[number] if factors.size else rate
        first, last = range_of(arrays, number, part, parts)
        if first == last:
            continue
        if arrays[number, MATRICES]:
            rows, columns, count = arrays[number, ROWS], arrays[number, COLUMNS], arrays[number, MATRICES]
            step_matrices(kernels, buffers, settings, own, first, rows, columns, count)
        else:
            step_range(kernels[STEP], buffers, settings, own, first, last)


@njit(**OPTIONS)
def follow(arrays, buffers, stays, count, part, parts):
    """Move a part of the parameters' running mean towards them; at first it follows faster, lest it keep the start."""
    left = F(min(stays, (1.0 + count) / (10.0 + count)))
    for number in range(arrays.shape[0]):
        first, last = range_of(arrays, number, part, parts)
        theta, mean = numbers(buffers[THETA], first, last), numbers(buffers[MEAN], first, last)
        for i in range(mean.size):
            mean[i] = theta[i] + left * (mean[i] - theta[i])


def loss_and_gradient(network, arrays, kernels, buffers, x, y, weight, order, alpha):
    """Forward, loss, backward on one batch of the caller's, whose weights sum to 1; the gradient is filled."""
    rows = x.shape[0]
    buffers[X], buffers[Y], buffers[WEIGHT] = address(x, 0), address(y, 0), address(weight, 0)
    forward(network, kernels, buffers, FIRST, rows, address(order, 0), FIRST, 0.0)
    loss = end(network, kernels, buffers, FIRST, rows)
    backward(network, kernels, buffers, FIRST, rows)
    gradients(network, kernels, buffers, FIRST, FIRST + 1, rows, rows)
    if alpha > 0.0:
        loss += penalty(arrays, buffers, alpha, FIRST, FIRST + 1)
    return loss


def train_epoch(
    network, arrays, kernels, buffers, factors, rank, team, blocks, shared, settings, rates, batch,
    inputs, targets, weights, order, regular, seed, costs,
):  # fmt: skip
    """Every mini-batch once: forward, loss, backward, step. Returns the mean loss of the samples as they were met.

    Each thread of the team runs this with its own `rank`; `rates` holds the learning rate of each mini-batch; the
    buffers have room for one mini-batch; `settings` and `costs` have a row for each block; `regular` holds strengths
    of the L2 penalty, of decoupled decay, of dropout and of label smoothing, and what stays of the mean at a step.
    """
    alpha, drop = regular[ALPHA], regular[DROP]
    outputs = network[network.shape[0] - 1, OUTPUTS]
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
            gather(inputs, order, start, buffers[X], first, mine)
            gather_targets(targets, order, start, buffers[Y], first, mine, outputs, regular[SMOOTHING])
            gather_weights(weights, order, start, buffers[WEIGHT], first, mine, batch_mass)
        if buffers[PARTIAL]:
            arrivals = wait_for_all(counter, team, arrivals)
            for part in range(rank, blocks, team):
                sum_inputs(network, kernels, buffers, part, blocks, rows, batch)
            arrivals = wait_for_all(counter, team, arrivals)

        for block in range(rank, blocks, team):
            first = part_of(rows, block, blocks)
            mine = part_of(rows, block + 1, blocks) - first
            if buffers[PARTIAL]:
                add_up(network, buffers, blocks, first, mine, batch)
            forward(network, kernels, buffers, first, mine, address(order, start + first), seed, drop)
            costs[block, 0] = end(network, kernels, buffers, first, mine)
            backward(network, kernels, buffers, first, mine)
        arrivals = wait_for_all(counter, team, arrivals)

        for block in range(blocks):  # read between barriers: no thread writes it there
            total += costs[block, 0] * batch_mass
        for part in range(rank, blocks, team):
            gradients(network, kernels, buffers, part, blocks, rows, batch)
        arrivals = wait_for_all(counter, team, arrivals)

        for part in range(rank, blocks, team):
            costs[part, 1] = penalty(arrays, buffers, alpha / batch_mass, part, blocks) if alpha > 0.0 else 0.0
            if regular[DECAY] > 0.0:
                shrink(arrays, buffers, F(1.0 - rates[number] * regular[DECAY]), part, blocks)
            settings[part, COUNT] += 1.0
            step_part(arrays, factors, kernels, buffers, settings[part], rates[number], part, blocks)
            if regular[AVERAGE] > 0.0:
                follow(arrays, buffers, regular[AVERAGE], settings[part, COUNT], part, blocks)
        if rank == 0 and shared[STOP] != 0:
            shared[HALTED] = 1
        arrivals = wait_for_all(counter, team, arrivals)

        for part in range(blocks):
            total += costs[part, 1] * batch_mass
        mass += batch_mass
        if shared[HALTED] != 0:
            break
    return total / mass if mass > 0.0 else 0.0


def predict(network, kernels, buffers, inputs, outputs, capacity):
    """The outputs for all rows, `capacity` of them at a time; kernels[HEAD] is the one that only activates."""
    z = along(buffers[Z], network[network.shape[0] - 1, BUFFER])
    for start in range(0, inputs.shape[0], capacity):
        rows = min(capacity, inputs.shape[0] - start)
        buffers[X] = address(inputs, start)
        forward(network, kernels, buffers, FIRST, rows, FIRST, FIRST, 0.0)
        call_activate(kernels[HEAD], z, address(outputs, start), rows, outputs.shape[1])


ADDRESSES, ORDER, NUMBERS = types.int64[::1], types.int64[::1], types.float64[::1]
SIGNATURES = {
    "loss_and_gradient": types.float64(
        TABLE, TABLE, ADDRESSES, ADDRESSES, MATRIX, MATRIX, VECTOR, ORDER, types.float64
    ),
    "train_epoch": types.float64(
        TABLE, TABLE, ADDRESSES, ADDRESSES, NUMBERS, types.int64, types.int64, types.int64, types.int64[::1],
        types.float64[:, ::1], NUMBERS, types.int64,
        READ_ONLY_MATRIX, READ_ONLY_MATRIX, READ_ONLY_VECTOR, ORDER, NUMBERS, types.int64, types.float64[:, ::1],
    ),
    "predict": types.void(TABLE, ADDRESSES, ADDRESSES, READ_ONLY_MATRIX, MATRIX, types.int64),
}  # fmt: skip
"""What is called from Python, each compiled when it is first asked for."""
