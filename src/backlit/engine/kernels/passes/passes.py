"""The passes of backpropagation over mini-batches, one epoch in one compiled call for each thread of a team.

A step has two halves. First each thread carries fixed blocks of the mini-batch's rows forward, through the loss, and
delta back through all layers; a large first layer is shared out by inputs before. Then, when all have arrived, each
thread computes the gradients of fixed parts of every layer's parameters, over all rows, and steps fixed parts of all
arrays. So no gradient is held twice or added up between threads, and the bits do not depend on how many threads share
the blocks.
"""

from numba import njit, types

from ..kernel_table import ACTIVATE
from ..optimizers.parameters import decay_weights, penalty, update_ema, update_part
from ..optimizers.steps import COUNT
from ..precision import MATRIX, PART, VECTOR
from ..runtime.calls import call_activate
from ..runtime.denormals import flush, restore
from ..runtime.memory import address, advance
from ..runtime.team import wait_for_all
from ..workspace import PARTIAL, WEIGHT, X, Y, Z
from .batches import gather, gather_targets, gather_weights, masses, share
from .first_layer import add_partial_sums, sum_by_inputs
from .layers import backward, forward, gradients, loss_and_delta
from .tables import FIRST, OUTPUTS, ROWS_OFFSET, part_of

# what regularises an epoch: strengths of the L2 penalty, decoupled decay, dropout, label smoothing; the EMA's decay
ALPHA, DECAY, DROPOUT_RATE, SMOOTHING, EMA_DECAY = range(5)
ARRIVED, STOP, HALTED = 0, 8, 16  # indices of the team's shared numbers, a cache line apart
LOSS, PENALTY = range(2)  # columns of costs, which has a row for each block

TABLE = types.int64[:, ::1]
READ_ONLY_MATRIX = types.Array(MATRIX.dtype, 2, "C", readonly=True)
READ_ONLY_VECTOR = types.Array(VECTOR.dtype, 1, "C", readonly=True)


def loss_and_gradient(network, arrays, kernels, workspace, x, y, weight, alpha):
    """Forward, loss, backward on one batch of the caller's, whose weights sum to 1; the gradient is filled."""
    rows = x.shape[0]
    workspace[X], workspace[Y], workspace[WEIGHT] = address(x, 0), address(y, 0), address(weight, 0)
    forward(network, kernels, workspace, FIRST, rows, FIRST, FIRST, 0.0)
    loss = loss_and_delta(network, kernels, workspace, FIRST, rows)
    backward(network, kernels, workspace, FIRST, rows)
    gradients(network, kernels, workspace, FIRST, FIRST + 1, rows, rows)
    if alpha > 0.0:
        loss += penalty(arrays, kernels, workspace, alpha, FIRST, FIRST + 1)
    return loss


