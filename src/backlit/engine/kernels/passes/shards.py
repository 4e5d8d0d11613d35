"""A mini-batch in shards, whose gradients are summed by somebody else, and the step that follows."""

from numba import types

from ..optimizers.parameters import decay_weights, penalty, update_ema, update_part
from ..optimizers.steps import COUNT
from ..runtime.denormals import flush, restore
from ..runtime.memory import address
from .batches import masses, share
from .layers import backward, forward, gradients, loss_and_delta
from .passes import (
    ADDRESSES,
    ALPHA,
    DECAY,
    DROPOUT_RATE,
    EMA_DECAY,
    NUMBERS,
    ORDER,
    READ_ONLY_MATRIX,
    READ_ONLY_VECTOR,
    SMOOTHING,
    TABLE,
    load,
)
from .tables import FIRST


def shard_gradient(
    network, kernels, workspace, inputs, targets, weights, mean_weight, order, start, rows, first, count,
    regularization, seed,
):  # fmt: skip
    """Fill the gradient of some rows of a mini-batch, as its part of the whole; their part of the summed loss."""
    smoothing, dropout_rate, modes = regularization[SMOOTHING], regularization[DROPOUT_RATE], flush()
    _, divisor = masses(weights, mean_weight, order, start, rows)
    load(network, workspace, inputs, targets, weights, order, start + first, FIRST, count, divisor, smoothing)
    forward(network, kernels, workspace, FIRST, count, address(order, start + first), seed, dropout_rate)
    loss = loss_and_delta(network, kernels, workspace, FIRST, count)
    backward(network, kernels, workspace, FIRST, count)
    gradients(network, kernels, workspace, FIRST, FIRST + 1, count, count)
    restore(modes)
    return loss * divisor


def step(arrays, kernels, workspace, factors, settings, rate, regularization, weights, mean_weight, order, start, rows):
    """Regularize and update all parameters by the gradient of a whole mini-batch; the penalty in the summed loss."""
    alpha, decay, ema_decay = regularization[ALPHA], regularization[DECAY], regularization[EMA_DECAY]
    modes = flush()
    _, divisor = masses(weights, mean_weight, order, start, rows)
    cost = penalty(arrays, kernels, workspace, share(alpha, divisor), FIRST, FIRST + 1)
    if decay > 0.0:
        decay_weights(arrays, kernels, workspace, rate * decay, FIRST, FIRST + 1)
    settings[COUNT] += 1.0
    update_part(arrays, factors, kernels, workspace, settings, rate, FIRST, FIRST + 1)
    if ema_decay > 0.0:
        update_ema(arrays, kernels, workspace, settings[COUNT], ema_decay, FIRST, FIRST + 1)
    restore(modes)
    return cost * divisor


SIGNATURES = {
    "shard_gradient": types.float64(
        TABLE, ADDRESSES, ADDRESSES, READ_ONLY_MATRIX, READ_ONLY_MATRIX, READ_ONLY_VECTOR, types.float64, ORDER,
        types.int64, types.int64, types.int64, types.int64, NUMBERS, types.int64,
    ),
    "step": types.float64(
        TABLE, ADDRESSES, ADDRESSES, NUMBERS, NUMBERS, types.float64, NUMBERS, READ_ONLY_VECTOR, types.float64, ORDER,
        types.int64, types.int64,
    ),
}  # fmt: skip
"""What is called from Python, each compiled when it is first asked for."""
