"""The passes of backpropagation over mini-batches, one epoch in one compiled call.

A network is a table of whole numbers, a row a layer: widths, where its arrays lie, the addresses of its gate's kernels.
Activations and deltas of all layers lie in flat buffers, layer after layer, room for a mini-batch each.
"""

from numba import njit, types

from . import dense
from .calls import call_activate, call_backward, call_forward, call_head, call_step
from .precision import MATRIX, OPTIONS, VECTOR, F
from .steps import COUNT, RATE

INPUTS, OUTPUTS, WEIGHTS, BIAS, BUFFER, FORWARD, BACKWARD = range(7)
TABLE = types.int64[:, ::1]
READ_ONLY_MATRIX = types.Array(MATRIX.dtype, 2, "C", readonly=True)
READ_ONLY_VECTOR = types.Array(VECTOR.dtype, 1, "C", readonly=True)
ADDRESS = types.int64


@njit(**OPTIONS)
def part(flat, offset, rows, columns):
    """A matrix that lies in a flat vector."""
    return flat[offset : offset + rows * columns].reshape(rows, columns)


@njit(**OPTIONS)
def place(flat, offset):
    """The address of a number in a flat vector."""
    return flat[offset:].ctypes.data


@njit(**OPTIONS)
def forward(network, theta, x, z, a):
    """Fill z of every layer, and a of every layer but the last, whose gate belongs to the head."""
    rows = x.shape[0]
    below = x
    for layer in range(network.shape[0]):
        inputs, outputs, buffer = network[layer, INPUTS], network[layer, OUTPUTS], network[layer, BUFFER]
        w = part(theta, network[layer, WEIGHTS], inputs, outputs)
        b = theta[network[layer, BIAS] : network[layer, BIAS] + outputs]
        here = part(z, buffer, rows, outputs)
        dense.forward(below, w, b, here)
        if layer + 1 < network.shape[0]:
            call_forward(network[layer, FORWARD], place(z, buffer), place(a, buffer), rows * outputs)
        below = part(a, buffer, rows, outputs)


@njit(**OPTIONS)
def backward(network, theta, x, z, a, delta, grad):
    """From delta of the last layer to every gradient: the four equations, layer by layer."""
    rows = x.shape[0]
    for layer in range(network.shape[0] - 1, -1, -1):
        inputs, outputs, buffer = network[layer, INPUTS], network[layer, OUTPUTS], network[layer, BUFFER]
        here = part(delta, buffer, rows, outputs)
        dw = part(grad, network[layer, WEIGHTS], inputs, outputs)
        db = grad[network[layer, BIAS] : network[layer, BIAS] + outputs]
        if layer == 0:
            dense.backward_parameters(x, here, dw, db)
            return
        under = network[layer - 1, BUFFER]
        dense.backward_parameters(part(a, under, rows, inputs), here, dw, db)
        w = part(theta, network[layer, WEIGHTS], inputs, outputs)
        dense.backward_input(w, here, part(delta, under, rows, inputs))
        gate = network[layer - 1, BACKWARD]
        call_backward(gate, place(z, under), place(a, under), place(delta, under), rows * inputs)


@njit(**OPTIONS)
def gather(source, order, start, batch):
    """Copy the rows of a mini-batch."""
    for r in range(batch.shape[0]):
        row = order[start + r]
        for j in range(batch.shape[1]):
            batch[r, j] = source[row, j]


@njit(**OPTIONS)
def gather_targets(source, order, start, batch):
    """The same for targets; whole-number classes in one column become one-hot rows."""
    if source.shape[1] == batch.shape[1]:
        gather(source, order, start, batch)
        return
    for r in range(batch.shape[0]):
        for j in range(batch.shape[1]):
            batch[r, j] = F(0.0)
        batch[r, int(source[order[start + r], 0])] = F(1.0)


@njit(**OPTIONS)
def gather_weights(source, order, start, batch):
    """Weights that sum to 1 over the mini-batch, and their sum; none given means all equal."""
    total = 0.0
    for r in range(batch.size):
        batch[r] = source[order[start + r]] if source.size else F(1.0)
        total += batch[r]
    for r in range(batch.size):
        batch[r] = batch[r] / total if total > 0.0 else F(0.0)
    return total


