"""The passes of backpropagation over mini-batches, one epoch in one compiled call for each thread of a team.

A network is a table of whole numbers, a row a layer: widths, where its arrays lie, the addresses of its gate's kernels.
A mini-batch is cut into fixed blocks of rows; a block goes through forward and backward on one thread, into buffers and
a gradient of its own. Then the parameters are cut into as many parts, and each part is summed over the blocks, in
order, and stepped. So the bits do not depend on how many threads share the blocks.
"""

from numba import njit, types

from . import dense
from .calls import call_activate, call_backward, call_forward, call_head, call_step
from .memory import address
from .precision import MATRIX, OPTIONS, VECTOR, F
from .steps import COUNT, RATE
from .team import wait_for_all

INPUTS, OUTPUTS, WEIGHTS, BIAS, BUFFER, FORWARD, BACKWARD = range(7)
BLAS, HEAD, STEP = range(3)  # addresses of the kernels that belong to no layer
ARRIVED, STOP, HALTED = 0, 8, 16  # places in the team's shared numbers, a cache line apart

TABLE = types.int64[:, ::1]
READ_ONLY_MATRIX = types.Array(MATRIX.dtype, 2, "C", readonly=True)
READ_ONLY_VECTOR = types.Array(VECTOR.dtype, 1, "C", readonly=True)
ADDRESSES = types.int64[::1]


@njit(**OPTIONS)
def forward(network, blas, theta, x, z, a, rows):
    """Fill z of every layer, and a of every layer but the last, whose gate belongs to the head."""
    below = address(x)
    for layer in range(network.shape[0]):
        inputs, outputs, buffer = network[layer, INPUTS], network[layer, OUTPUTS], network[layer, BUFFER]
        w, b = address(theta[network[layer, WEIGHTS] :]), address(theta[network[layer, BIAS] :])
        here = address(z[buffer:])
        dense.forward(blas, below, w, b, here, rows, inputs, outputs)
        below = address(a[buffer:])
        if layer + 1 < network.shape[0]:
            call_forward(network[layer, FORWARD], here, below, rows * outputs)


@njit(**OPTIONS)
def backward(network, blas, theta, x, z, a, delta, grad, rows):
    """From delta of the last layer to every gradient: the four equations, layer by layer."""
    for layer in range(network.shape[0] - 1, -1, -1):
        inputs, outputs = network[layer, INPUTS], network[layer, OUTPUTS]
        here = address(delta[network[layer, BUFFER] :])
        dw, db = address(grad[network[layer, WEIGHTS] :]), address(grad[network[layer, BIAS] :])
        if layer == 0:
            dense.backward_parameters(blas, address(x), here, dw, db, rows, inputs, outputs)
            return
        under = network[layer - 1, BUFFER]
        dense.backward_parameters(blas, address(a[under:]), here, dw, db, rows, inputs, outputs)
        signal = address(delta[under:])
        dense.backward_input(blas, address(theta[network[layer, WEIGHTS] :]), here, signal, rows, inputs, outputs)
        gate = network[layer - 1, BACKWARD]
        call_backward(gate, address(z[under:]), address(a[under:]), signal, rows * inputs)


@njit(**OPTIONS)
def block_gradient(network, kernels, theta, x, y, weight, z, a, delta, grad, rows):
    """Forward, loss, backward for one block of rows; returns its part of the loss."""
    last = network.shape[0] - 1
    end = network[last, BUFFER]
    forward(network, kernels[BLAS], theta, x, z, a, rows)
    loss = call_head(
        kernels[HEAD], address(z[end:]), address(a[end:]), address(y), address(weight), address(delta[end:]),
        rows, network[last, OUTPUTS],
    )  # fmt: skip
    backward(network, kernels[BLAS], theta, x, z, a, delta, grad, rows)
    return loss


@njit(**OPTIONS)
def gather(source, order, start, batch, rows):
    """Copy the rows of a block."""
    for r in range(rows):
        row = order[start + r]
        for j in range(batch.shape[1]):
            batch[r, j] = source[row, j]


@njit(**OPTIONS)
def gather_targets(source, order, start, batch, rows):
    """The same for targets; whole-number classes in one column become one-hot rows."""
    if source.shape[1] == batch.shape[1]:
        gather(source, order, start, batch, rows)
        return
    for r in range(rows):
        for j in range(batch.shape[1]):
            batch[r, j] = F(0.0)
        batch[r, int(source[order[start + r], 0])] = F(1.0)


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
def gather_weights(weights, order, start, batch, rows, mass):
    """A block's share of weights that sum to 1 over the mini-batch."""
    scale = F(1.0 / mass) if mass > 0.0 else F(0.0)
    for r in range(rows):
        batch[r] = weights[order[start + r]] * scale if weights.size else scale


@njit(**OPTIONS)
def add_up(grads, first, last, blocks):
    """Sum a part of the gradient over the blocks, in their order, into the first one's."""
    total = grads[0, first:last]  # a loop from 0 vectorises; one from `first` would check each index's sign
    for block in range(1, blocks):
        other = grads[block, first:last]
        for i in range(total.size):
            total[i] += other[i]


@njit(**OPTIONS)
def decay_part(w, grad, factor):
    """Add ``factor * w`` to the gradient; return the sum of squares of w."""
    total = F(0.0)
    for i in range(w.size):
        grad[i] += factor * w[i]
        total += w[i] * w[i]
    return total


