"""The passes of backpropagation over mini-batches, one epoch in one compiled call for each thread of a team.

A step has two halves. First each thread carries fixed blocks of the mini-batch's rows forward, through the loss, and
delta back through all layers; a large first layer is shared out by inputs before. Then, when all have arrived, each
thread computes the gradients of fixed parts of every layer's parameters, over all rows, and steps fixed parts of all
arrays. So no gradient is held twice or added up between threads, and the bits do not depend on how many threads share
the blocks.
"""

from numba import types

from ..buffers import MEAN, PARTIAL, THETA, WEIGHT, X, Y, Z
from ..called import ACTIVATE, DECAY_WEIGHTS, UPDATE_EMA
from ..optimizers.parameters import DECAYING, EVERY, penalty, pull, step_part
from ..optimizers.steps import COUNT
from ..precision import MATRIX, VECTOR
from ..runtime.calls import call_activate
from ..runtime.denormals import flush, restore
from ..runtime.memory import address, along
from ..runtime.team import wait_for_all
from .batches import gather, gather_targets, gather_weights, mass_of
from .layers import add_up, backward, end, forward, gradients, sum_inputs
from .tables import BUFFER, FIRST, OUTPUTS, part_of

ALPHA, DECAY, DROP, SMOOTHING, AVERAGE = range(5)  # what regularises an epoch
ARRIVED, STOP, HALTED = 0, 8, 16  # places in the team's shared numbers, a cache line apart

TABLE = types.int64[:, ::1]
READ_ONLY_MATRIX = types.Array(MATRIX.dtype, 2, "C", readonly=True)
READ_ONLY_VECTOR = types.Array(VECTOR.dtype, 1, "C", readonly=True)


def loss_and_gradient(network, arrays, kernels, buffers, x, y, weight, order, alpha):
    """Forward, loss, backward on one batch of the caller's, whose weights sum to 1; the gradient is filled."""
    rows = x.shape[0]
    buffers[X], buffers[Y], buffers[WEIGHT] = address(x, 0), address(y, 0), address(weight, 0)
    forward(network, kernels, buffers, FIRST, rows, address(order, 0), FIRST, 0.0)
    loss = end(network, kernels, buffers, FIRST, rows)
    backward(network, kernels, buffers, FIRST, rows)
    gradients(network, kernels, buffers, FIRST, FIRST + 1, rows, rows)
    if alpha > 0.0:
        loss += penalty(arrays, kernels, buffers, alpha, FIRST, FIRST + 1)
    return loss


def train_epoch(
    network, arrays, kernels, buffers, factors, rank, team, blocks, shared, settings, rates, batch,
    inputs, targets, weights, order, regularization, seed, costs,
):  # fmt: skip
    """Every mini-batch once: forward, loss, backward, step. Returns the mean loss of the samples as they were met.

    Each thread of the team runs this with its own `rank`; `rates` holds the learning rate of each mini-batch; the
    buffers have room for one mini-batch; `settings` and `costs` have a row for each block; `regularization`
    holds strengths of the L2 penalty, of decoupled decay, of dropout and of label smoothing, and what stays of the
    mean at a step.
    """
    alpha, decay, drop, average = (
        regularization[ALPHA],
        regularization[DECAY],
        regularization[DROP],
        regularization[AVERAGE],
    )
    outputs = network[network.shape[0] - 1, OUTPUTS]
    counter = address(shared, ARRIVED)
    arrivals = FIRST
    total = 0.0
    mass = 0.0
    modes = flush()
    for number in range(rates.size):
        start = number * batch
        rows = min(batch, order.size - start)
        batch_mass = mass_of(weights, order, start, rows)
        for block in range(rank, blocks, team):
            first = part_of(rows, block, blocks)
            mine = part_of(rows, block + 1, blocks) - first
            gather(inputs, order, start, buffers[X], first, mine)
            gather_targets(targets, order, start, buffers[Y], first, mine, outputs, regularization[SMOOTHING])
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
            costs[part, 1] = penalty(arrays, kernels, buffers, alpha / batch_mass, part, blocks) if alpha > 0.0 else 0.0
            if decay > 0.0:
                left, theta = 1.0 - rates[number] * decay, buffers[THETA]
                pull(kernels[DECAY_WEIGHTS], arrays, DECAYING, theta, theta, left, part, blocks)
            settings[part, COUNT] += 1.0
            step_part(arrays, factors, kernels, buffers, settings[part], rates[number], part, blocks)
            if average > 0.0:
                met = settings[part, COUNT]
                left = min(average, (1.0 + met) / (10.0 + met))  # at first it follows faster, lest it keep the start
                pull(kernels[UPDATE_EMA], arrays, EVERY, buffers[MEAN], buffers[THETA], left, part, blocks)
        if rank == 0 and shared[STOP] != 0:
            shared[HALTED] = 1
        arrivals = wait_for_all(counter, team, arrivals)

        for part in range(blocks):
            total += costs[part, 1] * batch_mass
        mass += batch_mass
        if shared[HALTED] != 0:
            break
    restore(modes)
    return total / mass if mass > 0.0 else 0.0


def predict(network, kernels, buffers, inputs, outputs, capacity):
    """The outputs for all rows, `capacity` of them at a time."""
    z = along(buffers[Z], network[network.shape[0] - 1, BUFFER])
    for start in range(0, inputs.shape[0], capacity):
        rows = min(capacity, inputs.shape[0] - start)
        buffers[X] = address(inputs, start)
        forward(network, kernels, buffers, FIRST, rows, FIRST, FIRST, 0.0)
        call_activate(kernels[ACTIVATE], z, address(outputs, start), rows, outputs.shape[1])


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