@njit(**OPTIONS)
def decay(network, theta, grad, strength):
    """Add the L2 penalty's gradient, ``strength * w``; return the penalty, half the strength times sum of squares."""
    squares = 0.0
    factor = F(strength)
    for layer in range(network.shape[0]):
        first = network[layer, WEIGHTS]
        total = F(0.0)
        for i in range(first, first + network[layer, INPUTS] * network[layer, OUTPUTS]):
            grad[i] += factor * theta[i]
            total += theta[i] * theta[i]
        squares += total
    return 0.5 * strength * squares


@njit(
    types.float64(TABLE, ADDRESS, VECTOR, VECTOR, MATRIX, MATRIX, VECTOR, types.float64, VECTOR, VECTOR, VECTOR),
    **OPTIONS,
)
def loss_and_gradient(network, head, theta, grad, x, y, weight, alpha, z, a, delta):
    """Forward, loss, backward on one batch, whose weights sum to 1; `grad` is filled."""
    rows = x.shape[0]
    last = network.shape[0] - 1
    end = network[last, BUFFER]
    forward(network, theta, x, z, a)
    loss = call_head(
        head, place(z, end), place(a, end), y.ctypes.data, weight.ctypes.data, place(delta, end),
        rows, network[last, OUTPUTS],
    )  # fmt: skip
    backward(network, theta, x, z, a, delta, grad)
    if alpha > 0.0:
        loss += decay(network, theta, grad, alpha)
    return loss


@njit(
    types.float64(
        TABLE, ADDRESS, ADDRESS, VECTOR, VECTOR, MATRIX, types.float64[::1], types.float64[::1],
        READ_ONLY_MATRIX, READ_ONLY_MATRIX, READ_ONLY_VECTOR, types.int64[::1], types.float64,
        MATRIX, MATRIX, VECTOR, VECTOR, VECTOR, VECTOR,
    ),
    **OPTIONS,
)  # fmt: skip
def train_epoch(
    network, head, step, theta, grad, state, settings, rates,
    inputs, targets, weights, order, alpha, x, y, weight, z, a, delta,
):  # fmt: skip
    """Every mini-batch once: forward, loss, backward, step. Returns the mean loss of the samples as they were met.

    `rates` holds the learning rate of each mini-batch; `x`, `y`, `weight` have room for one mini-batch.
    """
    total = 0.0
    mass = 0.0
    for number in range(rates.size):
        start = number * x.shape[0]
        rows = min(x.shape[0], order.size - start)
        gather(inputs, order, start, x[:rows])
        gather_targets(targets, order, start, y[:rows])
        batch_mass = gather_weights(weights, order, start, weight[:rows])
        loss = loss_and_gradient(
            network, head, theta, grad, x[:rows], y[:rows], weight[:rows], alpha / batch_mass, z, a, delta
        )
        settings[RATE] = rates[number]
        settings[COUNT] += 1.0
        call_step(step, theta.ctypes.data, grad.ctypes.data, state.ctypes.data, settings.ctypes.data, theta.size)
        total += loss * batch_mass
        mass += batch_mass
    return total / mass if mass > 0.0 else 0.0


@njit(types.void(TABLE, ADDRESS, VECTOR, READ_ONLY_MATRIX, MATRIX, MATRIX, VECTOR, VECTOR), **OPTIONS)
def predict(network, activate, theta, inputs, outputs, x, z, a):
    """The outputs for all rows, a buffer's worth at a time."""
    last = network.shape[0] - 1
    columns = outputs.shape[1]
    for start in range(0, inputs.shape[0], x.shape[0]):
        rows = min(x.shape[0], inputs.shape[0] - start)
        for r in range(rows):
            for j in range(inputs.shape[1]):
                x[r, j] = inputs[start + r, j]
        forward(network, theta, x[:rows], z, a)
        call_activate(activate, place(z, network[last, BUFFER]), outputs[start:].ctypes.data, rows, columns)