@njit(**OPTIONS)
def decay(network, theta, grad, strength, first, last):
    """Add the L2 penalty's gradient, ``strength * w``, in a part; return half the strength times its sum of squares."""
    squares = 0.0
    factor = F(strength)
    for layer in range(network.shape[0]):
        begin = max(first, network[layer, WEIGHTS])
        end = min(last, network[layer, WEIGHTS] + network[layer, INPUTS] * network[layer, OUTPUTS])
        if begin < end:
            squares += decay_part(theta[begin:end], grad[begin:end], factor)
    return 0.5 * strength * squares


@njit(
    types.float64(
        TABLE, ADDRESSES, VECTOR, VECTOR, MATRIX, MATRIX, VECTOR, types.float64, VECTOR, VECTOR, VECTOR,
    ),
    **OPTIONS,
)  # fmt: skip
def loss_and_gradient(network, kernels, theta, grad, x, y, weight, alpha, z, a, delta):
    """Forward, loss, backward on one batch, whose weights sum to 1; `grad` is filled."""
    loss = block_gradient(network, kernels, theta, x, y, weight, z, a, delta, grad, x.shape[0])
    if alpha > 0.0:
        loss += decay(network, theta, grad, alpha, 0, theta.size)
    return loss


@njit(
    types.float64(
        TABLE, ADDRESSES, types.int64, types.int64, types.int64[::1], VECTOR, MATRIX, MATRIX, types.float64[:, ::1],
        types.float64[::1], READ_ONLY_MATRIX, READ_ONLY_MATRIX, READ_ONLY_VECTOR, types.int64[::1], types.int64,
        types.float64, types.Array(MATRIX.dtype, 3, "C"), types.Array(MATRIX.dtype, 3, "C"), MATRIX, MATRIX, MATRIX,
        MATRIX, types.float64[:, ::1],
    ),
    **OPTIONS,
)  # fmt: skip
def train_epoch(
    network, kernels, rank, team, shared, theta, grads, state, settings, rates,
    inputs, targets, weights, order, batch, alpha, x, y, weight, z, a, delta, parts,
):  # fmt: skip
    """Every mini-batch once: forward, loss, backward, step. Returns the mean loss of the samples as they were met.

    Each thread of the team runs this with its own `rank`; `rates` holds the learning rate of each mini-batch; the
    first axis of the buffers, of `grads`, `settings` and `parts` counts the blocks.
    """
    blocks, block_rows = x.shape[0], x.shape[1]
    counter = address(shared[ARRIVED:])
    arrivals = 0
    total = 0.0
    mass = 0.0
    for number in range(rates.size):
        start = number * batch
        rows = min(batch, order.size - start)
        batch_mass = mass_of(weights, order, start, rows)
        for block in range(rank, blocks, team):
            first = min(block * block_rows, rows)
            mine = min(block_rows, rows - first)
            if mine == 0:
                grads[block, :] = F(0.0)
                parts[block, 0] = 0.0
                continue
            gather(inputs, order, start + first, x[block], mine)
            gather_targets(targets, order, start + first, y[block], mine)
            gather_weights(weights, order, start + first, weight[block], mine, batch_mass)
            parts[block, 0] = block_gradient(
                network, kernels, theta, x[block], y[block], weight[block], z[block], a[block], delta[block],
                grads[block], mine,
            )  # fmt: skip
        arrivals = wait_for_all(counter, team, arrivals)

        for block in range(blocks):  # read between the two barriers: no thread writes it there
            total += parts[block, 0] * batch_mass
        for block in range(rank, blocks, team):
            first = block * theta.size // blocks
            last = (block + 1) * theta.size // blocks
            add_up(grads, first, last, blocks)
            parts[block, 1] = decay(network, theta, grads[0], alpha / batch_mass, first, last) if alpha > 0.0 else 0.0
            settings[block, RATE] = rates[number]
            settings[block, COUNT] += 1.0
            call_step(
                kernels[STEP], address(theta[first:]), address(grads[0, first:]), address(state[0, first:]),
                state.shape[1], address(settings[block]), last - first,
            )  # fmt: skip
        if rank == 0 and shared[STOP] != 0:
            shared[HALTED] = 1
        arrivals = wait_for_all(counter, team, arrivals)

        for block in range(blocks):
            total += parts[block, 1] * batch_mass
        mass += batch_mass
        if shared[HALTED] != 0:
            break
    return total / mass if mass > 0.0 else 0.0


@njit(types.void(TABLE, ADDRESSES, VECTOR, READ_ONLY_MATRIX, MATRIX, MATRIX, VECTOR, VECTOR), **OPTIONS)
def predict(network, kernels, theta, inputs, outputs, x, z, a):
    """The outputs for all rows, a buffer's worth at a time; kernels[HEAD] is the one that only activates."""
    last = network.shape[0] - 1
    columns = outputs.shape[1]
    for start in range(0, inputs.shape[0], x.shape[0]):
        rows = min(x.shape[0], inputs.shape[0] - start)
        for r in range(rows):
            for j in range(inputs.shape[1]):
                x[r, j] = inputs[start + r, j]
        forward(network, kernels[BLAS], theta, x, z, a, rows)
        call_activate(kernels[HEAD], address(z[network[last, BUFFER] :]), address(outputs[start:]), rows, columns)