def train_epoch(
    network, arrays, kernels, workspace, factors, rank, team, blocks, shared, settings, rates, batch,
    inputs, targets, weights, mean_weight, order, regularization, seed, costs,
):  # fmt: skip
    """Every mini-batch once: load, forward, loss, backward, update. Returns the mean loss as the samples were met.

    Each thread of the team runs this with its own `rank`. `rates` holds the rate of each mini-batch, of which the
    workspace holds one; `settings` and `costs` have a row for each block.
    """
    # read here, once: within a loop LLVM would divide by multiplying, and round otherwise
    alpha, decay, ema_decay = regularization[ALPHA], regularization[DECAY], regularization[EMA_DECAY]
    smoothing, dropout_rate = regularization[SMOOTHING], regularization[DROPOUT_RATE]
    counter, arrivals = address(shared, ARRIVED), FIRST
    total, mass, modes = 0.0, 0.0, flush()
    for number in range(rates.size):
        start = number * batch
        rows = min(batch, order.size - start)
        batch_mass, divisor = masses(weights, mean_weight, order, start, rows)
        for block in range(rank, blocks, team):
            first, count = rows_of(rows, block, blocks)
            load(network, workspace, inputs, targets, weights, order, start, first, count, divisor, smoothing)
        if workspace[PARTIAL]:
            arrivals = sum_by_inputs(network, kernels, workspace, counter, arrivals, rank, team, blocks, rows, batch)

        for block in range(rank, blocks, team):
            first, count = rows_of(rows, block, blocks)
            if workspace[PARTIAL]:
                add_partial_sums(network, workspace, blocks, first, count, batch)
            forward(network, kernels, workspace, first, count, address(order, start + first), seed, dropout_rate)
            costs[block, LOSS] = loss_and_delta(network, kernels, workspace, first, count)
            backward(network, kernels, workspace, first, count)
        arrivals = wait_for_all(counter, team, arrivals)

        for block in range(blocks):  # read between barriers: no thread writes it there
            total += costs[block, LOSS] * divisor
        for part in range(rank, blocks, team):
            gradients(network, kernels, workspace, part, blocks, rows, batch)
        arrivals = wait_for_all(counter, team, arrivals)

        for part in range(rank, blocks, team):
            costs[part, PENALTY] = penalty(arrays, kernels, workspace, share(alpha, divisor), part, blocks)
            if decay > 0.0:
                decay_weights(arrays, kernels, workspace, rates[number] * decay, part, blocks)
            settings[part, COUNT] += 1.0
            update_part(arrays, factors, kernels, workspace, settings[part], rates[number], part, blocks)
            if ema_decay > 0.0:
                update_ema(arrays, kernels, workspace, settings[part, COUNT], ema_decay, part, blocks)
        if rank == 0 and shared[STOP] != 0:
            shared[HALTED] = 1
        arrivals = wait_for_all(counter, team, arrivals)

        for part in range(blocks):
            total += costs[part, PENALTY] * divisor
        mass += batch_mass
        if shared[HALTED] != 0:
            break
    restore(modes)
    return total / mass if mass > 0.0 else 0.0


@njit(**PART)
def rows_of(rows, block, blocks):
    """The first row of a block of the mini-batch, and how many rows it has."""
    first = part_of(rows, block, blocks)
    return first, part_of(rows, block + 1, blocks) - first


@njit(**PART)
def load(network, workspace, inputs, targets, weights, order, start, first, count, divisor, smoothing):
    """Gather a block's rows, targets and weights from the data."""
    outputs = network[network.shape[0] - 1, OUTPUTS]
    gather(inputs, order, start, workspace[X], first, count)
    gather_targets(targets, order, start, workspace[Y], first, count, outputs, smoothing)
    gather_weights(weights, order, start, workspace[WEIGHT], first, count, divisor)


def predict(network, kernels, workspace, inputs, outputs, capacity):
    """The outputs for all rows, `capacity` of them at a time."""
    z = advance(workspace[Z], network[network.shape[0] - 1, ROWS_OFFSET])
    for start in range(0, inputs.shape[0], capacity):
        rows = min(capacity, inputs.shape[0] - start)
        workspace[X] = address(inputs, start)
        forward(network, kernels, workspace, FIRST, rows, FIRST, FIRST, 0.0)
        call_activate(kernels[ACTIVATE], z, address(outputs, start), rows, outputs.shape[1])


ADDRESSES, ORDER, NUMBERS = types.int64[::1], types.int64[::1], types.float64[::1]
SIGNATURES = {
    "loss_and_gradient": types.float64(
        TABLE, TABLE, ADDRESSES, ADDRESSES, MATRIX, MATRIX, VECTOR, types.float64
    ),
    "train_epoch": types.float64(
        TABLE, TABLE, ADDRESSES, ADDRESSES, NUMBERS, types.int64, types.int64, types.int64, types.int64[::1],
        types.float64[:, ::1], NUMBERS, types.int64,
        READ_ONLY_MATRIX, READ_ONLY_MATRIX, READ_ONLY_VECTOR, types.float64, ORDER, NUMBERS, types.int64,
        types.float64[:, ::1],
    ),
    "predict": types.void(TABLE, ADDRESSES, ADDRESSES, READ_ONLY_MATRIX, MATRIX, types.int64),
}  # fmt: skip
"""What is called from Python, each compiled when it is first asked for."""
